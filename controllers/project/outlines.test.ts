import { describe, expect, test } from 'vitest';
import type { NetworkPolicy } from '../../operator/resources/builtin.ts';
import { refusalOutline, strangerOutline } from './outlines.ts';
import { opensWall } from './plan/holes.ts';
import { refusedAmounts } from './plan/refusal.ts';

const metadata = {
  name: 'theirs',
  namespace: 'shop-dev',
  annotations: { note: 'x'.repeat(200_000) },
  labels: Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`label-${index}`, 'x'.repeat(60)])),
};
const peers = Array.from({ length: 10_000 }, (_, index) => ({
  podSelector: { matchLabels: { app: `${index}` } },
}));

describe('what tenants write takes little memory, whatever it is', () => {
  const policy = (ingress: object): NetworkPolicy => ({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata,
    spec: { podSelector: {}, ingress: [ingress] },
  });

  test.each([
    ['opens the wall', policy({ from: [...peers, { ipBlock: { cidr: '10.0.0.0/8' } }] })],
    ['keeps within its namespace', policy({ from: peers })],
  ])('a NetworkPolicy that %s', (_, written) => {
    const kept = strangerOutline(written);
    expect(opensWall(kept)).toBe(opensWall(written));
    expect(JSON.stringify(kept).length).toBeLessThan(300);
  });

  const event = (message: string) => ({
    apiVersion: 'v1',
    kind: 'Event',
    metadata,
    involvedObject: { kind: 'Pod', name: 'x'.repeat(200_000) },
    message,
  });
  const quota = 'exceeded quota: mainstay-quota, requested: requests.cpu=1, used: requests.cpu=4, ';

  test('an event that tells of quota', () => {
    const kept = refusalOutline(event(quota));
    expect(refusedAmounts(kept.message ?? '', 'mainstay-quota')).toEqual({ 'requests.cpu': '1' });
    expect(JSON.stringify(kept).length).toBeLessThan(400);
  });

  test.each([
    ['tells of something else', 'x'.repeat(1_000_000)],
    ['tells of quota at length', quota + 'x'.repeat(1_000_000)],
  ])('an event that %s', (_, message) => {
    expect(JSON.stringify(refusalOutline(event(message))).length).toBeLessThan(300);
  });
});
