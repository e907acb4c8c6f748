import { describe, expect, it } from 'vitest';
import { allows, type Connection, type World, type WorldPolicy } from './evaluator.ts';

// Truth tables made by hand from the API's text, one group a sentence. Nothing in them is computed.

const world: World = {
  namespaces: [
    { name: 'shop', labels: { team: 'a', stage: 'prod' } },
    { name: 'bank', labels: { team: 'b' } },
    { name: 'empty' },
  ],
  pods: [
    {
      namespace: 'shop',
      name: 'web',
      labels: { app: 'web', tier: 'front' },
      ips: ['10.0.0.1', 'fd00::1'],
      ports: [
        { name: 'http', port: 8080 },
        { name: 'dns', port: 5353, protocol: 'UDP' },
      ],
      node: 'one',
    },
    {
      namespace: 'shop',
      name: 'db',
      labels: { app: 'db' },
      ips: ['10.0.0.2', 'fd00::2'],
      ports: [{ name: 'http', port: 9090 }],
      node: 'one',
    },
    { namespace: 'bank', name: 'api', labels: { app: 'api', tier: 'front' }, ips: ['10.0.1.1'], node: 'two' },
    { namespace: 'bank', name: 'web', labels: { app: 'web' }, ips: ['10.0.1.2'], node: 'two' },
    { namespace: 'empty', name: 'bare', ips: ['10.0.2.1', 'fd00::2:1'], node: 'two' },
    {
      namespace: 'bank',
      name: 'agent',
      labels: { app: 'web' },
      ips: ['192.168.0.1'],
      node: 'one',
      hostNetwork: true,
    },
  ],
  policies: [],
};

type Spec = NonNullable<WorldPolicy['spec']>;
const policy = (spec: Spec, namespace = 'shop', name = 'policy'): WorldPolicy => ({
  metadata: { name, namespace },
  spec,
});
const outside = (ip: string) => ({ ip });
const all = {};
const app = (name: string) => ({ matchLabels: { app: name } });
const team = (name: string) => ({ matchLabels: { team: name } });
const requires = (key: string, operator: string, ...values: readonly string[]) => ({
  matchExpressions: [{ key, operator, ...(values.length === 0 ? {} : { values }) }],
});

/** Into shop/web at TCP 8080, by one ingress rule. */
const into = (rule: NonNullable<Spec['ingress']>[number]): readonly WorldPolicy[] => [
  policy({ podSelector: app('web'), policyTypes: ['Ingress'], ingress: [rule] }),
];
/** Out of shop/web, by one egress rule. */
const out = (rule: NonNullable<Spec['egress']>[number]): readonly WorldPolicy[] => [
  policy({ podSelector: app('web'), policyTypes: ['Egress'], egress: [rule] }),
];

type Row = readonly [
  what: string,
  policies: readonly WorldPolicy[],
  from: Connection['from'],
  to: Connection['to'],
  expected: boolean,
  at?: { readonly port?: number; readonly protocol?: string; readonly family?: 4 | 6 },
];

function table(sentence: string, rows: readonly Row[]): void {
  describe(sentence, () => {
    for (const [what, policies, from, to, expected, at] of rows)
      it(what, () => {
        expect(allows({ ...world, policies }, { from, to, port: 8080, ...at })).toBe(expected);
      });
  });
}

table('Traffic is allowed to a pod if there are no NetworkPolicies selecting the pod', [
  ['none at all', [], 'bank/api', 'shop/web', true],
  ['none at all, from outside', [], outside('203.0.113.9'), 'shop/web', true],
  ['none at all, to outside', [], 'shop/web', outside('203.0.113.9'), true],
  ['one that selects another pod', [policy({ podSelector: app('db') })], 'bank/api', 'shop/web', true],
  ['one of another namespace', [policy({ podSelector: all }, 'bank')], 'bank/api', 'shop/web', true],
  ['one that selects it', [policy({ podSelector: app('web') })], 'bank/api', 'shop/web', false],
  [
    'one without any namespace is one of default',
    [{ metadata: { name: 'p' }, spec: {} }],
    'bank/api',
    'shop/web',
    true,
  ],
]);

