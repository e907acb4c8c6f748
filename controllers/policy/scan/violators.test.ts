import { describe, expect, it } from 'vitest';
import type { PolicySpec } from '../../../crds/policy/schema.ts';
import { aCandidate, someFacts } from '../compile/builders.ts';
import type { Verdict } from '../evaluate/index.ts';
import { Ledger } from './ledger.ts';
import { outcomeOf } from './outcome.ts';
import { Roster } from './roster.ts';
import { Violators } from './violators.ts';

const fail: Verdict = { rule: 'limits', result: 'fail', message: 'limits are wanted' };
const error: Verdict = { rule: 'limits', result: 'error', message: 'no such key' };
const pass: Verdict = { rule: 'limits', result: 'pass' };
const fix = (existing: 'Off' | 'Suggest' | 'Apply'): Partial<PolicySpec> => ({
  fix: {
    existing,
    mutations: [{ patchType: 'JSONPatch', jsonPatch: { expression: '[]' } }],
  },
});

function setUp() {
  const told: (readonly [string, string, readonly string[]])[] = [];
  const violators = new Violators(({ name, resourceVersion }, policies) =>
    told.push([name, resourceVersion, policies]),
  );
  const roster = new Roster();
  const policies = ['suggests', 'applies', 'off', 'without'].map((name) =>
    aCandidate(name, { suggests: fix('Suggest'), applies: fix('Apply'), off: fix('Off') }[name] ?? {}),
  );
  roster.update(policies, someFacts());
  const ledger = new Ledger();
  const resource = { group: '', version: 'v1', resource: 'pods', kind: 'Pod', namespaced: true };
  const entry = ledger.put({ uid: 'u', name: 'web', namespace: 'shop', resource, controller: undefined });
  const say = (verdicts: readonly Verdict[]) =>
    verdicts.forEach((verdict, column) => {
      ledger.set(entry, column, outcomeOf([verdict]));
    });
  return { violators, roster, entry, say, told };
}

describe('who fixes what is there', () => {
  it('is told what fails of Policies that fix it, and of no others', () => {
    const { violators, roster, entry, say, told } = setUp();
    say([fail, fail, fail, fail]);
    violators.look(entry, '1', roster);
    expect(told).toEqual([['web', '1', ['suggests', 'applies']]]);
  });

  it('is told again when the object or what it violates changes, and not otherwise', () => {
    const { violators, roster, entry, say, told } = setUp();
    say([fail, pass, pass, pass]);
    violators.look(entry, '1', roster);
    violators.look(entry, '1', roster);
    expect(told.length).toBe(1);
    violators.look(entry, '2', roster);
    say([pass, fail, pass, pass]);
    violators.look(entry, '2', roster);
    expect(told.slice(1)).toEqual([
      ['web', '2', ['suggests']],
      ['web', '2', ['applies']],
    ]);
  });

  it('is told once that nothing is violated any more, or that the object is gone', () => {
    const { violators, roster, entry, say, told } = setUp();
    say([error, pass, pass, pass]);
    violators.look(entry, '1', roster);
    expect(told, 'what could not be judged is nothing to fix').toEqual([]);
    say([fail, pass, pass, pass]);
    violators.look(entry, '1', roster);
    say([pass, pass, pass, pass]);
    violators.look(entry, '2', roster);
    violators.look(entry, '3', roster);
    say([fail, pass, pass, pass]);
    violators.look(entry, '4', roster);
    violators.gone(entry, '4');
    expect(told.map(([, version, policies]) => [version, policies])).toEqual([
      ['1', ['suggests']],
      ['2', []],
      ['4', ['suggests']],
      ['4', []],
    ]);
  });
});
