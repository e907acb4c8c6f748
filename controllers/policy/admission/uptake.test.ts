import { describe, expect, it } from 'vitest';
import { ApiError } from '../../../operator/client/apiError.ts';
import { createLog } from '../../../operator/manager/log.ts';
import { someFacts } from '../compile/builders.ts';
import { aWanted, standing } from './builders.ts';
import type { Live } from './live.ts';
import { planAdmission } from './plan.ts';
import { Uptake } from './uptake.ts';

const now = Date.UTC(2027, 0, 1);
const plan = planAdmission([aWanted('one'), aWanted('two')], [], someFacts({ now }));
const signal = new AbortController().signal;
const context = { log: createLog({ level: 'silent' }), signal };

/** An API server of which it is said what becomes of each question, in turn; the last goes on. */
function ask(...answers: readonly ('taken' | 'denied' | 'other' | 'not to be asked')[]) {
  let asked = 0;
  const applied: (readonly string[])[] = [];
  let forgotten = 0;
  const uptake = new Uptake({
    client: {
      create: async (_, object) => {
        const answer = answers[Math.min(asked, answers.length - 1)];
        asked += 1;
        if (answer === 'taken') return object;
        const message =
          answer === 'denied'
            ? "ValidatingAdmissionPolicy 'mainstay-policy-probe' with binding … denied request"
            : 'quota exceeded';
        throw new ApiError({ verb: 'create', kind: 'Lease', name: '' }, 422, { message, reason: 'Invalid' });
      },
    },
    applier: {
      apply: async ({ desired }) => {
        applied.push(desired.map(({ object }) => object.kind));
        return { outcomes: [], converged: answers[0] !== 'not to be asked', requeueAfter: undefined };
      },
      forget: () => {
        forgotten += 1;
      },
    },
    caches: nothing,
    namespace: 'mainstay-system',
    // No time passes.
    clock: {
      now: () => 0,
      schedule: (_, callback) => {
        queueMicrotask(callback);
        return () => {};
      },
    },
    now: () => now,
  });
  const prove = (live: readonly Live[]) => uptake.prove(live, plan.origins, context);
  return { uptake, prove, applied, asked: () => asked, forgotten: () => forgotten };
}

const none = { list: () => [] };
const nothing = {
  validatingPolicies: none,
  validatingBindings: none,
  mutatingPolicies: none,
  mutatingBindings: none,
};

const fresh = standing(plan, 0, now);
const old = standing(plan, 60_000, now);

describe('what was just written', () => {
  it('is in force once what was written after it is', async () => {
    const { uptake, prove, asked, applied } = ask('taken', 'taken', 'denied');
    expect(fresh.some((one) => uptake.judges(one))).toBe(false);
    expect(await prove(fresh)).toBeUndefined();
    expect(asked()).toBe(3);
    expect(applied).toEqual([['ValidatingAdmissionPolicy', 'ValidatingAdmissionPolicyBinding']]);
    expect(fresh.every((one) => uptake.judges(one))).toBe(true);
  });

  it('and by what it is asked about goes with the last Policy, which is no fight', async () => {
    const { prove, forgotten } = ask('denied');
    await prove(fresh);
    expect(forgotten()).toBe(0);
    await prove([]);
    expect(forgotten()).toBe(1);
  });

  it('is asked about once', async () => {
    const { prove, asked } = ask('denied');
    await prove(fresh);
    await prove(fresh);
    expect(asked()).toBe(1);
  });

  it('is asked about again when it is made again, or repaired in place', async () => {
    const { uptake, prove, asked } = ask('denied');
    await prove(fresh);
    const changed = (metadata: object) =>
      fresh.map((one) => ({
        ...one,
        object: { ...one.object, metadata: { ...one.object.metadata, ...metadata } },
      }));
    for (const again of [changed({ uid: 'another' }), changed({ generation: 2 })]) {
      expect(again.some((one) => uptake.judges(one))).toBe(false);
      await prove(again);
    }
    expect(asked()).toBe(3);
  });

  it('is not, for as long as the API server takes what it is to deny: then it is asked ever less often', async () => {
    const { uptake, prove, asked } = ask('taken');
    const first = await prove(fresh);
    expect(asked()).toBeGreaterThan(1);
    const before = asked();
    const second = await prove(fresh);
    expect(asked()).toBe(before + 1);
    expect(second).toBeGreaterThan(first ?? 0);
    expect(
      old.some((one) => uptake.judges(one)),
      'however long it has stood',
    ).toBe(false);
  });

  it.each([
    'other',
    'not to be asked',
  ] as const)('is after a while, where the answer is %s', async (answer) => {
    const { uptake, prove } = ask(answer);
    expect(await prove(fresh)).toBeGreaterThan(0);
    expect(fresh.some((one) => uptake.judges(one))).toBe(false);
    expect(old.every((one) => uptake.judges(one))).toBe(true);
  });
});

it('what has stood for long costs no request', async () => {
  const { uptake, prove, asked, applied } = ask('taken');
  expect(await prove(old)).toBeUndefined();
  expect([asked(), applied.length]).toEqual([0, 0]);
  expect(old.every((one) => uptake.judges(one))).toBe(true);
});
