import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Verdict } from '../evaluate/index.ts';
import { type Identity, Ledger } from './ledger.ts';
import { isOutcome, outcomeOf, type Standing } from './outcome.ts';

/** The ledger beside what one would write down on paper: every row, and nothing worked out. */

const resource = { group: '', version: 'v1', resource: 'pods', kind: 'Pod', namespaced: true };
const columns = [0, 1, 2];
const uids = ['a', 'b', 'c', 'd', 'e'];
const namespaces = ['', 'one', 'two'];

const verdict = fc.oneof(
  fc.constant<Verdict>({ rule: 'r', result: 'pass' }),
  fc.constantFrom<Verdict>(
    { rule: 'r', result: 'fail', message: 'no' },
    { rule: 'r', result: 'error', message: 'no such key' },
    {
      rule: 'r',
      result: 'skip',
      message: 'no',
      hidden: 'fail',
      exception: { name: 'x', reason: 'why', expires: undefined },
    },
  ),
);
const standing: fc.Arbitrary<Standing> = fc.oneof(
  fc.array(verdict, { maxLength: 3 }).map(outcomeOf),
  fc.constant('covered' as const),
  fc.constant(undefined),
);
const step = fc.oneof(
  fc.record({
    do: fc.constant('put' as const),
    uid: fc.constantFrom(...uids),
    controller: fc.option(fc.constantFrom(...uids), { nil: undefined }),
  }),
  fc.record({ do: fc.constant('remove' as const), uid: fc.constantFrom(...uids) }),
  fc.record({
    do: fc.constant('set' as const),
    uid: fc.constantFrom(...uids),
    column: fc.constantFrom(...columns),
    standing,
  }),
  fc.record({ do: fc.constant('clear' as const), column: fc.constantFrom(...columns) }),
);

interface Line {
  readonly identity: Identity;
  readonly standings: Map<number, Standing>;
}

/** An object never changes its namespace. */
function identityOf(uid: string, controller: string | undefined): Identity {
  const namespace = namespaces[uids.indexOf(uid) % namespaces.length] ?? '';
  return { uid, name: `name-${uid}`, namespace, resource, controller };
}

function apply(
  ledger: Ledger,
  paper: Map<string, Line>,
  one: typeof step extends fc.Arbitrary<infer T> ? T : never,
) {
  switch (one.do) {
    case 'put': {
      const identity = identityOf(one.uid, one.controller);
      ledger.put(identity);
      paper.set(one.uid, { identity, standings: paper.get(one.uid)?.standings ?? new Map() });
      return;
    }
    case 'remove':
      ledger.remove(one.uid);
      paper.delete(one.uid);
      return;
    case 'set': {
      const entry = ledger.get(one.uid);
      if (entry !== undefined) ledger.set(entry, one.column, one.standing);
      paper.get(one.uid)?.standings.set(one.column, one.standing);
      return;
    }
    case 'clear':
      ledger.clear(one.column);
      for (const { standings } of paper.values()) standings.delete(one.column);
  }
}

function tallyOnPaper(paper: ReadonlyMap<string, Line>, column: number) {
  const outcomes = [...paper.values()].map(({ standings }) => standings.get(column)).filter(isOutcome);
  const bad = outcomes.flatMap((outcome) => outcome.bad);
  const count = (result: string) => bad.filter((one) => one.result === result).length;
  return {
    objects: outcomes.length,
    pass: outcomes.reduce((sum, { passes }) => sum + passes, 0),
    fail: count('fail'),
    error: count('error'),
    skip: count('skip'),
  };
}

const uidsOf = (entries: Iterable<{ readonly uid: string }>) => [...entries].map(({ uid }) => uid).toSorted();

describe('the ledger', () => {
  it('says after any changes what counting everything anew says', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const ledger = new Ledger();
        const paper = new Map<string, Line>();
        for (const one of steps) apply(ledger, paper, one);
        expect(uidsOf(ledger.entries())).toEqual([...paper.keys()].toSorted());
        for (const column of columns) {
          expect(ledger.tally(column)).toMatchObject(tallyOnPaper(paper, column));
          const bad = [...paper.values()].filter(({ standings }) => {
            const known = standings.get(column);
            return isOutcome(known) && known.bad.length > 0;
          });
          expect(uidsOf(ledger.bad(column))).toEqual(uidsOf(bad.map(({ identity }) => identity)));
        }
        const identities = [...paper.values()].map(({ identity }) => identity);
        expect([...ledger.namespaces()].toSorted()).toEqual(
          [...new Set(identities.map(({ namespace }) => namespace))].toSorted(),
        );
        for (const namespace of namespaces)
          expect(uidsOf(ledger.inNamespace(namespace))).toEqual(
            uidsOf(identities.filter((one) => one.namespace === namespace)),
          );
        for (const uid of uids)
          expect(uidsOf(ledger.madeBy(uid))).toEqual(
            uidsOf(identities.filter(({ controller }) => controller === uid)),
          );
      }),
    );
  });
});

describe('what stands for an object', () => {
  const pass = outcomeOf([{ rule: 'r', result: 'pass' }]);
  const fill = (rows: readonly (readonly [string, string | undefined, Standing])[]) => {
    const ledger = new Ledger();
    for (const [uid, controller, standing] of rows)
      ledger.set(ledger.put(identityOf(uid, controller)), 0, standing);
    return (uid: string) => {
      const entry = ledger.get(uid);
      return entry !== undefined && ledger.saidAbove(entry, 0) === pass;
    };
  };

  it('is its controller where the Policy has something to say of that', () => {
    const isStoodFor = fill([
      ['a', undefined, pass],
      ['b', 'a', undefined],
      ['c', 'nobody', undefined],
    ]);
    expect(['a', 'b', 'c'].map(isStoodFor)).toEqual([false, true, false]);
  });

  it('is what controls its controller, where that is stood for itself', () => {
    const isStoodFor = fill([
      ['a', undefined, pass],
      ['b', 'a', 'covered'],
      ['c', 'b', undefined],
    ]);
    expect(isStoodFor('c')).toBe(true);
  });

  it('is nothing where its controller is not matched', () => {
    const isStoodFor = fill([
      ['a', undefined, undefined],
      ['b', 'a', undefined],
    ]);
    expect(isStoodFor('b')).toBe(false);
  });

  it('is nothing in a ring, in which nobody would be counted', () => {
    const isStoodFor = fill([
      ['a', 'b', 'covered'],
      ['b', 'a', 'covered'],
      ['c', 'c', 'covered'],
    ]);
    expect(['a', 'b', 'c'].map(isStoodFor)).toEqual([false, false, false]);
  });
});
