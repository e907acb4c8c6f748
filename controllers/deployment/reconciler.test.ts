import { describe, expect, it } from 'vitest';
import { finalizer } from '../../crds/deployment/names.ts';
import { Store } from '../../operator/cache/store.ts';
import { ApiError } from '../../operator/client/apiError.ts';
import type { JsonPatchOperation } from '../../operator/client/client.ts';
import type { ReconcileContext, ReconcileResult } from '../../operator/controller/reconciler.ts';
import { ManualClock } from '../../operator/queue/manualClock.ts';
import type { Job, ReplicaSet } from '../../operator/resources/builtin.ts';
import { type KubernetesObject, keyOf, type ObjectName } from '../../operator/resources/object.ts';
import type { Resource } from '../../operator/resources/resource.ts';
import { StatusWriter } from '../../operator/status/statusWriter.ts';
import { Snapshots } from './config/snapshots.ts';
import { type Deployment, deployments } from './deployment.ts';
import { controllerOf } from './informers.ts';
import { aCanary, aSpec } from './plan/builders.ts';
import { DeploymentReconciler, type ReconcilerParts } from './reconciler.ts';
import { StatusPace } from './statusPace.ts';
import { Templates } from './template/templates.ts';

const { signal } = new AbortController();
const context = { signal, log: { info: () => {} }, failures: 0 } as unknown as ReconcileContext;
const invalid = new ApiError({ verb: 'create', kind: 'Job', name: 'team/shop-smoke' }, 422, {
  reason: 'Invalid',
  message: 'no such policy',
});
const nothing = { get: () => undefined, list: () => [], byIndex: () => [] };

/** A Deployment in a cluster where nothing happens by itself, and its reconciler. */
class Shop {
  readonly #clock = new ManualClock();
  /** By what waited for its turn. */
  #isAskedFor = false;
  #generation = 0;
  readonly #deployments = new Store<Deployment>({});
  readonly #replicaSets = new Store<ReplicaSet, 'controller'>({ controller: controllerOf });
  readonly #jobs = new Store<Job>({});
  readonly #reconciler: DeploymentReconciler;

