import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { RequestLog } from './requests.ts';

let directory: string;
let path: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'requests-'));
  path = join(directory, 'audit.log');
});
afterEach(() => rm(directory, { recursive: true }));

const line = (verb: string, resource: string, more: { user?: string; code?: number; query?: string } = {}) =>
  `${JSON.stringify({
    requestReceivedTimestamp: '2026-01-01T00:00:10.000000Z',
    requestURI: `/apis/x/${resource}${more.query ?? ''}`,
    verb,
    user: { username: more.user ?? 'operator' },
    responseStatus: { code: more.code ?? 200 },
    objectRef: { resource },
  })}\n`;

it('writes are counted by what they are, and those to the Lease, of events and dry runs apart', async () => {
  const lines = [
    line('patch', 'deployments'),
    line('patch', 'deployments'),
    line('patch', 'deployments', { code: 409 }),
    line('create', 'events'),
    line('update', 'leases'),
    line('create', 'replicasets', { query: '?dryRun=All' }),
    line('list', 'pods'),
    line('patch', 'deployments', { user: 'somebody' }),
  ];
  await writeFile(path, lines.join(''));
  const log = new RequestLog(path, 'operator');
  const requests = await log.since(0);
  expect(requests).toMatchObject({
    mutating: 3,
    events: 1,
    dryRuns: 1,
    leaseAt: Date.UTC(2026, 0, 1, 0, 0, 10),
  });
  expect([...requests.byKind]).toEqual([
    ['patch deployments', 2],
    ['patch deployments 409', 1],
  ]);
  expect((await log.since(Date.UTC(2026, 0, 2))).mutating).toBe(0);
});

it('a line that is still being written counts once it is whole, and no line twice', async () => {
  const whole = line('patch', 'deployments');
  await writeFile(path, whole + whole.slice(0, 30));
  const log = new RequestLog(path, 'operator');
  expect((await log.since(0)).mutating).toBe(1);
  await appendFile(path, whole.slice(30) + whole);
  expect((await log.since(0)).mutating).toBe(3);
  expect((await log.since(0)).mutating).toBe(3);
});
