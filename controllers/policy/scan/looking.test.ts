import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { aCandidate, someFacts } from '../compile/builders.ts';
import type { Judge, Verdict } from '../evaluate/index.ts';
import { type Entry, Ledger } from './ledger.ts';
import { Looking } from './looking.ts';
import { type Followed, Roster } from './roster.ts';

const pods = { group: '', version: 'v1', resource: 'pods', kind: 'Pod', namespaced: true };
const pass: readonly Verdict[] = [{ rule: 'r', result: 'pass' }];

interface Setting {
  /** What judging does, by the names of Policy and object. */
  readonly judge: (policy: string, name: string) => readonly Verdict[] | undefined;
  readonly policies?: readonly string[];
  readonly objects: readonly {
    readonly name: string;
    readonly controller?: string;
    readonly kind?: string;
  }[];
}

function setUp({ judge, policies = ['p'], objects }: Setting) {
  const roster = new Roster();
  roster.update(
    policies.map((name) => aCandidate(name)),
    someFacts(),
  );
  for (const policy of roster) {
    policy.stage = 'looking';
    // Each object is judged for itself.
    policy.alike = false;
    const judging: Pick<Judge, 'judge' | 'ownerOf'> = {
      judge: ({ object }) => judge(policy.name, String(object.name)),
      ownerOf: ({ owned }) =>
        owned === true ? { apiVersion: 'v1', kind: 'Pod', name: '', uid: '' } : undefined,
    };
    policy.judge = { ...policy.judge, ...judging };
  }
  const readers: ReadonlySet<Followed> = new Set(roster);
  const ledger = new Ledger();
  const done: string[] = [];
  const failed: unknown[] = [];
  const looking = new Looking({
    ledger,
    kindOf: () => ({
      watch: {
        get: ({ name }) => ({
          apiVersion: 'v1',
          kind: 'Pod',
          metadata: { name },
          name,
          owned: objects.some((one) => one.name === name && one.controller !== undefined),
        }),
      },
      readers,
    }),
    namespace: () => ({}),
    isFollowed: (policy) => roster.get(policy.name) === policy,
    now: () => 0,
    news: () => {},
    looked: () => {},
    missed: () => {},
    done: (namespace) => done.push(namespace),
    failed: (_, error) => failed.push(error),
    measure: () => {},
  });
  const entries = objects.map(({ name, controller, kind = 'Pod' }) =>
    ledger.put({ uid: name, name, namespace: 'shop', resource: { ...pods, kind }, controller }),
  );
  const look = (some: readonly Entry[] = entries) => {
    for (const entry of some) looking.add(entry, readers);
  };
  const end = async () => {
    while (looking.isIn('shop')) await turn();
  };
  const [policy] = roster;
  if (policy === undefined) throw new Error('there is a Policy');
  return { looking, ledger, entries, done, failed, look, end, policy };
}

const busy = (milliseconds: number) => {
  const until = performance.now() + milliseconds;
  while (performance.now() < until);
  return pass;
};

describe('looking', () => {
  it('lets others have their turn after some milliseconds, and is not done meanwhile', async () => {
    const { looking, done, look, end } = setUp({
      judge: () => busy(6),
      policies: ['a', 'b', 'c', 'd'],
      objects: [{ name: 'web' }, { name: 'db' }],
    });
    let turns = 0;
    const count = () => {
      if (!looking.isIn('shop')) return;
      turns += 1;
      expect(done).toEqual([]);
      setImmediate(count);
    };
    look();
    setImmediate(count);
    await end();
    // 48 milliseconds of work.
    expect(turns).toBeGreaterThanOrEqual(3);
    expect(done).toEqual(['shop']);
  });

  it('counts what is being looked at among what has not been', async () => {
    const sizes: number[] = [];
    const { looking, look, end, policy } = setUp({
      judge: () => {
        sizes.push(looking.sizeFor(policy));
        return pass;
      },
      objects: [{ name: 'web' }, { name: 'db' }],
    });
    look();
    await end();
    expect(sizes).toEqual([2, 1]);
  });

  it('looks at who controls an object before it, and says it there; if that is no longer matched, of the object', async () => {
    let isMatched = true;
    const { ledger, entries, look, end } = setUp({
      judge: (_, name) => (name === 'owner' && !isMatched ? undefined : pass),
      objects: [{ name: 'made', controller: 'owner' }, { name: 'owner' }],
    });
    look();
    await end();
    expect(entries.map(({ standings }) => standings[0])).toEqual(['covered', { passes: 1, bad: [] }]);
    isMatched = false;
    look(entries.slice(1));
    await end();
    expect(entries.map(({ standings }) => standings[0])).toEqual([{ passes: 1, bad: [] }, undefined]);
    expect(ledger.tally(0).objects).toBe(1);
  });

  it('says of a pod what is wrong with it alone; of anything else that was made, and of what is wrong above, nothing', async () => {
    const bad = new Map([
      ['web', ['image']],
      ['web-1', ['image', 'net']],
      ['web-1-a', ['image', 'sidecar']],
    ]);
    const { entries, ledger, look, end } = setUp({
      judge: (_, name) =>
        (bad.get(name) ?? []).map((rule) => ({ rule, result: 'fail', message: rule }) as const),
      objects: [
        { name: 'web-1-a', controller: 'web-1' },
        { name: 'web-1', controller: 'web', kind: 'ReplicaSet' },
        { name: 'web', kind: 'Deployment' },
      ],
    });
    const said = () =>
      entries.map(({ standings: [standing] }) =>
        typeof standing === 'object' ? standing.bad.map(({ rule }) => rule) : standing,
      );
    look();
    await end();
    expect(said()).toEqual([['sidecar'], 'covered', ['image']]);
    expect(ledger.tally(0)).toMatchObject({ objects: 2, fail: 2 });
    // What is above alone is looked at, and all below it follows.
    bad.set('web', []);
    look(entries.slice(2));
    await end();
    expect(said()).toEqual([['image', 'sidecar'], 'covered', []]);
    bad.set('web', ['sidecar', 'image']);
    look(entries.slice(2));
    await end();
    expect(said()).toEqual(['covered', 'covered', ['sidecar', 'image']]);
  });

  it('goes on after an object of which judging fails', async () => {
    const { failed, entries, look, end } = setUp({
      judge: (_, name) => {
        if (name === 'odd') throw new Error('odd');
        return pass;
      },
      objects: [{ name: 'odd' }, { name: 'web' }],
    });
    look();
    await end();
    expect(failed).toEqual([new Error('odd')]);
    expect(entries[1]?.standings[0]).toEqual({ passes: 1, bad: [] });
  });
});
