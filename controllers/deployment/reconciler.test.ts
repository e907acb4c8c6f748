import { expect, it } from 'vitest';
import { finalizer } from '../../crds/deployment/names.ts';
import { Store } from '../../operator/cache/store.ts';
import { ApiError } from '../../operator/client/apiError.ts';
import type { ReconcileContext } from '../../operator/controller/reconciler.ts';
import type { Job, ReplicaSet } from '../../operator/resources/builtin.ts';
import { type KubernetesObject, keyOf } from '../../operator/resources/object.ts';
import type { Resource } from '../../operator/resources/resource.ts';
import { StatusWriter } from '../../operator/status/statusWriter.ts';
import { Snapshots } from './config/snapshots.ts';
import { type Deployment, deployments } from './deployment.ts';
import { controllerOf } from './informers.ts';
import { aCanary, aSpec } from './plan/builders.ts';
import { DeploymentReconciler, type ReconcilerParts } from './reconciler.ts';
import { Templates } from './template/templates.ts';

const { signal } = new AbortController();
const context = { signal, log: { info: () => {} }, failures: 0 } as unknown as ReconcileContext;
const invalid = new ApiError({ verb: 'create', kind: 'Job', name: 'team/shop-smoke' }, 422, {
  reason: 'Invalid',
  message: 'no such policy',
});
const nothing = { get: () => undefined, list: () => [], byIndex: () => [] };

/** One Deployment in a cluster where nothing happens by itself, and its reconciler. */
class Shop {
  #now = Date.parse('2026-01-01T00:00:00Z');
  #generation = 0;
  readonly #deployments = new Store<Deployment>({});
  readonly #replicaSets = new Store<ReplicaSet, 'controller'>({ controller: controllerOf });
  readonly #jobs = new Store<Job>({});
  readonly #reconciler: DeploymentReconciler;

  /** The API server refuses Jobs. */
  refuses = false;

  constructor() {
    const store = (object: KubernetesObject) => {
      if (this.refuses && object.kind === 'Job') throw invalid;
      return object.kind === 'Job'
        ? this.#jobs.set(keyOf(object), object as Job)
        : this.#replicaSets.set(keyOf(object), object as ReplicaSet);
    };
    const client = {
      fieldManager: 'mainstay',
      create: async (
        _: Resource,
        object: KubernetesObject,
        { dryRun = false }: { readonly dryRun?: boolean },
      ) => {
        const made = { ...object, metadata: { ...object.metadata, uid: object.metadata.name } };
        if (!dryRun) store(made);
        return made;
      },
      /** Of a status. */
      apply: async (_: Resource, { status }: Pick<Deployment, 'status'>) => {
        const told = { ...this.deployment, status } as Deployment;
        this.#deployments.set(keyOf(told), told);
        return told;
      },
    };
    this.#reconciler = new DeploymentReconciler({
      client,
      informers: {
        deployments: this.#deployments,
        replicaSets: this.#replicaSets,
        jobs: this.#jobs,
        pods: nothing,
        jobPods: nothing,
        endpoints: nothing,
      },
      templates: new Templates(client as never, () => this.#now),
      applier: { apply: async () => ({ outcomes: [] }) },
      analyses: { run: () => {}, stop: () => {}, views: () => new Map() },
      snapshots: new Snapshots(client as never, { versionOf: () => undefined }),
      statusWriter: new StatusWriter({ client: client as never, resource: deployments }),
      recorder: { record: () => {} },
      onReport: () => {},
      now: () => this.#now,
    } as unknown as ReconcilerParts);
  }

  get deployment(): Deployment | undefined {
    const [only] = this.#deployments.list();
    return only;
  }

  get jobs(): readonly Job[] {
    return [...this.#jobs.list()];
  }

  apply(image: string, spec: object): void {
    this.#generation += 1;
    const applied = {
      apiVersion: 'mainstay.dev/v1alpha1',
      kind: 'Deployment',
      metadata: {
        name: 'shop',
        namespace: 'team',
        uid: 'u1',
        generation: this.#generation,
        finalizers: [finalizer],
      },
      spec: { ...aSpec(spec), template: { spec: { containers: [{ name: 'main', image }] } } },
      status: this.deployment?.status,
    } as unknown as Deployment;
    this.#deployments.set(keyOf(applied), applied);
  }

  /** Another image, whose pods become available, and after which nothing happens any more. */
  async rollOut(image: string, spec: object): Promise<void> {
    this.apply(image, spec);
    await this.work();
    this.run();
    await this.work();
  }

  /** All pods become available at once. */
  run(): void {
    for (const set of [...this.#replicaSets.list()]) {
      const replicas = set.spec?.replicas ?? 0;
      const status = { replicas, readyReplicas: replicas, availableReplicas: replicas };
      this.#replicaSets.set(keyOf(set), { ...set, status } as ReplicaSet);
    }
  }

  /** One look at what has happened, and for a minute those alone that were asked for by the look before. */
  async work(): Promise<void> {
    const end = this.#now + 60_000;
    while (this.#now < end) {
      const { requeueAfter } = await this.#reconciler.reconcile(
        keyOf({ namespace: 'team', name: 'shop' }),
        context,
      );
      if (requeueAfter === undefined) return;
      this.#now += requeueAfter;
    }
  }
}

/** One step, which a Job measures. */
const measured = (metric: object = {}) => ({
  replicas: 1,
  strategy: aCanary({ steps: [{ weight: 50, analysis: {} }] }),
  analysis: { interval: '15s', metrics: [{ name: 'smoke', job: { template: {} }, ...metric }] },
});

it('the Job of a step is made though nothing happens any more once status tells of the step', async () => {
  const shop = new Shop();
  await shop.rollOut('shop:1', measured());
  await shop.rollOut('shop:2', measured());
  expect(shop.deployment?.status?.phase).toBe('Analyzing');
  expect(shop.jobs).toHaveLength(1);
});

it('a Job that the API server refuses is an error of its metric, which decides as the metric says', async () => {
  const shop = new Shop();
  shop.refuses = true;
  await shop.rollOut('shop:1', measured({ onError: 'Pause' }));
  await shop.rollOut('shop:2', measured({ onError: 'Pause' }));
  expect(shop.deployment?.status?.paused).toMatchObject({
    reason: 'AnalysisPaused',
    message: expect.stringContaining('no such policy'),
  });
});

it('a Job that was refused is tried again, since who refuses may be mended', async () => {
  const shop = new Shop();
  shop.refuses = true;
  await shop.rollOut('shop:1', measured());
  await shop.rollOut('shop:2', measured());
  expect(shop.deployment?.status?.analysis).toMatchObject([{ result: 'Error' }]);
  shop.refuses = false;
  await shop.work();
  expect(shop.jobs).toHaveLength(1);
  expect(shop.deployment?.status?.analysis).toMatchObject([{ result: 'Pending' }]);
});
