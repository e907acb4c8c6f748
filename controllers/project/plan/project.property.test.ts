import fc from 'fast-check';
import { expect, test } from 'vitest';
import { finalizers, labels } from '../../../crds/project/names.ts';
import { aNamespace, aProject } from '../builders.ts';
import { isHeld, World } from './world.ts';

/** What happens in the cluster between our writes. */
type Happening =
  | {
      readonly type: 'Apply';
      readonly environments: readonly string[];
      readonly deletionPolicy: 'Retain' | 'Delete';
      readonly quota: { readonly mode: 'Static' | 'Elastic'; readonly pods: number } | undefined;
    }
  | { readonly type: 'DeleteProject' | 'StripFinalizer' | 'Sweep' | 'DeleteDefinition' | 'RestoreDefinition' }
  /** Somebody makes a namespace of a name that an environment may want. */
  | { readonly type: 'Squat'; readonly environment: string }
  | { readonly type: 'DeleteSomething' | 'DeleteNamespace'; readonly pick: number }
  /** The quota controller comes to a quota; and so many pods run where it is. */
  | { readonly type: 'Enforce'; readonly pick: number }
  | { readonly type: 'Use'; readonly pick: number; readonly pods: number }
  /** We make some of the writes that we would make now, and are killed. */
  | { readonly type: 'Write'; readonly picks: readonly number[] };

const environment = fc.constantFrom('a', 'b', 'c');
const pick = fc.nat({ max: 20 });
const quota = fc.option(
  fc.record({
    mode: fc.constantFrom('Static' as const, 'Elastic' as const),
    pods: fc.constantFrom(10, 10, 10, 7, 13),
  }),
  { nil: undefined },
);
const happening: fc.Arbitrary<Happening> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant('Apply' as const),
      environments: fc.uniqueArray(environment, { minLength: 1 }),
      deletionPolicy: fc.constantFrom('Retain' as const, 'Delete' as const),
      quota,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constantFrom(
        'DeleteProject' as const,
        'StripFinalizer' as const,
        'DeleteDefinition' as const,
        'RestoreDefinition' as const,
      ),
    }),
  },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('Sweep' as const) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('Squat' as const), environment }) },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constantFrom('DeleteSomething' as const, 'DeleteNamespace' as const),
      pick,
    }),
  },
  { weight: 4, arbitrary: fc.record({ type: fc.constant('Enforce' as const), pick }) },
  {
    weight: 2,
    arbitrary: fc.record({ type: fc.constant('Use' as const), pick, pods: fc.nat({ max: 9 }) }),
  },
  {
    weight: 12,
    arbitrary: fc.record({
      type: fc.constant('Write' as const),
      picks: fc.array(pick, { minLength: 1, maxLength: 4 }),
    }),
  },
);

/** A world, and what must hold of every write in it. */
class Run {
  readonly world = new World();
  /** Namespaces that people made. */
  readonly squatted = new Set<string>();
  quotaWrites = 0;
  #generation = 0;

