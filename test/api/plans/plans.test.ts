import { describe, expect, test } from 'vitest';
import { planNetworkPolicies } from '../../../controllers/project/plan/network/index.ts';
import { addressRanges } from '../../../controllers/project/plan/network/ranges.ts';
import { networkSettings } from '../../../controllers/project/plan/network/settings.ts';
import { canonicalQuantities } from '../../../controllers/project/plan/quota/canonicalQuantities.ts';
import { projectSpec } from '../../../crds/project/schema.ts';
import { Kubectl } from '../../kubectl.ts';
import { sharedKubeconfig } from '../sharedServer.ts';

interface Stored {
  readonly items: readonly {
    readonly metadata: { readonly name: string };
    readonly spec: {
      readonly ingress?: unknown;
      readonly egress?: unknown;
      readonly hard?: Readonly<Record<string, string>>;
    };
  }[];
}

/** The rules of a Project that lists everything there is, as far as sizes allow. */
const everything = {
  ingress: [
    { from: [{ gateways: true }, { project: 'all' }, { cidr: '0.0.0.0/0' }, { cidr: '::/0' }] },
    {
      from: [
        {
          namespaceSelector: {
            matchLabels: {},
            matchExpressions: [{ key: 'team', operator: 'Exists', values: [] }],
          },
        },
        { podSelector: { matchLabels: { app: 'api' } } },
      ],
      ports: [{ port: 'http' }, { port: 8000, endPort: 9000, protocol: 'UDP' }],
    },
  ],
  egress: [
    { to: [{ internet: true }, { apiServer: true }] },
    { to: [{ cidr: '0.0.0.0/0', except: ['203.0.113.0/24'] }, { cidr: '::/0' }, { cidr: '64:ff9b::/96' }] },
    ...Array.from({ length: 14 }, (_, rule) => ({
      to: Array.from({ length: 8 }, (_, peer) => ({
        cidr: `${rule + 11}.${peer}.0.0/16`,
        except: Array.from({ length: 16 }, (_, hole) => `${rule + 11}.${peer}.${2 * hole}.0/24`),
      })),
      ports: [{ port: rule + 1 }],
    })),
  ],
};

describe('the API server', () => {
  const namespace = `plans-${process.pid}`;

  test('takes every wall that we plan and keeps it as it was written', async () => {
    const kubectl = await Kubectl.forCluster(sharedKubeconfig());
    await kubectl.run('create', 'namespace', namespace);
    const settings = networkSettings.parse({
      clusterRanges: {
        pods: ['10.244.0.0/16', 'fd12::/48'],
        services: ['10.96.0.0/12'],
        nodes: ['198.51.100.7'],
      },
      dns: { addresses: ['169.254.20.10'] },
      gateways: [{ namespace: 'gateways' }, { cidr: '198.51.100.7' }],
      apiServer: { addresses: ['10.96.0.1'] },
      nat64: ['64:ff9b::/96', '2a00:64::/96'],
    });
    const spec = projectSpec.parse({
      network: everything,
      environments: [{ name: 'dev' }, { name: 'prod' }],
    });
    const namespaces = new Map(['dev', 'prod'].map((name) => [name, { name: `all-${name}` }]));
    const { policies, problems } = planNetworkPolicies({
      project: { name: 'all', spec, namespaces },
      environment: 'prod',
      settings,
      ranges: addressRanges(settings),
      find: () => undefined,
    });
    expect(problems).toEqual([]);
    await kubectl.apply(
      policies.map(({ name, spec: desired }) => ({
        apiVersion: 'networking.k8s.io/v1',
        kind: 'NetworkPolicy',
        metadata: { name, namespace },
        spec: desired,
      })),
      '--server-side',
    );
    const { items } = await kubectl.get<Stored>('networkpolicies', '-n', namespace);
    expect(new Map(items.map((item) => [item.metadata.name, item.spec]))).toEqual(
      new Map(policies.map(({ name, spec: desired }) => [name, desired])),
    );
  });

  test('stores each quantity in the text that we write', async () => {
    const kubectl = await Kubectl.forCluster(sharedKubeconfig());
    const quotaSpace = `${namespace}-quota`;
    await kubectl.run('create', 'namespace', quotaSpace);
    const rows = canonicalQuantities;
    const quotas = (texts: readonly string[], prefix: string) =>
      texts.map((text, index) => ({
        apiVersion: 'v1',
        kind: 'ResourceQuota',
        metadata: { name: `${prefix}-${index}`, namespace: quotaSpace },
        spec: { hard: { 'requests.storage': text } },
      }));
    await kubectl.apply(
      quotas(
        rows.map(([written]) => written),
        'written',
      ),
      '--server-side',
    );
    // What is canonical is stored as it is: else each apply would look like somebody's change.
    await kubectl.apply(
      quotas(
        rows.map(([, stored]) => stored),
        'stored',
      ),
      '--server-side',
    );
    const { items } = await kubectl.get<Stored>('resourcequotas', '-n', quotaSpace);
    const found = new Map(
      items.map(({ metadata, spec }) => [metadata.name, spec.hard?.['requests.storage']]),
    );
    expect(rows.map(([written], index) => [written, found.get(`written-${index}`)])).toEqual(rows);
    expect(rows.map((_, index) => found.get(`stored-${index}`))).toEqual(rows.map(([, stored]) => stored));
  });
});
