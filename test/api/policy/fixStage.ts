import { deployments } from '../../../controllers/deployment/deployment.ts';
import type { Candidate, compile } from '../../../controllers/policy/compile/index.ts';
import { addFixes, type Fixes } from '../../../controllers/policy/fix/index.ts';
import { type FixSettings, fixSettings } from '../../../controllers/policy/fix/settings.ts';
import { operatorUser } from '../../../crds/admission/installation.ts';
import { deploymentAdmission } from '../../../crds/deployment/admission.ts';
import { group as ownGroup } from '../../../crds/group.ts';
import { isAlreadyExists, isNotFound } from '../../../operator/client/apiError.ts';
import { createLog } from '../../../operator/manager/log.ts';
import { Manager } from '../../../operator/manager/manager.ts';
import type { KubernetesObject } from '../../../operator/resources/object.ts';
import { defineResource, type Resource } from '../../../operator/resources/resource.ts';
import { connect } from '../../../operator/transport/connect.ts';
import { eventually } from '../../eventually.ts';
import { sharedKubeconfig } from '../sharedServer.ts';
import type { Manifest, Stage } from './stage.ts';

/** Kinds of objects that tests have fixed. */
export const resources: Readonly<Record<string, Resource>> = Object.fromEntries(
  [
    ['apps', 'Deployment', 'deployments'],
    ['apps', 'ReplicaSet', 'replicasets'],
    ['apps', 'StatefulSet', 'statefulsets'],
    ['apps', 'DaemonSet', 'daemonsets'],
    ['batch', 'CronJob', 'cronjobs'],
    ['batch', 'Job', 'jobs'],
    ['', 'Pod', 'pods'],
    ['', 'ConfigMap', 'configmaps'],
    ['rbac.authorization.k8s.io', 'Role', 'roles'],
  ].map(([group = '', kind = '', plural = '']) => [
    kind,
    defineResource({ group, version: 'v1', kind, plural, scope: 'Namespaced' }),
  ]),
);

export interface Content extends KubernetesObject {
  readonly spec: Readonly<Record<string, unknown>>;
}

/** The operator's fixes alone, as the operator, with a scan of the test's own. */
export class Operator implements AsyncDisposable {
  readonly fixes: Fixes;
  readonly manager: Manager;
  readonly #stop = new AbortController();
  readonly #running: Promise<void>;
  readonly #close: () => Promise<void>;

  private constructor(manager: Manager, fixes: Fixes, close: () => Promise<void>) {
    this.manager = manager;
    this.fixes = fixes;
    this.#close = close;
    this.#running = manager.run(this.#stop.signal);
  }

  /** @param groups whose rights it has besides its own */
  static async start(
    groups: readonly string[] = ['system:masters'],
    settings: Partial<FixSettings> = { perMinute: 600, asksPerSecond: 100 },
  ): Promise<Operator> {
    const connection = await connect({
      kubeconfig: sharedKubeconfig(),
      impersonate: { user: operatorUser, groups },
    });
    const manager = new Manager({
      connection,
      fieldManager: 'mainstay',
      log: createLog({ level: 'silent' }),
    });
    const fixes = addFixes(manager, fixSettings.parse(settings), { changed: () => {} });
    return new Operator(manager, fixes, () => connection.close());
  }

  /** Follows the Policies as they were compiled. */
  follow(candidates: readonly Candidate[], compiled: ReturnType<typeof compile>): void {
    this.fixes.follow(
      candidates.flatMap(({ name, spec: { fix } }) =>
        fix === undefined || fix.existing === 'Off'
          ? []
          : [{ name, existing: fix.existing, mark: compiled.fixes.find((one) => one.policy === name)?.mark }],
      ),
    );
  }

  /** Tells once what an object that is there violates. */
  async violates(stage: Stage, object: Manifest, policies: readonly string[]): Promise<void> {
    this.#tell(resourceOf(object), await stage.read<KubernetesObject>(object), policies);
  }

