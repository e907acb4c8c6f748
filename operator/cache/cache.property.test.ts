import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { WriteInFlight } from '../client/writeObserver.ts';
import { type KubernetesObject, keyOf, type ObjectKey } from '../resources/object.ts';
import { Cache } from './cache.ts';
import type { Change } from './change.ts';

/** A server, its watch as far behind as may be, and a process that writes: what the cache says is checked at every step. */
class World {
  readonly cache = new Cache<Thing, 'byColor'>({
    indexes: { byColor: (thing) => [thing.color] },
    selects: (thing) => thing.selected,
    onChange: (change) => this.#heard(change),
  });
  readonly #live = new Map<ObjectKey, Thing>();
  readonly #history: Entry[] = [];
  readonly #inFlight: (Write | undefined)[] = [];
  readonly #answered = new Map<ObjectKey, number>();
  /** As of which version somebody has looked at the object because of a change by others. */
  readonly #lookedAt = new Map<ObjectKey, number>();
  readonly changes: Change<Thing>[] = [];
  #version = 10;
  #uids = 0;
  #watched: number;
  #list: { readonly version: number; readonly items: readonly Thing[] } | undefined;
  lists = 0;

  constructor() {
    this.#watched = this.#version;
    this.cache.beginList();
    this.cache.endList(String(this.#version));
  }

  write(name: string, action: Action, by: 'own' | 'other'): void {
    const key = keyOf({ name });
    const before = this.#live.get(key);
    const shown = this.cache.store.get(key);
    // Like a prune: what is deleted is what was seen, by its UID.
    const refused =
      action.type === 'delete' &&
      (before === undefined || (by === 'own' && shown?.metadata.uid !== before.metadata.uid));
    if (by === 'own' && this.#inFlight.some((write) => write?.key === key)) this.#overlapped = true;
    const handle = by === 'own' ? this.cache.beginWrite(key) : undefined;
    const entry = refused ? undefined : this.#change(key, name, action, before, by);
    if (handle !== undefined) this.#inFlight.push({ key, handle, entry });
  }

  #change(
    key: ObjectKey,
    name: string,
    action: Action,
    before: Thing | undefined,
    by: 'own' | 'other',
  ): Entry {
    const version = ++this.#version;
    const object: Thing = {
      apiVersion: 'v1',
      kind: 'Thing',
      metadata: {
        name,
        uid: before?.metadata.uid ?? `uid-${++this.#uids}`,
        resourceVersion: String(version),
      },
      color: action.type === 'put' ? action.color : (before?.color ?? ''),
      selected: action.type === 'put' ? action.selected : (before?.selected ?? false),
    };
    if (action.type === 'put') this.#live.set(key, object);
    else this.#live.delete(key);
    const entry = { key, version, object, before, gone: action.type === 'delete', by };
    this.#history.push(entry);
    return entry;
  }

  /** The answer of a write in flight comes in, or is lost. */
  answer(which: number, lost: boolean): void {
    const waiting = this.#inFlight.flatMap((write, index) => (write === undefined ? [] : [{ write, index }]));
    const chosen = waiting[which % Math.max(1, waiting.length)];
    if (chosen === undefined) return;
    const { key, handle, entry } = chosen.write;
    this.#inFlight[chosen.index] = undefined;
    if (entry !== undefined && !lost) {
      this.#answered.set(key, Math.max(entry.version, this.#answered.get(key) ?? 0));
      if (entry.gone) handle.deleted(entry.object.metadata.uid);
      else handle.wrote(entry.object);
    }
    handle.end();
  }

  /** The watch brings so many events. */
  deliver(count: number): void {
    if (this.#list !== undefined) return;
    for (const entry of this.#history.filter(({ version }) => version > this.#watched).slice(0, count)) {
      this.#watched = entry.version;
      const was = entry.before?.selected ?? false;
      const is = !entry.gone && entry.object.selected;
      const type = is ? (was ? 'MODIFIED' : 'ADDED') : was ? 'DELETED' : undefined;
      if (type !== undefined) this.#bring(type, entry.object, String(entry.version));
    }
  }

  /** As the reflector does: what is the echo of a write of ours is not read. */
  #bring(type: 'ADDED' | 'MODIFIED' | 'DELETED', object: Thing, version: string): void {
    const echo = type !== 'DELETED' && this.cache.echo(version, (uid) => uid === object.metadata.uid);
    if (!echo) this.cache.event(type, object, version);
  }

  bookmark(): void {
    this.deliver(Number.POSITIVE_INFINITY);
    if (this.#list === undefined) this.cache.bookmark(String(this.#watched));
  }

  /** A list in two steps, between which anything may happen. */
  list(): void {
    if (this.#list === undefined) {
      this.lists++;
      this.cache.beginList();
      this.#list = {
        version: this.#version,
        items: [...this.#live.values()].filter((thing) => thing.selected),
      };
      return;
    }
    const { version, items } = this.#list;
    this.cache.addPage(items, String(version));
    this.cache.endList(String(version));
    this.#watched = version;
    this.#list = undefined;
  }

  #heard(change: Change<Thing>): void {
    this.changes.push(change);
    const key = keyOf(change.object);
    if (change.origin === 'watch') this.#lookedAt.set(key, this.#known(key));
  }

  #known(key: ObjectKey): number {
    return Math.max(this.#watched, this.#answered.get(key) ?? 0, this.#list?.version ?? 0);
  }

  /** Whoever reads the cache sees the newer of what the watch brought and what own writes were answered. */
  check(): void {
    if (this.#list === undefined) {
      for (const name of names) {
        const key = keyOf({ name });
        const last = this.#history.findLast(
          (entry) => entry.key === key && entry.version <= this.#known(key),
        );
        const expected = last === undefined || last.gone || !last.object.selected ? undefined : last.object;
        expect(this.cache.store.get(key)).toEqual(expected);
      }
    }
    for (const color of colors) {
      const expected = [...this.cache.store.list()].filter((thing) => thing.color === color);
      expect(new Set(this.cache.store.byIndex('byColor', color))).toEqual(new Set(expected));
    }
  }

  /** Everything comes in. Then the cache is what the server has, and nobody has missed what others did. */
  settle(): void {
    while (this.#inFlight.some((write) => write !== undefined)) this.answer(0, false);
    if (this.#list !== undefined) this.list();
    this.bookmark();
    this.bookmark();
    this.check();
    expect(this.cache.unconfirmed).toBe(0);
    for (const name of names) {
      const key = keyOf({ name });
      const entries = this.#history.filter((entry) => entry.key === key);
      const last = entries.findLast(
        (entry) => entry.by === 'other' && (entry.object.selected || entry.before?.selected),
      );
      const deletedByUs = entries.some(
        (entry) => entry.by === 'own' && (entry.gone || !entry.object.selected),
      );
      // What came and went between two lists, or was written over by us, nobody can know of.
      const unseen = this.lists > 0 && (this.cache.store.get(key) === undefined || last !== entries.at(-1));
      if (last !== undefined && !deletedByUs && !unseen)
        expect(this.#lookedAt.get(key)).toBeGreaterThanOrEqual(last.version);
    }
    const byOthers = this.#history.filter((entry) => entry.by === 'other').length;
    const byUs = this.#history.length - byOthers;
    expect(this.changes.filter(({ origin }) => origin === 'own').length).toBeLessThanOrEqual(byUs);
    if (this.lists > 0 || this.#lost || this.#overlapped) return;
    expect(this.changes.filter(({ origin }) => origin === 'watch').length).toBeLessThanOrEqual(byOthers);
  }

  #lost = false;
  /** Two writes of ours to one object at once: a second look is one too many then, and no harm. */
  #overlapped = false;

  lose(which: number): void {
    this.#lost = true;
    this.answer(which, true);
  }
}

interface Thing extends KubernetesObject {
  readonly color: string;
  readonly selected: boolean;
}

interface Entry {
  readonly key: ObjectKey;
  readonly version: number;
  readonly object: Thing;
  readonly before: Thing | undefined;
  readonly gone: boolean;
  readonly by: 'own' | 'other';
}

interface Write {
  readonly key: ObjectKey;
  readonly handle: WriteInFlight<Thing>;
  readonly entry: Entry | undefined;
}

type Action =
  | { readonly type: 'put'; readonly color: string; readonly selected: boolean }
  | { readonly type: 'delete' };

const names = ['a', 'b', 'c'] as const;
const colors = ['red', 'green'] as const;

const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant('put' as const),
      color: fc.constantFrom(...colors),
      selected: fc.boolean(),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant('put' as const),
      color: fc.constantFrom(...colors),
      selected: fc.constant(true),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ type: 'delete' as const }) },
);

type Step =
  | { readonly do: 'write'; readonly name: string; readonly action: Action; readonly by: 'own' | 'other' }
  | { readonly do: 'answer' | 'lose'; readonly which: number }
  | { readonly do: 'deliver'; readonly count: number }
  | { readonly do: 'bookmark' | 'list' };

function take(step: Step, world: World): void {
  if (step.do === 'write') world.write(step.name, step.action, step.by);
  else if (step.do === 'answer') world.answer(step.which, false);
  else if (step.do === 'lose') world.lose(step.which);
  else if (step.do === 'deliver') world.deliver(step.count);
  else world[step.do]();
}

const by = fc.constantFrom('own' as const, 'other' as const);
const write: fc.Arbitrary<Step> = fc.record({
  do: fc.constant('write' as const),
  name: fc.constantFrom(...names),
  action,
  by,
});
const answer: fc.Arbitrary<Step> = fc.record({ do: fc.constant('answer' as const), which: fc.nat(5) });
const lose: fc.Arbitrary<Step> = fc.record({ do: fc.constant('lose' as const), which: fc.nat(5) });
const deliver: fc.Arbitrary<Step> = fc.record({
  do: fc.constant('deliver' as const),
  count: fc.integer({ min: 1, max: 4 }),
});
const bookmark: fc.Arbitrary<Step> = fc.constant({ do: 'bookmark' as const });
const list: fc.Arbitrary<Step> = fc.constant({ do: 'list' as const });

function holds(...steps: fc.Arbitrary<Step>[]): void {
  fc.assert(
    fc.property(fc.array(fc.oneof(...steps), { maxLength: 40 }), (run) => {
      const world = new World();
      for (const step of run) {
        take(step, world);
        world.check();
      }
      world.settle();
    }),
    { numRuns: 1500 },
  );
}

test('readers see their own writes and never an older state, however late the watch is', () => {
  holds(write, write, answer, deliver, bookmark);
});

test('so it is when answers are lost and when everything is listed again', () => {
  holds(write, write, write, answer, deliver, bookmark, lose, list);
});
