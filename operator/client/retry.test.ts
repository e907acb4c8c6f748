import { expect, test } from 'vitest';
import { parseRetryAfter } from './retry.ts';

test.each([
  ['1', 1000],
  ['0', 0],
  ['-5', 0],
  ['Thu, 01 Jan 1970 00:01:00 GMT', 60_000],
  ['soon', undefined],
  ['', undefined],
  [undefined, undefined],
])('Retry-After: %s means %s ms', (header, expected) => {
  expect(parseRetryAfter(header, 0)).toBe(expected);
});
