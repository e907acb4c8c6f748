import { describe, expect, it } from 'vitest';
import { aCandidate, aRule, someFacts, validatingOf } from './builders.ts';
import { compile } from './index.ts';

describe('limits', () => {
  const many = (count: number, expression: string, proven = true) =>
    compile(
      Array.from({ length: count }, (_, index) =>
        aCandidate(`p${String(index).padStart(3, '0')}`, { rules: [aRule('r', expression)] }, proven),
      ),
      someFacts(),
    );
  const sizes = ({ placements }: ReturnType<typeof compile>) =>
    [...Map.groupBy(placements, ({ object }) => object).values()].map((rules) => rules.length);

  it('no object has more than a hundred rules', () => {
    expect(sizes(many(150, 'podSpec.hostNetwork != true'))).toEqual([100, 50]);
  });

  it('no object costs more than the server grants, on objects as large as they come', () => {
    const nested = 'podSpec.containers.all(c, c.env.all(e, e.name != ""))';
    expect(sizes(many(60, nested))).toEqual([31, 29]);
  });

  it('of a set, each element is looked for in the other; a text is looked through once', () => {
    const often = (call: string) => Array.from({ length: 6 }, () => `!${call}`).join(' || ');
    expect(sizes(many(40, often('sets.contains(object.spec.x, object.spec.y)')))).toEqual([36, 4]);
    expect(sizes(many(40, often('object.spec.x.contains(object.spec.y)')))).toEqual([40]);
  });

  it('no object asks the authorizer more often than the server grants, whatever the object', () => {
    const asks = "authorizer.group('').resource('secrets').check('list').allowed()";
    expect(sizes(many(40, asks))).toEqual([22, 18]);
    expect(sizes(many(40, asks, false))).toEqual([19, 19, 2]);
  });

  it('where a failure lets through, nobody can switch off one rule by the cost of another', () => {
    expect(sizes(many(20, 'podSpec.containers.all(c, c.image != "")', false))).toEqual([6, 6, 6, 2]);
    expect(sizes(many(20, `object.spec.x.matches('${'a'.repeat(30)}')`, false))).toEqual([7, 7, 6]);
    expect(sizes(many(20, 'object.spec.x == object.spec.y.sort()', false))).toEqual([7, 7, 6]);
  });

  it('no object is too large to be kept', () => {
    const long = (index: number) => `podSpec.hostname != '${String(index).padStart(8000, 'x')}'`;
    const compiled = compile(
      Array.from({ length: 60 }, (_, index) => aCandidate(`p${index}`, { rules: [aRule('r', long(index))] })),
      someFacts(),
    );
    const bytes = validatingOf(compiled).map((policy) => JSON.stringify(policy).length);
    expect(bytes.length).toBeGreaterThan(1);
    expect(Math.max(...bytes)).toBeLessThan(300_000);
  });
});
