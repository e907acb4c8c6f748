import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Cache } from '../cache/cache.ts';
import { configMaps } from '../resources/builtin.ts';
import { keyOf, type ObjectName } from '../resources/object.ts';
import { Applier } from './applier.ts';
import type { ApplyClient } from './applyClient.ts';
import { Contention } from './contention.ts';
import { type DesiredObject, desire } from './desired.ts';
import type { ApplyIdentity } from './identity.ts';
import { inventoryOf, ownerIndex } from './inventory.ts';
import { ModelServer, type Thing } from './modelServer.ts';

// Two owners, whose wishes change; others, who make, change, forge and delete objects at any instant, also between a
// look and a write; a watch that is late; and an operator that is killed before or after any write.

const identity: ApplyIdentity = { fieldManager: 'us', ownerLabel: 'owner', desiredAnnotation: 'desired' };
const owners = ['one', 'two'] as const;
const names = ['a', 'b', 'c'] as const;
type OwnerName = (typeof owners)[number];

/** What others do to an object. */
type Meddling = {
  readonly what:
    | 'make'
    | 'edit'
    | 'delete'
    | 'replace'
    | 'forge'
    | 'seize'
    | 'unlabel'
    | 'disown'
    | 'hold'
    | 'release';
  readonly name: string;
  readonly owner: OwnerName;
};

/** What happens around the n-th write of a run: others are faster, or the process dies before or after it. */
interface Interruption {
  readonly write: number;
  readonly meddling?: Meddling | undefined;
  readonly killed?: 'before' | 'after' | undefined;
}

type Step =
  | { readonly do: 'wish'; readonly owner: OwnerName; readonly wishes: readonly Wish[] }
  | {
      readonly do: 'run';
      readonly owners: readonly OwnerName[];
      readonly interruptions: readonly Interruption[];
    }
  | { readonly do: 'meddle'; readonly meddling: Meddling }
  | { readonly do: 'watch'; readonly events: number }
  | { readonly do: 'restart' };

interface Wish {
  readonly name: string;
  readonly value: string;
  readonly wave: number;
  readonly takeOver: NonNullable<DesiredObject['takeOver']>;
}

class World {
  readonly #server = new ModelServer();
  readonly #wishes = new Map<OwnerName, readonly Wish[]>();
  /** Objects that an apply of ours has made and nobody else has touched, by UID. */
  readonly #made = new Map<string, OwnerName>();
  #process = this.#start();
  #time = 0;
  /** What may never happen and did: an error thrown to an applier would only be one more failed write. */
  readonly #violations: string[] = [];