  happen(event: Happening): void {
    const { world } = this;
    switch (event.type) {
      case 'Apply': {
        const { environments, deletionPolicy, quota } = event;
        const spec = {
          deletionPolicy,
          ...(quota && { quota: { mode: quota.mode, hard: { pods: String(quota.pods) } } }),
          owners: [{ kind: 'Group', name: 'team' }],
          environments: environments.map((name) => ({ name, quota: { weight: name === 'b' ? 3 : 1 } })),
        };
        this.#generation += 1;
        const before = world.project?.metadata;
        const metadata = before ?? { uid: `uid-${this.#generation}`, finalizers: [] };
        world.project = aProject('shop', spec, { ...metadata, generation: this.#generation });
        return;
      }
      case 'DeleteProject':
        if (world.project === undefined) return;
        if ((world.project.metadata.finalizers ?? []).length === 0) world.project = undefined;
        else
          world.project = {
            ...world.project,
            metadata: { ...world.project.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' },
          };
        return;
      case 'StripFinalizer':
        if (world.project?.metadata.deletionTimestamp !== undefined) world.project = undefined;
        return;
      case 'DeleteDefinition':
        world.definition = 'BeingDeleted';
        return;
      case 'RestoreDefinition':
        world.definition = 'Serving';
        return;
      case 'Sweep': {
        world.sweep();
        for (const name of this.squatted) if (!world.namespaces.has(name)) this.squatted.delete(name);
        return;
      }
      case 'Squat': {
        const name = `shop-${event.environment}`;
        if (world.namespaces.has(name)) return;
        world.namespaces.set(name, aNamespace(name));
        this.squatted.add(name);
        return;
      }
      case 'DeleteSomething': {
        const objects = [...world.policies.keys(), ...world.access.keys()];
        const key = objects[event.pick % Math.max(objects.length, 1)];
        if (
          key !== undefined &&
          !world.policies.delete(key) &&
          (world.access.get(key)?.metadata.finalizers ?? []).length === 0
        ) {
          world.access.delete(key);
        }
        return;
      }
      case 'DeleteNamespace': {
        const [name, namespace] =
          [...world.namespaces][event.pick % Math.max(world.namespaces.size, 1)] ?? [];
        if (name === undefined || namespace === undefined) return;
        world.namespaces.set(name, {
          ...namespace,
          metadata: { ...namespace.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' },
        });
        return;
      }
      case 'Enforce':
      case 'Use': {
        const [key] = [...world.quotas.keys()].slice(event.pick % Math.max(world.quotas.size, 1));
        if (key === undefined) return;
        if (event.type === 'Use') world.use(key, event.pods);
        else world.enforce(key);
        return;
      }
      case 'Write': {
        const writes = [...world.writes()];
        for (const number of event.picks) {
          const [chosen] = writes.splice(number % Math.max(writes.length, 1), 1);
          if (chosen !== undefined) this.#make(chosen);
        }
        return;
      }
    }
  }

  /** Lets everything come to rest. */
  settle(): void {
    for (let round = 0; round < 60; round += 1) {
      const writes = this.world.writes();
      for (const write of writes) this.#make(write);
      this.happen({ type: 'Sweep' });
      for (const key of this.world.quotas.keys()) this.world.enforce(key);
      if (writes.length === 0 && round > 3) return;
    }
    throw new Error('never comes to rest');
  }

  #make({ write, make }: ReturnType<World['writes']>[number]): void {
    const { world } = this;
    const { kind, verb, namespace } = write;
    const live = world.namespaces.get(namespace);
    const detail = JSON.stringify(write);
    if (kind !== 'Project') {
      expect(this.squatted.has(namespace), `writes to a namespace of somebody else: ${detail}`).toBe(false);
    }
    if (verb === 'apply' && kind !== 'Namespace') {
      expect(
        live?.metadata.deletionTimestamp,
        `makes something in a namespace that goes: ${detail}`,
      ).toBeUndefined();
    }
    if (verb === 'apply' && kind === 'RoleBinding') {
      expect(world.policies.has(`${namespace}/mainstay-isolation`), `access before walls: ${detail}`).toBe(
        true,
      );
    }
    if (verb === 'delete' && kind === 'Namespace') {
      const { project } = world;
      const unwanted =
        project?.metadata.deletionTimestamp !== undefined ||
        project?.spec.environments.every(({ name }) => `shop-${name}` !== namespace) === true;
      expect(
        project?.spec.deletionPolicy === 'Delete' && world.definition === 'Serving' && unwanted,
        `deletes data: ${detail}`,
      ).toBe(true);
      const bare = [...world.access.values()].filter(
        ({ metadata }) =>
          metadata.namespace === namespace && !metadata.finalizers?.includes(finalizers.access),
      );
      expect(
        bare.map(({ metadata }) => metadata.name),
        'access that would go before what it is for',
      ).toEqual([]);
    }
    const before = world.counted();
    make();
    if (kind !== 'ResourceQuota') return;
    const total = Number(world.project?.spec.quota?.hard.pods ?? Number.POSITIVE_INFINITY);
    const after = world.counted();
    expect(
      after <= before || after <= total,
      `makes environments count for ${after} pods of ${total}, where it was ${before}: ${detail}`,
    ).toBe(true);
    this.quotaWrites += 1;
  }
}

test('whatever happens and whenever we are killed: nothing of others is touched, no access without walls, no more given than there is, no data lost unasked, and in the end all is as it should be', () => {
  let quotaWrites = 0;
  fc.assert(
    fc.property(fc.array(happening, { maxLength: 60, size: 'max' }), (events) => {
      const run = new Run();
      for (const event of events) run.happen(event);
      run.settle();
      quotaWrites += run.quotaWrites;
      const { world } = run;
      const leaving = world.project?.metadata.deletionTimestamp !== undefined;
      expect(leaving, 'a deleted Project goes').toBe(false);
      const wanted = new Set(world.project?.spec.environments.map(({ name }) => `shop-${name}`));
      for (const [name, namespace] of world.namespaces) {
        const mine = wanted.has(name) && !run.squatted.has(name);
        expect(isHeld(namespace), `${name} is held exactly if it is wanted`).toBe(mine);
        expect(world.access.has(`${name}/mainstay-admin`), `${name} has access exactly if it is held`).toBe(
          mine,
        );
        if (mine) {
          expect(world.policies.has(`${name}/mainstay-isolation`)).toBe(true);
          expect(namespace.metadata.labels?.[labels.owner]).toBe(world.project?.metadata.uid);
          expect(world.access.get(`${name}/mainstay-admin`)?.metadata.finalizers ?? []).toEqual([]);
          expect(
            world.quotas.has(`${name}/mainstay-quota`),
            `${name} has a quota exactly if there is one`,
          ).toBe(world.project?.spec.quota !== undefined);
        }
      }
      for (const name of wanted) expect(world.namespaces.has(name), `${name} is there`).toBe(true);
    }),
    { numRuns: 1_500 },
  );
  expect(quotaWrites).toBeGreaterThan(1_500);
}, 60_000);
