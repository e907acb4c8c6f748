import { type Cluster, isMutating, readAuditLog, startCluster } from '../../../cluster/index.ts';
import { type PolicyReport, reportApis } from '../../../controllers/policy/reports/api.ts';
import { addPolicyReports } from '../../../controllers/policy/reports/index.ts';
import { reportName } from '../../../controllers/policy/reports/marks.ts';
import { type FollowedPolicy, Scan, type Summary } from '../../../controllers/policy/scan/index.ts';
import type { PolicySpec } from '../../../crds/policy/schema.ts';
import {
  connect,
  createLog,
  HttpClient,
  isNotFound,
  Manager,
  monotonicClock,
} from '../../../operator/index.ts';
import { eventually } from '../../eventually.ts';
import { untilEstablished } from '../../installation.ts';
import { Kubectl } from '../../kubectl.ts';
import { facts } from './stage.ts';

/** As whom it runs: it may list pods, workloads, namespaces, definitions, and write reports. */
const operator = 'the-operator';

const may = (groups: readonly string[], resources: readonly string[], verbs: readonly string[]) => ({
  apiGroups: groups,
  resources,
  verbs,
});
const follow = ['list', 'watch'];
const rights = [
  may([''], ['pods', 'replicationcontrollers', 'namespaces', 'configmaps', 'secrets'], follow),
  may(['apps', 'batch'], ['*'], follow),
  may(['apiextensions.k8s.io'], ['customresourcedefinitions'], follow),
  may(['wgpolicyk8s.io', 'openreports.io'], ['*'], [...follow, 'create', 'patch', 'delete']),
  may(['example.com'], ['widgets'], follow),
];

/** A cluster with simulated nodes, in which what is there is looked at. */
export class ScanStage implements AsyncDisposable {
  readonly cluster: Cluster;
  readonly kubectl: Kubectl;
  readonly client: HttpClient;
  readonly #open = new AsyncDisposableStack();
  /** What it is told of, in order. */
  readonly told: string[] = [];
  /** How often an object was judged by a Policy. */
  judgements = 0;
  /** Milliseconds by which its clock is ahead. */
  ahead = 0;
  scan: Scan | undefined;
  #given = facts();
  #stop: () => Promise<void> = async () => {};

  private constructor(cluster: Cluster, kubectl: Kubectl, client: HttpClient) {
    this.cluster = cluster;
    this.kubectl = kubectl;
    this.client = client;
  }

  static async open(
    definitions: readonly { readonly metadata: { readonly name: string } }[],
  ): Promise<ScanStage> {
    const cluster = await startCluster({ nodes: 'simulated:2', auditLog: true });
    const kubectl = await Kubectl.forCluster(cluster.kubeconfig);
    const connection = await connect({ kubeconfig: cluster.kubeconfig });
    const stage = new ScanStage(cluster, kubectl, new HttpClient(connection, { fieldManager: 'test' }));
    stage.#open.defer(() => cluster.stop());
    stage.#open.defer(() => connection.close());
    await kubectl.apply([
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'ClusterRole',
        metadata: { name: operator },
        rules: rights,
      },
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'ClusterRoleBinding',
        metadata: { name: operator },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: operator },
        subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: operator }],
      },
      ...definitions,
    ]);
    for (const { metadata } of definitions) await untilEstablished(kubectl, metadata.name);
    return stage;
  }

  /** Begins to look; what runs already is ended first. */
  async start(): Promise<void> {
    await this.end();
    const connection = await connect({ kubeconfig: this.cluster.kubeconfigFor(operator) });
    const manager = new Manager({
      connection,
      fieldManager: 'mainstay',
      log: createLog({ level: 'silent' }),
    });
    const scan = new Scan({
      manager,
      clock: monotonicClock,
      now: () => Date.now() + this.ahead,
      log: manager.log,
      changed: (policy) => this.told.push(policy),
      measure: () => {
        this.judgements += 1;
      },
    });
    addPolicyReports(manager, scan);
    const stopping = new AbortController();
    const running = manager.run(stopping.signal);
    this.scan = scan;
    this.#stop = async () => {
      stopping.abort();
      await running;
      await connection.close();
    };
  }

  async end(): Promise<void> {
    const stop = this.#stop;
    this.#stop = async () => {};
    await stop();
  }

  follow(policies: readonly FollowedPolicy[], given = this.#given): void {
    this.#given = given;
    this.scan?.follow(policies, given);
  }

  /** Waits until all that the Policy matches has been looked at, and what is known then is so. */
  async until(name: string, what: (summary: Summary) => boolean = () => true): Promise<Summary> {
    return eventually(() => {
      const summary = this.scan?.summaryOf(name);
      if (summary?.scan.at !== undefined && summary.scan.pending === 0 && what(summary)) return summary;
      throw new Error(`${name} is not as awaited: ${JSON.stringify(summary)}`);
    });
  }

  /** The report of a namespace in that group; undefined if there is none. */
  async report(namespace: string, group = 'wgpolicyk8s.io'): Promise<PolicyReport | undefined> {
    const api = reportApis.find(({ namespaced }) => namespaced.group === group);
    if (api === undefined) throw new Error(`no reports of ${group}`);
    try {
      return await (namespace === ''
        ? this.client.get(api.cluster, { name: reportName })
        : this.client.get(api.namespaced, { namespace, name: reportName }));
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  /** What it wrote since that line of the audit log: verb, resource and namespace of each. */
  async written(since = 0): Promise<readonly string[]> {
    const all = await readAuditLog(this.cluster.auditLog);
    return all
      .filter((request) => request.user === operator && isMutating(request))
      .map(({ verb, resource, namespace }) => `${verb} ${resource} ${namespace ?? ''}`.trim())
      .slice(since);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end();
    await this.#open.disposeAsync();
  }
}

export function namespace(name: string, labels: Readonly<Record<string, string>> = {}): object {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } };
}

/** A Policy as the scan takes it: in force as its spec says. */
export function followed(name: string, fields: Partial<PolicySpec>): FollowedPolicy {
  const spec: PolicySpec = {
    severity: 'medium',
    enforcement: 'Audit',
    match: { workloads: true },
    rules: [
      {
        name: 'registry',
        expression: "podSpec.containers.all(c, c.image.startsWith('good/'))",
        message: 'images come from good/',
      },
    ],
    ...fields,
  };
  return { name, spec, enforcement: spec.enforcement };
}
