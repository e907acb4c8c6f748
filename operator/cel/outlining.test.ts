import { describe, expect, it } from 'vitest';
import { admissionVariables } from './admission.ts';
import { madeObjects } from './made.ts';
import { type Outline, outlineOfJson, someNumber, someText, textsOf } from './outline.ts';
import { type Known, outlineOf } from './outlining.ts';
import { dyn, objectOf } from './types.ts';

const declarations = {
  variables: {
    ...admissionVariables().variables,
    params: dyn,
    path: dyn,
    variables: objectOf('variables', { prefix: dyn }),
  },
  objects: madeObjects(dyn),
};
const known: Known = {
  names: new Map([
    ['params', outlineOfJson({ on: true, names: ['a', 'b'], deep: { text: 'x' } })],
    ['path', outlineOfJson('/spec')],
    ['variables.prefix', outlineOfJson('/pre')],
  ]),
  fields: new Map([['object.kind', 'Pod']]),
};
const outline = (expression: string) => outlineOf(expression, declarations, known).value;
const plain = (one: Outline): unknown => {
  switch (one.kind) {
    case 'scalar':
      return one.value;
    case 'text':
      return one.text.replaceAll(someNumber, '#').replaceAll(someText, '?');
    case 'list':
      return one.items.map(plain);
    case 'object':
      return Object.fromEntries(one.fields.map(({ name = '?', value }) => [name, plain(value)]));
    case 'either':
      return { either: one.of.map(plain) };
    case 'unknown':
      return one.from === undefined ? '?' : `?${[one.from.variable, ...one.from.path].join('.')}`;
  }
};

describe('what is known beforehand', () => {
  it.for<[string, unknown]>([
    ["'a' + 'b'", 'ab'],
    ["path + '/x/' + params.deep.text", '/spec/x/x'],
    ["variables.prefix + '/' + string(size(object.x))", '/pre/#'],
    ["'/' + object.name + '/' + string(1)", '/?/1'],
    ["(object.a ? 'a' : 'b') + (object.b ? 'c' : 'd')", { either: ['ac', 'ad', 'bc', 'bd'] }],
    ["jsonpatch.escapeKey('a/' + params.deep.text)", 'a~1x'],
    ['params.names', ['a', 'b']],
    ['params.names[0]', { either: ['a', 'b'] }],
    ["params.names.map(n, n + '!')", { either: [[], [{ either: ['a!', 'b!'] }]] }],
    ["object.kind == 'Pod' ? 1 : 2", 1n],
    ["object.kind != 'Pod' && object.on ? 1 : 2", 2n],
    ["object.kind in ['Job', 'Pod'] || object.on ? 1 : 2", 1n],
    ["!(object.kind in ['Job']) ? 1 : 2", 1n],
    ['object.kind == object.name ? 1 : 2', { either: [1n, 2n] }],
    ["object.list.exists(x, object.kind == 'Pod') ? 1 : 2", { either: [1n, 2n] }],
    ['dyn(object.spec.size)', '?object.spec.size'],
    ['object.list.filter(x, x.on).map(x, x.name)', { either: [[], ['?object.list.*.name']] }],
    ['object.list.map(x, x.name)', { either: [[], ['?object.list.*.name']] }],
    ["object.?a.?b.orValue('c')", { either: ['?object.a.b', 'c'] }],
    ['object.a[0].b', '?object.a.*.b'],
    ["{'a': 1, object.key: 2}", { a: 1n, '?': 2n }],
    ['Object{spec: Object.spec{a: 1}}.spec.a', 1n],
    ['[1] + (object.on ? [2] : [])', [1n, 2n]],
    ['has(object.a) ? 1 : 2', { either: [1n, 2n] }],
  ])('%s', ([expression, expected]) => {
    const found = plain(outline(expression));
    expect(found).toEqual(expected);
  });

  it('is less where there are more ways than are followed: then a text is any', () => {
    const many = Array.from({ length: 8 }, () => "(object.a ? 'a' : 'b')").join(' + ');
    for (const text of textsOf(outline(many))) expect(text.startsWith(someText)).toBe(true);
  });
});

describe('the objects that are made', () => {
  const names = (expression: string) =>
    outlineOf(expression, declarations, known).made.map(({ name, at }) => `${name}@${at}`);

  it('are found wherever they stand, but not where no evaluation comes by', () => {
    expect(names('[[Object.a{}], [Object.b{}]].flatten()')).toEqual(['Object.a@2', 'Object.b@16']);
    expect(names("object.kind == 'Pod' ? [Object.a{}] : [Object.b{}]")).toHaveLength(1);
    expect(names('object.list.map(x, x.on, Object.a{b: x})')).toEqual(['Object.a@25']);
  });

  it('are known to be all of them, unless macros come to too much', () => {
    expect(outlineOf('[Object{}]', declarations, known).whole).toBe(true);
    let nested = 'object.?a';
    for (let depth = 0; depth < 18; depth += 1) nested = `(${nested}).optMap(x${depth}, x${depth})`;
    expect(outlineOf(`${nested}.orValue(1)`, declarations, known).whole).toBe(false);
  });
});
