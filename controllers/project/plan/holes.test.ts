import { expect, test } from 'vitest';
import { opensWall } from './holes.ts';

const policy = (spec: object) => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { namespace: 'shop-dev', name: 'theirs' },
  spec: { podSelector: {}, ...spec },
});
const web = { podSelector: { matchLabels: { app: 'web' } } };

test.each<[string, object, boolean]>([
  ['no rules', {}, false],
  ['pods of its own namespace in', { ingress: [{ from: [web] }] }, false],
  ['pods of its own namespace out', { egress: [{ to: [web], ports: [{ port: 80 }] }] }, false],
  ['everybody in', { ingress: [{}] }, true],
  ['everybody in, by an empty list', { ingress: [{ from: [] }] }, true],
  ['everybody out', { egress: [{ ports: [{ port: 53 }] }] }, true],
  ['other namespaces', { ingress: [{ from: [web, { namespaceSelector: {} }] }] }, true],
  ['pods of other namespaces', { ingress: [{ from: [{ ...web, namespaceSelector: {} }] }] }, true],
  ['addresses', { egress: [{ to: [{ ipBlock: { cidr: '0.0.0.0/0' } }] }] }, true],
  ['one open rule among closed ones', { egress: [{ to: [web] }, {}] }, true],
])('%s', (_case, spec, open) => {
  expect(opensWall(policy(spec))).toBe(open);
});