table('An empty selector matches all pods in the policy’s namespace; not specified, it defaults to that', [
  ['empty', [policy({ podSelector: {} })], 'bank/api', 'shop/db', false],
  ['not specified', [policy({})], 'bank/api', 'shop/db', false],
  ['null', [policy({ podSelector: null })], 'bank/api', 'shop/db', false],
  ['a pod without labels', [policy({}, 'empty')], 'bank/api', 'empty/bare', false],
]);

table('OR if the traffic source is the pod’s local node', [
  ['its node', [policy({})], { node: 'one' }, 'shop/web', true],
  ['another node', [policy({})], { node: 'two' }, 'shop/web', false],
  [
    'its node is no exception to egress',
    [policy({ policyTypes: ['Egress'] })],
    'shop/web',
    { node: 'one' },
    false,
  ],
  ['a pod on the same node is not the node', [policy({}, 'shop')], 'shop/db', 'shop/web', false],
  ['a pod of the host’s network is its node', [policy({})], 'bank/agent', 'shop/web', true],
  [
    'and no pod for selectors',
    [policy({ ingress: [{ from: [{ namespaceSelector: all }] }] }, 'bank')],
    'bank/agent',
    'bank/web',
    false,
  ],
  [
    'nor is it isolated',
    [policy({ policyTypes: ['Ingress', 'Egress'] }, 'bank')],
    'bank/agent',
    outside('203.0.113.9'),
    true,
  ],
]);

table('OR if the traffic matches at least one ingress rule across all of the NetworkPolicy objects', [
  [
    'the second rule',
    [policy({ ingress: [{ from: [{ podSelector: app('x') }] }, { from: [{ podSelector: app('db') }] }] })],
    'shop/db',
    'shop/web',
    true,
  ],
  [
    'the second policy',
    [policy({}), policy({ ingress: [{ from: [{ podSelector: app('db') }] }] })],
    'shop/db',
    'shop/web',
    true,
  ],
  [
    'a policy that does not select the pod adds nothing',
    [policy({}), policy({ podSelector: app('db'), ingress: [{}] })],
    'shop/db',
    'shop/web',
    false,
  ],
  [
    'no rule',
    [policy({ ingress: [{ from: [{ podSelector: app('x') }] }, { from: [{ podSelector: app('y') }] }] })],
    'shop/db',
    'shop/web',
    false,
  ],
  [
    'nor of an egress-only policy',
    [policy({}), policy({ policyTypes: ['Egress'], ingress: [{}] })],
    'bank/api',
    'shop/web',
    false,
  ],
]);

table('If this field is empty then this NetworkPolicy does not allow any traffic', [
  ['ingress empty', [policy({ ingress: [] })], 'shop/db', 'shop/web', false],
  ['ingress missing', [policy({ policyTypes: ['Ingress'] })], 'shop/db', 'shop/web', false],
  ['egress empty', [policy({ policyTypes: ['Egress'], egress: [] })], 'shop/web', 'shop/db', false],
  ['egress missing', [policy({ policyTypes: ['Egress'] })], 'shop/web', outside('203.0.113.9'), false],
]);

