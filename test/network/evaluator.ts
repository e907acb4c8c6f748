import { type Address, contains, covers, parseAddress, parseRange } from './addresses.ts';
import { type Labels, type Selector, selects } from './selectors.ts';

// Who reaches whom, by what the documentation of the NetworkPolicy API's own fields says (`kubectl explain
// networkpolicy.spec --recursive`, Kubernetes 1.36). Sentences in quotes are that text. What it leaves open (pods of the host's
// network, a pod and itself, pods under ipBlock) is as the concept page of Kubernetes has it, and is said where it
// is decided. Nothing here comes from what generates policies.

/** All that decides about a connection. */
export interface World {
  readonly namespaces: readonly WorldNamespace[];
  readonly pods: readonly WorldPod[];
  readonly policies: readonly WorldPolicy[];
}

export interface WorldNamespace {
  readonly name: string;
  readonly labels?: Labels;
}

export interface WorldPod {
  readonly namespace: string;
  readonly name: string;
  readonly labels?: Labels;
  /** One, or one of each family. None: only selectors can match it. */
  readonly ips?: readonly string[];
  /** The ports that its containers name. */
  readonly ports?: readonly { readonly name: string; readonly port: number; readonly protocol?: string }[];
  readonly node?: string;
  /** It has its node's addresses and is a process of the node as far as policies go. */
  readonly hostNetwork?: boolean;
}

/** The fields of a NetworkPolicy that matter. */
export interface WorldPolicy {
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly spec?: {
    readonly podSelector?: Selector | null;
    readonly policyTypes?: readonly string[] | null;
    readonly ingress?:
      | readonly { readonly from?: readonly Peer[] | null; readonly ports?: readonly Port[] | null }[]
      | null;
    readonly egress?:
      | readonly { readonly to?: readonly Peer[] | null; readonly ports?: readonly Port[] | null }[]
      | null;
  };
}

export interface Peer {
  readonly podSelector?: Selector | null;
  readonly namespaceSelector?: Selector | null;
  readonly ipBlock?: { readonly cidr: string; readonly except?: readonly string[] | null } | null;
}

export interface Port {
  readonly port?: number | string | null;
  readonly endPort?: number | null;
  readonly protocol?: string | null;
}

/** `namespace/name` of a pod, an address outside, or a node itself. */
export type End = string | { readonly ip: string } | { readonly node: string; readonly ip?: string };

export interface Connection {
  readonly from: End;
  readonly to: End;
  /** The port that the destination listens on, after any Service. */
  readonly port: number;
  /** Default TCP. */
  readonly protocol?: string;
  /** Between two pods of both families: by which. Default: by whichever gets through. */
  readonly family?: 4 | 6;
}

/**
 * Whether a connection comes about: whoever sends may send it, and whoever receives may receive it.
 *
 * @throws for a policy that the API would refuse, and for a pod or namespace that the world has not got.
 */
export function allows(world: World, connection: Connection): boolean {
  return familiesOf(world, connection).some((family) => {
    const [from, to] = [placeOf(world, connection.from, family), placeOf(world, connection.to, family)];
    // "Pods cannot block access to themselves" (concepts).
    if (from.pod !== undefined && from.pod === to.pod) return true;
    const traffic: Traffic = { from, to, port: connection.port, protocol: connection.protocol ?? 'TCP' };
    return may(world, traffic, 'Egress') && may(world, traffic, 'Ingress');
  });
}

/** One end as a policy can see it. */
interface Place {
  /** Of the pod network, so that selectors can match it. */
  readonly pod?: WorldPod;
  readonly node?: string;
  readonly address?: Address;
}

interface Traffic {
  readonly from: Place;
  readonly to: Place;
  readonly port: number;
  readonly protocol: string;
}

type Direction = 'Ingress' | 'Egress';

/**
 * "Traffic is allowed to a pod if there are no NetworkPolicies selecting the pod, OR if the traffic source is the pod's
 * local node, OR if the traffic matches at least one ingress rule across all of the NetworkPolicy objects whose
 * podSelector matches the pod." For egress the same without the node.
 */
