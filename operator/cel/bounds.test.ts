import { describe, expect, it } from 'vitest';
import { admissionVariables } from './admission.ts';
import { compile } from './compile.ts';
import { fromJson } from './json.ts';
import type { Evaluation } from './program.ts';

const anyObject = admissionVariables();

function evaluate(expression: string, object: unknown = {}): Evaluation {
  const compiled = compile(expression, anyObject);
  if (!compiled.ok) throw new Error(compiled.errors[0]?.message);
  return compiled.program.evaluate({ object: fromJson(object) });
}

/** Far more than any of these needs, and far less than one that explodes does. */
const milliseconds = 5000;

function timed<T>(run: () => T): { readonly result: T; readonly took: number } {
  const start = performance.now();
  const result = run();
  return { result, took: performance.now() - start };
}

describe('whatever is evaluated ends soon', () => {
  it.each([
    "'(a+)+$'",
    "'(a|a)*b$'",
    "'(.*)*(.*)*(.*)*x$'",
    "'([a-z]+)*[0-9]$'",
  ])('a regular expression made to explode: %s', (pattern) => {
    const text = `${'a'.repeat(30_000)}!`;
    const { result, took } = timed(() => evaluate(`object.text.matches(${pattern})`, { text }));
    expect(result).toMatchObject({ ok: true, value: false });
    expect(took).toBeLessThan(milliseconds);
  });

  it('a regular expression that an object brings along', () => {
    const object = { text: 'a'.repeat(30_000), pattern: '(a*)*b' };
    expect(evaluate('object.text.matches(object.pattern)', object)).toMatchObject({ ok: true, value: false });
    expect(evaluate('object.text.matches(object.pattern)', { ...object, pattern: 'x{1001}' }).ok).toBe(false);
  });

  it('an object of a megabyte', () => {
    const containers = Array.from({ length: 6000 }, (_, index) => ({
      name: `container-${index}`,
      image: `registry.example.com/shop/web:${index}`,
      env: [{ name: 'A', value: 'x'.repeat(100) }],
    }));
    const object = { spec: { containers } };
    expect(JSON.stringify(object).length).toBeGreaterThan(1_000_000);
    const rule =
      "object.spec.containers.all(c, c.image.startsWith('registry.example.com/') && c.env.all(e, e.name != 'B'))";
    const { result, took } = timed(() => evaluate(rule, object));
    expect(result).toMatchObject({ ok: true, value: true });
    expect(took).toBeLessThan(milliseconds);
  });

  it('each element with each other: too expensive, and given up', () => {
    const object = { list: Array.from({ length: 2000 }, (_, index) => index) };
    const { result, took } = timed(() =>
      evaluate('object.list.all(a, object.list.all(b, a >= 0 || b >= 0))', object),
    );
    expect(result).toMatchObject({ ok: false, message: expect.stringContaining('cost limit exceeded') });
    expect(took).toBeLessThan(milliseconds);
  });

  it('what is too expensive is no matter of taste: nothing makes up for it', () => {
    expect(evaluate('lists.range(2000000).all(x, x >= 0) || true').ok).toBe(false);
    expect(evaluate('true || lists.range(2000000).all(x, x >= 0)').ok).toBe(true);
  });

  it('a list doubled thirty times takes no memory', () => {
    let doubled = '[1, 2, 3]';
    for (let times = 0; times < 30; times++) doubled = `[${doubled}].map(l, l + l)[0]`;
    const { result, took } = timed(() => evaluate(`size(${doubled})`));
    expect(result).toMatchObject({ ok: true, value: 3n * 2n ** 30n });
    expect(took).toBeLessThan(milliseconds);
  });

  it('a macro that uses its target twice, over and over: some is evaluated, more is refused', () => {
    const chained = (times: number) => `optional.of(1)${'.optMap(x, x + 1)'.repeat(times)}.value()`;
    expect(evaluate(chained(10))).toMatchObject({ ok: true, value: 11n });
    const { result, took } = timed(() => compile(chained(60), anyObject));
    expect(result).toMatchObject({ ok: false, errors: [{ reason: 'Unsupported' }] });
    expect(took).toBeLessThan(milliseconds);
  });

  it('an object nested a hundred thousand deep is compared, or is an error', () => {
    const nested = () => {
      let json: unknown = 1;
      for (let depth = 0; depth < 100_000; depth++) json = [json];
      return json;
    };
    const { result, took } = timed(() => evaluate('object.a == object.b', { a: nested(), b: nested() }));
    expect(result).toMatchObject({ ok: false });
    expect(took).toBeLessThan(milliseconds);
  });

  it.each([
    ['brackets', `${'('.repeat(50_000)}1${')'.repeat(50_000)}`],
    ['nots', `${'!'.repeat(99_000)}true`],
    ['lists', `${'['.repeat(50_000)}${']'.repeat(50_000)}`],
    ['fields', `object${'.a'.repeat(40_000)}`],
    ['terms', Array.from({ length: 30_000 }, () => '1').join('+')],
    ['conditions', Array.from({ length: 15_000 }, () => 'true').join('?true:')],
    ['a text beyond the limit', `'${'a'.repeat(200_000)}'`],
  ])('an expression nested without end: %s', (_, expression) => {
    const { took } = timed(() => compile(expression, anyObject));
    expect(took).toBeLessThan(milliseconds);
  });

  it('ten thousand conditions in a row', () => {
    const expression = Array.from({ length: 10_000 }, () => 'true').join(' && ');
    expect(evaluate(expression)).toMatchObject({ ok: true, value: true });
  });
});
