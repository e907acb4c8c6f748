import { expect, it } from 'vitest';
import { someFacts } from '../compile/builders.ts';
import { aWanted, standing } from './builders.ts';
import { planAdmission } from './plan.ts';
import { standingOf } from './standing.ts';

it('a Policy for which there is no name left says so, and stays in force as it was', () => {
  const [before, after] = [aWanted('a'), aWanted('a', { enforcement: 'Warn' }, { generation: 2 })];
  const live = standing(planAdmission([before], [], someFacts(), () => 0));
  const plan = { ...planAdmission([after], live, someFacts(), () => 0), slots: new Map<string, string>() };
  const stands = { live, outcomes: [], judges: () => true };
  expect(standingOf(after, plan, stands)).toMatchObject({
    inForce: { generation: 1 },
    trouble: { reason: 'TooMany', message: expect.stringContaining('256') },
  });
});
