import { describe, expect, it } from 'vitest';
import type { PolicySpec } from '../../../crds/policy/schema.ts';
import { aCandidate, aRule } from '../compile/builders.ts';
import { Alike, judgesAlike } from './alike.ts';

const policy = (fields: Partial<PolicySpec>) => judgesAlike(aCandidate('p', fields).spec);
const rule = (expression: string) => policy({ rules: [aRule('r', expression)] });
const except = (match: object, more: object = {}) =>
  policy({ exceptions: [{ name: 'e', match, reason: 'why', ...more }] });

describe('a Policy says the same of what is alike', () => {
  it.each([
    'podSpec.containers.all(c, c.name != "x")',
    "object.metadata.labels.app == 'web' && object.kind == 'Pod'",
    "object.metadata.?annotations[?'a'].hasValue()",
    "(object.kind == 'Pod' ? dyn(object) : dyn(object).spec).?metadata.?labels.orValue({}) == {}",
    "request.namespace == 'shop' && namespaceObject.metadata.name == 'shop'",
  ])('where it reads %s', (expression) => {
    expect(rule(expression)).toBe(true);
  });

  it.each([
    "object.metadata.name == 'x'",
    "object['metadata']['name'] == 'x'",
    'object.metadata.size() > 2',
    "string(object) == ''",
    "dyn(object).metadata.name == 'x'",
    "request.name == 'x'",
    "object.metadata[podSpec.hostname] == 'x'",
    'has(object.metadata.ownerReferences)',
  ])('not where it reads %s', (expression) => {
    expect(rule(expression)).toBe(false);
  });

  it('not where a variable or a message reads the name', () => {
    const variables = [{ name: 'name', expression: 'object.metadata.name' }];
    expect(policy({ variables })).toBe(false);
    expect(policy({ variables: [{ name: 'meta', expression: 'object.metadata' }] })).toBe(false);
    expect(policy({ variables: [{ name: 'all', expression: 'dyn(object)' }] })).toBe(false);
    const rules = [{ ...aRule('r', 'true'), messageExpression: 'object.metadata.name' }];
    expect(policy({ rules })).toBe(false);
  });

  it('not where names are excepted, or for a time', () => {
    expect(except({ objectSelector: { matchLabels: { a: 'b' } } })).toBe(true);
    expect(except({ namespaces: ['shop'] })).toBe(true);
    expect(except({ names: ['old'] })).toBe(false);
    expect(except({ namespaces: ['shop'] }, { expires: '2027-01-31' })).toBe(false);
    expect(policy({ match: { workloads: true, exclude: [{ names: ['x'] }] } })).toBe(false);
  });
});

describe('objects', () => {
  const alike = new Alike();
  const pods = { group: '', version: 'v1', resource: 'pods', kind: 'Pod', namespaced: true };
  const number = (metadata: object, spec: object = { a: 1 }, namespace = 'shop', resource = pods) =>
    alike.numberOf(
      { resource, namespace },
      { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web', ...metadata }, spec },
    );

  it('are alike whatever they are called and whoever owns them', () => {
    expect(number({ name: 'web-2', uid: 'other', resourceVersion: '9' })).toBe(number({}));
  });

  const token = (name: string) => ({ volumes: [{ name, projected: { sources: [] } }] });

  it('are alike whatever the API server calls the volume of their token', () => {
    expect(number({}, token('kube-api-access-7hw2k'))).toBe(number({}, token('kube-api-access-x9zq4')));
    expect(number({}, token('kube-api-access-mine'))).not.toBe(number({}, token('kube-api-access-x9zq4')));
  });

  it('share nothing that quotes that name', () => {
    const judge = { policy: 'p' } as Parameters<Alike['standing']>[0];
    const says = (message: string) => ({ passes: 0, bad: [{ rule: 'r', result: 'fail' as const, message }] });
    const shared = says('a volume is projected');
    expect(alike.standing(judge, 1000, () => shared)).toBe(shared);
    expect(alike.standing(judge, 1000, () => says('not asked'))).toBe(shared);
    alike.standing(judge, 1001, () => says('kube-api-access-7hw2k is projected'));
    const other = says('kube-api-access-x9zq4 is projected');
    expect(alike.standing(judge, 1001, () => other)).toBe(other);
  });

  it('are not where anything else differs', () => {
    const numbers = [
      number({}),
      number({ labels: { a: 'b' } }),
      number({ annotations: { a: 'b' } }),
      number({}, { a: 2 }),
      number({}, { a: 1 }, 'other'),
      number({}, { a: 1 }, 'shop', { ...pods, group: 'example.com' }),
    ];
    expect(new Set(numbers).size).toBe(numbers.length);
  });

  it('are known by few numbers, of which none is ever meant for another', () => {
    const known = new Alike();
    const entry = { resource: pods, namespace: 'shop' };
    const judge = { policy: 'p' } as Parameters<Alike['standing']>[0];
    for (let index = 0; index < 50_000; index += 1) {
      const object = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web' }, spec: { index } };
      const outcome = { passes: index, bad: [] };
      expect(known.standing(judge, known.numberOf(entry, object), () => outcome)).toBe(outcome);
    }
  });
});
