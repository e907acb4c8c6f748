import { describe, expect, it } from 'vitest';
import { Ledger } from './ledger.ts';
import { outcomeOf } from './outcome.ts';
import { countsOf, violationsOf } from './summary.ts';

const resource = {
  group: 'apps',
  version: 'v1',
  resource: 'deployments',
  kind: 'Deployment',
  namespaced: true,
};
const fail = { rule: 'r', result: 'fail', message: 'no' } as const;
const error = { rule: 'r', result: 'error', message: 'no such key' } as const;
const skip = {
  rule: 'r',
  result: 'skip',
  message: 'no',
  hidden: 'fail',
  exception: { name: 'x', reason: 'why', expires: undefined },
} as const;

function filled(rows: readonly (readonly [string, typeof fail | typeof error | typeof skip])[]): Ledger {
  const ledger = new Ledger();
  for (const [name, verdict] of rows) {
    const identity = { uid: name, name, namespace: 'shop', resource, controller: undefined };
    ledger.set(ledger.put(identity), 0, outcomeOf([verdict]));
  }
  return ledger;
}

describe('the counts of a Policy', () => {
  const tally = { objects: 3, pass: 1, fail: 2, error: 3, skip: 4 };

  it('have what is bad as failures, or as warnings where the Policy only warns', () => {
    expect(countsOf(tally, 'Deny')).toEqual({ pass: 1, fail: 2, warn: 0, error: 3, skip: 4 });
    expect(countsOf(tally, 'Audit').fail).toBe(2);
    expect(countsOf(tally, 'Warn')).toEqual({ pass: 1, fail: 0, warn: 2, error: 3, skip: 4 });
  });
});

describe('the violations of a Policy', () => {
  it('are told with the object, what fails first, and nothing that an exception hides', () => {
    const ledger = filled([
      ['b', error],
      ['d', fail],
      ['c', skip],
      ['a', fail],
    ]);
    const found = violationsOf(ledger.bad(0), 0);
    expect(found.map(({ name }) => name)).toEqual(['a', 'd', 'b']);
    expect(found[0]).toEqual({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      namespace: 'shop',
      name: 'a',
      rule: 'r',
      message: 'no',
    });
  });

  it('are the same 20, in whatever order they were found', () => {
    const names = Array.from({ length: 60 }, (_, number) => `app-${(number * 37) % 60}`);
    const ways = [names, names.toReversed()].map((order) => {
      const ledger = filled(order.map((name) => [name, fail] as const));
      return violationsOf(ledger.bad(0), 0).map(({ name }) => name);
    });
    expect(ways[0]).toEqual(names.toSorted().slice(0, 20));
    expect(ways[1]).toEqual(ways[0]);
  });
});
