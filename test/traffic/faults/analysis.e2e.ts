import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../../eventually.ts';
import { report } from '../figures.ts';
import { noneFailed, tell } from '../judgement.ts';
import { failed } from '../records.ts';
import { RolloutStage } from '../rolloutStage.ts';
import { now } from '../shop.ts';

let stage: RolloutStage;
beforeAll(async () => {
  stage = await RolloutStage.open();
});
afterAll(async () => stage?.[Symbol.asyncDispose]());

const spec = (metric: object, more: object = {}) => ({
  strategy: {
    type: 'Canary',
    canary: { steps: [{ weight: 50, analysis: { duration: '3s' } }, { weight: 100 }] },
  },
  analysis: {
    interval: '1s',
    prometheus: { address: stage.shop.gateway.prometheus.url },
    metrics: [{ name: 'errors', preset: 'error-rate', max: '1%', ...metric }],
  },
  ...more,
});
const running = async (name: string, metric: object, more: object = {}) => {
  const wanted = { name, replicas: 1, spec: spec(metric, more) };
  await stage.apply({ ...wanted, revision: 'a' });
  await stage.healthy(name, 1);
  return { begin: () => stage.apply({ ...wanted, revision: 'b' }) };
};
const seconds = (from: number, to: number) => `${((to - from) / 1000).toFixed(1)} s`;

test('where nobody asks anything, each onNoData does what it says', async () => {
  const all = [
    await running('pass', { onNoData: 'Pass' }),
    await running('fail', { onNoData: 'Fail' }),
    await running('pause', { onNoData: 'Pause' }),
    await running('wait', {}),
    await running('forever', {}, { progressDeadlineSeconds: 25 }),
  ];
  for (const { begin } of all) await begin();

  // Nothing is said of nothing in the first minute.
  await stage.healthy('pass', 2, { within: 120_000 });
  const back = await stage.until('fail', ({ phase }) => phase === 'RolledBack');
  expect(back.status.failed).toMatchObject({ revision: 2, reason: 'MetricFailed' });
  expect(back.status.message).toContain('metric errors has no data: no requests to the canary were counted');

  const held = await stage.until('pause', ({ phase }) => phase === 'Paused');
  expect(held.status.paused).toMatchObject({ reason: 'AnalysisPaused' });
  expect(held.status.message).toMatch(
    /held, since metric errors has no data: .*ask for Resume, Promote or Abort/,
  );
  // Whoever has heard of it decides, and is not asked again.
  const promoted = await stage.request('pause', { verb: 'PromoteAll', revision: 2, step: 1 });
  expect(await stage.answer('pause', promoted)).toMatchObject({ outcome: 'Done' });
  await stage.healthy('pause', 2);

  const waiting = await stage.until('wait', ({ analysis = [] }) => analysis[0]?.result === 'NoData');
  expect(waiting.status).toMatchObject({ phase: 'Analyzing', canary: { revision: 2 } });
  await using load = stage.load('wait', { rate: 40 });
  await stage.healthy('wait', 2);
  const records = await load.stop();

  const late = await stage.until('forever', ({ phase }) => phase === 'TimedOut', { within: 90_000 });
  expect(late.status.failed).toMatchObject({ revision: 2, reason: 'DeadlineExceeded' });
  await report(
    'no traffic at all',
    `Pass went on, Fail rolled back, Pause held, Wait waited for traffic and ended by the deadline where none came; ${tell(records)}`,
    noneFailed('no-traffic', records),
  );
});

test('a Prometheus that is down fails nobody: each onError does what it says', async () => {
  const { prometheus } = stage.shop.gateway;
  const [goesOn, pauses, fails] = [
    await running('goes-on', { onError: 'Wait' }),
    await running('pauses', { onError: 'Pause' }),
    await running('fails', { onError: 'Fail' }),
  ];
  await using load = stage.load('goes-on', { rate: 40 });
  await prometheus.kill();
  for (const { begin } of [goesOn, pauses, fails]) await begin();

  const back = await stage.until('fails', ({ phase }) => phase === 'RolledBack');
  expect(back.status.failed).toMatchObject({ reason: 'MetricFailed' });
  expect(back.status.message).toContain('metric errors had an error');
  const held = await stage.until('pauses', ({ phase }) => phase === 'Paused');
  expect(held.status.paused).toMatchObject({ reason: 'AnalysisPaused' });
  const error = await stage.until('goes-on', ({ analysis = [] }) => analysis[0]?.result === 'Error');
  expect(error.status).toMatchObject({ phase: 'Analyzing', analysis: [{ failures: 0 }] });
  const words = error.status.analysis?.[0]?.message ?? '';

  const again = now();
  await prometheus.startAgain();
  const { at } = await stage.healthy('goes-on', 2);
  // Of this one nobody ever asked anything, and `Wait` is what it does about that.
  await stage.request('pauses', { verb: 'Resume', revision: 2 });
  await stage.until('pauses', ({ analysis = [] }) => analysis[0]?.result === 'NoData');
  const records = await load.stop();
  await report(
    'Prometheus down',
    `"${words}"; Healthy ${seconds(again, at)} after it was started again; ${tell(records)}`,
    noneFailed('prometheus-down', records),
  );
});

test('a Prometheus that answers nobody keeps nobody from going back', async () => {
  const { prometheus } = stage.shop.gateway;
  const { begin } = await running('slow', {});
  await using load = stage.load('slow', { rate: 40 });
  prometheus.freeze();
  try {
    await begin();
    const late = await stage.until('slow', ({ analysis = [] }) => analysis[0]?.result === 'Error');
    expect(late.status).toMatchObject({ phase: 'Analyzing', analysis: [{ failures: 0 }] });
    const asked = now();
    await stage.request('slow', { verb: 'Abort', revision: 2 });
    const { at } = await stage.until('slow', ({ phase }) => phase === 'Aborted', { within: 30_000 });
    await until('some more requests', () => load.records.some(({ sentAt }) => sentAt > at + 1000));
    const records = await load.stop();
    const words = late.status.analysis?.[0]?.message ?? '';
    await report(
      'Prometheus slow',
      `"${words}"; aborted after ${seconds(asked, at)}; ${tell(records)}`,
      noneFailed('prometheus-slow', records),
    );
    const since = records.filter(({ sentAt }) => sentAt >= at);
    expect(failed(since)).toEqual([]);
    expect(new Set(since.map((record) => record.kind === 'answered' && record.revision))).toEqual(
      new Set(['a']),
    );
  } finally {
    prometheus.thaw();
  }
});
