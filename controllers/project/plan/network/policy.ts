/** The parts of a NetworkPolicy that we write, as they go over the wire (client-node's model has `_from`). */

export interface PolicySpec {
  readonly podSelector: LabelSelector;
  readonly policyTypes: readonly ('Ingress' | 'Egress')[];
  readonly ingress: readonly {
    readonly from: readonly PolicyPeer[];
    readonly ports?: readonly PolicyPort[];
  }[];
  readonly egress: readonly { readonly to: readonly PolicyPeer[]; readonly ports?: readonly PolicyPort[] }[];
}

export type PolicyPeer =
  | { readonly ipBlock: { readonly cidr: string; readonly except?: readonly string[] } }
  | { readonly namespaceSelector?: LabelSelector; readonly podSelector?: LabelSelector };

export interface PolicyPort {
  readonly protocol: 'TCP' | 'UDP' | 'SCTP';
  /** A number, or the name that the called pod gives one of its ports. */
  readonly port: number | string;
  readonly endPort?: number;
}

export interface LabelSelector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly {
    readonly key: string;
    readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';
    readonly values?: readonly string[];
  }[];
}

/** Peers that may talk on these ports; without ports, on all. */
export interface Allowance {
  readonly peers: readonly PolicyPeer[];
  readonly ports: readonly PolicyPort[] | undefined;
}

/** The label that every namespace has with its own name, and that nobody can set otherwise. */
const namespaceName = 'kubernetes.io/metadata.name';

/** The pods of these namespaces. At least one: no selector at all would mean every namespace. */
export function podsIn(namespaces: readonly [string, ...string[]], podSelector?: LabelSelector): PolicyPeer {
  const [first, ...others] = namespaces;
  return {
    namespaceSelector:
      others.length === 0
        ? { matchLabels: { [namespaceName]: first } }
        : {
            matchExpressions: [
              { key: namespaceName, operator: 'In', values: [...new Set(namespaces)].sort() },
            ],
          },
    ...(podSelector === undefined ? {} : { podSelector }),
  };
}

/**
 * The fewest rules that say the same: those with equal ports become one, and a peer appears once in it. Those without a
 * peer are left out: a rule with an empty list of peers would let in everybody.
 */
export function merged(allowances: readonly Allowance[]): readonly Allowance[] {
  const byPorts = new Map<
    string,
    { readonly ports: Allowance['ports']; readonly peers: Map<string, PolicyPeer> }
  >();
  for (const { peers, ports } of allowances) {
    if (peers.length === 0) continue;
    const key = JSON.stringify(ports ?? 'all');
    const rule = byPorts.get(key) ?? { ports, peers: new Map<string, PolicyPeer>() };
    byPorts.set(key, rule);
    for (const peer of peers) rule.peers.set(JSON.stringify(peer), peer);
  }
  return [...byPorts.values()].map(({ ports, peers }) => ({ ports, peers: [...peers.values()] }));
}

/** Whether the labels meet the selector. An empty selector is met by all. */
export function matches(selector: LabelSelector, labels: Readonly<Record<string, string>>): boolean {
  const exact = Object.entries(selector.matchLabels ?? {}).every(([key, value]) => labels[key] === value);
  return exact && (selector.matchExpressions ?? []).every((requirement) => meets(requirement, labels));
}

type Requirement = NonNullable<LabelSelector['matchExpressions']>[number];

function meets(
  { key, operator, values = [] }: Requirement,
  labels: Readonly<Record<string, string>>,
): boolean {
  const value = labels[key];
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
  }
}

/** The labels that a namespace certainly has, with those that are known. */
export function labelsOfNamespace(namespace: {
  readonly name: string;
  readonly labels?: Readonly<Record<string, string>> | undefined;
}): Readonly<Record<string, string>> {
  return { ...namespace.labels, [namespaceName]: namespace.name };
}
