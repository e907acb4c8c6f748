import { expect, it } from 'vitest';
import { fieldsRead } from './fieldsRead.ts';
import { union } from './reads.ts';

/** Sorted, each once, without those below another: as they are compared. */
const readBy = (expression: string) => {
  const { object, podSpec } = union([{ ...fieldsRead(expression), asks: false }]);
  return [...object.map((path) => ['object', ...path]), ...podSpec.map((path) => ['podSpec', ...path])].map(
    (path) => path.join('.'),
  );
};

it.for([
  ['object.spec.replicas > 1', ['object.spec.replicas']],
  [
    "has(object.spec.paused) && object.metadata.?labels[?'a'].orValue('b') == 'c'",
    ['object.metadata.labels.a', 'object.spec.paused'],
  ],
  ['podSpec.containers.all(c, has(c.resources.limits))', ['podSpec.containers.*.resources.limits']],
  ["podSpec.containers.all(c, c.env.all(e, e.name != 'a'))", ['podSpec.containers.*.env.*.name']],
  [
    "podSpec.containers.all(c, c.env.exists(e, e.name == 'a') || c.image == 'b')",
    ['podSpec.containers.*.env.*.name', 'podSpec.containers.*.image'],
  ],
  ["podSpec.containers[0].image == 'a'", ['podSpec.containers.*.image']],
  ['podSpec.containers.size() < 3', ['podSpec.containers.#']],
  ['size(podSpec.containers) < 3 && podSpec.containers.all(c, has(c.image))', ['podSpec.containers.*.image']],
  ['podSpec.containers.all(c, true)', ['podSpec.containers.#']],
  ["podSpec.containers.all(c, c == 'a')", ['podSpec.containers']],
  ['podSpec.containers.map(c, c.image).size() == 2', ['podSpec.containers.#']],
  ["podSpec.containers.map(c, c.image) == ['a']", ['podSpec.containers.*.image']],
  [
    "podSpec.containers.map(c, has(c.name), c.image).join(',') != ''",
    ['podSpec.containers.*.image', 'podSpec.containers.*.name'],
  ],
  ['podSpec.volumes.filter(v, has(v.hostPath)).size() == 0', ['podSpec.volumes.*.hostPath']],
  [
    "podSpec.volumes.filter(v, has(v.hostPath)).all(v, v.name == 'a')",
    ['podSpec.volumes.*.hostPath', 'podSpec.volumes.*.name'],
  ],
  ['podSpec.volumes.filter(v, has(v.hostPath)) == []', ['podSpec.volumes']],
  [
    '(podSpec.containers + podSpec.?initContainers.orValue([])).all(c, has(c.image))',
    ['podSpec.containers.*.image', 'podSpec.initContainers.*.image'],
  ],
  ["[podSpec.containers[0], podSpec.containers[1]].all(c, c.image != '')", ['podSpec.containers.*.image']],
  [
    "(podSpec.hostNetwork ? podSpec.containers : podSpec.volumes).all(x, x.name != '')",
    ['podSpec.containers.*.name', 'podSpec.hostNetwork', 'podSpec.volumes.*.name'],
  ],
  ["object.metadata.labels.all(k, k != 'a')", ['object.metadata.labels']],
  ["object.metadata.labels.all(k, v, v != 'a')", ['object.metadata.labels']],
  ["object.metadata.labels.all(k, v, k != 'a')", ['object.metadata.labels.#']],
  ['object.data[object.metadata.name] != ""', ['object.data', 'object.metadata.name']],
  ['podSpec.?securityContext.optMap(s, s.runAsUser != 0).orValue(false)', ['podSpec.securityContext']],
  [
    'podSpec.containers.map(c, c.ports.map(p, p.containerPort)).flatten().all(p, p > 1024)',
    ['podSpec.containers.*.ports.*.containerPort'],
  ],
  ['oldObject == null || object.spec.a == oldObject.spec.a', ['object.spec.a']],
  [
    "object.metadata.?labels[?'a'].orValue(object.spec.b) == 'c'",
    ['object.metadata.labels.a', 'object.spec.b'],
  ],
  [
    'podSpec.containers.size() < 3 && podSpec.volumes.all(v, has(v.source.hostPath))',
    ['podSpec.containers.#', 'podSpec.volumes.*.source.hostPath'],
  ],
  ['object == oldObject', ['object']],
  ["dyn(object).spec.a == 'b'", ['object.spec.a']],
  ['.object.spec.a && [1].all(object, .object.spec.b == object)', ['object.spec.a', 'object.spec.b']],
  ['params.a.all(p, p > 1) && request.dryRun', []],
] as const)('%s reads %o', ([expression, fields]) => {
  expect(readBy(expression)).toEqual(fields);
});
