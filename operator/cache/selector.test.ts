import { expect, test } from 'vitest';
import { matcher } from './selector.ts';

const pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web', namespace: 'shop', labels: { app: 'web', tier: 'front', empty: '' } },
  status: { phase: 'Running' },
};

test.each([
  ['app=web', true],
  ['app==web', true],
  ['app=other', false],
  ['missing=web', false],
  ['app!=other', true],
  ['missing!=web', true],
  ['app!=web', false],
  ['app in (web,db)', true],
  ['app in (db)', false],
  ['app notin (db, cache)', true],
  ['missing notin (x)', true],
  ['app', true],
  ['missing', false],
  ['!missing', true],
  ['!app', false],
  ['empty=', true],
  ['app in (web,db),tier=front', true],
  ['app in (web,db),tier=back', false],
  ['mainstay.dev/owner', false],
  ['', true],
])('the label selector "%s" decides as the server does', (labelSelector, expected) => {
  expect(matcher({ labelSelector })(pod)).toBe(expected);
});

test.each([
  ['metadata.name=web', true],
  ['metadata.namespace!=shop', false],
  ['status.phase=Running', true],
  ['status.phase=Running,metadata.name=other', false],
  ['spec.nodeName=', true],
])('the field selector "%s" decides as the server does', (fieldSelector, expected) => {
  expect(matcher({ fieldSelector })(pod)).toBe(expected);
});

test('an object of another namespace is not selected', () => {
  expect(matcher({ namespace: 'shop' })(pod)).toBe(true);
  expect(matcher({ namespace: 'other' })(pod)).toBe(false);
});

test('a selector that is none is refused before it is sent', () => {
  expect(() => matcher({ labelSelector: 'app in web' })).toThrow(TypeError);
});