function may(world: World, traffic: Traffic, direction: Direction): boolean {
  const [subject, other] = direction === 'Ingress' ? [traffic.to, traffic.from] : [traffic.from, traffic.to];
  const { pod } = subject;
  // What is no pod, or shares its node's network, is nothing that a policy could select.
  if (pod === undefined) return true;
  const applying = world.policies.filter((policy) => applies(policy, pod, direction));
  if (applying.length === 0) return true;
  if (
    direction === 'Ingress' &&
    other.pod === undefined &&
    other.node !== undefined &&
    other.node === pod.node
  )
    return true;
  // Every rule is looked at, so that one the API would refuse is found whatever the others say.
  return applying
    .flatMap((policy) =>
      rulesOf(policy, direction).map(({ peers, ports }) =>
        both(matchesPeers(world, policy, peers, other), matchesPorts(ports, traffic)),
      ),
    )
    .some(Boolean);
}

/** "An empty selector matches all pods in the policy's namespace. […] If it is not specified, it defaults to an empty selector." */
function applies(policy: WorldPolicy, pod: WorldPod, direction: Direction): boolean {
  return (
    namespaceOf(policy) === pod.namespace &&
    typesOf(policy).includes(direction) &&
    selects(policy.spec?.podSelector ?? {}, pod.labels ?? {})
  );
}

/**
 * "If this field is not specified, it will default based on the existence of ingress or egress rules; policies that
 * contain an egress section are assumed to affect egress, and all policies (whether or not they contain an ingress
 * section) are assumed to affect ingress."
 *
 * The server takes an egress section without rules for none: it stores no empty list.
 */
function typesOf({ spec }: WorldPolicy): readonly string[] {
  const types = spec?.policyTypes ?? [];
  for (const type of types)
    if (type !== 'Ingress' && type !== 'Egress') throw new Error(`${JSON.stringify(type)} is no policy type`);
  if (types.length > 0) return types;
  return (spec?.egress ?? []).length > 0 ? ['Ingress', 'Egress'] : ['Ingress'];
}

function rulesOf({ spec }: WorldPolicy, direction: Direction) {
  return direction === 'Ingress'
    ? (spec?.ingress ?? []).map((rule) => ({ peers: rule.from ?? [], ports: rule.ports ?? [] }))
    : (spec?.egress ?? []).map((rule) => ({ peers: rule.to ?? [], ports: rule.ports ?? [] }));
}

/**
 * "Items in this list are combined using a logical OR operation. If this field is empty or missing, this rule matches
 * all sources (traffic not restricted by source)."
 */
function matchesPeers(world: World, policy: WorldPolicy, peers: readonly Peer[], other: Place): boolean {
  const matched = peers.map((peer) => matchesPeer(world, policy, peer, other));
  return matched.length === 0 || matched.some(Boolean);
}

function matchesPeer(world: World, policy: WorldPolicy, peer: Peer, { pod, address }: Place): boolean {
  const { podSelector, namespaceSelector, ipBlock } = peer;
  if (ipBlock != null) {
    // "If this field is set then neither of the other fields can be."
    if (podSelector != null || namespaceSelector != null) throw new Error('ipBlock stands beside a selector');
    // The text speaks of addresses alone, so a pod's is one as well; most networks do it so.
    return matchesBlock(ipBlock, address);
  }
  if (podSelector == null && namespaceSelector == null) throw new Error('a peer says nothing');
  if (pod === undefined) return false;
  // "Otherwise it selects the pods matching podSelector in the policy's own namespace."
  const inNamespace =
    namespaceSelector == null
      ? pod.namespace === namespaceOf(policy)
      : selects(namespaceSelector, labelsOfNamespace(world, pod.namespace));
  // "Otherwise it selects all pods in the namespaces selected by namespaceSelector."
  return both(inNamespace, podSelector == null || selects(podSelector, pod.labels ?? {}));
}

/** "The except entry describes CIDRs that should not be included within this rule." */
function matchesBlock({ cidr, except }: NonNullable<Peer['ipBlock']>, address: Address | undefined): boolean {
  const range = parseRange(cidr);
  const excluded = (except ?? []).map(parseRange);
  // "Except values will be rejected if they are outside the cidr range."
  for (const [index, hole] of excluded.entries())
    if (!covers(range, hole)) throw new Error(`except ${except?.[index]} lies outside ${cidr}`);
  if (address === undefined) return false;
  return contains(range, address) && !excluded.some((hole) => contains(hole, address));
}

