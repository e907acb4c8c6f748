import { hash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { slotsOf } from './slots.ts';

const names = ['mainstay-policy-0', 'mainstay-policy-1', 'mainstay-policy-2', 'mainstay-policy-3'];
const content = (text: string) => `mainstay-policy-${hash('sha256', text).slice(0, 16)}`;
const kind = 'ValidatingAdmissionPolicy' as const;
const at = (slot: string, text: string) => ({
  object: { apiVersion: 'v1', kind, metadata: { name: content(text) } },
  slot,
});
const texts = fc.uniqueArray(fc.string({ maxLength: 3 }), { maxLength: 6 });

describe('each content', () => {
  it('has a name of its own, of those that there are', () => {
    fc.assert(
      fc.property(texts, texts, (old, fresh) => {
        const live = old.slice(0, names.length).map((text, index) => at(names[index] ?? '', text));
        const contents = fresh.map(content);
        const slots = slotsOf(contents, live, names);
        const given = [...slots.values()];
        expect(new Set(given).size).toBe(given.length);
        expect(names).toEqual(expect.arrayContaining(given));
        const wanted = new Set([...old.slice(0, names.length), ...fresh]).size;
        expect(given.length).toBe(Math.min(wanted, names.length));
      }),
    );
  });

  it('keeps the name under which it stands', () => {
    const live = [at('mainstay-policy-2', 'a'), at('mainstay-policy-0', 'b')];
    expect(slotsOf([content('b'), content('a')], live, names)).toEqual(
      new Map([
        [content('a'), 'mainstay-policy-2'],
        [content('b'), 'mainstay-policy-0'],
      ]),
    );
  });

  it('chooses alike whoever looks, so that two who look at one moment do not take one for two', () => {
    const many = Array.from({ length: 256 }, (_, index) => `mainstay-policy-${index}`);
    const [one] = slotsOf([content('a')], [], many).values();
    expect([...slotsOf([content('a')], [], many).values()]).toEqual([one]);
    const among = slotsOf([content('a'), content('b'), content('c')], [], many);
    expect(among.get(content('a'))).toBe(one);
    expect(new Set(among.values()).size).toBe(3);
  });
});

it('where there are too few, the last have none', () => {
  const contents = ['a', 'b', 'c', 'd', 'e'].map(content);
  const slots = slotsOf(contents, [], names);
  expect(contents.map((one) => slots.has(one))).toEqual([true, true, true, true, false]);
});
