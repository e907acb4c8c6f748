import { expect, it } from 'vitest';
import { failed, type RequestRecord } from '../records.ts';
import { badTraffic, storyOf } from './badTraffic.ts';

const answer = (sentAt: number, status: number): RequestRecord => ({
  kind: 'answered',
  sentAt,
  latency: 500,
  connection: 'kept',
  status,
  revision: 'canary',
});
const isBad = (record: RequestRecord) => failed([record]).length > 0;
const back = { reason: 'MetricFailed', appliedAt: 0, backAt: 9000 };

it('bad traffic lasts from the first bad answer to the last, whichever was sent first', () => {
  const records = [answer(4000, 500), answer(1000, 200), answer(2000, 503), answer(8000, 200)];
  expect(badTraffic(records, isBad)).toEqual({ requests: 2, first: 2500, last: 4500 });
});

it('is told with how soon it was over', () => {
  const bad = { requests: 2, first: 2500, last: 4500 };
  expect(storyOf('fails', back, bad, 100)).toBe(
    'fails: first bad answer 2.5 s after it was applied, the last one 2.0 s after the first, MetricFailed in status after 6.5 s; 2 of 100 requests met it',
  );
});

it('is told as none where nobody met any', () => {
  expect(badTraffic([answer(1000, 200)], isBad)).toBeUndefined();
  expect(storyOf('never ready', back, undefined, 100)).toBe(
    'never ready: MetricFailed 9.0 s after it was applied; none of 100 requests met it',
  );
});
