import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { compile, type Declarations, dyn, fromJson } from '../../../operator/cel/index.ts';
import { certain } from './certain.ts';

vi.setConfig({ testTimeout: 60_000 });

describe('a condition is false where it reads what is not there', () => {
  it.for([
    ['a.b.c == 1', 'has(a.b) && has(a.b.c) && a.b.c == 1'],
    ['!(a.b == 1)', '!(!has(a.b) || a.b == 1)'],
    ["a['k'] == a[0]", "'k' in a && a[?0].hasValue() && a['k'] == a[0]"],
    ["a.?b.value().c == 'x'", "a.?b.hasValue() && has(a.?b.value().c) && a.?b.value().c == 'x'"],
    ['a.all(x, x.b > 1)', 'a.all(x, has(x.b) && x.b > 1)'],
    ['!a.exists(x, x.b > 1)', '!a.exists(x, !has(x.b) || x.b > 1)'],
    ['a.b.exists(x, x > 1)', 'has(a.b) && a.b.exists(x, x > 1)'],
    ['a.map(x, x.b) == [1]', 'a.all(x, has(x.b)) && a.map(x, x.b) == [1]'],
    ['a.filter(x, x.b == 1).size() == 0', 'a.all(x, has(x.b)) && a.filter(x, x.b == 1).size() == 0'],
    ['a.map(x, x.b == 1, x.c) == []', 'a.all(x, has(x.b)) && a.map(x, x.b == 1, x.c) == []'],
    ['a.?b.orValue(a.c) == 1', '(a.?b.hasValue() || has(a.c)) && a.?b.orValue(a.c) == 1'],
    [
      'a.?b.optMap(x, x.c).orValue(true)',
      'a.?b.optMap(x, has(x.c)).orValue(true) && a.?b.optMap(x, x.c).orValue(true)',
    ],
    ['a.b ? a.c : a.b == a.d', 'has(a.b) && (a.b ? has(a.c) && a.c : has(a.d) && a.b == a.d)'],
    [
      '(a == 1 ? a.b : a.c) == 2',
      '(!(a == 1) || has(a.b)) && (a == 1 || has(a.c)) && (a == 1 ? a.b : a.c) == 2',
    ],
  ] as const)('%s', ([condition, expected]) => {
    expect(certain(condition)).toBe(expected);
  });
});

describe('what asks before it reads stays as it is', () => {
  it.for([
    'has(a.b) && a.b == 1 // as it is written',
    '!has(a.b) || !has(a.b.c) || a.b.c == 1',
    "has(a.b) && 'k' in a.b && a.b['k'].startsWith('x')",
    'a.?b.orValue([]).all(x, has(x.c) && x.c.exists(y, y == 1))',
    'has(a.b) ? a.b > 1 : true',
    'has(a.b) && has(a.b.c) ? a.b.c > 1 : !has(a.b) || has(a.b.c)',
    'podSpec.containers.all(c, !has(c.image))',
    'a.exists(x, has(x.b) && x.b == 1) && a.filter(x, has(x.b) && x.b == 1).size() == 1',
    'a[?0].hasValue() && a[0] == 1 && a.?b.hasValue() && a.?b.value() == 2',
  ])('%s', (condition) => {
    expect(certain(condition)).toBe(condition);
  });

  it('and so does what would have to be computed twice to ask', () => {
    const condition =
      'a.filter(x, x == 1 || x.b).size() == 0 && a.exists_one(x, x.all(y, y.c)) && a.map(x, x == 1, x.b) == []';
    expect(certain(condition)).toBe(condition);
  });

  it('but of another that has the same name it knows nothing', () => {
    expect(certain('has(x.b) && a.all(x, x.b == 1)')).toBe('has(x.b) && a.all(x, has(x.b) && x.b == 1)');
  });

  it.for([
    ['(has(a.b) || has(a.c)) && a.b == 1', '(has(a.b) || has(a.c)) && has(a.b) && a.b == 1'],
    ['!(has(a.b) || has(a.c)) || a.b == 1', '!(has(a.b) || has(a.c)) || has(a.b) && a.b == 1'],
    ['has(a.b) && has(a.c) || a.b == 1', 'has(a.b) && has(a.c) || has(a.b) && a.b == 1'],
  ] as const)('and of two of which one may not be there, neither is known: %s', ([condition, expected]) => {
    expect(certain(condition)).toBe(expected);
  });

  it('and what may not have been told is asked', () => {
    expect(certain('!has(a.b.c) || a.b.c == 1')).toBe(
      '!(!has(a.b) || has(a.b.c)) || has(a.b) && has(a.b.c) && a.b.c == 1',
    );
  });
});

const declarations: Declarations = { variables: { a: dyn, b: dyn, podSpec: dyn } };

type Inputs = Readonly<Record<'a' | 'b', unknown>>;