  /** The API server refuses Jobs. */
  refuses = false;
  /** Milliseconds. */
  writeTakes = 0;
  /** Reasons. */
  readonly events: string[] = [];

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
      patch: async (
        _: Resource,
        name: ObjectName,
        { body }: { readonly body: readonly JsonPatchOperation[] },
      ) => {
        const patched = structuredClone(this.#replicaSets.get(keyOf(name))) as ReplicaSet;
        for (const operation of body) patch(patched, operation);
        return store(patched);
      },
      /** Of a status. */
      apply: async (_: Resource, { metadata, status }: Deployment) => {
        this.#clock.freeze(this.writeTakes);
        const told = { ...this.#deployments.get(keyOf(metadata)), status } as Deployment;
        this.#deployments.set(keyOf(told), told);
        return told;
      },
    };
    const now = () => Date.parse('2026-01-01T00:00:00Z') + this.#clock.now();
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
      templates: new Templates(client as never, now),
      applier: { apply: async () => ({ outcomes: [] }) },
      analyses: { run: () => {}, stop: () => {}, views: () => new Map() },
      snapshots: new Snapshots(client as never, { versionOf: () => undefined }),
      statusWriter: new StatusWriter({ client: client as never, resource: deployments }),
      pace: new StatusPace(this.#clock, (key) => {
        this.#isAskedFor ||= key === 'team/shop';
      }),
      recorder: {
        record: ({ metadata: { name } }: Deployment, { reason }: { readonly reason: string }) => {
          if (name === 'shop') this.events.push(reason);
        },
      },
      onReport: () => {},
      now,
    } as unknown as ReconcilerParts);
  }

  get deployment(): Deployment | undefined {
    return this.#deployments.get(keyOf({ namespace: 'team', name: 'shop' }));
  }

  /** How many pods each revision is to have, the oldest first. */
  get sizes(): readonly number[] {
    const own = [...this.#replicaSets.list()].filter(({ metadata }) => metadata.name.startsWith('shop-'));
    return own.map(({ spec }) => spec?.replicas ?? 0);
  }

  get jobs(): readonly Job[] {
    return [...this.#jobs.list()];
  }

  apply(image: string, spec: object, name = 'shop'): void {
    this.#generation += 1;
    const applied = {
      apiVersion: 'mainstay.dev/v1alpha1',
      kind: 'Deployment',
      metadata: {
        name,
        namespace: 'team',
        uid: name,
        generation: this.#generation,
        finalizers: [finalizer],
      },
      spec: { ...aSpec(spec), template: { spec: { containers: [{ name: 'main', image }] } } },
      status: this.#deployments.get(keyOf({ namespace: 'team', name }))?.status,
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
    const end = this.#clock.now() + 60_000;
    while (this.#clock.now() < end) {
      this.#isAskedFor = false;
      const { requeueAfter = end } = await this.look();
      const due = Math.min(this.#clock.now() + requeueAfter, end);
      while (this.#clock.now() < due && !this.#isAskedFor) this.#clock.advance(10);
    }
  }

  look(name = 'shop'): Promise<ReconcileResult> {
    return this.#reconciler.reconcile(keyOf({ namespace: 'team', name }), context);
  }
}

function patch(object: object, operation: JsonPatchOperation): void {
  if (operation.op === 'test') return;
  const path = operation.path.slice(1).split('/');
  const steps = path.map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
  const last = steps.pop() ?? '';
  let parent = object as Record<string, unknown>;
  for (const step of steps) {
    parent[step] ??= {};
    parent = parent[step] as Record<string, unknown>;
  }
  if (operation.op === 'remove') delete parent[last];
  else parent[last] = operation.value;
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

describe('where so many roll out at once that what goes on waits to be told', () => {
  const stepped = {
    replicas: 10,
    strategy: aCanary({ steps: [{ weight: 10 }, { weight: 50 }, { weight: 100 }] }),
  };

  async function crowded(): Promise<Shop> {
    const shop = new Shop();
    await shop.rollOut('shop:1', stepped);
    await crowd(shop);
    shop.events.length = 0;
    return shop;
  }

  async function crowd(shop: Shop): Promise<void> {
    shop.writeTakes = 1000;
    for (let number = 1; number <= 20; number += 1) {
      shop.apply('other:1', stepped, `other-${number}`);
      await shop.look(`other-${number}`);
    }
    shop.writeTakes = 0;
  }

  it('of one whose first status says that it is there, no more is told', async () => {
    const shop = new Shop();
    await crowd(shop);
    shop.apply('shop:1', stepped);
    await shop.look();
    expect(shop.deployment?.status, 'waits').toBeUndefined();
    shop.run();
    await shop.look();
    expect(shop.deployment?.status?.phase).toBe('Healthy');
    expect(shop.events).toEqual(['Promoted']);
  });

  it('no step is found anew, and each event is told once', async () => {
    const shop = await crowded();
    shop.apply('shop:2', stepped);
    await shop.look();
    expect(shop.deployment?.status?.phase, 'waits').toBe('Healthy');
    const canary: number[] = [];
    for (let looks = 0; looks < 40; looks += 1) {
      if (looks % 2 === 0) shop.run();
      await shop.look();
      canary.push(shop.sizes[1] ?? 0);
    }
    expect(canary).toEqual(canary.toSorted((a, b) => a - b));
    expect(canary.at(-1)).toBe(10);
    expect(shop.deployment?.status).toMatchObject({ phase: 'Healthy', revision: 2 });
    expect(shop.events).toEqual(['RolloutStarted', 'StepStarted', 'StepStarted', 'Promoted']);
  });

  it('what is held stays as it is', async () => {
    const shop = await crowded();
    shop.apply('shop:2', stepped);
    await shop.look();
    shop.run();
    const before = shop.sizes;
    expect(before[1]).toBeGreaterThan(0);
    shop.apply('shop:2', { ...stepped, paused: true });
    for (let looks = 0; looks < 5; looks += 1) await shop.look();
    expect(shop.sizes).toEqual(before);
  });
});
