import { describe, expect, it } from 'vitest';
import { ApiError } from '../../../operator/client/apiError.ts';
import { createLog } from '../../../operator/manager/log.ts';
import { someFacts } from '../compile/builders.ts';
import { aWanted, standing } from './builders.ts';
import type { Live } from './live.ts';
import { planAdmission } from './plan.ts';
import { Uptake } from './uptake.ts';

const plan = planAdmission([aWanted('one'), aWanted('two')], [], someFacts(), () => 0);
const signal = new AbortController().signal;
const context = { log: createLog({ level: 'silent' }), signal };

/** An API server of which it is said what becomes of each question, in turn; the last goes on. */
function ask(...answers: readonly ('taken' | 'denied' | 'other' | 'not to be asked')[]) {
  let asked = 0;
  const applied: (readonly string[])[] = [];
  let forgotten = 0;
  let time = 0;
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
    // No time passes by itself.
    clock: {
      now: () => time,
      schedule: (_, callback) => {
        queueMicrotask(callback);
        return () => {};
      },
    },
  });
  const pass = (milliseconds: number) => {
    time += milliseconds;
  };
  const prove = (live: readonly Live[]) => uptake.prove(live, plan.origins, context);
  return { uptake, prove, pass, applied, asked: () => asked, forgotten: () => forgotten };
}

const none = { list: () => [] };
const nothing = {
  validatingPolicies: none,
  validatingBindings: none,
  mutatingPolicies: none,
  mutatingBindings: none,
};

/** Of whatever age, by the clock of who made them. */
const fresh = standing(plan);

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
    const { uptake, prove, pass, asked } = ask('taken');
    const first = await prove(fresh);
    expect(asked()).toBeGreaterThan(1);
    const before = asked();
    const second = await prove(fresh);
    expect(asked()).toBe(before + 1);
    expect(second).toBeGreaterThan(first ?? 0);
    pass(60_000);
    expect(
      fresh.some((one) => uptake.judges(one)),
      'however long it has stood',
    ).toBe(false);
    expect(fresh.map(({ object }) => uptake.wait(object) > 0)).not.toContain(false);
  });

  it.each([
    'other',
    'not to be asked',
  ] as const)('is after a while, where the answer is %s', async (answer) => {
    const { uptake, prove, pass } = ask(answer);
    expect(await prove(fresh)).toBeGreaterThan(0);
    pass(14_999);
    expect(fresh.some((one) => uptake.judges(one))).toBe(false);
    pass(1);
    expect(fresh.every((one) => uptake.judges(one))).toBe(true);
  });
});

describe('what it replaces may go', () => {
  const waits = ({ uptake }: ReturnType<typeof ask>) => [
    ...new Set(fresh.map(({ object }) => uptake.wait(object))),
  ];

  it('not before it was seen to be in force, and has then stood for other API servers to take it up', async () => {
    const here = ask('denied');
    here.pass(60_000);
    expect(waits(here)).toEqual([15_000]);
    await here.prove(fresh);
    expect(waits(here)).toEqual([15_000]);
    here.pass(14_000);
    expect(waits(here)).toEqual([1000]);
    here.pass(1000);
    expect(waits(here)).toEqual([0]);
  });

  it('once it is in force, though it was long seen not to be', async () => {
    const here = ask(...Array<'taken'>(20).fill('taken'), 'denied');
    await here.prove(fresh);
    here.pass(60_000);
    expect(waits(here)).toEqual([15_000]);
    await here.prove(fresh);
    expect(waits(here)).toEqual([-45_000]);
  });
});

it('what stood before this process began is asked about once, whatever its age', async () => {
  const { uptake, prove, asked } = ask('denied');
  expect(fresh.some((one) => uptake.judges(one))).toBe(false);
  for (const _ of [1, 2, 3]) expect(await prove(fresh)).toBeUndefined();
  expect(asked()).toBe(1);
  expect(fresh.every((one) => uptake.judges(one))).toBe(true);
});
