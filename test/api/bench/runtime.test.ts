import { expect, test } from 'vitest';
import { benchRuntime } from '../../../bench/runtime/index.ts';

test('the benchmark of the runtime measures both informers', { timeout: 240_000 }, async () => {
  const { figures, tables } = await benchRuntime({ quick: true });
  // Whether they are good on a machine that does other things as well is not for a test to say.
  expect(figures.filter(({ value }) => !(value > 0))).toEqual([]);
  expect(tables.flatMap(({ rows }) => rows).filter((row) => row.length !== 3 || row.includes('NaN'))).toEqual(
    [],
  );
});
