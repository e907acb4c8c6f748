import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Expression } from '../../../operator/cel/syntax/expression.ts';
import { readWritten, writtenAs } from './written.ts';

const again = (text: string) => writtenAs(readWritten(text));

/** Without the places. */
const meaningOf = (text: string): unknown =>
  JSON.parse(
    JSON.stringify(readWritten(text), (key, value: unknown) =>
      key === 'at' ? undefined : typeof value === 'bigint' ? `${value}n` : value,
    ),
  );

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
      // How `a || (b || c)` is put together does not matter, so it is read twice.
      expect(meaningOf(again(again(text)))).toEqual(meaningOf(again(text)));
      expect(flat(readWritten(again(text)))).toEqual(flat(readWritten(text)));
    }),
    { numRuns: 500 },
  );
});

/** Its names, literals and functions in the order of the text. */
function flat(expression: Expression): readonly string[] {
  switch (expression.kind) {
    case 'literal':
      return [
        String(
          typeof expression.value === 'object'
            ? JSON.stringify(expression.value, (_, value: unknown) =>
                typeof value === 'bigint' ? String(value) : value,
              )
            : expression.value,
        ),
      ];
    case 'name':
      return [expression.name];
    case 'select':
      return ['(', ...flat(expression.operand), `.${expression.field}`, ')'];
    case 'list':
      return ['[', ...expression.elements.flatMap(flat), ']'];
    case 'map':
      return ['{', ...expression.entries.flatMap(({ key, value }) => [...flat(key), ...flat(value)]), '}'];
    case 'call': {
      const operands = [...(expression.target === undefined ? [] : [expression.target]), ...expression.args];
      const isSame = ({ kind }: Expression) => kind === 'call';
      if (['_&&_', '_||_'].includes(expression.function))
        return [
          '(',
          expression.function,
          ...operands.flatMap((operand) =>
            isSame(operand) && operand.kind === 'call' && operand.function === expression.function
              ? flat(operand).slice(2, -1)
              : flat(operand),
          ),
          ')',
        ];
      return ['(', expression.function, ...operands.flatMap(flat), ')'];
    }
    default:
      return [expression.kind];
  }
}