table('policyTypes, specified or by default', [
  ['none, no egress section: ingress', [policy({ ingress: [{}] })], 'shop/web', 'bank/api', true],
  [
    'none, an egress section: both, outwards',
    [policy({ egress: [{ to: [{ podSelector: app('db') }] }] })],
    'shop/web',
    'bank/api',
    false,
  ],
  ['none, an egress section: both, inwards', [policy({ egress: [{}] })], 'bank/api', 'shop/web', false],
  [
    'none, an egress section without rules: ingress alone',
    [policy({ egress: [] })],
    'shop/web',
    'bank/api',
    true,
  ],
  ['an empty list is none', [policy({ policyTypes: [], egress: [] })], 'bank/api', 'shop/web', false],
  ['Egress alone leaves what comes in', [policy({ policyTypes: ['Egress'] })], 'bank/api', 'shop/web', true],
  [
    'Ingress alone leaves what goes out',
    [policy({ policyTypes: ['Ingress'], egress: [] })],
    'shop/web',
    'bank/api',
    true,
  ],
  [
    'both stop both, inwards',
    [policy({ policyTypes: ['Ingress', 'Egress'] })],
    'bank/api',
    'shop/web',
    false,
  ],
  [
    'both stop both, outwards',
    [policy({ policyTypes: ['Ingress', 'Egress'] })],
    'shop/web',
    'bank/api',
    false,
  ],
]);

table('from: empty or missing matches all sources; else at least one item must match', [
  ['missing', into({}), 'bank/api', 'shop/web', true],
  ['empty', into({ from: [] }), outside('203.0.113.9'), 'shop/web', true],
  ['null', into({ from: null }), 'bank/api', 'shop/web', true],
  [
    'one of two',
    into({ from: [{ podSelector: app('x') }, { podSelector: app('db') }] }),
    'shop/db',
    'shop/web',
    true,
  ],
  [
    'none of two',
    into({ from: [{ podSelector: app('x') }, { podSelector: app('y') }] }),
    'shop/db',
    'shop/web',
    false,
  ],
]);

table('to: empty or missing matches all destinations; else at least one item must match', [
  ['missing', out({}), 'shop/web', outside('203.0.113.9'), true],
  ['empty', out({ to: [] }), 'shop/web', 'bank/api', true],
  [
    'one of two',
    out({ to: [{ podSelector: app('x') }, { podSelector: app('db') }] }),
    'shop/web',
    'shop/db',
    true,
  ],
  [
    'none of two',
    out({ to: [{ podSelector: app('x') }, { podSelector: app('y') }] }),
    'shop/web',
    'shop/db',
    false,
  ],
]);

table('podSelector alone selects pods in the policy’s own namespace; empty, all of them', [
  ['a pod of it', into({ from: [{ podSelector: app('db') }] }), 'shop/db', 'shop/web', true],
  [
    'the same labels elsewhere',
    [policy({ podSelector: app('db'), ingress: [{ from: [{ podSelector: app('web') }] }] })],
    'bank/web',
    'shop/db',
    false,
  ],
  ['empty, a pod of it', into({ from: [{ podSelector: all }] }), 'shop/db', 'shop/web', true],
  ['empty, a pod elsewhere', into({ from: [{ podSelector: all }] }), 'bank/api', 'shop/web', false],
  ['an address is no pod', into({ from: [{ podSelector: all }] }), outside('203.0.113.9'), 'shop/web', false],
  [
    'an address of a pod is the pod',
    into({ from: [{ podSelector: all }] }),
    outside('10.0.0.2'),
    'shop/web',
    true,
  ],
  [
    'null is as if it were not there',
    into({ from: [{ podSelector: null, namespaceSelector: all }] }),
    'bank/api',
    'shop/web',
    true,
  ],
]);

table('namespaceSelector alone selects all pods in the namespaces selected; empty, all namespaces', [
  ['by label', into({ from: [{ namespaceSelector: team('b') }] }), 'bank/api', 'shop/web', true],
  ['another label', into({ from: [{ namespaceSelector: team('c') }] }), 'bank/api', 'shop/web', false],
  ['empty', into({ from: [{ namespaceSelector: all }] }), 'empty/bare', 'shop/web', true],
  [
    'empty does not select what is outside',
    into({ from: [{ namespaceSelector: all }] }),
    outside('203.0.113.9'),
    'shop/web',
    false,
  ],
  [
    'by the name that the server sets',
    into({ from: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'bank' } } }] }),
    'bank/api',
    'shop/web',
    true,
  ],
  [
    'not its own namespace by itself',
    into({ from: [{ namespaceSelector: team('b') }] }),
    'shop/db',
    'shop/web',
    false,
  ],
]);

