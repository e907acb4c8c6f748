import { expect, it } from 'vitest';
import type { PolicyStatus } from '../policy.ts';
import { StatusPace } from './statusPace.ts';

const status = (fail: number, more: Partial<PolicyStatus> = {}): PolicyStatus => ({
  observedGeneration: 1,
  enforcement: 'Audit',
  counts: { pass: 0, fail, warn: 0, error: 0, skip: 0 },
  scan: { at: '2027-01-01T00:00:00Z', objects: 10, pending: 0 },
  ...more,
});

it('tells what is new at once, and what only counts otherwise every five seconds', () => {
  const pace = new StatusPace();
  expect(pace.wait('a', undefined, status(1), 0)).toBe(0);
  pace.told('a', 0);
  expect(pace.wait('a', status(1), status(2), 1000)).toBe(4000);
  expect(pace.wait('a', status(1), status(2), 5000)).toBe(0);
  expect(pace.wait('a', status(1), status(2, { enforcement: 'Deny' }), 1000)).toBe(0);
  expect(pace.wait('b', status(1), status(2), 1000), 'of another').toBe(0);
});

it('tells at once when all was looked at for the first time', () => {
  const pace = new StatusPace();
  pace.told('a', 0);
  const before = status(0, { scan: { objects: 10, pending: 10 } });
  expect(pace.wait('a', before, status(0), 1000)).toBe(0);
});

it('of a Policy that is gone nothing is kept', () => {
  const pace = new StatusPace();
  pace.told('a', 0);
  pace.forget('a');
  expect(pace.wait('a', status(1), status(2), 1000)).toBe(0);
});
