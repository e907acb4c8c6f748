import { describe, expect, test } from 'vitest';
import { among, neighbour, settingsOf } from './builders.ts';
import { type NetworkPlan, planNetworkPolicies } from './index.ts';
import { type Neighbour, referencedProjects } from './neighbour.ts';

const web = neighbour('web', ['dev', 'prod']);
const plan = (
  project: Neighbour,
  { environment = 'prod', settings = {}, others = [web] }: Partial<Options> = {},
): NetworkPlan =>
  planNetworkPolicies({ project, environment, ...settingsOf(settings), find: among(...others) });
interface Options {
  readonly environment: string;
  readonly settings: object;
  readonly others: readonly Neighbour[];
}
const rulesOf = (result: NetworkPlan) => result.policies.find(({ name }) => name === 'mainstay-rules')?.spec;
const named = (name: string) => ({
  namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': name } },
});

describe('a Strict environment', () => {
  test('that lists nothing has one policy: its own namespace and DNS, both directions owned whole', () => {
    expect(plan(neighbour('shop', ['prod']))).toEqual({
      policies: [
        {
          name: 'mainstay-isolation',
          spec: {
            podSelector: {},
            policyTypes: ['Ingress', 'Egress'],
            ingress: [{ from: [{ podSelector: {} }] }],
            egress: [
              { to: [{ podSelector: {} }] },
              {
                to: [{ ...named('kube-system'), podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } } }],
                ports: [
                  { protocol: 'UDP', port: 53 },
                  { protocol: 'TCP', port: 53 },
                ],
              },
            ],
          },
        },
      ],
      problems: [],
    });
  });

  test('asks a node-local DNS cache where one is configured, by address or by range', () => {
    const { policies } = plan(neighbour('shop', ['prod']), {
      settings: { dns: { addresses: ['169.254.20.10'] } },
    });
    expect(policies[0]?.spec.egress[1]?.to).toContainEqual({ ipBlock: { cidr: '169.254.20.10/32' } });
  });

  test('allows no DNS where none is configured, instead of port 53 everywhere', () => {
    const { policies } = plan(neighbour('shop', ['prod']), { settings: { dns: { pods: [] } } });
    expect(policies[0]?.spec.egress).toEqual([{ to: [{ podSelector: {} }] }]);
  });

  test('with ingress only still owns its egress, empty', () => {
    const result = plan(
      neighbour('shop', ['prod'], { ingress: [{ from: [{ project: 'web', environment: 'prod' }] }] }),
    );
    expect(rulesOf(result)).toEqual({
      podSelector: {},
      policyTypes: ['Ingress', 'Egress'],
      ingress: [{ from: [named('web-prod')] }],
      egress: [],
    });
  });

  test('a Project means all its environments, as one peer', () => {
    const result = plan(
      neighbour('shop', ['prod'], { egress: [{ to: [{ project: 'web' }], ports: [{ port: 443 }] }] }),
    );
    expect(rulesOf(result)?.egress).toEqual([
      {
        to: [
          {
            namespaceSelector: {
              matchExpressions: [
                { key: 'kubernetes.io/metadata.name', operator: 'In', values: ['web-dev', 'web-prod'] },
              ],
            },
          },
        ],
        ports: [{ protocol: 'TCP', port: 443 }],
      },
    ]);
  });

  test("an environment's rules add to the Project's, and equal ports make one rule", () => {
    const shop = neighbour(
      'shop',
      [
        'dev',
        {
          name: 'prod',
          network: { ingress: [{ from: [{ project: 'web', environment: 'prod' }], ports: [{ port: 80 }] }] },
        },
      ],
      { ingress: [{ from: [{ project: 'web', environment: 'dev' }], ports: [{ port: 80 }] }] },
    );
    const both = [{ from: [named('web-dev'), named('web-prod')], ports: [{ protocol: 'TCP', port: 80 }] }];
    expect(rulesOf(plan(shop))?.ingress).toEqual(both);
    expect(rulesOf(plan(shop, { environment: 'dev' }))?.ingress).toEqual([
      { from: [named('web-dev')], ports: [{ protocol: 'TCP', port: 80 }] },
    ]);
  });

  test('a pod selector beside a Project would narrow it, never be overlooked', () => {
    const podSelector = { matchLabels: { app: 'api' } };
    const from = [{ project: 'web', environment: 'prod', podSelector }];
    expect(rulesOf(plan(neighbour('shop', ['prod'], { ingress: [{ from }] })))?.ingress).toEqual([
      { from: [{ ...named('web-prod'), podSelector }] },
    ]);
  });

  test('native selectors and ports pass as they were written', () => {
    const peer = {
      namespaceSelector: { matchExpressions: [{ key: 'team', operator: 'In', values: ['x'] }] },
      podSelector: { matchLabels: { app: 'prometheus' } },
    };
    const ports = [{ port: 'metrics' }, { port: 9000, endPort: 9010, protocol: 'UDP' }];
    expect(
      rulesOf(plan(neighbour('shop', ['prod'], { ingress: [{ from: [peer], ports }] })))?.ingress,
    ).toEqual([
      {
        from: [peer],
        ports: [
          { protocol: 'TCP', port: 'metrics' },
          { protocol: 'UDP', port: 9000, endPort: 9010 },
        ],
      },
    ]);
  });

  test('gateways are those of the configuration, on the pod and on the host network', () => {
    const shop = neighbour('shop', ['prod'], { ingress: [{ from: [{ gateways: true }] }] });
    const gateways = [{ namespace: 'gateway', podLabels: { app: 'envoy' } }, { cidr: '10.10.0.0/24' }];
    expect(rulesOf(plan(shop, { settings: { gateways } }))?.ingress).toEqual([
      {
        from: [
          { ...named('gateway'), podSelector: { matchLabels: { app: 'envoy' } } },
          { ipBlock: { cidr: '10.10.0.0/24' } },
        ],
      },
    ]);
  });

  test('the API server is reached on its own ports, whatever the rule asks for', () => {
    const settings = { apiServer: { addresses: ['10.96.0.1', '10.10.0.2/32'], ports: [443, 6443] } };
    const to = [{ apiServer: true }];
    const all = rulesOf(plan(neighbour('shop', ['prod'], { egress: [{ to }] }), { settings }));
    expect(all?.egress).toEqual([
      {
        to: [{ ipBlock: { cidr: '10.96.0.1/32' } }, { ipBlock: { cidr: '10.10.0.2/32' } }],
        ports: [
          { protocol: 'TCP', port: 443 },
          { protocol: 'TCP', port: 6443 },
        ],
      },
    ]);
    const etcd = plan(neighbour('shop', ['prod'], { egress: [{ to, ports: [{ port: 2379 }] }] }), {
      settings,
    });
    expect(rulesOf(etcd)).toBeUndefined();
    expect(etcd.problems[0]?.reason).toBe('ApiServerPort');
    const some = plan(neighbour('shop', ['prod'], { egress: [{ to, ports: [{ port: 1, endPort: 500 }] }] }), {
      settings,
    });
    expect(rulesOf(some)?.egress[0]?.ports).toEqual([{ protocol: 'TCP', port: 443 }]);
  });
});

