import { describe, expect, it } from 'vitest';
import type { CanaryStep, DeploymentStatus } from '../../crds/deployment/schema.ts';
import { ManualClock } from '../../operator/queue/manualClock.ts';
import type { Deployment } from './deployment.ts';
import { StatusPace } from './statusPace.ts';

function pacing() {
  const clock = new ManualClock();
  const turns: string[] = [];
  return { clock, turns, pace: new StatusPace(clock, (key) => turns.push(key)) };
}

const revision = {
  revision: 1,
  hash: 'a',
  replicaSet: 'shop-a',
  replicas: 3,
  ready: 2,
  available: 2,
  images: ['a'],
};
const condition = (type: string, reason: string, message: string) => ({
  type,
  status: 'False' as const,
  reason,
  message,
  lastTransitionTime: '2026-01-01T00:00:00Z',
  observedGeneration: 1,
});
const status = (more: Partial<DeploymentStatus> = {}): DeploymentStatus => ({
  observedGeneration: 1,
  phase: 'Progressing',
  message: '2 of 3 pods are available',
  replicas: 3,
  readyReplicas: 2,
  availableReplicas: 2,
  updatedReplicas: 3,
  unavailableReplicas: 1,
  ready: '2/3',
  selector: 'app=shop',
  conditions: [
    condition('Ready', 'Progressing', '2 of 3 pods are available'),
    condition('Available', 'MinimumReplicasUnavailable', '2 pods are available'),
  ],
  canary: revision,
  ...more,
});
const timed = { weight: 20, pause: { duration: '5s' } };
const canary = (...steps: readonly CanaryStep[]) => ({
  strategy: { type: 'Canary', canary: { steps } },
});
const shop = (now: DeploymentStatus | undefined, spec: object = canary(timed, timed)) =>
  ({ metadata: { name: 'shop', namespace: 'team', uid: 'u' }, spec, status: now }) as Deployment;
const available = status().conditions.map((condition) => ({ ...condition, status: 'True' as const }));

it('more pods are told of a second after the first of them', () => {
  const { clock, turns, pace } = pacing();
  const more = status({
    readyReplicas: 3,
    ready: '3/3',
    message: '3 of 3 pods are available',
    canary: { ...revision, ready: 3 },
    progress: { at: '2026-01-01T00:00:09Z', counts: '3' },
  });
  expect(pace.wait(shop(status()), more)).toBe(1_000);
  clock.advance(400);
  expect(pace.wait(shop(status()), more)).toBe(600);
  expect(turns).toEqual([]);
  clock.advance(600);
  expect(turns, 'whoever waits is asked for').toEqual(['team/shop']);
  expect(pace.wait(shop(status()), more)).toBe(0);
  pace.told(shop(status()), 10);
  expect(pace.wait(shop(status()), more)).toBe(1_000);
});

it('where many have numbers to tell, each waits longer, and more so the longer a write takes', () => {
  const { pace } = pacing();
  const others = Array.from({ length: 99 }, (_, index) => ({
    ...shop(status()),
    metadata: { name: 'other', uid: `${index}` },
  })) as Deployment[];
  const more = status({ readyReplicas: 3 });
  const wait = () => pace.wait(shop(status()), more);
  const write = (took: number) => {
    for (let times = 0; times < 100; times += 1) pace.told(shop(status()), took);
  };
  for (const other of others) pace.wait(other, more);
  write(1);
  expect(wait()).toBe(1_000);
  write(10);
  expect(wait()).toBeCloseTo(5_000, -1);
  write(40);
  expect(wait()).toBeCloseTo(20_000, -1);
  write(1_000);
  expect(wait()).toBe(300_000);
  // Some have told, of some there is nothing to tell any more, and some are gone.
  for (const other of others.slice(0, 30)) pace.told(other, 1_000);
  for (const other of others.slice(30, 60)) pace.wait(other, status());
  for (const { metadata } of others.slice(60)) pace.forget(metadata.uid ?? '');
  expect(wait()).toBeCloseTo(5_000, -1);
});

it('of many that are made together each is told of once its pods are there, or its turn has come', () => {
  const { clock, pace } = pacing();
  const made = (uid: number) => ({ metadata: { name: 'shop', uid: `${uid}` } }) as Deployment;
  const wait = (uid: number) => pace.wait(made(uid), status());
  expect(wait(0), 'the first of all').toBe(0);
  for (let times = 0; times < 100; times += 1) pace.told(made(0), 20);
  expect(wait(0), 'one alone').toBeLessThanOrEqual(100);
  for (let uid = 1; uid < 20; uid += 1) wait(uid);
  expect(wait(20)).toBeCloseTo(2_100, -1);
  expect(pace.wait(made(1), status({ phase: 'Healthy' })), 'done meanwhile').toBe(0);
  for (let uid = 21; uid < 500; uid += 1) wait(uid);
  expect(wait(500)).toBeCloseTo(50_000, -1);
  for (let uid = 501; uid < 2_000; uid += 1) wait(uid);
  expect(wait(2_000), 'at most').toBe(120_000);
  clock.advance(120_000);
  expect(wait(2)).toBe(0);
});

