import { expect, it } from 'vitest';
import { type Reads, readsOf, unchanged, union } from './reads.ts';
import { readSource } from './source.ts';

const specs = { now: 'p', before: 'q' };
const sameFor = (reads: Reads) => unchanged(reads, specs).replace("request.operation == 'UPDATE' && ", '');
const ofText = (text: string) => readsOf(readSource(text));

it('the fields of the new and of the old object count alike', () => {
  expect(ofText('object.spec.a == oldObject.spec.b && podSpec.c')).toEqual({
    object: [
      ['spec', 'a'],
      ['spec', 'b'],
    ],
    podSpec: [['c']],
    asks: false,
  });
});

it('of a field and one below it, the wider counts', () => {
  const reads = union([ofText('object.spec.a.b'), ofText('object.spec.a'), ofText('object.spec.ab')]);
  expect(reads.object).toEqual([
    ['spec', 'a'],
    ['spec', 'ab'],
  ]);
});

it('compares exactly the fields that are read', () => {
  expect(sameFor(ofText("object.spec.a && object.metadata.labels['a.b/c'] == 'd'"))).toBe(
    "object.?metadata.?labels[?'a.b/c'] == oldObject.?metadata.?labels[?'a.b/c'] && object.?spec.?a == oldObject.?spec.?a",
  );
  expect(sameFor(ofText('podSpec.containers.all(c, c.image != 0)'))).toBe('p.?containers == q.?containers');
});

it('of metadata as a whole compares what people write', () => {
  expect(sameFor(ofText('object.metadata.all(k, k != 0)'))).toBe(
    ['labels', 'annotations', 'finalizers', 'ownerReferences']
      .map((field) => `object.?metadata.?${field} == oldObject.?metadata.?${field}`)
      .join(' && '),
  );
});

it('a rule about who asks, or for what, or about nothing of the object, is about any change of the content', () => {
  for (const rule of [
    "request.userInfo.username == 'me'",
    'false',
    "namespaceObject.metadata.name == 'x'",
    "object.metadata.name != 'x' || request.userInfo.username == 'me'",
    "object.metadata.name != 'x' || request.operation == 'CREATE'",
    "object.metadata.name != 'x' || authorizer.group('').resource('pods').check('get').allowed()",
  ])
    expect(sameFor(ofText(rule))).toContain('dyn(object).all(field');
  expect(sameFor(ofText("request.namespace == 'a' || object.spec.a"))).toBe(
    'object.?spec.?a == oldObject.?spec.?a',
  );
  expect(sameFor(ofText('object == oldObject'))).toContain('dyn(object).all(field');
});

it('of a list whose elements are read in part, compares that part of each', () => {
  const reads = {
    object: [],
    asks: false,
    podSpec: [
      ['containers', '*', 'env', '*', 'name'],
      ['volumes', '*'],
    ],
  };
  const names = (spec: string) => {
    const all = `${spec}.?containers.orValue(null)`;
    const env = 'e0.?env.orValue(null)';
    return `(type(${all}) == list ? dyn(${all}.map(e0, (type(${env}) == list ? dyn(${env}.map(e1, e1.?name)) : ${env}))) : ${all})`;
  };
  expect(sameFor(reads)).toBe(`${names('p')} == ${names('q')} && p.?volumes == q.?volumes`);
});
