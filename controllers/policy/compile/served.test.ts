import { describe, expect, it } from 'vitest';
import { aRule, findingsIn, someFacts } from './builders.ts';

describe('servers', () => {
  it('without ValidatingAdmissionPolicies: nothing is made, and that is said', () => {
    const facts = someFacts({ server: { minor: 29, validating: false, mutating: false } });
    expect(findingsIn({}, facts)).toMatchObject({ placed: 0, findings: [{ weight: 'Background' }] });
  });

  it('that does not know a function: only the background judges by it', () => {
    const fields = { rules: [aRule('r', "podSpec.containers.map(c, c.image).sort() != ['a']")] };
    const facts = someFacts({ server: { minor: 34, validating: true, mutating: false } });
    expect(findingsIn(fields, facts)).toMatchObject({ placed: 0, findings: [{ weight: 'Background' }] });
    expect(findingsIn(fields, facts).findings[0]?.message).toContain('sort (from 1.35)');
    expect(findingsIn(fields)).toEqual({ placed: 1, findings: [] });
  });
});
