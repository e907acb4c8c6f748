import { describe, expect, it } from 'vitest';
import { aCandidate } from '../compile/builders.ts';
import { type FixFound, fixFindings } from './findings.ts';
import type { MatchedKind } from './matchedKinds.ts';

const pods: MatchedKind = { group: '', version: 'v1', kind: 'Pod', namespaced: true, operations: ['CREATE'] };
const jobs: MatchedKind = { ...pods, group: 'batch', kind: 'Job' };
const problem = { field: 'spec.fix.mutations[0].jsonPatch.expression', line: 1, column: 2, message: 'no' };

const told = (found: Partial<FixFound>, expression = '[]', unknown: readonly string[] = []) => {
  const { spec } = aCandidate('p', {
    fix: { mutations: [{ patchType: 'JSONPatch', jsonPatch: { expression } }], existing: 'Off' },
  });
  return fixFindings(spec, { types: [], misfits: [], failures: [], ...found }, 2, unknown).map(
    ({ weight, message }) => `${weight}: ${message}`,
  );
};

describe('what is wrong with a fix', () => {
  const ofJobs = [{ kind: jobs, problem }];
  const ofBoth = [...ofJobs, { kind: pods, problem }];

  it('is refused with its place and the kinds', () => {
    expect(told({ types: ofJobs })).toEqual(['Refused: line 1, column 2: no (Job of batch/v1)']);
    expect(told({ types: ofBoth })).toEqual(['Refused: line 1, column 2: no']);
  });

  it('for one kind may be meant, where it asks for the kind: then nothing is changed of that', () => {
    const asking = "object.kind == 'Pod' ? [] : []";
    expect(told({ types: ofJobs }, asking)).toEqual([
      'Note: line 1, column 2: no (Job of batch/v1); nothing is changed there',
    ]);
    expect(told({ types: ofBoth }, asking)).toEqual([expect.stringMatching(/^Refused/)]);
  });

  it('in what it makes is refused in any case: requests would be answered with 500', () => {
    expect(told({ misfits: ofJobs }, "object.kind == 'Pod' ? [] : []")).toEqual([
      expect.stringMatching(/^Refused/),
    ]);
  });

  it('is that it is for what nobody knows beforehand', () => {
    expect(told({}, '[]', ['pods/exec'])).toEqual([
      expect.stringContaining('what pods/exec look like is not known beforehand'),
    ]);
    expect(told({})).toEqual([]);
  });
});
