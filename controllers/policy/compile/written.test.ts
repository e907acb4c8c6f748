import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { children, type Expression } from '../../../operator/cel/syntax/expression.ts';
import { Uint, type Value } from '../../../operator/cel/value.ts';
import { readWritten, writtenAs } from './written.ts';

const again = (text: string) => writtenAs(readWritten(text));

describe('an expression is written as it was', () => {
  it.for([
    'a || b && !c ? d : e ? f : g',
    '(a ? b : c) ? d : e',
    '(a || b) && (c ? d : e)',
    'a - (b - c) - d * (e + f) % -g',
    'a == b == (c < d) && e in f',
    '-(1).all(x, x) || (1.5).f() || (2u).g()',
    '!(a && b) || !(!c)',
    '-(5) - -5 + (-5).f() + -a',
    "has(a.b) && a['b'][0][?'c'].?d.orValue({?'e': f, 'g': [h, ?i]}) == Object.x{y: 1, ?z: .w}",
    'a.all(x, x.exists(y, z, y > 1.0 && z != 2u)) && f(a, g())',
    '(a + b).map(c, c).filter(d, d) == [1.5, 1e+21, -0.5, true, null]',
    "b'\\x00\\xff' == c && 'it\\'s \\\\ \\u000a' == d",
  ])('%s', (text) => {
    expect(again(text)).toBe(text);
  });

  it('without comments, line breaks and brackets that change nothing', () => {
    expect(again('((a) // or\n || (b || (c))) && r"\\d" == """x"""')).toBe("(a || b || c) && '\\\\d' == 'x'");
  });
});

const names = fc.constantFrom('a', 'b');
const literals = fc.constantFrom('1', '-1', '2.5', '-0.0', '3u', "'x'", 'true', 'null', "b'y'");
const { expression } = fc.letrec<{ readonly expression: string }>((tie) => {
  const part = tie('expression');
  const operators = fc.constantFrom('||', '&&', '==', '<', 'in', '+', '-', '*', '%');
  return {
    expression: fc.oneof(
      { maxDepth: 5, withCrossShrink: true },
      fc.oneof(names, literals),
      fc.tuple(part, operators, part).map(([left, operator, right]) => `(${left}) ${operator} (${right})`),
      fc.tuple(part, part, part).map(([a, b, c]) => `(${a}) ? (${b}) : (${c})`),
      fc.tuple(fc.constantFrom('!', '-', '!!', '--'), part).map(([sign, of]) => `${sign}(${of})`),
      fc
        .tuple(part, fc.constantFrom('.f', '.?f', '[0]', "[?'k']", '.g(a)'))
        .map(([of, more]) => `(${of})${more}`),
      fc.tuple(part, part).map(([of, body]) => `(${of}).all(x, ${body})`),
      fc.tuple(part, part).map(([a, b]) => `[${a}, ?${b}]`),
      fc.tuple(part, part).map(([a, b]) => `{${a}: ${b}}`),
    ),
  };
});

it('and means what it meant, whatever stands within what', () => {
  fc.assert(
    fc.property(expression, (text) => {
      expect(meaningOf(again(text))).toEqual(meaningOf(text));
    }),
    { numRuns: 500 },
  );
});

/** Its parts, without their places. In which order `a || b || c` is put together does not matter. */
function meaningOf(text: string): unknown {
  return partsOf(readWritten(text));
}

function partsOf(expression: Expression): unknown {
  const { kind } = expression;
  if (kind === 'literal') return literalOf(expression.value);
  const parts = children(expression).map((child) => [
    partsOf(child),
    child.kind === 'call' ? child.function : '',
  ]);
  if (kind !== 'call') return [kind, kind === 'name' ? expression.name : '', parts.map(([part]) => part)];
  const { function: name } = expression;
  const isChain = name === '_&&_' || name === '_||_';
  return [
    name,
    parts.flatMap(([part, of]) => (isChain && of === name && Array.isArray(part) ? part[1] : [part])),
  ];
}

function literalOf(value: Value): unknown {
  if (typeof value === 'bigint') return `${value}`;
  if (value instanceof Uint) return `${value.value}u`;
  return Object.is(value, -0) ? '-0' : value;
}
