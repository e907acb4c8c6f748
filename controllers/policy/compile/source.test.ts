import { describe, expect, it } from 'vitest';
import { bracketed, readSource, rewritten } from './source.ts';

const readBy = (text: string) =>
  readSource(text).references.map(({ name, path }) => [name, ...path].join('/'));

describe('the names that an expression reads', () => {
  it.for([
    ['object.metadata.name', ['object/metadata/name']],
    ["object.?spec.?a.orValue('x') == 'y'", ['object/spec/a']],
    ["object.metadata.labels['a.b/c']", ['object/metadata/labels/a.b/c']],
    ["object.metadata.?labels[?'app'].hasValue()", ['object/metadata/labels/app']],
    ['has(object.spec.paused)', ['object/spec/paused']],
    [
      'object.spec.containers.all(c, c.image != params.image)',
      ['object/spec/containers', 'c', 'c/image', 'params/image'],
    ],
    ['object.spec.containers[0].image', ['object/spec/containers']],
    ["'object.spec' == r'params'", []],
    ['// object.spec\nparams.a', ['params/a']],
    ['Object{spec: Object.spec{params: 1}}', ['Object', 'Object/spec']],
    ['{params: 1}', ['params']],
    ['a ? params : podSpec', ['a', 'params', 'podSpec']],
    ['x.object.params', ['x/object/params']],
    ['f(x).params', ['x']],
    ['.params', ['params']],
    ['oldObject == null', ['oldObject']],
  ] as const)('%s', ([text, names]) => {
    expect(readBy(text)).toEqual(names);
  });
});

describe('what cannot be CEL is refused, with its place', () => {
  it.for([
    ['true) || (true', "line 1, column 5: Syntax error: unexpected ')'"],
    ['[1, 2', "line 1, column 6: Syntax error: unexpected the end, expected ']'"],
    ['a &&\n  (b]', "line 2, column 5: Syntax error: unexpected ']', expected ')'"],
    [' // nothing', 'line 1, column 12: Syntax error: unexpected the end'],
    ["a == 'b", 'line 1, column 6: the string does not end'],
    [
      'a.all(params, params)',
      "line 1, column 7: params has a meaning of its own here: call the loop's variable otherwise",
    ],
    [
      "object.metadata.name != '' && ['bad'].all(object, variables.image != object)",
      "line 1, column 43: object has a meaning of its own here: call the loop's variable otherwise",
    ],
    [
      'a.transformMap(key, oldObject, oldObject.b)',
      "line 1, column 21: oldObject has a meaning of its own here: call the loop's variable otherwise",
    ],
    [
      'a.b.?c.optMap(request, variables.c == request)',
      "line 1, column 15: request has a meaning of its own here: call the loop's variable otherwise",
    ],
  ] as const)('%s', ([text, message]) => {
    expect(() => readSource(text)).toThrow(message);
  });
});

it('knows how deep loops stand within each other', () => {
  expect(readSource('a == b').nesting).toBe(0);
  expect(readSource('a.all(x, x > 1) && b.exists(y, y > 1)').nesting).toBe(1);
  expect(readSource('a.all(x, x.b.exists(y, (y.c.map(z, z)).size() > 0))').nesting).toBe(3);
  expect(readSource('all(a, b)').nesting).toBe(0);
});

it('knows what has to be computed, and how often', () => {
  const parts = (text: string) => readSource(text).parts.map(({ call = '', depth }) => `${call}${depth}`);
  expect(parts("a.b == 'c' ? d : !e")).toEqual(['0', '0', '0', '0', '0', '0', '0']);
  expect(parts('a.all(x, f(x.b).exists(y, [y, 1])) || g()')).toEqual(
    '0 all0 1 f1 1 1 exists1 2 2 2 g0'.split(' '),
  );
});

it('names what it calls', () => {
  expect([...readSource("semver('1.2.3').isLessThan(semver(x))").calls]).toEqual(['semver', 'isLessThan']);
});

it('is rewritten by place, so that the same word in a string stays', () => {
  const source = readSource("params.a == 'params' && params.b");
  const edits = source.references.map(({ start, end }) => ({ start, end, by: 'variables.p' }));
  expect(rewritten(source, edits)).toBe("variables.p.a == 'params' && variables.p.b");
});

it('a comment at the end does not swallow the bracket', () => {
  expect(bracketed('a // why')).toBe('(a // why\n)');
  expect(bracketed('a')).toBe('(a)');
});
