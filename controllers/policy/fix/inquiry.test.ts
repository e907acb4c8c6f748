import { describe, expect, it } from 'vitest';
import { ApiError } from '../../../operator/client/apiError.ts';
import { defineResource } from '../../../operator/resources/resource.ts';
import { asNew, bare } from './bare.ts';
import { aWorkload } from './builders.ts';
import { refusalOf } from './inquiry.ts';

const jobs = defineResource({
  group: 'batch',
  version: 'v1',
  kind: 'Job',
  plural: 'jobs',
  scope: 'Namespaced',
});

describe('what a refusal means', () => {
  it.for<[string, number, string, string, object | undefined]>([
    [
      'a right that is missing',
      403,
      'Forbidden',
      'jobs.batch "a" is forbidden: User "system:serviceaccount:a:b" cannot patch resource "jobs" in API group "batch" in the namespace "shop"',
      { kind: 'Forbidden', right: 'patch jobs.batch' },
    ],
    [
      'admission',
      403,
      'Forbidden',
      'admission webhook "a" denied the request: you cannot patch resource x',
      { kind: 'Refused' },
    ],
    [
      'what is invalid, which may be good for a new object',
      422,
      'Invalid',
      'immutable',
      { kind: 'Refused', isInvalid: true },
    ],
    [
      'a webhook without dry runs',
      400,
      'BadRequest',
      'does not support dry run',
      { kind: 'Refused', isInvalid: false },
    ],
    ['a mutation that makes no object', 500, 'InternalError', 'unknown field', { kind: 'Refused' }],
    ['nothing: it is gone', 404, 'NotFound', '', undefined],
    ['nothing: it has changed', 409, 'Conflict', '', undefined],
    ['nothing: too many requests', 429, 'TooManyRequests', '', undefined],
    ['nothing: a server in trouble', 503, 'ServiceUnavailable', '', undefined],
  ])('%s', ([, status, reason, message, expected]) => {
    const error = new ApiError({ verb: 'patch', kind: 'Job', name: 'shop/a' }, status, { reason, message });
    const refusal = refusalOf(error, jobs);
    if (expected === undefined) expect(refusal).toBeUndefined();
    else expect(refusal).toMatchObject(expected);
  });
});

describe('what is compared', () => {
  it('is the content, without what the server keeps and the answers', () => {
    const object = {
      ...aWorkload({
        generation: 2,
        managedFields: [],
        labels: { a: 'b' },
        annotations: { 'fix.mainstay.dev/0123456789': 'asked' },
      }),
      spec: { replicas: 1 },
      status: { replicas: 1 },
    };
    expect(bare(object)).toEqual({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web', namespace: 'shop', uid: 'u', labels: { a: 'b' } },
      spec: { replicas: 1 },
    });
  });

  it('of a Job as if it were new, without what the server gave it', () => {
    const own = { 'controller-uid': 'u', 'batch.kubernetes.io/job-name': 'once', app: 'once' };
    const job = {
      ...aWorkload({ labels: own }),
      kind: 'Job',
      spec: { selector: { matchLabels: own }, template: { metadata: { labels: own }, spec: {} } },
      status: {},
    };
    expect(asNew(job, 'another')).toEqual({
      apiVersion: 'apps/v1',
      kind: 'Job',
      metadata: { name: 'another', namespace: 'shop', labels: { app: 'once' } },
      spec: { template: { metadata: { labels: { app: 'once' } }, spec: {} } },
    });
    const manual = { ...job, spec: { ...job.spec, manualSelector: true } };
    expect(asNew(manual, 'another')).toMatchObject({ spec: manual.spec });
  });
});