test('an Open environment has no policies, also where the Project is Strict', () => {
  const shop = neighbour('shop', [{ name: 'prod', network: { isolation: 'Open' } }], {
    ingress: [{ from: [{ project: 'web' }] }],
  });
  expect(plan(shop)).toEqual({ policies: [], problems: [] });
});

describe('a peer that allows nothing never becomes a rule that allows everybody', () => {
  const gone = { to: [{ project: 'nobody', environment: 'prod' }] };
  test.each([
    ['ProjectMissing', { egress: [gone] }],
    ['EnvironmentMissing', { egress: [{ to: [{ project: 'web', environment: 'test' }] }] }],
    ['NamespacePending', { egress: [{ to: [{ project: 'late', environment: 'prod' }] }] }],
    ['GatewaysNotConfigured', { ingress: [{ from: [{ gateways: true }] }] }],
    ['ApiServerNotConfigured', { egress: [{ to: [{ apiServer: true }] }] }],
    ['AddressesClosed', { egress: [{ to: [{ cidr: '169.254.169.254/32' }] }] }],
    ['AddressesClosed', { egress: [{ to: [{ cidr: '198.51.100.0/24', except: ['198.51.100.0/24'] }] }] }],
  ])('%s', (reason, network) => {
    const late = neighbour('late', ['prod'], {}, () => false);
    const result = plan(neighbour('shop', ['prod'], network), { others: [web, late] });
    expect(result.policies.map(({ name }) => name)).toEqual(['mainstay-isolation']);
    expect(result.problems).toEqual([
      expect.objectContaining({
        reason,
        path: 'ingress' in network ? 'spec.network.ingress[0].from[0]' : 'spec.network.egress[0].to[0]',
      }),
    ]);
  });

  test('the rule takes effect when the Project that it names appears', () => {
    const shop = neighbour('shop', ['prod'], { egress: [gone] });
    expect(plan(shop).problems[0]?.awaits).toEqual({ project: 'nobody', environment: 'prod' });
    const appeared = plan(shop, { others: [neighbour('nobody', ['prod'])] });
    expect(appeared.problems).toEqual([]);
    expect(rulesOf(appeared)?.egress).toEqual([{ to: [named('nobody-prod')] }]);
  });

  test('an exception that is no CIDR closes its rule instead of widening it', () => {
    const shop = neighbour('shop', ['prod'], {});
    const [rule] = [{ to: [{ cidr: '198.51.100.0/24', except: ['nonsense'] }] }];
    const broken: Neighbour = {
      ...shop,
      spec: { ...shop.spec, network: { isolation: 'Strict', egress: [rule] } },
    };
    expect(plan(broken).problems[0]?.reason).toBe('CidrInvalid');
    expect(rulesOf(plan(broken))).toBeUndefined();
  });
});

test('the Projects that a spec names, itself excluded', () => {
  const shop = neighbour(
    'shop',
    ['dev', { name: 'prod', network: { egress: [{ to: [{ project: 'bank' }] }] } }],
    { ingress: [{ from: [{ project: 'web' }, { project: 'shop', environment: 'dev' }] }] },
  );
  expect([...referencedProjects('shop', shop.spec)].sort()).toEqual(['bank', 'web']);
});