it('whose wait became longer meanwhile is asked for only then, and who was told or is gone not at all', () => {
  const { clock, turns, pace } = pacing();
  const one = (name: string) =>
    ({ ...shop(status()), metadata: { name, namespace: 'team', uid: name } }) as Deployment;
  const more = status({ readyReplicas: 3 });
  for (let times = 0; times < 100; times += 1) pace.told(shop(status()), 100);
  expect(pace.wait(one('a'), more)).toBe(1_000);
  for (const name of ['b', 'c', 'd']) pace.wait(one(name), more);
  clock.advance(1_900);
  expect(turns).toEqual([]);
  pace.told(one('b'), 100);
  pace.forget('c');
  pace.wait(one('d'), status({ phase: 'Healthy' }));
  clock.advance(200);
  expect(turns).toEqual(['team/a']);
  clock.advance(300_000);
  expect(turns).toEqual(['team/a']);
});

it.each<[string, Partial<DeploymentStatus>]>([
  ['is refused', { phase: 'Invalid' }],
  ['cannot be written', { conditions: [condition('Ready', 'WriteRefused', 'a quota is full')] }],
  [
    'was asked for too early',
    { lastRequest: { id: 'a', verb: 'Retry', outcome: 'Refused', message: 'it was written before', at: '' } },
  ],
])('what %s is told at once, also where many are made', (_, first) => {
  const { pace } = pacing();
  for (let times = 0; times < 100; times += 1) pace.told(shop(status()), 1_000);
  expect(pace.wait(shop(undefined), status(first))).toBe(0);
});

it.each([
  status(),
  status({
    step: { index: 1, count: 2, hash: 'steps', startedAt: '', text: '1/2', stage: 'Shifting', since: '' },
    weight: { desired: 20, verified: 0, by: 'Replicas', since: '' },
  }),
])('of a status that says what was said nothing is waited for, and nobody waits longer for it', (said) => {
  const { pace } = pacing();
  for (let times = 0; times < 100; times += 1) pace.told(shop(said), 1_000);
  for (let uid = 0; uid < 100; uid += 1) {
    const other = { ...shop(said), metadata: { name: 'other', uid: `${uid}` } };
    expect(pace.wait(other, said)).toBe(0);
  }
  expect(pace.wait(shop(said), { ...said, readyReplicas: 3 })).toBeCloseTo(5_000, -1);
});

const since = '2026-01-01T00:00:00Z';
const metric = { name: 'errors', result: 'Pass', failures: 0, value: '0.2%', at: since } as const;

it.each<[string, Partial<DeploymentStatus>, Partial<DeploymentStatus>]>([
  [
    'a weight that is a number of pods',
    { weight: { desired: 50, verified: 0, by: 'Replicas', since } },
    { weight: { desired: 50, verified: 50, by: 'Replicas', since: '2026-01-01T00:00:09Z' } },
  ],
  [
    'another value of a metric',
    { analysis: [metric] },
    { analysis: [{ ...metric, value: '0.3%', at: '2026-01-01T00:00:09Z' }] },
  ],
])('%s is told with the other numbers', (_, before, after) => {
  const { pace } = pacing();
  expect(pace.wait(shop(status(before)), status(after))).toBe(1_000);
});

it.each<[string, Partial<DeploymentStatus>, Partial<DeploymentStatus>]>([
  [
    'a weight that the gateway is seen to serve',
    { weight: { desired: 50, verified: 0, by: 'Probe', since } },
    { weight: { desired: 50, verified: 50, by: 'Probe', since } },
  ],
  ['a metric that fails', { analysis: [metric] }, { analysis: [{ ...metric, result: 'Fail', failures: 1 }] }],
])('%s is told at once', (_, before, after) => {
  const { pace } = pacing();
  pace.told(shop(status(before)), 10);
  expect(pace.wait(shop(status(before)), status(after))).toBe(0);
});

const stepAt = (index: number) => ({
  index,
  count: 2,
  hash: 'steps',
  startedAt: since,
  text: `${index}/2`,
  stage: 'Shifting' as const,
  since,
});
it.each<[string, DeploymentStatus | undefined, Partial<DeploymentStatus>]>([
  ['another phase', status(), { phase: 'Healthy' }],
  ['another revision', status(), { canary: { ...revision, hash: 'b' } }],
  ['a condition', status(), { conditions: available }],
  ['another generation', status(), { observedGeneration: 2 }],
  ['another step', status({ phase: 'Paused', step: stepAt(1) }), { step: stepAt(2) }],
  ['a weight', status(), { weight: { desired: 5, verified: 0, by: 'Probe', since: '2026-01-01T00:00:00Z' } }],
])('%s is told at once', (_, before, now) => {
  const { pace } = pacing();
  pace.told(shop(before), 10);
  expect(pace.wait(shop(before), status({ readyReplicas: 3, ...now }))).toBe(0);
});

