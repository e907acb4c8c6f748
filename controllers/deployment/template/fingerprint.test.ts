import { expect, it } from 'vitest';
import { fingerprintOf, revisionHash, sameTemplate } from './fingerprint.ts';

const template = (more: object = {}) => ({
  metadata: { labels: { app: 'shop' } },
  spec: { containers: [{ name: 'app', image: 'shop:1', ...more }] },
});

it('a fingerprint depends on what is meant, not on the order of fields or on nulls', () => {
  const reordered = { spec: template().spec, metadata: { labels: { app: 'shop' }, creationTimestamp: null } };
  expect(fingerprintOf(reordered)).toBe(fingerprintOf(template()));
  expect(fingerprintOf(template({ image: 'shop:2' }))).not.toBe(fingerprintOf(template()));
});

it('templates are the same but for the label that tells revisions apart', () => {
  const marked = { ...template(), metadata: { labels: { app: 'shop', 'pod-template-hash': 'bcd' } } };
  expect(sameTemplate(template(), marked)).toBe(true);
  expect(sameTemplate(template(), { ...marked, metadata: { labels: { app: 'other' } } })).toBe(false);
  expect(sameTemplate(template(), template({ env: [{ name: 'A', value: '1' }] }))).toBe(false);
});

it('a revision is named by its template, and never by a name that is taken', () => {
  const name = revisionHash(template(), () => false);
  expect(name).toMatch(/^[bcdfghjklmnpqrstvwxz2456789]{10}$/);
  expect(revisionHash(template(), () => false)).toBe(name);
  const other = revisionHash(template(), (hash) => hash === name);
  expect(other).not.toBe(name);
});
