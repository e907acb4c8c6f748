import { describe, expect, it } from 'vitest';
import type { Job, Pod } from '../../../../operator/resources/builtin.ts';
import { type JobCheck, jobFor, jobName } from './job.ts';
import { viewJobs } from './view.ts';

const check: JobCheck = {
  deployment: { name: 'checkout', namespace: 'shop', uid: 'u-1' },
  metric: 'smoke',
  template: { spec: { containers: [{ name: 'test', image: 'smoke:1', env: [{ name: 'A', value: 'b' }] }] } },
  stable: '5d9f',
  canary: '7c4b',
  since: 1_700_000_000_000,
};
const at = '2023-11-14T22:14:00Z';

type SeenJob = Pick<Job, 'status'>;
type SeenPod = Pick<Pod, 'status'>;

// What of the wire's objects matters here: their dates are texts there.
const job = (type?: 'Complete' | 'Failed', more: object = {}): SeenJob => ({
  status:
    type === undefined
      ? {}
      : { conditions: [{ type, status: 'True', lastTransitionTime: at as never, ...more }] },
});
const exited = (exitCode: number, message?: string): SeenPod => ({
  status: {
    containerStatuses: [
      {
        name: 'test',
        image: 'smoke:1',
        imageID: '',
        ready: false,
        restartCount: 0,
        state: { terminated: { exitCode, reason: 'Error', ...(message === undefined ? {} : { message }) } },
      },
    ],
  },
});
const waiting = (reason: string): SeenPod => ({
  status: {
    containerStatuses: [
      {
        name: 'test',
        image: 'x',
        imageID: '',
        ready: false,
        restartCount: 0,
        state: { waiting: { reason, message: 'not found' } },
      },
    ],
  },
});

function view(runs: readonly (readonly [SeenJob, ...SeenPod[]])[], failureLimit = 2) {
  const byName = new Map(runs.map((run, index) => [jobName(check, index), run]));
  return viewJobs(check, failureLimit, {
    job: (name) => byName.get(name)?.[0],
    podsOf: (name) => byName.get(name)?.slice(1) as SeenPod[],
  });
}

describe('a metric that a Job measures', () => {
  it('has its Job made, once, and is pending while that runs', () => {
    const first = view([]);
    expect(first.view).toEqual({ result: 'Pending', at: check.since, failures: 0 });
    expect(first.create?.metadata.name).toBe(jobName(check, 0));
    expect(view([[job()]])).toMatchObject({
      view: { result: 'Pending', message: expect.stringContaining('is running') },
    });
    expect(view([[job()]]).create).toBeUndefined();
  });

  it('passes when the Job succeeds', () => {
    expect(view([[job('Complete'), exited(0)]])).toEqual({
      view: { result: 'Pass', at: Date.parse(at), failures: 0 },
    });
  });

  it('counts for the analysis that it was made for, though another machine’s clock says that it ended before', () => {
    const later = { ...check, since: Date.parse(at) + 900 };
    const complete = { job: () => job('Complete'), podsOf: () => [] };
    expect(viewJobs(later, 2, complete).view).toEqual({ result: 'Pass', at: later.since + 1, failures: 0 });
  });

  it('is tried again until it has failed as often as it may, and fails with the termination message', () => {
    const failed = [job('Failed'), exited(3, 'checkout answered 500\n')] as const;
    const once = view([failed]);
    expect(once.view).toMatchObject({ result: 'Pending', failures: 1 });
    expect(once.create?.metadata.name).toBe(jobName(check, 1));
    expect(view([failed, failed])).toEqual({
      view: {
        result: 'Fail',
        at: Date.parse(at),
        failures: 2,
        message: `Job ${jobName(check, 1)}: test ended with code 3: checkout answered 500`,
      },
    });
    expect(view([failed, [job('Complete')]]).view).toMatchObject({ result: 'Pass', failures: 0 });
    expect(view([failed], 1).view.result).toBe('Fail');
    expect(view([[job('Failed'), exited(137)]], 1).view.message).toContain('code 137: Error');
  });

  it('is an error, and not a failure, where nothing ever ran', () => {
    const stuck = [job('Failed', { reason: 'DeadlineExceeded' }), waiting('ImagePullBackOff')] as const;
    expect(view([stuck])).toMatchObject({ view: { result: 'Pending', failures: 0 } });
    expect(view([stuck]).create).toBeDefined();
    expect(view([stuck, stuck, stuck, stuck], 2).view).toMatchObject({
      result: 'Error',
      failures: 0,
      message: expect.stringContaining('ImagePullBackOff: not found'),
    });
    expect(
      view([[job('Failed', { reason: 'DeadlineExceeded', message: 'too long' })]], 1).create,
    ).toBeDefined();
    const gone = view([[job('Failed', { reason: 'BackoffLimitExceeded' })]], 1);
    expect(gone.view).toMatchObject({
      result: 'Fail',
      message: expect.stringContaining('BackoffLimitExceeded'),
    });
  });
});

describe('its Job', () => {
  it('is the template’s, tells the revisions, and runs once', () => {
    const { metadata, spec } = jobFor(check, 0);
    expect(metadata).toEqual({ name: jobName(check, 0), namespace: 'shop' });
    expect(spec).toMatchObject({ backoffLimit: 0, activeDeadlineSeconds: 600 });
    expect(spec?.template.spec).toMatchObject({
      restartPolicy: 'Never',
      containers: [
        {
          image: 'smoke:1',
          env: [
            { name: 'MAINSTAY_STABLE_HASH', value: '5d9f' },
            { name: 'MAINSTAY_CANARY_HASH', value: '7c4b' },
            { name: 'A', value: 'b' },
          ],
        },
      ],
    });
  });

  it('has another name for another run and another analysis, within 63 characters', () => {
    const long = {
      ...check,
      deployment: { ...check.deployment, name: 'a'.repeat(253) },
      metric: 'b'.repeat(63),
    };
    const names = [
      jobName(check, 0),
      jobName(check, 1),
      jobName({ ...check, since: 1 }, 0),
      jobName(long, 0),
    ];
    expect(new Set(names).size).toBe(4);
    for (const name of names) expect(name).toMatch(/^[a-z0-9][a-z0-9-]{0,61}[a-z0-9]$/);
    expect(jobName(check, 0)).toMatch(/^checkout-smoke-[0-9a-f]{10}$/);
  });
});