table('both selectors: the pods matching podSelector in the namespaces selected', [
  [
    'both match',
    into({ from: [{ namespaceSelector: team('b'), podSelector: app('api') }] }),
    'bank/api',
    'shop/web',
    true,
  ],
  [
    'only the namespace',
    into({ from: [{ namespaceSelector: team('b'), podSelector: app('api') }] }),
    'bank/web',
    'shop/web',
    false,
  ],
  [
    'only the pod',
    into({ from: [{ namespaceSelector: team('c'), podSelector: app('api') }] }),
    'bank/api',
    'shop/web',
    false,
  ],
  [
    'as two items each is enough',
    into({ from: [{ namespaceSelector: team('b') }, { podSelector: app('db') }] }),
    'bank/web',
    'shop/web',
    true,
  ],
  [
    'every namespace, one kind of pod',
    into({ from: [{ namespaceSelector: all, podSelector: app('web') }] }),
    'bank/web',
    'shop/web',
    true,
  ],
  [
    'every namespace, another pod',
    into({ from: [{ namespaceSelector: all, podSelector: app('web') }] }),
    'bank/api',
    'shop/web',
    false,
  ],
]);

table('label selectors: matchLabels and matchExpressions are ANDed', [
  [
    'both hold',
    into({ from: [{ podSelector: { ...app('db'), ...requires('tier', 'DoesNotExist') } }] }),
    'shop/db',
    'shop/web',
    true,
  ],
  [
    'one does not',
    into({ from: [{ podSelector: { ...app('db'), ...requires('tier', 'Exists') } }] }),
    'shop/db',
    'shop/web',
    false,
  ],
  [
    'two labels, one missing',
    into({ from: [{ podSelector: { matchLabels: { app: 'db', tier: 'x' } } }] }),
    'shop/db',
    'shop/web',
    false,
  ],
  ['In', into({ from: [{ podSelector: requires('app', 'In', 'x', 'db') }] }), 'shop/db', 'shop/web', true],
  [
    'In, not among them',
    into({ from: [{ podSelector: requires('app', 'In', 'x', 'y') }] }),
    'shop/db',
    'shop/web',
    false,
  ],
  [
    'In, without the label',
    into({ from: [{ podSelector: requires('tier', 'In', 'front') }] }),
    'shop/db',
    'shop/web',
    false,
  ],
  ['NotIn', into({ from: [{ podSelector: requires('app', 'NotIn', 'x') }] }), 'shop/db', 'shop/web', true],
  [
    'NotIn, among them',
    into({ from: [{ podSelector: requires('app', 'NotIn', 'db') }] }),
    'shop/db',
    'shop/web',
    false,
  ],
  [
    'NotIn, without the label',
    into({ from: [{ podSelector: requires('tier', 'NotIn', 'front') }] }),
    'shop/db',
    'shop/web',
    true,
  ],
  [
    'Exists',
    into({ from: [{ namespaceSelector: requires('stage', 'Exists') }] }),
    'shop/db',
    'shop/web',
    true,
  ],
  [
    'Exists, without the label',
    into({ from: [{ namespaceSelector: requires('stage', 'Exists') }] }),
    'bank/api',
    'shop/web',
    false,
  ],
  [
    'DoesNotExist',
    into({ from: [{ namespaceSelector: requires('stage', 'DoesNotExist') }] }),
    'bank/api',
    'shop/web',
    true,
  ],
  [
    'a label by the name of something every object has',
    into({ from: [{ podSelector: requires('constructor', 'Exists') }] }),
    'shop/db',
    'shop/web',
    false,
  ],
]);

