import { expect, it } from 'vitest';
import { literal, literals, valueLiteral } from './literal.ts';

it('a string keeps every character, and ends where it should', () => {
  expect(literal("it's")).toBe("'it\\'s'");
  expect(literal('a\\b\nc\u2028')).toBe("'a\\\\b\\u000ac\\u2028'");
  expect(literals(['a', 'b'])).toBe("['a', 'b']");
});

it('JSON becomes CEL of one type in each list and map, which is all that the API server takes', () => {
  expect(valueLiteral({ registries: ['a', 'b'], limit: 3, ratio: 0.5, off: false, none: null })).toBe(
    "{'registries': dyn(['a', 'b']), 'limit': dyn(3), 'ratio': dyn(0.5), 'off': dyn(false), 'none': dyn(null)}",
  );
  expect(valueLiteral([1, 'a', [true]])).toBe("[dyn(1), dyn('a'), dyn([dyn(true)])]");
  expect(valueLiteral({})).toBe('{}');
});

it('whole numbers are ints, as far as CEL has them; all others are doubles', () => {
  expect(valueLiteral(-7)).toBe('-7');
  expect(valueLiteral(1e21)).toBe('1e+21');
  expect(valueLiteral(2 ** 60)).toBe('1152921504606847000.0');
});
