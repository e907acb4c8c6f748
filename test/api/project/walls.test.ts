import { afterAll, beforeAll, expect, test } from 'vitest';
import { networkPolicies, nodes } from '../../../operator/resources/builtin.ts';
import {
  applyProject,
  eventually,
  type Installation,
  installMainstay,
  ready,
  writesOfOperator,
} from './installation.ts';

let here: Installation;
beforeAll(async () => {
  here = await installMainstay();
}, 120_000);
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
  const before = (await writesOfOperator(here)).length;
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
  expect((await writesOfOperator(here)).slice(before).map(({ resource }) => resource)).toEqual([
    'networkpolicies',
  ]);
  await here.kubectl('delete', 'node', 'one', 'two');
  await eventually(async () => expect((await holes('caller-dev')).join()).not.toContain('172.30.'));
});

async function holes(namespace: string): Promise<readonly string[]> {
  const { spec } = await here.admin.get(networkPolicies, { namespace, name: 'mainstay-rules' });
  return (spec?.egress ?? []).flatMap(({ to }) => (to ?? []).flatMap(({ ipBlock }) => ipBlock?.except ?? []));
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
