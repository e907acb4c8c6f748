import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Pending } from './pending.ts';

const whom = ['p', 'q', 'r'];
const items = ['one', 'two', 'three'].flatMap((namespace) => [1, 2].map((number) => ({ namespace, number })));
const sets = [['p'], ['q'], ['p', 'q'], ['r'], []].map((names) => new Set(names));

const step = fc.oneof(
  { weight: 3, arbitrary: fc.tuple(fc.constantFrom(...items), fc.constantFrom(...sets)) },
  { weight: 1, arbitrary: fc.constantFrom(...items) },
  { weight: 1, arbitrary: fc.constant('next' as const) },
);

describe('what is pending', () => {
  it('is each item once, for all for whom it was added since it was taken', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const pending = new Pending<(typeof items)[number], string>();
        const model = new Map<(typeof items)[number], Set<string>>();
        for (const one of steps) {
          if (one === 'next') {
            const next = pending.next();
            expect(next === undefined).toBe(model.size === 0);
            if (next === undefined) continue;
            expect(next.whom).toEqual(model.get(next.item));
            model.delete(next.item);
          } else if (Array.isArray(one)) {
            const [item, added] = one;
            pending.add(item, added);
            if (added.size > 0) model.set(item, new Set([...(model.get(item) ?? []), ...added]));
          } else {
            expect(pending.take(one)).toEqual(model.get(one));
            model.delete(one);
          }
        }
        expect(pending.isEmpty).toBe(model.size === 0);
        for (const name of whom)
          expect(pending.sizeFor(name)).toBe([...model.values()].filter((set) => set.has(name)).length);
        for (const item of items) expect(pending.has(item)).toBe(model.has(item));
        for (const namespace of ['one', 'two', 'three'])
          expect(pending.isIn(namespace)).toBe(
            [...model.keys()].some((item) => item.namespace === namespace),
          );
      }),
    );
  });

  it('is one namespace after the other', () => {
    const pending = new Pending<(typeof items)[number], string>();
    for (const item of items.toSorted((a, b) => a.number - b.number)) pending.add(item, new Set(['p']));
    const order = items.map(() => pending.next()?.item.namespace);
    expect(order).toEqual(['one', 'one', 'two', 'two', 'three', 'three']);
  });

  it('is of another namespace now and then, however much changes in one', () => {
    const pending = new Pending<(typeof items)[number], string>();
    const [busy, , calm] = items;
    if (busy === undefined || calm === undefined) throw new Error('there are items');
    pending.add(busy, new Set(['p']));
    pending.add(calm, new Set(['p']));
    let turns = 0;
    for (let next = pending.next(); next?.item !== calm; next = pending.next(), turns += 1)
      pending.add(busy, new Set(['p']));
    expect(turns).toBeLessThanOrEqual(1000);
  });
});
