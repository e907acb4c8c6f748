import { describe, expect, it } from 'vitest';
import type { FixReason } from '../../../crds/policy/fixes.ts';
import type { ObjectKey } from '../../../operator/resources/object.ts';
import { deployments } from './builders.ts';
import { type Entry, type FixedPolicy, Ledger, type Violator } from './ledger.ts';

const violator = (name: string, resourceVersion = '1', uid = name): Violator => ({
  resource: deployments,
  namespace: 'shop',
  name,
  uid,
  resourceVersion,
});
const suggests: FixedPolicy = { name: 'p', existing: 'Suggest', mark: 'm' };

/** A ledger that follows the Policy, and what it has told. */
function aLedger(policy: FixedPolicy = suggests) {
  const told: string[] = [];
  const ledger = new Ledger((policies) => told.push(...policies));
  ledger.follow([policy]);
  const there = (name: string, resourceVersion?: string): ObjectKey => {
    const key = ledger.violates(violator(name, resourceVersion), ['p']);
    if (key === undefined) throw new Error(`${name} is not to be looked at`);
    return key;
  };
  const found = (name: string, reason: FixReason, changes: readonly object[] = []) =>
    ledger.found(
      there(name),
      'looked',
      new Map([
        [
          'p',
          { reason, message: 'why', mark: 'm', changes: changes.map((after) => ({ path: ['spec'], after })) },
        ],
      ]),
    );
  const entry = (key: ObjectKey): Entry => ledger.get(key) ?? raise();
  return { ledger, told, there, found, entry };
}

function raise(): never {
  throw new Error('nothing is known of it');
}

describe('what violates is looked at', () => {
  it('once for each state that it is in', () => {
    const { ledger, there } = aLedger();
    there('a');
    expect(ledger.violates(violator('a'), ['p']), 'the same again').toBeUndefined();
    there('a', '2');
    expect(ledger.violates(violator('a', '2'), ['p', 'q'])).toBeDefined();
    expect(ledger.violates(violator('a', '2'), ['q', 'p']), 'in another order').toBeUndefined();
  });

  it('again when its Policy has another fix, or asks for something else, and not when another has', () => {
    const { ledger, there } = aLedger();
    const key = there('a');
    expect(ledger.follow([suggests])).toEqual([]);
    expect(ledger.follow([suggests, { ...suggests, name: 'q' }])).toEqual([]);
    expect(ledger.follow([{ ...suggests, mark: 'n' }])).toEqual([key]);
    expect(ledger.follow([{ ...suggests, mark: 'n', existing: 'Apply' }])).toEqual([key]);
  });

  it('no longer once it violates nothing; and nothing is known of another object of its name', () => {
    const { ledger, found, there, entry } = aLedger();
    found('a', 'Suggested');
    expect(entry(there('a', '2')).outcomes.size).toBe(1);
    const key = ledger.violates(violator('a', '3', 'another'), ['p']) ?? raise();
    expect(entry(key).outcomes.size).toBe(0);
    ledger.violates(violator('a'), []);
    expect(ledger.get(key)).toBeUndefined();
    expect(ledger.statusOf('p')).toEqual({ pending: 0, suggested: 0, stuck: 0 });
  });

  it('by no Policy whose fix is not compiled; where it is only suggested, a hundred of them', () => {
    const { ledger, entry, there } = aLedger({ ...suggests, mark: undefined });
    expect(ledger.askedOf(entry(there('a')))).toEqual([]);
    const many = aLedger();
    for (let count = 0; count < 100; count += 1) many.found(`a${count}`, 'Suggested');
    expect(many.ledger.askedOf(many.entry(many.there('a0', '2')))).toHaveLength(1);
    expect(many.ledger.askedOf(many.entry(many.there('b')))).toEqual([]);
    const all = aLedger({ ...suggests, existing: 'Apply' });
    for (let count = 0; count < 100; count += 1) all.found(`a${count}`, 'KeptElsewhere');
    expect(all.ledger.askedOf(all.entry(all.there('b'))), 'where it is made, all').toHaveLength(1);
  });
});

describe('what is told', () => {
  it('counts, and names those first that need a person', () => {
    const { ledger, found, there } = aLedger();
    found('suggested', 'Suggested', [{ replicas: 1 }]);
    found('forbidden', 'Forbidden');
    found('undone', 'UndoneAgain');
    there('unknown');
    expect(ledger.statusOf('p')).toMatchObject({
      pending: 2,
      suggested: 1,
      stuck: 1,
      objects: [
        { name: 'undone', reason: 'UndoneAgain', message: 'why' },
        { name: 'forbidden' },
        { name: 'suggested', patch: expect.stringContaining('replicas: 1') },
      ],
    });
    expect(ledger.statusOf('another')).toBeUndefined();
    expect(ledger.suggestionOf('p', violator('suggested'))).toContain('replicas: 1');
  });

  it('ten objects at most, and no patch that is too long', () => {
    const { ledger, found } = aLedger();
    for (let count = 0; count < 12; count += 1) found(`a${count}`, 'Suggested', [{ text: 'x'.repeat(2048) }]);
    expect(ledger.statusOf('p')?.objects).toHaveLength(10);
    expect(ledger.statusOf('p')?.objects?.[0]?.patch).toBeUndefined();
  });

  it('as news only what was not so before', () => {
    const { ledger, found } = aLedger();
    expect(found('a', 'Refused').map(([policy]) => policy)).toEqual(['p']);
    const key = ledger.violates(violator('a', '2'), ['p']) ?? raise();
    const same = { reason: 'Refused', message: 'why', mark: 'm', changes: [] } as const;
    expect(ledger.found(key, 'looked', new Map([['p', same]]))).toEqual([]);
    expect(ledger.found(key, 'looked', new Map([['p', { ...same, mark: 'n' }]]))).toHaveLength(1);
  });
});
