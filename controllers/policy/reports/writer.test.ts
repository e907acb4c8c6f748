import { describe, expect, it } from 'vitest';
import { ApiError } from '../../../operator/client/apiError.ts';
import type { Client } from '../../../operator/client/client.ts';
import type { KubernetesObject } from '../../../operator/resources/object.ts';
import { type PolicyReport, reportApis } from './api.ts';
import type { Written } from './content.ts';
import { outlineOf } from './live.ts';
import { ReportWriter, suggestionsWait } from './writer.ts';

const [api] = reportApis;
const { signal } = new AbortController();

/** A server that keeps what it is sent, as `keeps` makes it. */
function setUp(keeps: (report: PolicyReport) => PolicyReport = (report) => report) {
  if (api === undefined) throw new Error('there are reports');
  const resource = api.namespaced;
  const state = {
    live: undefined as PolicyReport | undefined,
    now: 0,
    sent: 0,
    operations: [] as string[],
    served: true,
    taken: false,
  };
  const written = (operation: 'Apply' | 'Update', sent: KubernetesObject) => {
    state.sent += 1;
    state.operations.push(operation);
    const kept = keeps(sent);
    const managedFields = [...(state.live?.metadata.managedFields ?? []), entryOf(operation)];
    state.live = outlineOf({ ...kept, metadata: { ...kept.metadata, managedFields } });
    return kept;
  };
  const client = {
    create: async (_: unknown, sent: KubernetesObject) => {
      if (state.taken) throw alreadyExists;
      return written('Update', sent);
    },
    apply: async (_: unknown, sent: KubernetesObject) => written('Apply', sent),
    delete: async () => {
      state.live = undefined;
    },
  } as unknown as Pick<Client, 'create' | 'apply' | 'delete'>;
  const live = {
    get served() {
      return state.served;
    },
    hasSynced: true,
    get: () => state.live,
  };
  const writerOf = () => new ReportWriter(client, resource, live, () => state.now);
  return { state, writerOf };
}

const entryOf = (operation: 'Apply' | 'Update') => ({
  manager: 'mainstay',
  operation,
  fieldsV1: { 'f:metadata': { 'f:labels': { 'f:mainstay.dev/report': {} } } },
});

const subject = { verb: 'create', kind: 'PolicyReport', name: 'shop/mainstay-policies' };
const alreadyExists = new ApiError(subject, 409, { reason: 'AlreadyExists' });

function content(fail: number, fix?: string): Written {
  return {
    summary: { pass: 1, fail, warn: 0, error: 0, skip: 0 },
    results: Array.from({ length: fail }, (_, index) => ({
      source: 'Mainstay',
      policy: 'p',
      rule: 'r',
      severity: 'low',
      result: 'fail',
      resources: [{ apiVersion: 'v1', kind: 'Pod', namespace: 'shop', name: `pod-${index}`, uid: 'u' }],
      message: 'no',
      ...(fix !== undefined && { properties: { fix } }),
    })),
    cut: 0,
  };
}

describe('a report', () => {
  it('is written when it says something else, and not again, also by another process', async () => {
    const { state, writerOf } = setUp();
    const writer = writerOf();
    expect(await writer.write('shop', content(1), signal)).toBe('Applied');
    expect(await writer.write('shop', content(1), signal)).toBe('Unchanged');
    expect(await writerOf().write('shop', content(1), signal)).toBe('Unchanged');
    expect(await writer.write('shop', content(2), signal)).toBe('Applied');
    expect(state.sent).toBe(2);
  });

  it('is not sent without end to a server that keeps less of it', async () => {
    const { state, writerOf } = setUp(({ results, ...report }) => report);
    const writer = writerOf();
    expect(await writer.write('shop', content(1), signal)).toBe('Applied');
    expect(await writer.write('shop', content(1), signal)).toBe('Unchanged');
    expect(await writer.write('shop', content(2), signal)).toBe('Applied');
    expect(state.sent).toBe(2);
  });

  it('is created first, but where what it is marked with would stay, and applied from then on', async () => {
    const { state, writerOf } = setUp();
    const writer = writerOf();
    for (const fail of [1, 2]) await writer.write('shop', content(fail), signal);
    expect(state.operations).toEqual(['Update', 'Apply']);
    await writer.write('shop', undefined, signal);
    await writer.write('shop', { ...content(1), cut: 3 }, signal);
    expect(state.operations.slice(2)).toEqual(['Apply']);
  });

  it('is applied where one is there that is not known as ours', async () => {
    const { state, writerOf } = setUp();
    state.taken = true;
    expect(await writerOf().write('shop', content(1), signal)).toBe('Applied');
    expect(state.operations).toEqual(['Apply']);
  });

  it.each([1, 2])('goes when there is nothing to say, if it is ours, written %i times', async (times) => {
    const { state, writerOf } = setUp();
    const writer = writerOf();
    for (let fail = 1; fail <= times; fail += 1) await writer.write('shop', content(fail), signal);
    expect(await writer.write('shop', undefined, signal)).toBe('Deleted');
    expect(await writer.write('shop', undefined, signal)).toBe('Unchanged');
    state.live = { apiVersion: 'v1', kind: 'PolicyReport', metadata: { name: 'of-others' } };
    expect(await writer.write('shop', undefined, signal)).toBe('Unchanged');
  });

  it('is not written where reports are not defined', async () => {
    const { state, writerOf } = setUp();
    state.served = false;
    expect(await writerOf().write('shop', content(1), signal)).toBe('Unchanged');
    expect(state.sent).toBe(0);
  });

  it('waits where only other fixes would be suggested: after a restart they are found out one by one', async () => {
    const { state, writerOf } = setUp();
    await writerOf().write('shop', content(1, 'replicas: 2'), signal);
    const writer = writerOf();
    expect(await writer.write('shop', content(1), signal)).toBe('Later');
    expect(await writer.write('shop', content(1, 'replicas: 2'), signal)).toBe('Unchanged');
    expect(await writer.write('shop', content(1, 'replicas: 3'), signal)).toBe('Later');
    state.now += suggestionsWait;
    expect(await writer.write('shop', content(1, 'replicas: 3'), signal)).toBe('Applied');
    expect(await writer.write('shop', content(2), signal)).toBe('Applied');
  });

  it.each<[string, unknown]>([
    ['a text', 'x'],
    ['a map', { policy: 'p' }],
    ['a list of nothing', [null]],
  ])('in which somebody made %s of the results is small in memory, put right, and goes as any other', async (_, results) => {
    const { state, writerOf } = setUp();
    const writer = writerOf();
    await writer.write('shop', content(1), signal);
    const broken = { ...state.live, results, beside: 'x'.repeat(1000) } as PolicyReport;
    state.live = outlineOf(broken);
    expect(state.live).not.toHaveProperty('beside');
    expect(await writer.write('shop', content(1), signal)).toBe('Applied');
    state.live = outlineOf(broken);
    expect(await writer.write('shop', undefined, signal)).toBe('Deleted');
  });
});
