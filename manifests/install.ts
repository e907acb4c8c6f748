import { ApiObject, App, Chart } from 'cdk8s';
import { k8s } from 'cdk8s-plus-34';
import type { Construct } from 'constructs';
import { stringify } from 'yaml';
import * as z from 'zod';
import { customResourceDefinitions, kinds } from '../crds/kinds.ts';
import { shippedAdmission } from '../crds/project/admission.ts';
import { AccessChart, FixesChart } from './accessChart.ts';
import { commonLabels, defaultOptions, type InstallOptions, installation } from './options.ts';
import { openreports, wgpolicy } from './reportDefinitions.ts';
import { WorkloadChart } from './workloadChart.ts';

const installedObject = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({
    name: z.string(),
    namespace: z.string().optional(),
    labels: z.record(z.string(), z.string()).optional(),
    annotations: z.record(z.string(), z.string()).optional(),
  }),
});

/** One object of the installation, as it is applied. */
export type InstalledObject = z.infer<typeof installedObject>;

/**
 * Everything that a cluster needs to run Mainstay, in the order in which one `kubectl apply -f` brings it up: the
 * namespace and the definitions first, the guards before the operator that they watch.
 */
export function installObjects(options: Partial<InstallOptions> = {}): readonly InstalledObject[] {
  const all = { ...defaultOptions, ...options };
  const app = new App();
  const charts = [
    new FoundationChart(app),
    new AdmissionChart(app, all),
    new AccessChart(app, all, kinds),
    new WorkloadChart(app, all),
  ];
  return charts.flatMap((chart) => z.array(installedObject).parse(chart.toJson()));
}

/** The same as the file that people apply. */
export function installYaml(options: Partial<InstallOptions> = {}): string {
  return yamlOf(installObjects(options));
}

/** What lets fixes of Policies change workloads, for those who want that. */
export function fixesYaml(): string {
  return yamlOf(z.array(installedObject).parse(new FixesChart(new App()).toJson()));
}

/** The definitions of one kind of reports, for clusters in which nobody else has installed them. */
export function reportsYaml(api: keyof typeof reportDefinitions): string {
  return yamlOf(z.array(installedObject).parse(new ReportsChart(new App(), reportDefinitions[api]).toJson()));
}

const reportDefinitions = { wgpolicy, openreports } as const;

function yamlOf(objects: readonly InstalledObject[]): string {
  // Of the version that kubectl reads: to that a bare Off is false.
  const options = { aliasDuplicateObjects: false, lineWidth: 0, version: '1.1' } as const;
  const documents = objects.map((object) => stringify(object, options));
  return `# Written by npm run generate from manifests/. Do not edit.\n${documents.join('---\n')}`;
}

/** What everything else stands on: our namespace, held to the strictest pod security, and our kinds. */
class FoundationChart extends Chart {
  constructor(scope: Construct) {
    super(scope, 'foundation', { disableResourceNameHashes: true, labels: { ...commonLabels } });
    const level = 'restricted';
    new k8s.KubeNamespace(this, 'namespace', {
      metadata: {
        name: installation.namespace,
        labels: Object.fromEntries(
          ['enforce', 'audit', 'warn'].map((mode) => [`pod-security.kubernetes.io/${mode}`, level]),
        ),
      },
    });
    for (const definition of customResourceDefinitions()) addObject(this, definition);
  }
}

/** The policies that hold in the API server itself. The operator compares the live ones with these. */
class AdmissionChart extends Chart {
  constructor(scope: Construct, { grantableRoles }: InstallOptions) {
    super(scope, 'admission', { disableResourceNameHashes: true, labels: { ...commonLabels } });
    const { policies, bindings } = shippedAdmission(grantableRoles);
    const ofKinds = kinds.flatMap(({ admission = [] }) => admission);
    for (const object of [...policies, ...bindings, ...ofKinds]) addObject(this, object);
  }
}

/** By choice: where a cluster has one of these, what violates Policies is told in reports of it. */
class ReportsChart extends Chart {
  constructor(scope: Construct, definitions: typeof wgpolicy) {
    super(scope, 'reports', { disableResourceNameHashes: true, labels: { ...commonLabels } });
    for (const definition of definitions) addObject(this, definition);
  }
}

function addObject(
  chart: Chart,
  object: {
    readonly apiVersion: string;
    readonly kind: string;
    readonly metadata: { readonly name: string };
    readonly spec: object;
  },
): void {
  new ApiObject(chart, `${object.kind}-${object.metadata.name}`, { ...object });
}