const block = (cidr: string, ...except: readonly string[]) => ({
  ipBlock: { cidr, ...(except.length === 0 ? {} : { except }) },
});
table('ipBlock: a CIDR, without what is excepted', [
  ['in it', into({ from: [block('203.0.113.0/24')] }), outside('203.0.113.9'), 'shop/web', true],
  ['its first address', into({ from: [block('203.0.113.0/24')] }), outside('203.0.113.0'), 'shop/web', true],
  ['its last address', into({ from: [block('203.0.113.0/24')] }), outside('203.0.113.255'), 'shop/web', true],
  ['the one after', into({ from: [block('203.0.113.0/24')] }), outside('203.0.114.0'), 'shop/web', false],
  ['the one before', into({ from: [block('203.0.113.0/24')] }), outside('203.0.112.255'), 'shop/web', false],
  [
    'excepted',
    into({ from: [block('203.0.113.0/24', '203.0.113.8/29')] }),
    outside('203.0.113.9'),
    'shop/web',
    false,
  ],
  [
    'beside what is excepted',
    into({ from: [block('203.0.113.0/24', '203.0.113.8/29')] }),
    outside('203.0.113.16'),
    'shop/web',
    true,
  ],
  [
    'excepted here, not in another item',
    into({ from: [block('0.0.0.0/0', '203.0.113.0/24'), block('203.0.113.9/32')] }),
    outside('203.0.113.9'),
    'shop/web',
    true,
  ],
  ['everything of IPv4', into({ from: [block('0.0.0.0/0')] }), outside('255.255.255.255'), 'shop/web', true],
  [
    'everything of IPv4 is nothing of IPv6',
    into({ from: [block('0.0.0.0/0')] }),
    outside('::5'),
    'shop/web',
    false,
  ],
  ['everything of IPv6', into({ from: [block('::/0')] }), outside('2001:db8::1'), 'shop/web', true],
  [
    'IPv6',
    into({ from: [block('2001:db8::/64')] }),
    outside('2001:db8::ffff:ffff:ffff:ffff'),
    'shop/web',
    true,
  ],
  [
    'IPv6, the next network',
    into({ from: [block('2001:db8::/64')] }),
    outside('2001:db8:0:1::'),
    'shop/web',
    false,
  ],
  [
    'IPv6, excepted',
    into({ from: [block('2001:db8::/32', '2001:db8:1::/48')] }),
    outside('2001:db8:1::5'),
    'shop/web',
    false,
  ],
  [
    'host bits mean nothing',
    into({ from: [block('203.0.113.77/24')] }),
    outside('203.0.113.9'),
    'shop/web',
    true,
  ],
  ['a pod by its address', into({ from: [block('10.0.1.1/32')] }), 'bank/api', 'shop/web', true],
  [
    'a pod that is excepted',
    into({ from: [block('10.0.0.0/8', '10.0.1.0/24')] }),
    'bank/api',
    'shop/web',
    false,
  ],
  ['outwards', out({ to: [block('203.0.113.0/24')] }), 'shop/web', outside('203.0.113.9'), true],
  ['outwards, another', out({ to: [block('203.0.113.0/24')] }), 'shop/web', outside('198.51.100.1'), false],
  [
    'a host’s address for a pod of the host’s network',
    [policy({ podSelector: app('web'), ingress: [{ from: [block('192.168.0.0/16')] }] }, 'bank')],
    'bank/agent',
    'bank/web',
    true,
  ],
  [
    'a pod of two families, by the one allowed',
    into({ from: [block('fd00::2/128')] }),
    'shop/db',
    'shop/web',
    true,
  ],
  ['by the other', into({ from: [block('fd00::2/128')] }), 'shop/db', 'shop/web', false, { family: 4 }],
]);

