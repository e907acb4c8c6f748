import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { KubernetesObject } from '../resources/object.ts';
import { fieldsThatDiffer, withoutAdditions } from './wholeField.ts';

const at = (spec: unknown): KubernetesObject & { spec: unknown } => ({
  apiVersion: 'v1',
  kind: 'Widget',
  metadata: { name: 'a' },
  spec,
});
const differ = (desired: unknown, live: unknown, quantities = false) =>
  fieldsThatDiffer(at(desired), at(live), [{ path: ['spec'], quantities }]);

describe('whole fields, compared by value', () => {
  it.each<[string, unknown, unknown, readonly string[]]>([
    ['equal', { a: [1, { b: 'c' }] }, { a: [1, { b: 'c' }] }, []],
    ['an empty list is an absent one', { ingress: [] }, {}, []],
    ['null is absent', { limits: [] }, { limits: null }, []],
    ['an added rule', { ingress: [] }, { ingress: [{}] }, ['spec.ingress']],
    ['an added key', { hard: { pods: '1' } }, { hard: { pods: '1', services: '0' } }, ['spec.hard.services']],
    ['a key gone', { hard: { pods: '1' } }, { hard: {} }, ['spec.hard.pods']],
    [
      'every namespace is not this namespace',
      { from: [{ podSelector: {} }] },
      { from: [{ podSelector: {}, namespaceSelector: {} }] },
      ['spec.from.0.namespaceSelector'],
    ],
    ['order counts', ['a', 'b'], ['b', 'a'], ['spec.0']],
    ['a number is not its text', { port: 80 }, { port: '80' }, ['spec.port']],
    ['a quantity, where none is meant', { label: '1' }, { label: '1000m' }, ['spec.label']],
  ])('%s', (_name, desired, live, expected) => {
    expect(differ(desired, live)).toEqual(expected);
  });

  it.each([
    ['1', '1000m', true],
    [1, '1', true],
    ['0.5', '500m', true],
    ['1Gi', '1024Mi', true],
    ['1.5Gi', '1536Mi', true],
    ['1e3', '1k', true],
    ['100E', '100000000000000000001', false],
    ['1Gi', '1G', false],
    ['-1', '1', false],
    ['', '0', false],
    ['abc', '1', false],
    ['1u', '1000n', true],
  ])('quantities %s and %s', (left, right, same) => {
    expect(differ(left, right, true).length === 0).toBe(same);
    expect(differ(right, left, true).length === 0).toBe(same);
  });

  it('property: a value equals itself however its keys are ordered, and no other value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (one, other) => {
        expect(differ(one, structuredClone(one))).toEqual([]);
        const same = (value: unknown) => JSON.stringify(blank(value));
        if (same(one) !== same(other)) expect(differ(one, other)).toHaveLength(1);
      }),
    );
  });
});

describe('what somebody added to a whole field', () => {
  const patch = (desired: unknown, live: unknown) =>
    withoutAdditions(at(desired), at(live), [{ path: ['spec'] }]);

  it.each<[string, unknown, unknown, unknown]>([
    ['nothing', { a: 1 }, { a: 1 }, undefined],
    [
      'a key',
      { hard: { pods: '1' } },
      { hard: { pods: '1', services: '0' } },
      { spec: { hard: { services: null } } },
    ],
    ['another value is no addition', { a: 1 }, { a: 2 }, undefined],
    ['a whole map', { a: 1 }, { a: 1, b: { c: 1 } }, { spec: { b: null } }],
    ['the field itself', undefined, { b: 1 }, { spec: null }],
    ['a member of a set', { a: ['x'] }, { a: ['x', 'y'] }, { spec: { a: ['x'] } }],
    [
      'an item of a list with keys',
      { a: [{ b: 1 }] },
      { a: [{ b: 1 }, { b: 2 }] },
      { spec: { a: [{ b: 1 }] } },
    ],
    ['no item of a list', { a: [{ b: 1, c: [] }] }, { a: [{ b: 1 }] }, undefined],
  ])('%s', (_name, desired, live, expected) => {
    expect(patch(desired, live)).toEqual(expected);
  });
});

/** The value with what counts as absent taken out. */
function blank(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? null : value.map(blank);
  if (typeof value !== 'object' || value === null) return Object.is(value, -0) ? 0 : value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, part]) => [key, blank(part)] as const)
      .filter(([, part]) => part !== null)
      .sort(([left], [right]) => (left < right ? -1 : 1)),
  );
}
