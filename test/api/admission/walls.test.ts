import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { annotations, labels } from '../../../crds/project/names.ts';
import { until } from '../../eventually.ts';
import { done, grantIn, held, type Installed, installAdmission, namespace } from './installed.ts';
import type { Manifest, Person } from './people.ts';

let installed: Installed;
let tenant: Person;
const strict = namespace('walls-strict', held('Strict'));
const open = namespace('walls-open', held('Open'));

beforeAll(async () => {
  installed = await installAdmission();
  tenant = installed.api.as('walls-tenant');
  for (const environment of [strict, open]) {
    await done(installed.operator.apply(environment));
    await done(installed.admin.apply(grantIn(environment.metadata.name, 'admin', 'walls-tenant')));
    await until('the tenant has rights', async () => {
      return (await tenant.list(policy('any', environment, {}))).status === 200;
    });
  }
});
afterAll(async () => {
  for (const environment of [strict, open]) await installed.admin.remove(environment);
  await installed[Symbol.asyncDispose]();
});

const samePods = { podSelector: { matchLabels: { app: 'web' } } };
const everyPod = { podSelector: {} };

describe("a tenant's NetworkPolicy in a Strict environment", () => {
  it.each<[string, object]>([
    ['lets nobody in', { policyTypes: ['Ingress'] }],
    ['has no rules at all', {}],
    ['has empty lists of rules', { policyTypes: ['Ingress', 'Egress'], ingress: [], egress: [] }],
    ['lets pods of its own namespace in', { ingress: [{ from: [samePods, everyPod] }] }],
    [
      'lets them in at some ports, and out',
      {
        ingress: [{ from: [samePods], ports: [{ port: 80 }] }],
        egress: [{ to: [everyPod], ports: [{ port: 53, protocol: 'UDP' }] }],
      },
    ],
  ])('is admitted where it %s', async (_, rules) => {
    expect(await tenant.create(policy('tenant', strict, rules), dry)).toMatchObject({ status: 201 });
  });

  const namespacePeer = { namespaceSelector: { matchLabels: { team: 'friends' } } };
  it.each<[string, 'ingress' | 'egress', object]>([
    ['lets everybody in by an empty rule', 'ingress', { ingress: [{}] }],
    ['lets everybody in at one port', 'ingress', { ingress: [{ ports: [{ port: 443 }] }] }],
    ['lets everybody in by an empty list of peers', 'ingress', { ingress: [{ from: [] }] }],
    ['lets another namespace in', 'ingress', { ingress: [{ from: [namespacePeer] }] }],
    ['lets every namespace in', 'ingress', { ingress: [{ from: [{ namespaceSelector: {} }] }] }],
    [
      'lets some pods of another namespace in',
      'ingress',
      { ingress: [{ from: [{ ...samePods, ...namespacePeer }] }] },
    ],
    ['lets an address range in', 'ingress', { ingress: [{ from: [{ ipBlock: { cidr: '0.0.0.0/0' } }] }] }],
    ['hides a hole behind good peers', 'ingress', { ingress: [{ from: [samePods, namespacePeer] }] }],
    ['hides a hole behind good rules', 'ingress', { ingress: [{ from: [samePods] }, {}] }],
    ['lets out to everywhere', 'egress', { egress: [{}] }],
    ['lets out by an empty list of peers', 'egress', { egress: [{ to: [] }] }],
    ['lets out to another namespace', 'egress', { egress: [{ to: [namespacePeer] }] }],
    [
      'lets out to one IPv6 address',
      'egress',
      { egress: [{ to: [{ ipBlock: { cidr: '2001:db8::1/128' } }] }] },
    ],
    [
      'lets out behind a good ingress',
      'egress',
      { ingress: [{ from: [samePods] }], egress: [{ to: [samePods] }, {}] },
    ],
  ])('is refused where it %s', async (_, direction, rules) => {
    const answer = await tenant.create(policy('tenant', strict, rules), dry);
    expect(answer).toMatchObject({ status: 403 });
    expect(answer.message).toContain(`List other peers in spec.network.${direction} of the Project payments`);
  });

  it('cannot be widened afterwards, by any kind of write', async () => {
    const own = policy('widened', strict, { ingress: [{ from: [samePods] }] });
    await done(tenant.create(own));
    const wide = { ...own, spec: { podSelector: {}, ingress: [{}] } };
    expect(await tenant.patch(own, { spec: { ingress: [{}] } })).toMatchObject({ status: 403 });
    expect(await tenant.replace(wide)).toMatchObject({ status: 403 });
    expect(await tenant.apply(wide)).toMatchObject({ status: 403 });
  });

  it('is edited, labelled and deleted by its tenant as ever', async () => {
    const own = policy('edited', strict, { ingress: [{ from: [samePods] }] });
    await done(tenant.create(own));
    await done(tenant.patch(own, { spec: { ingress: [{ from: [everyPod] }] } }));
    await done(tenant.patch(own, { metadata: { labels: { tier: 'web' } } }));
    await done(tenant.remove(own));
  });

  it('does not pass for being labelled as if the operator had made it', async () => {
    const forged = policy('forged', strict, { ingress: [{}] }, { [labels.owner]: 'anything' });
    expect(await tenant.create(forged, dry)).toMatchObject({ status: 403 });
  });
});

describe('elsewhere', () => {
  it('an Open environment lets its tenant write any NetworkPolicy', async () => {
    await done(tenant.create(policy('own', open, { ingress: [{}], egress: [{}] }), dry));
  });

  it('the operator writes what the Project says', async () => {
    const wall = policy('wall', strict, { ingress: [{ from: [{ namespaceSelector: {} }] }] });
    await done(installed.operator.create(wall, dry));
  });

  it('an open policy from before the namespace was adopted can be labelled, but not widened further', async () => {
    const adopted = namespace('walls-adopted', { annotations: { [annotations.adoptableBy]: 'payments' } });
    const before = policy('before', adopted, { ingress: [{}] });
    await done(installed.admin.create(adopted));
    await done(installed.admin.create(before));
    await done(installed.operator.patch(adopted, { metadata: held('Strict') }));
    await done(installed.admin.patch(before, { metadata: { labels: { seen: 'yes' } } }));
    expect(await installed.admin.patch(before, { spec: { egress: [{}] } })).toMatchObject({ status: 403 });
    await done(installed.admin.patch(before, { spec: { ingress: [{ from: [samePods] }] } }));
    await done(installed.admin.remove(adopted));
  });
});

const dry = '?dryRun=All';

function policy(
  name: string,
  where: Manifest,
  rules: object,
  marks: Readonly<Record<string, string>> = {},
): Manifest {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name, namespace: where.metadata.name, labels: marks },
    spec: { podSelector: {}, ...rules },
  };
}
