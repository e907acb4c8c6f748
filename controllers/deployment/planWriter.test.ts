import { expect, it } from 'vitest';
import { ApiError } from '../../operator/client/apiError.ts';
import type { Client } from '../../operator/client/client.ts';
import type { ReconcileContext } from '../../operator/controller/reconciler.ts';
import type { Deployment } from './deployment.ts';
import { PlanWriter, type PlanWriterParts } from './planWriter.ts';
import { Templates } from './template/templates.ts';

const deployment = {
  apiVersion: 'mainstay.dev/v1alpha1',
  kind: 'Deployment',
  metadata: { name: 'shop', namespace: 'team', uid: 'u1' },
  spec: {
    replicas: 1,
    adopt: false,
    minReadySeconds: 0,
    selector: { matchLabels: { app: 'shop' } },
    template: { spec: { containers: [{ name: 'main', image: 'shop:1' }] } },
  },
} as unknown as Deployment;

const { signal } = new AbortController();
const context = { signal, log: { info: () => {} } } as unknown as ReconcileContext;
const error = (status: number, reason: string) =>
  new ApiError({ verb: 'create', kind: 'ReplicaSet', name: 'team/shop' }, status, { reason, message: 'no' });

/** Makes the first revision, which is refused so; `owner` has what is there under its name. */
async function refused(failure: ApiError, owner = 'somebody') {
  const client = {
    create: () => Promise.reject(failure),
    get: async (_: unknown, { name }: { readonly name: string }) => ({
      metadata: { name, ownerReferences: [{ controller: true, uid: owner }] },
    }),
  } as unknown as Client;
  const templates = new Templates(client);
  const view = async () => (await templates.view(deployment, [], signal)).view;
  const before = await view();
  if (before.state !== 'Known') throw new Error(`it is ${before.state}`);
  const planned = { hash: before.hash, replicas: 1, revision: 1, sizedFor: 1, create: true } as const;
  const writer = new PlanWriter({
    client,
    templates,
    applier: { apply: async () => ({ outcomes: [] }) },
    jobs: { make: async () => 0 },
  } as unknown as PlanWriterParts);
  const { changes, failures, wrong } = await writer.write(
    deployment,
    {
      plan: { services: [] } as never,
      writes: [{ type: 'Create', planned }],
      fingerprint: '',
      effective: deployment,
    },
    context,
  );
  expect(changes).toBe(0);
  return { failures, wrong, before, after: await view() };
}

it('a revision that was made although the answer was lost is not made again under another name', async () => {
  const conflict = error(409, 'AlreadyExists');
  const { failures, wrong, before, after } = await refused(conflict, 'u1');
  expect([failures, wrong]).toEqual([[conflict], false]);
  expect(after).toEqual(before);
});

it('one whose name somebody else has gets another, which is planned at once', async () => {
  const { failures, wrong, before, after } = await refused(error(409, 'AlreadyExists'));
  expect([failures, wrong]).toEqual([[], true]);
  expect(after).toMatchObject({ state: 'Known', exists: false });
  expect(after).not.toEqual(before);
});

it('a first template that the server refuses is no failure of the write: the next plan says what is wrong', async () => {
  const { failures, wrong, after } = await refused(error(422, 'Invalid'));
  expect([failures, wrong]).toEqual([[], true]);
  expect(after).toMatchObject({ state: 'Invalid', message: expect.stringContaining('Invalid: no') });
});

it('what only a busy server keeps from being made is tried again', async () => {
  const timeout = error(504, 'Timeout');
  const { failures, wrong, before, after } = await refused(timeout);
  expect([failures, wrong]).toEqual([[timeout], false]);
  expect(after).toEqual(before);
});
