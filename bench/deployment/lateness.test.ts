import { expect, it } from 'vitest';
import { lateness } from './lateness.ts';

it('looks at their time are not late, and each of the others by how much it is', () => {
  expect(lateness([500, 15_500, 30_500], 15)).toEqual([0, 0, 0]);
  expect(lateness([500, 17_500, 30_500], 15)).toEqual([0, 2, 0]);
  expect(lateness([1500, 15_500, 30_500], 15)).toEqual([1, 0, 0]);
});

it('one that is left out makes those after it late', () => {
  expect(lateness([0, 30_000, 45_000], 15)).toEqual([0, 15, 15]);
});
