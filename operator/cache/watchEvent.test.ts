import { expect, test } from 'vitest';
import { versionBrought } from './watchEvent.ts';

const line = (type: string, object: object) => JSON.stringify({ type, object });
const metadata = { name: 'a', uid: 'u', resourceVersion: '17' };

test('tells the version that a line brings', () => {
  expect(versionBrought(line('ADDED', { kind: 'Thing', metadata }))).toBe('17');
  expect(versionBrought(line('MODIFIED', { metadata: { annotations: { note: 'x' }, ...metadata } }))).toBe(
    '17',
  );
});

test.each<[string, string]>([
  ['an object that is gone', line('DELETED', { metadata })],
  ['a bookmark', line('BOOKMARK', { metadata })],
  ['an error', line('ERROR', { message: 'too old' })],
  ['no version', line('ADDED', { metadata: { name: 'a' } })],
  // Whoever may annotate could otherwise pass a change of theirs off as one of ours.
  [
    'an annotation of that name',
    line('MODIFIED', { metadata: { annotations: { resourceVersion: '16' }, ...metadata } }),
  ],
  ['a reference with a version', line('ADDED', { metadata, involvedObject: { resourceVersion: '3' } })],
])('leaves to be read: %s', (_, text) => {
  expect(versionBrought(text)).toBeUndefined();
});

test('a text that looks like the field is none', () => {
  const note = '"resourceVersion":"16"';
  expect(versionBrought(line('ADDED', { metadata: { annotations: { note }, ...metadata } }))).toBe('17');
});