/** Whether it is true or false; the message, where it fails. */
function judging(condition: string): (inputs: Inputs) => boolean | string {
  const compiled = compile(condition, declarations);
  if (!compiled.ok) throw new Error(`${condition}: ${compiled.errors[0]?.message}`);
  return ({ a, b }) => {
    const evaluation = compiled.program.evaluate({ a: fromJson(a), b: fromJson(b) });
    return evaluation.ok ? evaluation.value === true : evaluation.message;
  };
}

const values = fc.letrec<{ readonly value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, depthSize: 'medium' },
    fc.constantFrom(1, 2, 'k', true, false, null),
    fc.dictionary(fc.constantFrom('k', 'l', 'm'), tie('value'), { maxKeys: 3 }),
    fc.array(tie('value'), { maxLength: 3 }),
  ),
})).value;

/** Of what is there, and is something else. */
const otherErrors = /no such overload|unsupported index type|expected iterable type/;

/**
 * Conditions that fail by what is not there, and where what is there is no list.
 *
 * @param passing whether `&&` and `||` stand where an error is not passed over as well
 */
function conditionsOf(passing: boolean): fc.Arbitrary<string> {
  return fc.letrec<{ readonly condition: string; readonly atom: string; readonly value: string }>((tie) => {
    const [condition, value] = [tie('condition'), tie('value')];
    const told = passing ? condition : tie('atom');
    const list = fc.oneof(
      value.map((of) => `[${of}]`),
      value.map((of) => `dyn(${of})`),
    );
    const steps = ['.k', '.l', "['k']", '[0]', '[?0].value()', '.?k.value()', '.?l.orValue(a.k)'];
    return {
      value: fc.oneof(
        { maxDepth: 2, depthSize: 'small' },
        fc.constantFrom('a', 'b', 'x'),
        fc.tuple(value, fc.constantFrom(...steps)).map(([of, step]) => `${of}${step}`),
        fc.tuple(told, value, value).map(([c, a, b]) => `(${c} ? ${a} : ${b})`),
        fc.tuple(list, value).map(([of, body]) => `dyn(${of}.map(x, ${body}))`),
        fc.tuple(list, told).map(([of, body]) => `dyn(${of}.filter(x, ${body}))`),
        fc
          .tuple(list, told, passing ? value : fc.constant('x'))
          .map(([of, filter, body]) => `dyn(${of}.map(x, ${filter}, ${body}))`),
      ),
      atom: fc.oneof(
        fc.tuple(value, value).map(([a, b]) => `${a} == ${b}`),
        fc.tuple(value, fc.constantFrom('k', 'l')).map(([of, field]) => `has(${of}.${field})`),
        fc.tuple(list, told).map(([of, body]) => `${of}.exists_one(x, ${body})`),
        fc.tuple(value, told).map(([of, body]) => `${of}.?k.optMap(x, ${body}).orValue(false)`),
      ),
      condition: fc.oneof(
        { maxDepth: 3, depthSize: 'small' },
        tie('atom'),
        fc.tuple(condition, condition).map(([a, b]) => `(${a} && ${b})`),
        fc.tuple(condition, condition).map(([a, b]) => `(${a} || ${b})`),
        condition.map((of) => `!(${of})`),
        fc.tuple(told, condition, condition).map(([a, b, c]) => `(${a} ? ${b} : ${c})`),
        fc
          .tuple(list, fc.constantFrom('all', 'exists'), condition)
          .map(([of, loop, body]) => `${of}.${loop}(x, ${body})`),
      ),
    };
  }).condition;
}

it.for([
  ['fails by what is not there', false],
  ['fails where the condition does not', true],
] as const)('it is true where the condition is, else false, and never %s', ([, passing]) => {
  const counts = { true: 0, false: 0, told: 0, failing: 0 };
  const inputs: fc.Arbitrary<Inputs> = fc.record({ a: values, b: values });
  fc.assert(
    fc.property(
      conditionsOf(passing),
      fc.array(inputs, { minLength: 16, maxLength: 16 }),
      (condition, given) => {
        const bound = `[a].all(x, ${condition})`;
        const sure = certain(bound);
        const [judge, judgeSure] = [judging(bound), judging(sure)];
        for (const each of given) {
          const [plain, told] = [judge(each), judgeSure(each)];
          if (typeof told === 'string') {
            const failed = passing ? expect.any(String) : expect.stringMatching(otherErrors);
            expect([sure, plain, told]).toEqual([sure, expect.any(String), failed]);
            counts.failing++;
          } else {
            expect([sure, plain, told]).toEqual([sure, plain, plain === true]);
            counts[typeof plain === 'string' ? 'told' : plain ? 'true' : 'false']++;
          }
        }
      },
    ),
    { numRuns: 200 },
  );
  // Every way has been gone.
  for (const [way, count] of Object.entries(counts)) expect([way, count > 50]).toEqual([way, true]);
});
