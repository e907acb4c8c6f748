import { expect, test } from 'vitest';
import { refusedAmounts } from './refusal.ts';

test('reads what a pod that quota turned away had asked for', () => {
  const message =
    'Error creating: pods "web-7d4b9c-x2x4z" is forbidden: exceeded quota: mainstay-quota, requested: pods=1,requests.cpu=500m, used: pods=4,requests.cpu=4, limited: pods=4,requests.cpu=4';
  expect(refusedAmounts(message, 'mainstay-quota')).toEqual({ pods: '1', 'requests.cpu': '500m' });
});

test('an event that somebody forged, with amounts that are none, is read as far as it makes sense', () => {
  const forged =
    'exceeded quota: mainstay-quota, requested: pods=abc,cpu=-5,memory=1e9999999,secrets=2, used: pods=1';
  expect(refusedAmounts(forged, 'mainstay-quota')).toEqual({ secrets: '2' });
  const endless = `exceeded quota: mainstay-quota, requested: pods=1${',pods=1'.repeat(1000)}, used: pods=1`;
  expect(refusedAmounts(endless, 'mainstay-quota')).toBeUndefined();
});

test.each([
  'Error creating: pods "a" is forbidden: exceeded quota: theirs, requested: pods=1, used: pods=4, limited: pods=4',
  'Error creating: pods "a" is forbidden: violates PodSecurity "restricted:latest"',
  'exceeded quota: mainstay-quota, requested: , used: ',
  '',
])('other troubles move no quota: %s', (message) => {
  expect(refusedAmounts(message, 'mainstay-quota')).toBeUndefined();
});
