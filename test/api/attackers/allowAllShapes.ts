const everywhere = { namespaceSelector: {} };
const anywhere = { ipBlock: { cidr: '0.0.0.0/0' } };

/** Rules of a NetworkPolicy, each of which opens a wall in a way of its own. */
export const allowAllShapes: Readonly<Record<string, object>> = {
  'a rule that says nothing': { ingress: [{}] },
  'no from': { ingress: [{ ports: [{ port: 80 }] }] },
  'an empty from': { ingress: [{ from: [] }] },
  'every namespace': { ingress: [{ from: [everywhere] }] },
  'every pod of every namespace': { ingress: [{ from: [{ ...everywhere, podSelector: {} }] }] },
  'one namespace by name': {
    ingress: [{ from: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'home' } } }] }],
  },
  'every address': { ingress: [{ from: [anywhere] }] },
  'every IPv6 address': { ingress: [{ from: [{ ipBlock: { cidr: '::/0' } }] }] },
  'half of all addresses': {
    ingress: [{ from: [{ ipBlock: { cidr: '0.0.0.0/1' } }, { ipBlock: { cidr: '128.0.0.0/1' } }] }],
  },
  'one address': { egress: [{ to: [{ ipBlock: { cidr: '169.254.169.254/32' } }] }] },
  'egress only': { policyTypes: ['Egress'], egress: [{}] },
  'egress to every namespace': { policyTypes: ['Egress'], egress: [{ to: [everywhere] }] },
  'ingress rules under the type Egress': { policyTypes: ['Egress'], ingress: [{}], egress: [] },
  'egress rules under the type Ingress': { policyTypes: ['Ingress'], ingress: [], egress: [{}] },
  'no types at all': { policyTypes: [], ingress: [{ from: [anywhere] }] },
  'behind a good peer': { ingress: [{ from: [{ podSelector: {} }, anywhere] }] },
  'behind a good rule': { egress: [{ to: [{ podSelector: {} }] }, { to: [everywhere] }] },
  'for one pod': { podSelector: { matchLabels: { app: 'web' } }, ingress: [{}] },
};
