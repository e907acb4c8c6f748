import type { Candidate, compile } from '../../../controllers/policy/compile/index.ts';
import { addFixes, type Fixes } from '../../../controllers/policy/fix/index.ts';
import { type FixSettings, fixSettings } from '../../../controllers/policy/fix/settings.ts';
import { operatorUser } from '../../../crds/admission/installation.ts';
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
  scan(
    { kind, metadata: { name, namespace } }: Manifest,
    judge: (object: Content) => readonly string[],
  ): void {
    const resource = resourceOf({ kind });
    const following = this.manager.follow<Content>({
      resource: resource as Resource<Content>,
      namespace,
      fieldSelector: `metadata.name=${name}`,
    });
    const tell = (object: Content) => this.#tell(resource, object, judge(object));
    following.informer.onChange(({ type, object }) =>
      type === 'Deleted' ? this.#tell(resource, object, []) : tell(object),
    );
    for (const object of following.informer.list()) tell(object);
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

export function resourceOf({ kind }: Pick<Manifest, 'kind'>): Resource {
  const resource = resources[kind];
  if (resource === undefined) throw new Error(`tests fix no ${kind}`);
  return resource;
}
