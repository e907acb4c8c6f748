import { expect, test } from 'vitest';
import type { Outcome } from '../../operator/apply/report.ts';
import { ApiError } from '../../operator/client/apiError.ts';
import { namespaces, resourceQuotas } from '../../operator/resources/builtin.ts';
import { aNamespace, aProject, aQuota, forbidden } from './builders.ts';
import { QuotaMemories } from './quotaMemories.ts';

const sent = () => ({ environment: 'dev', hard: { pods: '5' } });
const failed = (error: Error): Outcome => ({
  resource: resourceQuotas,
  name: { namespace: 'shop-dev', name: 'mainstay-quota' },
  result: 'failed',
  error,
});

test('a quota that was sent and never answered counts until a later read has shown it', () => {
  const memories = new QuotaMemories();
  memories.note('shop', [failed(new Error('connection reset'))], sent, 1_000);
  expect(memories.recall('shop', 2_000).attempted).toEqual(new Map([['dev', { pods: '5' }]]));
  const until = memories.unansweredUntil('shop') ?? 0;
  expect(until).toBeGreaterThan(1_000);
  // A read before the write's deadline proves nothing: it may still arrive.
  memories.settled('shop', until - 1);
  expect(memories.recall('shop', until).attempted.size).toBe(1);
  memories.settled('shop', until);
  expect(memories.recall('shop', until).attempted.size).toBe(0);
  expect(memories.unansweredUntil('shop')).toBeUndefined();
});

test('what is lost later does not keep what was lost first from being looked up', () => {
  const memories = new QuotaMemories();
  memories.abandoned('shop', [sent()], 0);
  memories.abandoned('shop', [{ environment: 'prod', hard: { pods: '5' } }], 20_000);
  const until = memories.unansweredUntil('shop') ?? 0;
  expect(until).toBe(30_000);
  memories.settled('shop', until);
  expect([...memories.recall('shop', until).attempted.keys()]).toEqual(['prod']);
  expect(memories.unansweredUntil('shop')).toBe(50_000);
});

test('a move that was never answered counts as well', () => {
  const memories = new QuotaMemories();
  const project = aProject('shop');
  const live = aQuota('shop-dev', project, { pods: '9' }, { pods: '0' });
  const step = { type: 'MoveQuota', live, desired: live } as const;
  memories.noteFailures('shop', [{ step, error: new Error('timeout') }], sent, 0);
  expect(memories.recall('shop', 0).attempted.size).toBe(1);
});

test('a server in trouble may have written what it says that it has not', () => {
  const memories = new QuotaMemories();
  const timeout = new ApiError({ verb: 'apply', kind: 'ResourceQuota', name: 'any' }, 504, {
    reason: 'Timeout',
  });
  memories.note('shop', [failed(timeout)], sent, 0);
  expect(memories.recall('shop', 0).attempted.size).toBe(1);
});

test('what may have been sent when a reconcile was cut off counts', () => {
  const memories = new QuotaMemories();
  memories.abandoned('shop', [sent()], 0);
  expect(memories.recall('shop', 0).attempted).toEqual(new Map([['dev', { pods: '5' }]]));
  expect(memories.unansweredUntil('shop')).toBeGreaterThan(0);
});

test('what was lost first may be more than what was lost after it, and counts still', () => {
  const memories = new QuotaMemories();
  memories.abandoned('shop', [{ environment: 'dev', hard: { pods: '10', 'requests.cpu': '1' } }], 0);
  memories.abandoned('shop', [{ environment: 'dev', hard: { pods: '9', 'requests.cpu': '1500m' } }], 1_000);
  expect(memories.recall('shop', 2_000).attempted.get('dev')).toEqual({
    pods: '10',
    'requests.cpu': '1500m',
  });
  expect(memories.unansweredUntil('shop')).toBe(31_000);
});

test('a quota that was refused was not written', () => {
  const memories = new QuotaMemories();
  memories.note('shop', [failed(forbidden('no'))], sent, 0);
  expect(memories.recall('shop', 0).attempted.size).toBe(0);
});

test('what was made in an earlier term as leader may be used by now, and what was lost may still arrive', () => {
  const memories = new QuotaMemories();
  const object = aNamespace('shop-dev');
  memories.noteMade(
    'shop',
    [{ resource: namespaces, name: { name: 'shop-dev' }, result: 'created', object }],
    0,
  );
  memories.abandoned('shop', [sent()], 0);
  memories.beginTerm();
  expect(memories.recall('shop', 1_000).untouched).toEqual(new Set());
  expect(memories.recall('shop', 1_000).attempted.size).toBe(1);
});

test('a namespace that was just made is known to be unused, for a while', () => {
  const memories = new QuotaMemories();
  const object = aNamespace('shop-dev');
  memories.noteMade(
    'shop',
    [{ resource: namespaces, name: { name: 'shop-dev' }, result: 'created', object }],
    0,
  );
  expect(memories.recall('shop', 4_000).untouched).toEqual(new Set(['uid-of-shop-dev']));
  expect(memories.recall('shop', 6_000).untouched).toEqual(new Set());
  memories.forget('shop');
  expect(memories.recall('shop', 0).untouched.size).toBe(0);
});
