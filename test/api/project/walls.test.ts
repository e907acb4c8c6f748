import { afterAll, expect, test } from 'vitest';
import {
  networkPolicies,
  nodes,
  validatingAdmissionPolicies,
  validatingAdmissionPolicyBindings,
} from '../../../operator/resources/builtin.ts';
import { eventually } from '../../eventually.ts';
import {
  applyProject,
  condition,
  eventsOf,
  installMainstay,
  ready,
  writesOfOperator,
} from './installation.ts';

const here = await installMainstay();
afterAll(() => here[Symbol.asyncDispose]());

test("a rule by address leaves out the cluster's own pods, nodes and Services, as they come and go", async () => {
  const [service] = (
    await here.kubectl('get', 'servicecidr', 'kubernetes', '-o', 'jsonpath={.spec.cidrs}')
  ).match(/\d[\d./]+/) ?? ['none'];
  await applyProject(here, 'caller', {
    network: { egress: [{ to: [{ cidr: '0.0.0.0/0' }], ports: [{ port: 443 }] }] },
  });
  await ready(here, 'caller');
  expect(await holes('caller-dev')).toContain(service);
  await addNode('one', '172.30.4.0/24', '203.0.113.9');
  await eventually(async () =>
    expect(await holes('caller-dev')).toEqual(expect.arrayContaining(['172.30.4.0/24', '203.0.113.9/32'])),
  );
  await ready(here, 'caller');
  const before = await writesOfRules('caller-dev');
  const status = {
    conditions: [{ type: 'Ready', status: 'True', lastHeartbeatTime: '2026-01-01T00:00:00Z' }],
  };
  await here.admin.patch(
    nodes,
    { name: 'one' },
    { type: 'merge', body: { status } },
    { subresource: 'status' },
  );
  await addNode('two', '172.30.5.0/24', '203.0.113.9');
  await eventually(async () => expect(await holes('caller-dev')).toContain('172.30.4.0/23'));
  // The heartbeat before it has cost nothing.
  expect((await writesOfRules('caller-dev')).slice(before.length)).toEqual(['networkpolicies']);
  await here.kubectl('delete', 'node', 'one', 'two');
  await eventually(async () => expect((await holes('caller-dev')).join()).not.toContain('172.30.'));
});

test('a write that somebody refuses is told of in status and events, and made as soon as it is allowed', async () => {
  const name = 'no-walls-today';
  await refuseWalls(name, 'refused-dev');
  await applyProject(here, 'refused');
  const told = await condition(here, 'refused', 'NetworkReady', { status: 'False', reason: 'WriteFailed' });
  expect(told.status?.environments?.[0]?.message).toContain('not on a Friday');
  await eventually(async () => {
    const events = await eventsOf(here, 'refused');
    expect(events.map(({ reason }) => reason)).toContain('ReconcileFailed');
    expect(events.find(({ reason }) => reason === 'ReconcileFailed')?.note).toContain('not on a Friday');
  });
  await here.kubectl('delete', `validatingadmissionpolicybinding/${name}`);
  await ready(here, 'refused');
});

async function holes(namespace: string): Promise<readonly string[]> {
  const { spec } = await here.admin.get(networkPolicies, { namespace, name: 'mainstay-rules' });
  return (spec?.egress ?? []).flatMap(({ to }) => (to ?? []).flatMap(({ ipBlock }) => ipBlock?.except ?? []));
}

/** What the operator has written so far, once the log has every write of the rules that stand: their generation counts them. */
async function writesOfRules(namespace: string): Promise<readonly string[]> {
  const { metadata } = await here.admin.get(networkPolicies, { namespace, name: 'mainstay-rules' });
  return eventually(async () => {
    const writes = await writesOfOperator(here);
    const ofRules = writes.filter(
      (write) => write.namespace === namespace && write.name === 'mainstay-rules',
    );
    expect(ofRules.length).toBe(metadata.generation);
    return writes.map(({ resource }) => resource);
  });
}

async function addNode(name: string, podCidr: string, address: string): Promise<void> {
  await here.admin.create(nodes, {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name },
    spec: { podCIDR: podCidr, podCIDRs: [podCidr] },
    status: { addresses: [{ type: 'InternalIP', address }] },
  });
}

/** What a cluster's own policies may do to us. */
async function refuseWalls(name: string, namespace: string): Promise<void> {
  const apiVersion = 'admissionregistration.k8s.io/v1';
  await here.admin.create(validatingAdmissionPolicies, {
    apiVersion,
    kind: 'ValidatingAdmissionPolicy',
    metadata: { name },
    spec: {
      matchConstraints: {
        resourceRules: [
          {
            apiGroups: ['networking.k8s.io'],
            apiVersions: ['v1'],
            operations: ['CREATE'],
            resources: ['networkpolicies'],
          },
        ],
      },
      validations: [{ expression: `request.namespace != '${namespace}'`, message: 'not on a Friday' }],
    },
  });
  await here.admin.create(validatingAdmissionPolicyBindings, {
    apiVersion,
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata: { name },
    spec: { policyName: name, validationActions: ['Deny'] },
  });
  // Policies take effect a little after they are written.
  const wall = {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { namespace, name: 'probe' },
    spec: { podSelector: {} },
  };
  await here.kubectl('create', 'namespace', namespace);
  await eventually(() =>
    expect(here.admin.create(networkPolicies, wall, { dryRun: true })).rejects.toThrow('not on a Friday'),
  );
  await here.kubectl('delete', 'namespace', namespace);
}