  /** Tells what an object violates whenever it changes. */
  scan(watched: Manifest, judge: (object: Content) => readonly string[]): void {
    this.watch(watched, (object, isGone) =>
      this.#tell(resourceOf(watched), object, isGone ? [] : judge(object)),
    );
  }

  /** Tells of the object as it is, and whenever it changes. */
  watch(watched: Manifest, listener: (object: Content, isGone: boolean) => void): void {
    const { name, namespace } = watched.metadata;
    const { informer } = this.manager.follow<Content>({
      resource: resourceOf(watched) as Resource<Content>,
      namespace,
      fieldSelector: `metadata.name=${name}`,
    });
    informer.onChange(({ type, object }) => listener(object, type === 'Deleted'));
    for (const object of informer.list()) listener(object, false);
  }

  #tell(resource: Resource, { metadata }: KubernetesObject, policies: readonly string[]): void {
    const { name, namespace, uid = '', resourceVersion = '' } = metadata;
    const address = { name, ...(namespace === undefined ? {} : { namespace }) };
    this.fixes.violates({ resource, ...address, uid, resourceVersion }, policies);
  }

  /** Waits until it is said of the object why it is not changed. */
  async reasonOf(policy: string, { metadata: { name } }: Manifest, within = 30_000) {
    return eventually(
      () => {
        const found = this.fixes.statusOf(policy)?.objects?.find((one) => one.name === name);
        if (found === undefined || found.reason === 'NotInForce')
          throw new Error(`nothing is said of ${name} yet`);
        return found;
      },
      { within },
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#running;
    await this.#close();
  }
}

/**
 * The guard over what the operator makes for Deployments, as it is installed, and a group that has these rights besides;
 * until it is disposed of.
 */
export async function install(
  stage: Stage,
  rules: readonly {
    readonly group: string;
    readonly resources: readonly string[];
    readonly verbs: readonly string[];
  }[],
): Promise<AsyncDisposable & { readonly group: string }> {
  installations += 1;
  const name = `fixers-${installations}`;
  const roles = '/apis/rbac.authorization.k8s.io/v1';
  const guards = '/apis/admissionregistration.k8s.io/v1';
  const guard = deploymentAdmission
    .filter(({ metadata }) => metadata.name === 'mainstay-deployment-operator')
    .map((object) => ({
      path: `${guards}/${object.kind === 'ValidatingAdmissionPolicy' ? 'validatingadmissionpolicies' : 'validatingadmissionpolicybindings'}`,
      object,
    }));
  const role = {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name },
    rules: rules.map(({ group, resources: of, verbs }) => ({ apiGroups: [group], resources: of, verbs })),
  };
  const binding = {
    apiVersion: role.apiVersion,
    kind: 'ClusterRoleBinding',
    metadata: { name },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name }],
  };
  const made = [
    ...guard,
    { path: `${roles}/clusterroles`, object: role },
    { path: `${roles}/clusterrolebindings`, object: binding },
  ];
  for (const { path, object } of made)
    await stage.client.request({ method: 'POST', path, body: object }).catch(unlessThere);
  // The API server judges by what was made before this.
  await stage.put([]);
  return {
    group: name,
    [Symbol.asyncDispose]: async () => {
      for (const { path, object } of made.toReversed()) {
        await stage.client
          .request({ method: 'DELETE', path: `${path}/${object.metadata.name}` })
          .catch(unlessGone);
      }
    },
  };
}

let installations = 0;

function unlessThere(error: unknown): void {
  if (!isAlreadyExists(error)) throw error;
}

function unlessGone(error: unknown): void {
  if (!isNotFound(error)) throw error;
}

export function resourceOf({ kind, apiVersion = '' }: Partial<Manifest>): Resource {
  if (apiVersion.startsWith(`${ownGroup}/`)) return deployments;
  const resource = resources[kind ?? ''];
  if (resource === undefined) throw new Error(`tests fix no ${kind}`);
  return resource;
}
