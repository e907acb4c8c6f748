import { describe, expect, it } from 'vitest';
import { customResourceDefinition } from '../structural/customResourceDefinition.ts';
import { referencePage } from '../structural/reference.ts';
import { expiryOf, operationsOf, versionsOf } from './defaults.ts';
import { policyKind } from './kind.ts';

const definition = customResourceDefinition(policyKind);

describe('the definition', () => {
  it('is small enough for plain kubectl apply, which keeps it in an annotation of at most 262,144 bytes', () => {
    expect(Buffer.byteLength(JSON.stringify(definition))).toBeLessThan(100_000);
  });

  it('has a page of reference that tells every field', () => {
    const page = referencePage(definition);
    for (const field of ['spec.match.resources[]', 'spec.exceptions[]', 'spec.fix', 'status.violations[]'])
      expect(page).toContain(`## \`${field}\``);
  });
});

describe('what is meant where it is left out', () => {
  it('of operations: making and changing', () => {
    expect(operationsOf({})).toEqual(['CREATE', 'UPDATE']);
    expect(operationsOf({ operations: ['DELETE'] })).toEqual(['DELETE']);
  });

  it('of versions: all', () => {
    expect(versionsOf({})).toEqual(['*']);
  });

  it('of an expiry: never; a day begins at midnight in UTC', () => {
    expect(expiryOf({})).toBeUndefined();
    expect(expiryOf({ expires: '2027-01-31' })).toBe(Date.UTC(2027, 0, 31));
    expect(expiryOf({ expires: '2027-01-31T18:00:00Z' })).toBe(Date.UTC(2027, 0, 31, 18));
    expect(expiryOf({ expires: '2027-02-29' })).toBe(Date.UTC(2027, 2, 1));
  });
});