table('ports: empty or missing matches all ports; else protocol AND port of at least one item', [
  ['missing', into({}), 'bank/api', 'shop/web', true, { port: 1, protocol: 'SCTP' }],
  ['empty', into({ ports: [] }), 'bank/api', 'shop/web', true, { port: 65535, protocol: 'UDP' }],
  ['the port', into({ ports: [{ port: 8080 }] }), 'bank/api', 'shop/web', true],
  ['another port', into({ ports: [{ port: 8081 }] }), 'bank/api', 'shop/web', false],
  ['one of two', into({ ports: [{ port: 1 }, { port: 8080 }] }), 'bank/api', 'shop/web', true],
  [
    'protocol defaults to TCP',
    into({ ports: [{ port: 8080 }] }),
    'bank/api',
    'shop/web',
    false,
    { protocol: 'UDP' },
  ],
  ['another protocol', into({ ports: [{ port: 8080, protocol: 'UDP' }] }), 'bank/api', 'shop/web', false],
  [
    'a protocol without port: all its ports',
    into({ ports: [{ protocol: 'UDP' }] }),
    'bank/api',
    'shop/web',
    true,
    { protocol: 'UDP', port: 7 },
  ],
  ['and no port of another', into({ ports: [{ protocol: 'UDP' }] }), 'bank/api', 'shop/web', false],
  ['an item that says nothing: all of TCP', into({ ports: [{}] }), 'bank/api', 'shop/web', true],
  ['and no UDP', into({ ports: [{}] }), 'bank/api', 'shop/web', false, { protocol: 'UDP' }],
  [
    'SCTP',
    into({ ports: [{ port: 8080, protocol: 'SCTP' }] }),
    'bank/api',
    'shop/web',
    true,
    { protocol: 'SCTP' },
  ],
  [
    'source and port of one rule must both match',
    [
      policy({
        ingress: [
          { from: [{ podSelector: app('db') }], ports: [{ port: 1 }] },
          { from: [{ podSelector: app('x') }] },
        ],
      }),
    ],
    'shop/db',
    'shop/web',
    false,
  ],
  [
    'outwards it is the destination’s port',
    out({ ports: [{ port: 443 }] }),
    'shop/web',
    outside('203.0.113.9'),
    true,
    { port: 443 },
  ],
  [
    'outwards, another',
    out({ ports: [{ port: 443 }] }),
    'shop/web',
    outside('203.0.113.9'),
    false,
    { port: 80 },
  ],
]);

table('a named port is one of the pod’s', [
  ['by name', into({ ports: [{ port: 'http' }] }), 'bank/api', 'shop/web', true],
  [
    'by name, at another number',
    into({ ports: [{ port: 'http' }] }),
    'bank/api',
    'shop/web',
    false,
    { port: 9090 },
  ],
  ['a name that the pod has not', into({ ports: [{ port: 'https' }] }), 'bank/api', 'shop/web', false],
  [
    'of the protocol that is meant',
    into({ ports: [{ port: 'dns', protocol: 'UDP' }] }),
    'bank/api',
    'shop/web',
    true,
    { port: 5353, protocol: 'UDP' },
  ],
  [
    'and of no other',
    into({ ports: [{ port: 'dns' }] }),
    'bank/api',
    'shop/web',
    false,
    { port: 5353, protocol: 'UDP' },
  ],
  [
    'outwards it is the destination’s name',
    out({ ports: [{ port: 'http' }] }),
    'shop/web',
    'shop/db',
    true,
    { port: 9090 },
  ],
  ['not the sender’s', out({ ports: [{ port: 'http' }] }), 'shop/web', 'shop/db', false],
  ['and no address has names', out({ ports: [{ port: 'http' }] }), 'shop/web', outside('203.0.113.9'), false],
]);

