import { describe, expect, it } from 'vitest';
import { failuresIn, noneFailed, shareFigures } from './judgement.ts';
import type { RequestRecord } from './records.ts';

function answered(
  revision: string,
  sentAt: number,
  {
    status = 200,
    connection = 'kept',
  }: { readonly status?: number; readonly connection?: 'kept' | 'fresh' } = {},
): RequestRecord {
  return { kind: 'answered', revision, status, sentAt, latency: 1, connection };
}

describe('what is found of a load', () => {
  it('is how many requests failed, by the kind of connection', () => {
    const records = [
      answered('a', 1, { status: 500 }),
      answered('a', 2),
      answered('b', 3, { connection: 'fresh' }),
    ];
    expect(noneFailed('canary', records).map(({ name, value, limit }) => [name, value, limit])).toEqual([
      ['canary-failed-on-kept-connections', 1, 0],
      ['canary-failed-on-fresh-connections', 0, 0],
    ]);
    expect(failuresIn(records)).toBe('\n  1970-01-01T00:00:00.001Z kept: 500 by a after 1 ms');
  });

  it('is how far the share is from the weight, in the window alone', () => {
    const records = [1, 2, 3, 4, 5].map((time) => answered(time > 3 ? 'b' : 'a', time));
    const { figures } = shareFigures('half', records, {
      revision: 'b',
      weight: 60,
      window: { from: 2, to: 6 },
    });
    expect(figures.map(({ value }) => value)).toEqual([10, 4]);
  });

  it('is far off where nobody answered at all', () => {
    const [off] = shareFigures('none', [], { revision: 'b', weight: 100, window: {} }).figures;
    expect(off?.value).toBe(100);
  });
});
