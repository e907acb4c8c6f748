import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findingsOf, type Phase, type PhaseState } from './phases.ts';

const done = { reason: 'Converged', message: 'all stands' };
const phase = (type: string, state: PhaseState): Phase => ({
  type,
  state,
  reason: `${type}${state}`,
  message: type,
});
const say = (...phases: readonly Phase[]) =>
  findingsOf(phases, done).map(({ type, status, reason }) => `${type}=${status} ${reason}`);

describe('what is said of an object from its phases', () => {
  it('is ready when all are done', () => {
    expect(say(phase('A', 'Done'), phase('B', 'Done'))).toEqual([
      'Ready=True Converged',
      'Reconciling=False Converged',
      'Stalled=False Converged',
      'A=True ADone',
      'B=True BDone',
    ]);
  });

  it('is on its way, by the first phase that is not done', () => {
    expect(say(phase('A', 'Done'), phase('B', 'Progressing'), phase('C', 'Unknown'))).toEqual([
      'Ready=False BProgressing',
      'Reconciling=True BProgressing',
      'Stalled=False BProgressing',
      'A=True ADone',
      'B=False BProgressing',
      'C=Unknown CUnknown',
    ]);
  });

  it('is stalled as soon as one phase is, whatever the others do', () => {
    expect(say(phase('A', 'Progressing'), phase('B', 'Stalled')).slice(0, 3)).toEqual([
      'Ready=False BStalled',
      'Reconciling=False BStalled',
      'Stalled=True BStalled',
    ]);
  });

  it('property: exactly one of ready, reconciling and stalled is true', () => {
    const states = fc.array(fc.constantFrom<PhaseState>('Done', 'Progressing', 'Stalled', 'Unknown'));
    fc.assert(
      fc.property(states, (each) => {
        const trio = findingsOf(
          each.map((state, index) => phase(`P${index}`, state)),
          done,
        ).slice(0, 3);
        expect(trio.filter(({ status }) => status === 'True')).toHaveLength(1);
        expect(trio[0]?.status === 'True').toBe(each.every((state) => state === 'Done'));
      }),
    );
  });
});
