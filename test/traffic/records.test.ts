import { describe, expect, it } from 'vitest';
import { failed, latencyAt, type RequestRecord, shareOf, summaryOf, within } from './records.ts';

function answered(revision: string | undefined, status = 200, sentAt = 0, latency = 1): RequestRecord {
  return { kind: 'answered', revision, status, sentAt, latency, connection: 'kept' };
}
const refused: RequestRecord = {
  kind: 'unanswered',
  error: 'ECONNREFUSED',
  sentAt: 5,
  latency: 1,
  connection: 'fresh',
};

describe('what a load recorded', () => {
  it('gives the share of a revision among what revisions answered', () => {
    const records = [
      answered('a'),
      answered('a'),
      answered('a', 500),
      answered('b'),
      answered(undefined, 503),
      refused,
    ];
    expect(shareOf(records, 'a')).toBe(0.75);
    expect(shareOf(records, 'b')).toBe(0.25);
    expect(shareOf(records, 'c')).toBe(0);
    expect(shareOf([refused], 'a')).toBeNaN();
  });

  it('counts as failed what was not answered, and what was refused by a pod or by the gateway', () => {
    const bad = [answered('a', 500), answered(undefined, 503), answered(undefined, 404), refused];
    expect(failed([answered('a'), answered(undefined, 302), ...bad])).toEqual(bad);
  });

  it('gives what was sent from one time on and before another', () => {
    const records = [1, 2, 3, 4].map((time) => answered('a', 200, time));
    const times = (window: object) => within(records, window).map(({ sentAt }) => sentAt);
    expect(times({ from: 2, to: 4 })).toEqual([2, 3]);
    expect(times({ from: 3 })).toEqual([3, 4]);
    expect(times({})).toEqual([1, 2, 3, 4]);
  });

  it('gives the latency that a part of the answers kept to, whatever their order', () => {
    const records = [...Array(100).keys()].map((index) => answered('a', 200, 0, 100 - index));
    const latencies = [0.5, 0.505, 0.99, 1, 0].map((quantile) => latencyAt(records, quantile));
    expect(latencies).toEqual([50, 51, 99, 100, 1]);
    expect(latencyAt([refused], 0.5)).toBeNaN();
  });

  it('says it all in a line', () => {
    expect(summaryOf([answered('a'), answered('b', 500), refused])).toBe(
      '3 requests: a 1, b 1, nobody 1; 200 1, 500 1, ECONNREFUSED 1; p50 1.0 ms, p99 1.0 ms',
    );
  });
});