table('endPort: the range of ports from port to endPort, inclusive', [
  ['the first', into({ ports: [{ port: 8080, endPort: 8090 }] }), 'bank/api', 'shop/web', true],
  ['the last', into({ ports: [{ port: 8070, endPort: 8080 }] }), 'bank/api', 'shop/web', true],
  ['before', into({ ports: [{ port: 8081, endPort: 8090 }] }), 'bank/api', 'shop/web', false],
  ['after', into({ ports: [{ port: 8000, endPort: 8079 }] }), 'bank/api', 'shop/web', false],
  ['of one port', into({ ports: [{ port: 8080, endPort: 8080 }] }), 'bank/api', 'shop/web', true],
  [
    'of its protocol alone',
    into({ ports: [{ port: 1, endPort: 65535 }] }),
    'bank/api',
    'shop/web',
    false,
    { protocol: 'UDP' },
  ],
]);

const bothSides = (egressTo: string, ingressFrom: string): readonly WorldPolicy[] => [
  policy(
    { policyTypes: ['Ingress', 'Egress'], egress: [{ to: [{ namespaceSelector: team(egressTo) }] }] },
    'shop',
  ),
  policy(
    { policyTypes: ['Ingress', 'Egress'], ingress: [{ from: [{ namespaceSelector: team(ingressFrom) }] }] },
    'bank',
  ),
];
table('a connection needs its sender’s leave and its receiver’s', [
  ['both give it', bothSides('b', 'a'), 'shop/web', 'bank/api', true],
  ['only the sender', bothSides('b', 'c'), 'shop/web', 'bank/api', false],
  ['only the receiver', bothSides('c', 'a'), 'shop/web', 'bank/api', false],
  ['the way back is another connection', bothSides('b', 'a'), 'bank/api', 'shop/web', false],
  ['a pod reaches itself', [policy({ policyTypes: ['Ingress', 'Egress'] })], 'shop/web', 'shop/web', true],
  [
    'by its address too',
    [policy({ policyTypes: ['Ingress', 'Egress'] })],
    'shop/web',
    outside('10.0.0.1'),
    true,
  ],
]);

describe('what the API refuses is no policy to evaluate', () => {
  it.each<[string, readonly WorldPolicy[]]>([
    ['ipBlock beside a selector', into({ from: [{ ...block('10.0.0.0/8'), podSelector: all }] })],
    ['a peer that says nothing', into({ from: [{}] })],
    ['except outside of its CIDR', into({ from: [block('10.0.0.0/8', '11.0.0.0/16')] })],
    ['except wider than its CIDR', into({ from: [block('10.0.0.0/8', '10.0.0.0/7')] })],
    ['except of the other family', into({ from: [block('10.0.0.0/8', 'fd00::/8')] })],
    ['no CIDR', into({ from: [block('10.0.0.0')] })],
    ['a CIDR too long', into({ from: [block('10.0.0.0/33')] })],
    ['a CIDR that is no address', into({ from: [block('10.0.0.256/8')] })],
    ['endPort without port', into({ ports: [{ endPort: 8080 }] })],
    ['endPort beside a name', into({ ports: [{ port: 'http', endPort: 8080 }] })],
    ['endPort less than port', into({ ports: [{ port: 8080, endPort: 8079 }] })],
    ['an unknown protocol', into({ ports: [{ port: 8080, protocol: 'ICMP' }] })],
    ['an unknown policy type', [policy({ policyTypes: ['Both'] })]],
    ['an unknown operator', into({ from: [{ podSelector: requires('app', 'Is', 'x') }] })],
    ['In without values', into({ from: [{ podSelector: requires('app', 'In') }] })],
    ['Exists with values', into({ from: [{ podSelector: requires('app', 'Exists', 'x') }] })],
    ['a wrong rule behind one that matches', [policy({ ingress: [{}, { ports: [{ endPort: 1 }] }] })]],
  ])('%s', (_what, policies) => {
    expect(() => allows({ ...world, policies }, { from: 'bank/api', to: 'shop/web', port: 8080 })).toThrow();
  });

  it('and a pod that the world has not got is no answer either', () => {
    expect(() => allows(world, { from: 'shop/none', to: 'shop/web', port: 1 })).toThrow(
      'there is no pod shop/none',
    );
  });
});
