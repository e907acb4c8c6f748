import { expect, it } from 'vitest';
import { aCandidate } from '../compile/builders.ts';
import type { Policy, PolicyStatus } from '../policy.ts';
import { answerOf } from './request.ts';

const signal = new AbortController().signal;
const now = () => Date.UTC(2027, 0, 1);
const request = { id: 'undo-1', verb: 'RevertFixes' } as const;
const policy = (status?: PolicyStatus): Policy => ({
  apiVersion: 'mainstay.dev/v1alpha1',
  kind: 'Policy',
  metadata: { name: 'p', uid: 'uid', generation: 2 },
  spec: { ...aCandidate('p').spec, request },
  ...(status === undefined ? {} : { status }),
});

/** The requests that were carried out, and what is answered. */
async function ask(of: Policy) {
  const reverted: string[] = [];
  const fixes = {
    revert: async (_: string, __: unknown, id: string) => {
      reverted.push(id);
      return { outcome: 'Done', message: '1 taken back' } as const;
    },
  };
  return { answer: await answerOf(of, fixes, now, signal), reverted };
}

it('a request is carried out, and answered by its id', async () => {
  const { answer, reverted } = await ask(policy({ observedGeneration: 1 }));
  expect(reverted).toEqual(['undo-1']);
  expect(answer).toEqual({
    ...request,
    outcome: 'Done',
    message: '1 taken back',
    at: '2027-01-01T00:00:00Z',
  });
});

it('one that is answered is not carried out again', async () => {
  const lastRequest = { ...request, outcome: 'Done', message: '', at: '2026-12-01T00:00:00Z' } as const;
  const { answer, reverted } = await ask(policy({ observedGeneration: 2, lastRequest }));
  expect(reverted).toEqual([]);
  expect(answer).toBe(lastRequest);
});

it.for([
  ['no status', undefined],
  ['an empty one', {}],
] as const)('a Policy that is created again, with %s, replays nothing', async ([, status]) => {
  const { answer, reverted } = await ask(policy(status));
  expect(reverted).toEqual([]);
  expect(answer).toMatchObject({
    id: 'undo-1',
    outcome: 'Refused',
    message: expect.stringContaining('another id'),
  });
});
