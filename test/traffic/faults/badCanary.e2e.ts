import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Reason } from '../../../controllers/deployment/plan/reasons.ts';
import { until } from '../../eventually.ts';
import { hasWeight } from '../claims.ts';
import { report } from '../figures.ts';
import { noneFailed, shareFigures, tell } from '../judgement.ts';
import type { Revision } from '../objects.ts';
import { failed, type RequestRecord, shareOf, within } from '../records.ts';
import { RolloutStage } from '../rolloutStage.ts';
import { now } from '../shop.ts';
import { badTraffic, storyOf } from './badTraffic.ts';

const name = 'shop';
let stage: RolloutStage;

beforeAll(async () => {
  stage = await RolloutStage.open();
  await stage.apply({ name, revision: 'good', spec: spec() });
  await stage.healthy(name, 1);
});
afterAll(async () => stage?.[Symbol.asyncDispose]());

/** How a new revision is bad, and what people are to be told of it. */
interface Fault {
  readonly name: string;
  readonly canary: Partial<Revision>;
  readonly metric?: object;
  /** Any of these: of what crashes again and again, the first restart may be seen before the pattern. */
  readonly reasons: readonly Reason[];
  readonly message: RegExp;
  /** What of its answers people would complain about, beside failed ones. */
  readonly isBad?: (record: RequestRecord) => boolean;
  /** It never gets ready, so nobody may meet it. */
  readonly neverServes?: true;
}

const faults: readonly Fault[] = [
  {
    name: 'answers 500 at 5 %',
    canary: { behaviour: 'fail=0.05' },
    metric: { name: 'errors', preset: 'error-rate', max: '1%' },
    reasons: ['MetricFailed'],
    message: /metric errors failed with \S+% of \d+ samples: \S+% is above the maximum of 1%/,
  },
  {
    name: 'answers 500 at 5 %, compared with the stable revision',
    canary: { behaviour: 'fail=0.05' },
    metric: { name: 'errors', preset: 'error-rate', compare: { maxIncrease: '1%' } },
    reasons: ['MetricFailed'],
    message: /metric errors failed with \+\S+% of \d+ samples: .*an increase above 1%/,
  },
  {
    name: 'is slow at p99',
    canary: { behaviour: 'delay=400&slow=0.05' },
    metric: { name: 'p99', preset: 'latency', max: 0.2 },
    reasons: ['MetricFailed'],
    message: /metric p99 failed with \S+ of \d+ samples: \S+ is above the maximum of 0.2/,
    isBad: (record) => record.kind === 'answered' && record.revision === 'bad' && record.latency >= 400,
  },
  {
    name: 'crashes under traffic',
    canary: { behaviour: 'crash=12' },
    reasons: ['CrashLoop', 'Restarting'],
    message: /pod shop-\S+: container application (ended with code 1|ends with code 1 again and again)/,
  },
  {
    name: 'crash-loops from its start',
    canary: { behaviour: 'crash=0' },
    reasons: ['CrashLoop', 'Restarting'],
    message: /pod shop-\S+: container application (ended with code 1|ends with code 1 again and again)/,
    neverServes: true,
  },
  {
    name: 'is OOM-killed',
    canary: { behaviour: 'leak=6', memory: '128Mi' },
    reasons: ['OutOfMemory'],
    message: /pod shop-\S+: container application was killed for want of memory .*raise its memory limit/,
  },
  {
    name: 'cannot pull its image',
    // Nobody listens there.
    canary: { container: { image: '127.0.0.1:1/shop:2', imagePullPolicy: 'IfNotPresent' } },
    reasons: ['ImagePull'],
    message: /pod shop-\S+: container application: (ErrImagePull|ImagePullBackOff)/,
    neverServes: true,
  },
  {
    name: 'never gets ready',
    canary: { behaviour: 'ready=never' },
    reasons: ['ProbeFailed'],
    message: /pod shop-\S+: container application runs, but is not ready: see the readiness probe/,
    neverServes: true,
  },
  {
    name: 'is unschedulable',
    canary: { container: { resources: { requests: { cpu: '1000' } } } },
    reasons: ['Unschedulable'],
    message: /pod shop-\S+: cannot be scheduled: 0\/1 nodes are available: 1 Insufficient cpu/,
    neverServes: true,
  },
];

