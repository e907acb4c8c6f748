import { expect, it } from 'vitest';
import { FixRight, untilAskedAgain } from './fixRight.ts';

const { signal } = new AbortController();

/** A right that the API server answers so for, and how often it was asked. */
function aRight(answers: readonly boolean[]) {
  let time = 1_000_000;
  let asked = 0;
  const client = {
    request: async <Answer>() => {
      const allowed = answers[asked];
      asked += 1;
      return { status: { allowed } } as Answer;
    },
  };
  const right = new FixRight(client, () => time);
  return {
    right,
    asked: () => asked,
    pass: (milliseconds: number) => {
      time += milliseconds;
    },
  };
}

it('is asked for once, and then taken for given until the API server refuses a write', async () => {
  const { right, asked, pass } = aRight([true, false]);
  expect(await right.isRefused(signal)).toBe(false);
  pass(untilAskedAgain);
  expect(await right.isRefused(signal)).toBe(false);
  expect(asked()).toBe(1);
  right.refuse();
  expect(await right.isRefused(signal)).toBe(true);
});

it('that is not given is known before a write is tried', async () => {
  const { right, asked } = aRight([false]);
  expect(await right.isRefused(signal)).toBe(true);
  expect(await right.isRefused(signal)).toBe(true);
  expect(asked()).toBe(1);
});

it('once refused, is asked for from time to time, until it is given', async () => {
  const { right, asked, pass } = aRight([false, true]);
  right.refuse();
  expect(await right.isRefused(signal)).toBe(true);
  pass(untilAskedAgain - 1);
  expect(await right.isRefused(signal)).toBe(true);
  expect(asked()).toBe(0);
  pass(1);
  expect(await right.isRefused(signal)).toBe(true);
  expect(asked()).toBe(1);
  pass(untilAskedAgain);
  expect(await right.isRefused(signal)).toBe(false);
  pass(untilAskedAgain);
  expect(await right.isRefused(signal)).toBe(false);
  expect(asked()).toBe(2);
});