/** "If this field is empty or missing, this rule matches all ports (traffic not restricted by port)." */
function matchesPorts(ports: readonly Port[], traffic: Traffic): boolean {
  const matched = ports.map((port) => matchesPort(port, traffic));
  return matched.length === 0 || matched.some(Boolean);
}

/** "If present, only traffic on the specified protocol AND port will be matched." */
function matchesPort({ port, endPort, protocol }: Port, traffic: Traffic): boolean {
  // "If not specified, this field defaults to TCP."
  const wanted = protocol ?? 'TCP';
  if (!protocols.has(wanted)) throw new Error(`${JSON.stringify(wanted)} is no protocol of a NetworkPolicy`);
  // "This field cannot be defined if the port field is not defined or if the port field is defined as a named port."
  if (endPort != null && typeof port !== 'number') throw new Error('endPort stands without a port number');
  if (endPort != null && typeof port === 'number' && endPort < port)
    throw new Error('endPort is less than port');
  if (wanted !== traffic.protocol) return false;
  // "If this field is not provided, this matches all port names and numbers."
  if (port == null) return true;
  if (typeof port === 'string') return namesPort(traffic.to.pod, port, traffic);
  return traffic.port >= port && traffic.port <= (endPort ?? port);
}

const protocols: ReadonlySet<string> = new Set(['TCP', 'UDP', 'SCTP']);

/** "This can either be a numerical or named port on a pod": the destination's, in both directions. */
function namesPort(pod: WorldPod | undefined, name: string, { port, protocol }: Traffic): boolean {
  return (pod?.ports ?? []).some(
    (named) => named.name === name && named.port === port && (named.protocol ?? 'TCP') === protocol,
  );
}

/** Unlike `&&` it does not depend on order, so that both sides have been checked. */
function both(left: boolean, right: boolean): boolean {
  return left && right;
}

function namespaceOf(policy: WorldPolicy): string {
  return policy.metadata.namespace ?? 'default';
}

function labelsOfNamespace(world: World, name: string): Labels {
  const namespace = world.namespaces.find((candidate) => candidate.name === name);
  if (namespace === undefined) throw new Error(`there is no namespace ${name}`);
  // The server sets this label on every namespace.
  return { ...namespace.labels, 'kubernetes.io/metadata.name': name };
}

/** The families by which the two ends can meet. Ends without addresses meet by either. */
function familiesOf(world: World, { from, to, family }: Connection): readonly (4 | 6)[] {
  const [left, right] = [addressesOf(world, from), addressesOf(world, to)];
  const has = (addresses: readonly Address[], one: 4 | 6) =>
    addresses.length === 0 || addresses.some((address) => address.family === one);
  return ([4, 6] as const).filter(
    (one) => has(left, one) && has(right, one) && (family === undefined || family === one),
  );
}

function addressesOf(world: World, end: End): readonly Address[] {
  if (typeof end === 'string') return (podOf(world, end).ips ?? []).map(parseAddress);
  return end.ip === undefined ? [] : [parseAddress(end.ip)];
}

/** An address that is a pod's is that pod. */
function placeOf(world: World, end: End, family: 4 | 6): Place {
  const address = addressesOf(world, end).find((candidate) => candidate.family === family);
  const pod = typeof end === 'string' ? podOf(world, end) : 'node' in end ? undefined : podAt(world, address);
  const node = pod?.node ?? (typeof end === 'object' && 'node' in end ? end.node : undefined);
  return {
    ...(pod === undefined || pod.hostNetwork === true ? {} : { pod }),
    ...(node === undefined || (pod !== undefined && pod.hostNetwork !== true) ? {} : { node }),
    ...(address === undefined ? {} : { address }),
  };
}

function podOf(world: World, name: string): WorldPod {
  const pod = world.pods.find((candidate) => `${candidate.namespace}/${candidate.name}` === name);
  if (pod === undefined) throw new Error(`there is no pod ${name}`);
  return pod;
}

function podAt(world: World, address: Address | undefined): WorldPod | undefined {
  if (address === undefined) return undefined;
  return world.pods.find(
    (pod) =>
      pod.hostNetwork !== true &&
      (pod.ips ?? [])
        .map(parseAddress)
        .some((own) => own.family === address.family && own.value === address.value),
  );
}
