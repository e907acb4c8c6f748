import { expect, it } from 'vitest';
import { ApiError } from '../../operator/client/apiError.ts';
import { NotLeadingError } from '../../operator/manager/writeFence.ts';
import { services } from '../../operator/resources/builtin.ts';
import { ConnectionError } from '../../operator/transport/connectionError.ts';
import { failureOf, passes, refusalOf } from './refusals.ts';

const error = (verb: string, kind: string, status: number, reason: string, message: string) =>
  new ApiError({ verb, kind, name: 'team/shop' }, status, { reason, message });

it.each<[string, ApiError, string]>([
  [
    'a quota',
    error('apply', 'Service', 403, 'Forbidden', 'exceeded quota: objects'),
    'cannot apply Service team/shop: Forbidden: exceeded quota: objects',
  ],
  [
    'a webhook that is down',
    error('create', 'ReplicaSet', 500, 'InternalError', 'failed calling webhook "a.example.com"'),
    'cannot create ReplicaSet team/shop: InternalError: failed calling webhook "a.example.com"',
  ],
  [
    'a definition that is missing',
    error('apply', 'HTTPRoute', 404, 'NotFound', 'the server could not find the requested resource'),
    'Gateway API is not installed here: install it, or take spec.traffic.gateway out',
  ],
])('tells of %s in its own words', (_, refused, words) => {
  expect(refusalOf(refused)).toMatchObject({
    reason: 'WriteRefused',
    message: expect.stringContaining(words),
  });
});

it.each<[string, unknown]>([
  ['changed meanwhile', error('apply', 'Service', 409, 'Conflict', 'the object has been modified')],
  ['made meanwhile', error('create', 'ReplicaSet', 409, 'AlreadyExists', 'already exists')],
  ['gone meanwhile', error('patch', 'ReplicaSet', 404, 'NotFound', 'replicasets "shop" not found')],
  [
    'sized meanwhile',
    error('patch', 'ReplicaSet', 422, 'Invalid', 'testing value /spec/replicas failed: test failed'),
  ],
  ['asked too fast', error('patch', 'ReplicaSet', 429, 'TooManyRequests', 'slow down')],
  ['given up by a busy server', error('create', 'ReplicaSet', 504, 'Timeout', 'did not complete in time')],
  ['not answered', new ConnectionError('deadline', new URL('https://server'))],
  ['not sent, since another leads', new NotLeadingError()],
])('tells nothing of what was %s, since it is only tried again', (_, failure) => {
  expect(refusalOf(failure)).toBeUndefined();
  expect(passes(failure)).toBe(true);
});

it('what is wrong with the operator itself neither passes nor is a refusal', () => {
  const bug = new TypeError('undefined is no function');
  expect([passes(bug), refusalOf(bug)]).toEqual([false, undefined]);
});

it('cuts off what somebody says without end', () => {
  const long = error('apply', 'Service', 500, 'InternalError', 'x'.repeat(5000));
  expect(refusalOf(long)?.message).toHaveLength(600);
});

it('what somebody else has under the name of one of ours is named, whether it was seen before or met', () => {
  const what = { resource: services, name: { namespace: 'team', name: 'shop-all' } };
  const conflict = error('apply', 'Service', 409, 'Conflict', 'the object has been modified');
  const seen = failureOf({ ...what, result: 'refused', holder: undefined });
  const met = failureOf({ ...what, result: 'failed', error: conflict });
  for (const failure of [seen, met]) {
    expect(refusalOf(failure)).toEqual({
      reason: 'NameTaken',
      message:
        'the Service shop-all was there before, and is not of this Deployment: delete it, or have it taken over by spec.adopt: true, set anew',
    });
  }
  expect(failureOf({ ...what, result: 'held' })).toBeUndefined();
});
