import { describe, expect, it } from 'vitest';
import type { Pod, ReplicaSet } from '../../../operator/resources/builtin.ts';
import { podOutline } from '../outlines.ts';
import { troubleOf } from './podTrouble.ts';

type Status = NonNullable<Pod['status']>;
type ContainerStatus = NonNullable<Status['containerStatuses']>[number];

const pod = (name: string, status: Status, deletionTimestamp?: string): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name,
    creationTimestamp: '2026-01-01T00:00:00Z',
    ...(deletionTimestamp !== undefined && { deletionTimestamp }),
  },
  status,
});

const container = (more: Partial<ContainerStatus>): ContainerStatus => ({
  name: 'app',
  image: 'shop:1',
  imageID: '',
  ready: false,
  restartCount: 0,
  ...more,
});

const withContainer = (more: Partial<ContainerStatus>): Status => ({ containerStatuses: [container(more)] });
const ended = (exitCode: number, reason: string, message?: string) => ({
  terminated: {
    exitCode,
    reason,
    finishedAt: '2026-01-01T00:01:00Z',
    ...(message !== undefined && { message }),
  },
});
const waiting = (reason: string, message?: string) => ({
  waiting: { reason, ...(message !== undefined && { message }) },
});
const running = { running: { startedAt: '2026-01-01T00:02:00Z' } };

describe('what is wrong with a pod', () => {
  it.each<[string, Status, string, string]>([
    [
      'ends again and again',
      withContainer({
        restartCount: 3,
        state: waiting('CrashLoopBackOff'),
        lastState: ended(1, 'Error', 'no database\nat main'),
      }),
      'CrashLoop',
      'pod a: container app ends with code 1 again and again: no database',
    ],
    [
      'has too little memory',
      withContainer({
        restartCount: 1,
        state: waiting('CrashLoopBackOff'),
        lastState: ended(137, 'OOMKilled'),
      }),
      'OutOfMemory',
      'pod a: container app was killed for want of memory (restarted once); raise its memory limit',
    ],
    [
      'has no image',
      withContainer({ state: waiting('ImagePullBackOff', 'Back-off pulling image "shop:2"') }),
      'ImagePull',
      'pod a: container app: ImagePullBackOff: Back-off pulling image "shop:2"',
    ],
    [
      'has no configuration',
      withContainer({ state: waiting('CreateContainerConfigError', 'configmap "shop" not found') }),
      'ConfigError',
      'pod a: container app: CreateContainerConfigError: configmap "shop" not found',
    ],
    [
      'finds no node',
      {
        conditions: [
          {
            type: 'PodScheduled',
            status: 'False',
            reason: 'Unschedulable',
            message: '0/3 nodes are available',
          },
        ],
      },
      'Unschedulable',
      'pod a: cannot be scheduled: 0/3 nodes are available',
    ],
    [
      'was restarted',
      withContainer({ restartCount: 2, state: running, lastState: ended(2, 'Error') }),
      'Restarting',
      'pod a: container app ended with code 2, and was restarted 2 times',
    ],
    [
      'runs, and is not ready',
      { ...withContainer({ state: running }), conditions: [{ type: 'Ready', status: 'False' }] },
      'ProbeFailed',
      'pod a: container app runs, but is not ready: see the readiness probe',
    ],
    [
      'is held up by an init container',
      {
        initContainerStatuses: [
          container({
            name: 'migrate',
            restartCount: 4,
            state: waiting('CrashLoopBackOff'),
            lastState: ended(3, 'Error'),
          }),
        ],
        containerStatuses: [container({ state: waiting('PodInitializing') })],
      },
      'CrashLoop',
      'pod a: container migrate ends with code 3 again and again',
    ],
  ])('%s', (_, status, reason, message) => {
    const trouble = troubleOf([pod('a', status)]);
    expect(trouble).toMatchObject({ reason, message, pods: 1 });
    expect(troubleOf([podOutline(pod('a', status))]), 'by what is kept of it').toEqual(trouble);
  });

  it.each<[string, Status]>([
    ['is being started', withContainer({ state: waiting('ContainerCreating') })],
    [
      'is ready',
      { ...withContainer({ ready: true, state: running }), conditions: [{ type: 'Ready', status: 'True' }] },
    ],
    [
      'was restarted once long ago and is well',
      withContainer({ ready: true, restartCount: 1, state: running, lastState: ended(1, 'Error') }),
    ],
    [
      'has an init container that is done',
      { initContainerStatuses: [container({ name: 'migrate', state: ended(0, 'Completed') })] },
    ],
  ])('nothing: it %s', (_, status) => {
    expect(troubleOf([pod('a', status)])).toBeUndefined();
    expect(podOutline(pod('a', status)), 'what is kept of it').not.toHaveProperty('status');
  });

  it('is not asked of one that goes', () => {
    const status = withContainer({ restartCount: 3, state: waiting('CrashLoopBackOff') });
    expect(troubleOf([pod('a', status, '2026-01-01T01:00:00Z')])).toBeUndefined();
  });

  it('is the worst of all pods, since when it has been so, and how many have it', () => {
    const image = pod('a', withContainer({ state: waiting('ErrImagePull') }));
    const crash = pod(
      'b',
      withContainer({ restartCount: 1, state: waiting('CrashLoopBackOff'), lastState: ended(1, 'Error') }),
    );
    const again = pod('c', crash.status ?? {});
    expect(troubleOf([image, crash, again])).toMatchObject({
      reason: 'CrashLoop',
      pods: 2,
      since: Date.parse('2026-01-01T00:01:00Z'),
    });
  });
});

describe('what is wrong with making pods', () => {
  const failing = (type: string, status: 'True' | 'False'): ReplicaSet => ({
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name: 'shop-x' },
    spec: { replicas: 5, selector: {} },
    status: {
      replicas: 2,
      conditions: [
        {
          type,
          status,
          reason: 'FailedCreate',
          message: 'pods "shop-x-1" is forbidden: exceeded quota: small',
          lastTransitionTime: '2026-01-01T00:01:00Z',
        },
      ],
    },
  });

  it('is told in the words of who refuses them, with how many are missing', () => {
    expect(troubleOf([], failing('ReplicaFailure', 'True'))).toEqual({
      reason: 'FailedCreate',
      message: 'pods cannot be made: pods "shop-x-1" is forbidden: exceeded quota: small',
      since: Date.parse('2026-01-01T00:01:00Z'),
      pods: 3,
    });
  });

  it('is nothing once it is over, or of another kind', () => {
    expect(troubleOf([], failing('ReplicaFailure', 'False'))).toBeUndefined();
    expect(troubleOf([], failing('Other', 'True'))).toBeUndefined();
  });

  it('comes after a crash of those that are there', () => {
    const crashed = pod('a', withContainer({ restartCount: 3, state: waiting('CrashLoopBackOff') }));
    expect(troubleOf([crashed], failing('ReplicaFailure', 'True'))?.reason).toBe('CrashLoop');
  });
});