describe('a rollout that goes on as it was to', () => {
  const weight = { desired: 20, verified: 0, by: 'Replicas', since } as const;
  const healthy = status({ phase: 'Healthy' });
  const shifting = (index: number) => status({ step: stepAt(index), weight });
  const pausing = (index: number) =>
    status({
      phase: 'Paused',
      step: { ...stepAt(index), stage: 'Pausing' },
      conditions: [condition('Ready', 'StepPaused', `step ${index}: until later`)],
      weight,
    });
  const paceOf = (others: number) => {
    const { pace } = pacing();
    for (let times = 0; times < 100; times += 1) pace.told(shop(undefined), 20);
    for (let uid = 0; uid < others; uid += 1) {
      pace.wait({ ...shop(pausing(1)), metadata: { name: 'other', uid: `${uid}` } }, shifting(2));
    }
    return pace;
  };

  it.each<[string, DeploymentStatus, DeploymentStatus]>([
    ['its first step', healthy, shifting(1)],
    ['the pause of its first step', healthy, pausing(1)],
    ['its second step, of which the first was not told', healthy, shifting(2)],
    ['the pause of a step', shifting(1), pausing(1)],
    ['its next step', pausing(1), shifting(2)],
    ['the pause of its next step', pausing(1), pausing(2)],
    ['its end, which its last pods are awaited for', pausing(1), shifting(3)],
  ])('is told of at once at %s, and later where many go on', (_, before, after) => {
    expect(paceOf(0).wait(shop(before), after)).toBe(0);
    expect(paceOf(100).wait(shop(before), after)).toBeCloseTo(10_000, -1);
    expect(paceOf(4_000).wait(shop(before), after), 'at most').toBe(300_000);
  });

  it('is told of with its end, once it is there', () => {
    const pace = paceOf(100);
    pace.wait(shop(pausing(1)), shifting(2));
    expect(pace.wait(shop(pausing(1)), status({ phase: 'Healthy' }))).toBe(0);
  });

  it.each<[string, readonly CanaryStep[]]>([
    ['somebody is waited for', [{ ...timed, pause: {} }, timed]],
    ['something was to be measured', [{ ...timed, analysis: {} }, timed]],
  ])('is told of at once where %s', (_, steps) => {
    const pace = paceOf(100);
    expect(pace.wait(shop(healthy, canary(...steps)), pausing(1))).toBe(0);
    expect(pace.wait(shop(shifting(1), canary(...steps)), shifting(2))).toBe(0);
    expect(pace.wait(shop(pausing(2), canary(...steps)), shifting(3))).toBeCloseTo(10_000, -1);
  });

  it.each<[string, Partial<DeploymentStatus>, Partial<DeploymentStatus>]>([
    ['a gateway shifts', {}, { weight: { ...weight, by: 'Probe' } }],
    [
      'somebody was answered',
      {},
      { lastRequest: { id: 'a', verb: 'Resume', outcome: 'Done', message: '', at: '' } },
    ],
    ['something was measured', { analysis: [metric] }, {}],
    ['it was held', { paused: { at: since, reason: 'Manual' } as never }, {}],
    ['it is held', {}, { ...pausing(1), conditions: [condition('Ready', 'PauseRequested', 'held')] }],
    ['pods do not come', {}, { conditions: [condition('Ready', 'CrashLoop', 'it crashes')] }],
    ['pods did not come', { conditions: [condition('Ready', 'CrashLoop', 'it crashes')] }, {}],
    ['it was given up before', { failed: { hash: 'b' } as never }, {}],
    ['it is analysed', { phase: 'Analyzing' }, {}],
    [
      'fewer pods are available than are promised',
      { conditions: [...pausing(1).conditions, { ...condition('Available', '', ''), status: 'True' }] },
      {
        conditions: [
          ...shifting(2).conditions.filter(({ type }) => type === 'Ready'),
          condition('Available', '', ''),
        ],
      },
    ],
    ['it was scaled', {}, { observedGeneration: 2 }],
    ['it has taken all over', {}, { adopted: true }],
    ['it goes back', { ...pausing(2) }, { ...shifting(1) }],
    ['it had not been Healthy', { phase: 'Aborted', step: undefined }, {}],
    ['its steps are others', {}, { step: { ...stepAt(2), hash: 'others' } }],
    ['another revision came', {}, { canary: { ...revision, hash: 'c' } }],
    ['another one is stable', { stable: revision }, { stable: { ...revision, hash: 'c' } }],
  ])('is told of at once where %s', (_, before, after) => {
    const [told, now] = [
      { ...pausing(1), ...before },
      { ...shifting(2), ...after },
    ];
    expect(paceOf(100).wait(shop(told), now)).toBe(0);
  });
});
