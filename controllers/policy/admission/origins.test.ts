import { describe, expect, it } from 'vitest';
import { annotations } from '../../../crds/policy/names.ts';
import { aCandidate } from '../compile/builders.ts';
import { asApplied } from './builders.ts';
import { digestOf, type Origin, readOrigins, writeOrigins } from './origins.ts';

const origin = (name: string, more: Partial<Origin> = {}): Origin => ({
  policy: name,
  uid: `uid-of-${name}`,
  generation: 3,
  enforcement: 'Deny',
  proven: true,
  spec: aCandidate(name).spec,
  ...more,
});
const carrying = (value: string) => ({
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'ValidatingAdmissionPolicy',
  metadata: { name: 'any', annotations: { [annotations.origins]: value } },
});

it('what an object was made of is read again as it was written', () => {
  const origins = [origin('a'), origin('b', { enforcement: 'Warn', proven: false })];
  expect(readOrigins(asApplied(carrying(writeOrigins(origins))))).toEqual(origins);
});

it('what people only read is not kept, and makes no other digest', () => {
  const { spec } = aCandidate('a');
  const described = { ...spec, title: 'A title', description: 'x'.repeat(5000) };
  expect(digestOf(described)).toBe(digestOf(spec));
  expect(writeOrigins([origin('a', { spec: described })])).toBe(writeOrigins([origin('a')]));
});

it('somebody else’s annotation is not believed', () => {
  const object = carrying(writeOrigins([origin('a')]));
  expect(readOrigins(object)).toEqual([]);
  expect(readOrigins(asApplied(carrying('{')))).toEqual([]);
});

describe('what is too large for an annotation', () => {
  const random = (length: number) => Array.from({ length }, () => Math.random().toString(36)).join('');
  const large = (name: string, length: number) =>
    origin(name, { spec: aCandidate(name, { params: { text: random(length) } }).spec });

  it('is left out, the largest first; the rest is kept', () => {
    const written = writeOrigins([large('large', 40_000), origin('small')]);
    expect(written.length).toBeLessThan(200_000);
    const read = readOrigins(asApplied(carrying(written)));
    expect(read.map(({ policy, spec }) => [policy, spec !== undefined])).toEqual([
      ['large', false],
      ['small', true],
    ]);
  });
});
