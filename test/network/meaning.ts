import type { ProjectSpec } from '../../crds/project/schema.ts';

/**
 * Who may talk to whom, said a second time straight from the Project's documentation: no NetworkPolicies, no CIDR
 * arithmetic. Outside addresses carry by hand what they are. What the planner makes must come to the same.
 */
export interface Place {
  /** `namespace/name` of a pod, or an address outside. */
  readonly end: string;
  readonly pod?: Pod;
  readonly outside?: Outside;
}

export interface Pod {
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly namespaceLabels: Readonly<Record<string, string>>;
  /** Of which Project and environment; absent: a namespace that is nobody's. */
  readonly project?: string;
  readonly environment?: string;
  readonly namedPorts: Readonly<Record<string, number>>;
}

export interface Outside {
  readonly is?: 'internet' | 'apiServer' | 'gateway';
  /** The ranges by which a rule may let pods call it. */
  readonly callable: readonly string[];
  /** The ranges by which a rule may let it call pods. */
  readonly admitted: readonly string[];
}

type Network = ProjectSpec['network'];
type IngressRule = NonNullable<Network['ingress']>[number];
type EgressRule = NonNullable<Network['egress']>[number];
type Peer = IngressRule['from'][number] | EgressRule['to'][number];
type Ports = IngressRule['ports'];

export interface Call {
  readonly from: Place;
  readonly to: Place;
  readonly port: number;
  readonly protocol: 'TCP' | 'UDP';
}

/** Whether the Projects let this happen. */
export function intended(specs: ReadonlyMap<string, ProjectSpec>, call: Call): boolean {
  return mayLeave(specs, call) && mayEnter(specs, call);
}

function mayLeave(specs: ReadonlyMap<string, ProjectSpec>, { from, to, port, protocol }: Call): boolean {
  const network = networkOf(specs, from);
  if (network === 'Open') return true;
  if (isSameNamespace(from, to)) return true;
  const isDns = to.pod?.namespace === 'kube-system' && to.pod.labels['k8s-app'] === 'kube-dns';
  if (isDns && port === 53) return true;
  return network.egress.some(
    (rule) =>
      names(rule.ports, to, port, protocol) &&
      rule.to.some((peer) => {
        if (peer.internet) return to.outside?.is === 'internet';
        if (peer.apiServer)
          return to.outside?.is === 'apiServer' && protocol === 'TCP' && [443, 6443].includes(port);
        if (peer.cidr !== undefined) return inRange(peer, to.outside?.callable);
        return meansPod(peer, from, to);
      }),
  );
}

function mayEnter(specs: ReadonlyMap<string, ProjectSpec>, { from, to, port, protocol }: Call): boolean {
  const network = networkOf(specs, to);
  if (network === 'Open') return true;
  if (isSameNamespace(from, to)) return true;
  return network.ingress.some(
    (rule) =>
      names(rule.ports, to, port, protocol) &&
      rule.from.some((peer) => {
        if (peer.gateways) {
          const isGatewayPod = from.pod?.namespace === 'gateways' && from.pod.labels.app === 'gateway';
          return isGatewayPod || from.outside?.is === 'gateway';
        }
        if (peer.cidr !== undefined) return inRange(peer, from.outside?.admitted);
        return meansPod(peer, to, from);
      }),
  );
}

function networkOf(specs: ReadonlyMap<string, ProjectSpec>, { pod }: Place) {
  const spec = specs.get(pod?.project ?? '');
  const environment = spec?.environments.find(({ name }) => name === pod?.environment);
  if (spec === undefined || environment === undefined) return 'Open';
  if ((environment.network?.isolation ?? spec.network.isolation) === 'Open') return 'Open';
  return {
    ingress: [...(spec.network.ingress ?? []), ...(environment.network?.ingress ?? [])],
    egress: [...(spec.network.egress ?? []), ...(environment.network?.egress ?? [])],
  };
}

function isSameNamespace(a: Place, b: Place): boolean {
  return a.pod !== undefined && a.pod.namespace === b.pod?.namespace;
}

function meansPod(peer: Peer, owner: Place, { pod }: Place): boolean {
  if (pod === undefined) return false;
  if (peer.project !== undefined || peer.environment !== undefined) {
    const rightProject = pod.project === (peer.project ?? owner.pod?.project);
    return rightProject && (peer.environment === undefined || pod.environment === peer.environment);
  }
  const inNamespace =
    peer.namespaceSelector === undefined
      ? pod.namespace === owner.pod?.namespace
      : hasLabels(pod.namespaceLabels, peer.namespaceSelector.matchLabels);
  return inNamespace && hasLabels(pod.labels, peer.podSelector?.matchLabels);
}

function hasLabels(
  labels: Readonly<Record<string, string>>,
  wanted: Readonly<Record<string, string>> = {},
): boolean {
  return Object.entries(wanted).every(([key, value]) => labels[key] === value);
}

function inRange({ cidr, except }: Peer, ranges: readonly string[] = []): boolean {
  return cidr !== undefined && ranges.includes(cidr) && !(except ?? []).some((hole) => ranges.includes(hole));
}

function names(ports: Ports, to: Place, port: number, protocol: string): boolean {
  if (ports === undefined) return true;
  return ports.some((rule) => {
    if ((rule.protocol ?? 'TCP') !== protocol) return false;
    if (typeof rule.port === 'string') return protocol === 'TCP' && to.pod?.namedPorts[rule.port] === port;
    return rule.port <= port && port <= (rule.endPort ?? rule.port);
  });
}
