import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exceptionOf, facts, policy, Stage } from './stage.ts';
import { app, pod } from './workloads.ts';

/** What a Policy leaves out: for good, or for a while. */

let stage: Stage;

const [excepted, outside] = ['policy-excepted', 'policy-outside'] as const;

const unexpired = app('Deployment', excepted, 'late-1', 'bad/1');

const policies = [
  policy('registry-excepted', excepted, {
    match: {
      workloads: true,
      exclude: [
        { kinds: ['StatefulSet'] },
        { namespaceSelector: { matchLabels: { legacy: 'yes' } }, names: ['by-namespace'] },
      ],
    },
    exceptions: [
      exceptionOf('names', { names: ['old-*', 'exact'] }),
      exceptionOf('labelled', { objectSelector: { matchLabels: { legacy: 'yes' } } }),
      exceptionOf('unlike', {
        kinds: ['DaemonSet'],
        objectSelector: { matchExpressions: [{ key: 'strict', operator: 'DoesNotExist' }] },
      }),
      exceptionOf('expired-since', { names: ['late-*'] }, { expires: '2021-01-01' }),
      exceptionOf('to-come', { names: ['early-*'] }, { expires: '2999-01-01' }),
    ],
  }),
  policy('registry-outside', outside, {
    match: { workloads: true, exclude: [{ projects: ['shop'], environments: ['dev'] }] },
  }),
];

beforeAll(async () => {
  stage = await Stage.open();
  await stage.namespace(outside);
  await stage.namespace(excepted, { legacy: 'yes' });
  // It violates what comes after it.
  await stage.make(unexpired);
  const given = facts({
    now: Date.UTC(2020, 0, 1),
    environments: [{ project: 'shop', environment: 'dev', namespace: outside }],
  });
  const { findings } = await stage.enforce(policies, given);
  expect(findings).toEqual([]);
});

afterAll(() => stage[Symbol.asyncDispose]());

describe('what is left out', () => {
  it.for([
    ['a name', pod(excepted, 'exact', 'bad/1')],
    ['a beginning of names', pod(excepted, 'old-1', 'bad/1')],
    ['a kind', app('StatefulSet', excepted, 'a', 'bad/1')],
    ['a label', pod(excepted, 'a', 'bad/1', { labels: { legacy: 'yes' } })],
    ['a kind without a label', app('DaemonSet', excepted, 'a', 'bad/1')],
    ['a label of the namespace', pod(excepted, 'by-namespace', 'bad/1')],
    ['until a date to come', pod(excepted, 'early-1', 'bad/1')],
    ['an environment of a Project, by the namespace it holds', pod(outside, 'a', 'bad/1')],
  ] as const)('%s', async ([, object]) => {
    expect(await stage.refusal(object)).toBeUndefined();
  });

  it.for([
    ['another name', pod(excepted, 'exactly', 'bad/1')],
    ['another kind', app('ReplicaSet', excepted, 'a', 'bad/1')],
    ['another value', pod(excepted, 'a', 'bad/1', { labels: { legacy: 'no' } })],
    [
      'the label that must not be there',
      app('DaemonSet', excepted, 'a', 'bad/1', { labels: { strict: 'yes' } }),
    ],
    ['from a date that is over, even while nothing was compiled anew', pod(excepted, 'late-2', 'bad/1')],
  ] as const)('not %s', async ([, object]) => {
    expect(await stage.refusal(object)).toContain('rule registry');
  });

  it('what is there and was excepted stays so until it is compiled anew at the date', async () => {
    const image = { spec: { template: { spec: { containers: [{ name: 'main', image: 'bad/2' }] } } } };
    expect(await stage.change(unexpired, image, { dryRun: true })).toBeUndefined();
  });
});