test.for(faults)('a canary that $name is rolled back by itself', async (fault) => {
  await stage.apply({ name, revision: 'good', spec: spec() });
  await stage.until(name, ({ phase }) => phase === 'Healthy');
  const before = await podsOfGood();
  const load = stage.load(name, { rate: 60 });
  const appliedAt = now();
  await stage.apply({ name, revision: 'bad', ...fault.canary, spec: spec(fault.metric) });
  const { at: backAt, status } = await stage.until(name, ({ phase }) => phase === 'RolledBack', {
    within: 120_000,
  });
  const row = await stage.kubectl.run('get', 'mdeploy', name, '--no-headers');
  await until(
    'the pods of the bad revision are gone',
    async () => (await stage.pods(name, 'bad')).length === 0,
    {
      within: 60_000,
    },
  );
  const records = await load.stop();

  const isBad = (record: RequestRecord) => failed([record]).length > 0 || fault.isBad?.(record) === true;
  const after = within(records, { from: backAt });
  const reason = status.failed?.reason ?? '';
  const story = storyOf(
    fault.name,
    { reason, appliedAt, backAt },
    badTraffic(records, isBad),
    records.length,
  );
  await report('bad canary', `${story}; ${tell(records)}`, [
    {
      name: `${idOf(fault)}-bad-after-rollback`,
      value: after.filter(isBad).length,
      unit: 'requests',
      limit: 0,
      better: 'lower',
    },
    {
      name: `${idOf(fault)}-failed-by-the-stable-revision`,
      value: failed(records).filter((record) => record.kind === 'answered' && record.revision === 'good')
        .length,
      unit: 'requests',
      limit: 0,
      better: 'lower',
    },
  ]);
  expect(fault.reasons).toContain(reason);
  expect(status.failed).toMatchObject({ revision: status.revision, ending: 'RolledBack' });
  expect(status.message).toMatch(fault.message);
  expect(row).toMatch(/^shop +RolledBack /);
  expect(row).toContain(status.message);
  for (const type of ['Ready', 'Stalled']) {
    expect(status.conditions).toContainEqual(expect.objectContaining({ type, reason }));
  }
  expect(shareOf(after, 'good')).toBe(1);
  if (fault.neverServes) {
    expect(shareOf(records, 'good')).toBe(1);
    expect(failed(records)).toEqual([]);
  }
  // What served before has noticed nothing.
  expect(await podsOfGood()).toEqual(before);
});

test('a canary that went back by itself is tried again when somebody asks for it, and not before', async () => {
  const wanted = { name: 'retried', spec: spec() };
  const settings = 'retried-settings';
  const container = { envFrom: [{ configMapRef: { name: settings } }] };
  await stage.apply({ ...wanted, revision: 'good' });
  await stage.healthy('retried', 1);
  const load = stage.load('retried', { rate: 60 });
  await stage.apply({ ...wanted, revision: 'better', container });
  const back = await stage.until('retried', ({ phase }) => phase === 'RolledBack');
  expect(back.status.failed).toMatchObject({ revision: 2, reason: 'ConfigError' });

  // What was missing is there, the operator comes anew, and the manifest is applied once more: nobody has asked yet.
  await stage.kubectl.run('create', 'configmap', settings, '--from-literal=COLOR=blue');
  await stage.operator.kill();
  await stage.operator.startAgain();
  await stage.apply({ ...wanted, revision: 'better', container });
  const nothing = await stage.request('retried', { verb: 'Abort', revision: 2 });
  expect(await stage.answer('retried', nothing)).toMatchObject({ outcome: 'Refused' });
  expect((await stage.get('retried')).status).toMatchObject({ phase: 'RolledBack', stable: { revision: 1 } });

  const asked = now();
  const retry = await stage.request('retried', { verb: 'Retry', revision: 2 });
  expect(await stage.answer('retried', retry)).toMatchObject({ outcome: 'Done' });
  const quarter = await stage.until('retried', hasWeight(2, 25));
  await until('enough requests', () => within(load.records, { from: quarter.at }).length >= 520);
  const promoted = now();
  await stage.request('retried', { verb: 'Promote', revision: 2, step: 1 });
  await stage.healthy('retried', 2);
  const records = await load.stop();
  const window = { from: quarter.at, to: promoted };
  const share = shareFigures('retry-25', records, { revision: 'better', weight: 25, window });
  const seconds = ((quarter.at - asked) / 1000).toFixed(1);
  await report('rolled back, then retried', `25 % after ${seconds} s; ${share.text}; ${tell(records)}`, [
    ...share.figures,
    ...noneFailed('retry', records),
  ]);
  expect(shareOf(within(records, { to: asked }), 'good')).toBe(1);
});

function spec(metric?: object): Readonly<Record<string, unknown>> {
  const analysis = {
    interval: '1s',
    prometheus: { address: stage.shop.gateway.prometheus.url },
    metrics: [metric],
  };
  const first = metric === undefined ? { pause: {} } : { analysis: { duration: '60s' } };
  return {
    progressDeadlineSeconds: 30,
    revisionHistoryLimit: 2,
    strategy: { type: 'Canary', canary: { steps: [{ weight: 25, ...first }, { weight: 100 }] } },
    ...(metric !== undefined && { analysis }),
  };
}

/** Those that serve, and how often each was restarted. */
async function podsOfGood(): Promise<Readonly<Record<string, number>>> {
  return Object.fromEntries(
    (await stage.pods(name, 'good')).map(({ metadata, status }) => [
      metadata.uid ?? '',
      status?.containerStatuses?.[0]?.restartCount ?? Number.NaN,
    ]),
  );
}

function idOf({ name: text }: Fault): string {
  return text
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '')
    .join('-');
}