  /** A process whose cache has listed everything. */
  #start() {
    const cache = new Cache<Thing, 'owner'>({
      indexes: { owner: ownerIndex(identity) },
      selects: () => true,
      onChange: () => {},
    });
    cache.beginList();
    cache.addPage(this.#server.list(), String(this.#server.history.length));
    cache.endList(
      String(
        this.#server
          .list()
          .reduce((most, { metadata }) => Math.max(most, Number(metadata.resourceVersion)), 1),
      ),
    );
    return {
      cache,
      seen: this.#server.history.length,
      contention: new Contention({ now: () => this.#time }),
    };
  }

  async take(step: Step): Promise<void> {
    if (step.do === 'wish') this.#wishes.set(step.owner, step.wishes);
    else if (step.do === 'meddle') this.#meddle(step.meddling);
    else if (step.do === 'watch') this.#deliver(step.events);
    else if (step.do === 'restart') this.#process = this.#start();
    else await this.#run(step.owners, step.interruptions);
  }

  /** Everything comes in, and nobody interferes any more. Then what is ours is what is wished for, and nothing else. */
  async settle(): Promise<void> {
    this.#server.release();
    for (let round = 0; round < 8; round += 1) {
      this.#deliver(Number.POSITIVE_INFINITY);
      this.#time += 3_600_000;
      await this.#run(owners, []);
    }
    this.#deliver(Number.POSITIVE_INFINITY);
    for (const owner of owners) {
      const wished = this.#wishes.get(owner) ?? [];
      const ours = this.#server.list().filter(({ metadata }) => this.#holder(metadata.name) === owner);
      // A name that another owner has, or an object that may not be taken, holds up what comes after it.
      const blocked = wished.some(({ name, takeOver }) => {
        const holder = this.#holder(name);
        return (
          this.#server.get(name) !== undefined &&
          holder !== owner &&
          (holder !== undefined || takeOver === 'Never')
        );
      });
      if (blocked) continue;
      const expected = wished.map(({ name }) => name).toSorted();
      expect(ours.map(({ metadata }) => metadata.name).toSorted()).toEqual(expected);
      for (const { name, value } of wished) expect(this.#server.get(name)?.data).toMatchObject({ value });
      // Nothing of our making is left, also by a label that is there no more.
      for (const { metadata } of this.#server.list()) {
        if (this.#made.get(metadata.uid ?? '') !== owner) continue;
        expect(expected).toContain(metadata.name);
      }
    }
    // What stands costs no write.
    const written = this.#server.history.length;
    await this.#run(owners, []);
    const contested = owners.some((owner) =>
      (this.#wishes.get(owner) ?? []).some(({ takeOver }) => takeOver === 'Always'),
    );
    if (!contested) expect(this.#server.history.length).toBe(written);
  }

  /** Whose an object is: by the server's word, not by what the code under test makes of it. */
  #holder(name: string): string | undefined {
    return this.#server.applied(identity.fieldManager, name, `labels/${identity.ownerLabel}`);
  }

  #deliver(count: number): void {
    const { cache, seen } = this.#process;
    const events = this.#server.history.slice(seen, seen + count);
    this.#process.seen += events.length;
    for (const { type, object } of events) cache.event(type, object, object.metadata.resourceVersion ?? '');
  }

  #meddle({ what, name, owner }: Meddling): void {
    const there = this.#server.get(name);
    const touch = () => this.#made.delete(there?.metadata.uid ?? '');
    const label = `labels/${identity.ownerLabel}`;
    if (what === 'release') {
      this.#server.release();
      return;
    }
    if (what === 'make') {
      if (there === undefined) this.#server.update('others', name, { 'data/value': 'theirs' });
      return;
    }
    if (there === undefined) return;
    touch();
    if (what === 'edit') this.#server.update('others', name, { 'data/value': 'theirs' });
    else if (what === 'hold') this.#server.hold(name);
    else if (what === 'disown') this.#server.disown(name);
    else if (what === 'unlabel') this.#server.update('others', name, { [label]: undefined });
    // Theirs now: the label says something else, and is theirs.
    else if (what === 'seize') this.#server.update('others', name, { [label]: 'others' });
    else if (what === 'forge') {
      this.#server.update('others', name, { [label]: undefined });
      this.#server.update('others', name, {
        [label]: owner,
        [`annotations/${identity.desiredAnnotation}`]: 'forged',
      });
    } else {
      this.#server.delete(name);
      if (what === 'replace' && this.#server.get(name) === undefined)
        this.#server.update('others', name, { 'data/value': 'theirs' });
    }
  }

  /** One reconcile of each of the owners, side by side. A killed process does not go on; another begins with a list. */
  async #run(which: readonly OwnerName[], interruptions: readonly Interruption[]): Promise<void> {
    const killed = Promise.withResolvers<'killed'>();
    const line = { writes: 0, dead: false };
    const ends = which.map((owner) =>
      this.#reconcile(owner, line, interruptions, () => killed.resolve('killed')),
    );
    const ended = await Promise.race([Promise.all(ends), killed.promise]);
    expect(this.#violations).toEqual([]);
    if (ended === 'killed') this.#process = this.#start();
  }

  #reconcile(
    owner: OwnerName,
    line: { writes: number; dead: boolean },
    interruptions: readonly Interruption[],
    kill: () => void,
  ): Promise<unknown> {
    const { cache, contention } = this.#process;
    const write = async <Result>(
      name: string,
      send: () => Result,
      tell: (handle: ReturnType<typeof cache.beginWrite>, result: Result) => void,
    ) => {
      const here = interruptions.filter(({ write: at }) => at === line.writes);
      line.writes += 1;
      const die = () => {
        line.dead = true;
        kill();
        return new Promise<never>(() => {});
      };
      if (line.dead || here.some(({ killed }) => killed === 'before')) return die();
      const handle = cache.beginWrite(keyOf({ namespace: 'model', name }));
      // On its way.
      await Promise.resolve();
      for (const { meddling } of here) if (meddling !== undefined) this.#meddle(meddling);
      try {
        const result = send();
        if (here.some(({ killed }) => killed === 'after')) return await die();
        tell(handle, result);
        return result;
      } finally {
        handle.end();
      }
    };
    const client: ApplyClient = {
      apply: (_, object) =>
        write(
          object.metadata.name,
          () => this.#apply(owner, object),
          (handle, result) => handle.wrote(result),
        ),
      patch: () => Promise.reject(new Error('nothing of this is patched')),
      delete: (_, { name }: ObjectName, { preconditions = {} } = {}) =>
        write(
          name,
          () => this.#delete(owner, name, preconditions),
          (handle, left) => (left === undefined ? handle.deleted(undefined) : handle.wrote(left)),
        ).then(() => {}),
    };
    const applier = new Applier({
      client,
      identity,
      contention,
      inventory: inventoryOf([{ resource: configMaps, lister: cache.store }]),
    });
    const desired = (this.#wishes.get(owner) ?? []).map(({ name, value, wave, takeOver }) =>
      desire(configMaps, { metadata: { namespace: 'model', name }, data: { value } }, { wave, takeOver }),
    );
    const log = { info: () => {}, warn: () => {} };
    return applier.apply({ owner: { uid: owner }, desired, prune: [{ resource: configMaps }], log });
  }

  #apply(owner: OwnerName, object: Parameters<ModelServer['apply']>[1]): Thing {
    const before = this.#server.get(object.metadata.name);
    const after = this.#server.apply(identity.fieldManager, object);
    const { uid = '' } = after.metadata;
    // From the first write on it can be told whose it is: a kill may follow.
    if (this.#holder(object.metadata.name) !== owner)
      this.#violations.push(`${object.metadata.name} is not known to be ours`);
    if (before === undefined) this.#made.set(uid, owner);
    else if (this.#made.has(uid)) this.#made.set(uid, owner);
    return after;
  }

  #delete(
    owner: OwnerName,
    name: string,
    preconditions: { readonly uid?: string; readonly resourceVersion?: string },
  ) {
    const holder = this.#holder(name);
    this.#server.delete(name, preconditions);
    // It is done: so it must have been this owner's at that instant, and not wanted.
    if (holder !== owner) this.#violations.push(`${name} was deleted by ${owner}, whose it was not`);
    if (this.#wishes.get(owner)?.some((wish) => wish.name === name))
      this.#violations.push(`${name} was deleted, and is wanted`);
    return this.#server.get(name);
  }
}

const name = fc.constantFrom(...names);
const owner = fc.constantFrom(...owners);
const meddling: fc.Arbitrary<Meddling> = fc.record({
  what: fc.constantFrom(
    'make',
    'edit',
    'delete',
    'replace',
    'replace',
    'forge',
    'seize',
    'seize',
    'unlabel',
    'disown',
    'hold',
    'release',
  ),
  name,
  owner,
});
const interruption: fc.Arbitrary<Interruption> = fc.record({
  write: fc.nat(2),
  meddling: fc.option(meddling, { nil: undefined, freq: 6 }),
  killed: fc.option(fc.constantFrom('before' as const, 'after' as const), { nil: undefined, freq: 1 }),
});
const wishes: fc.Arbitrary<readonly Wish[]> = fc.uniqueArray(
  fc.record({
    name,
    value: fc.constantFrom('x', 'y'),
    wave: fc.nat(1),
    takeOver: fc.oneof(
      { weight: 6, arbitrary: fc.constant('Unclaimed' as const) },
      { weight: 1, arbitrary: fc.constantFrom('Never' as const, 'Always' as const) },
    ),
  }),
  { selector: (wish) => wish.name },
);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('wish' as const), owner, wishes }) },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('run' as const),
      owners: fc.constantFrom(['one'] as const, ['two'] as const, owners),
      interruptions: fc.array(interruption, { maxLength: 2 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('meddle' as const), meddling }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('watch' as const), events: fc.integer({ min: 1, max: 4 }) }),
  },
  { weight: 1, arbitrary: fc.constant({ do: 'restart' as const }) },
);

test('nothing of another’s is ever deleted, and nothing of ours is left', { timeout: 60_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 20 }), async (steps) => {
      const world = new World();
      for (const each of steps) await world.take(each);
      await world.settle();
    }),
    { numRuns: 1000 },
  );
});
