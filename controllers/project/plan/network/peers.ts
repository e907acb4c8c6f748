import { protocolOf } from '../../../../crds/project/environment.ts';
import type {
  EgressPeer,
  EgressRule,
  IngressPeer,
  IngressRule,
  Port,
} from '../../../../crds/project/schema.ts';
import { type Block, cidr, formatCidr, parseCidr } from './cidr.ts';
import {
  type FindNeighbour,
  type Located,
  type Neighbour,
  type Reference,
  referenceOf,
} from './neighbour.ts';
import type { Allowance, LabelSelector, PolicyPeer, PolicyPort } from './policy.ts';
import { podsIn } from './policy.ts';
import type { AddressRanges } from './ranges.ts';
import type { NetworkSettings } from './settings.ts';

/** What the peers of one environment's rules are resolved against. */
export interface PeerContext {
  readonly project: Neighbour;
  readonly environment: string;
  readonly settings: NetworkSettings;
  readonly ranges: AddressRanges;
  readonly find: FindNeighbour;
}

/** A peer that allows nothing as things are. */
export interface NetworkProblem {
  readonly reason:
    | 'ProjectMissing'
    | 'EnvironmentMissing'
    | 'NamespacePending'
    | 'GatewaysNotConfigured'
    | 'ApiServerNotConfigured'
    | 'ApiServerPort'
    | 'AddressesClosed'
    | 'CidrInvalid';
  /** Where the peer stands in the Project: `spec.network.egress[0].to[1]`. */
  readonly path: string;
  /** What is wrong and what a person can do. */
  readonly message: string;
  /** What the rule waits for, where it waits for another Project: it takes effect when that appears. */
  readonly awaits?: Reference;
}

interface Resolved {
  readonly allowances: readonly Allowance[];
  readonly problems: readonly NetworkProblem[];
}

export function ingressAllowances(rules: readonly Located<IngressRule>[], context: PeerContext): Resolved {
  return collect(
    rules.flatMap(({ rule, path }) =>
      rule.from.map((peer, index) => ingressPeer(peer, rule.ports, `${path}.from[${index}]`, context)),
    ),
  );
}

export function egressAllowances(rules: readonly Located<EgressRule>[], context: PeerContext): Resolved {
  return collect(
    rules.flatMap(({ rule, path }) =>
      rule.to.map((peer, index) => egressPeer(peer, rule.ports, `${path}.to[${index}]`, context)),
    ),
  );
}

type Outcome = Allowance | NetworkProblem;

function collect(outcomes: readonly Outcome[]): Resolved {
  return {
    allowances: outcomes.filter((outcome) => 'peers' in outcome),
    problems: outcomes.filter((outcome) => 'reason' in outcome),
  };
}

function ingressPeer(
  peer: IngressPeer,
  ports: readonly Port[] | undefined,
  path: string,
  context: PeerContext,
): Outcome {
  if (peer.gateways === true) {
    const peers = context.settings.gateways.map(
      (gateway): PolicyPeer =>
        'cidr' in gateway
          ? addressPeer(gateway.cidr)
          : podsIn([gateway.namespace], selector({ matchLabels: gateway.podLabels })),
    );
    if (peers.length > 0) return { peers, ports: policyPorts(ports) };
    const message = 'This installation names no gateways; set project.network.gateways in its configuration';
    return { reason: 'GatewaysNotConfigured', path, message };
  }
  return commonPeer(peer, ports, path, context, context.ranges.ingress);
}

function egressPeer(
  peer: EgressPeer,
  ports: readonly Port[] | undefined,
  path: string,
  context: PeerContext,
): Outcome {
  if (peer.internet === true)
    return { peers: context.ranges.internet.map(ipBlock), ports: policyPorts(ports) };
  if (peer.apiServer === true) return apiServer(ports, path, context.settings);
  return commonPeer(peer, ports, path, context, context.ranges.egress);
}

function commonPeer(
  peer: Omit<IngressPeer, 'gateways'>,
  ports: readonly Port[] | undefined,
  path: string,
  context: PeerContext,
  open: AddressRanges['egress'],
): Outcome {
  const reference = referenceOf(peer, context.project.name);
  if (reference !== undefined) {
    const namespaces = resolve(reference, path, context);
    if ('reason' in namespaces) return namespaces;
    const pods = peer.podSelector === undefined ? undefined : selector(peer.podSelector);
    return { peers: [podsIn(namespaces, pods)], ports: policyPorts(ports) };
  }
  if (peer.cidr !== undefined) {
    const range = parseCidr(peer.cidr);
    const except = (peer.except ?? []).map(parseCidr).filter((hole) => hole !== undefined);
    // An exception that means nothing must not be dropped: the rule would then allow more than was written.
    if (range === undefined || except.length !== (peer.except ?? []).length) {
      return {
        reason: 'CidrInvalid',
        path,
        message: `${peer.cidr} or one of its exceptions is no CIDR; correct it`,
      };
    }
    const block = open(range, except);
    if (block !== undefined) return { peers: [ipBlock(block)], ports: policyPorts(ports) };
    return {
      reason: 'AddressesClosed',
      path,
      message: `All of ${peer.cidr} is excepted or kept from rules by address (the cluster's own ranges, loopback, link-local, metadata); name pods by project or selector, the API server by apiServer`,
    };
  }
  const native: PolicyPeer = {
    ...(peer.namespaceSelector === undefined ? {} : { namespaceSelector: selector(peer.namespaceSelector) }),
    ...(peer.podSelector === undefined ? {} : { podSelector: selector(peer.podSelector) }),
  };
  // The schema admits no peer that says nothing; if one came, it must not become "everybody".
  return { peers: Object.keys(native).length === 0 ? [] : [native], ports: policyPorts(ports) };
}

/** The namespaces that a reference means now. Those not held yet join when they are. */
function resolve(
  reference: Reference,
  path: string,
  { project, find }: PeerContext,
): readonly [string, ...string[]] | NetworkProblem {
  const other = reference.project === project.name ? project : find(reference.project);
  if (other === undefined) {
    const message = `There is no Project ${reference.project}; the rule takes effect when it appears`;
    return { reason: 'ProjectMissing', path, message, awaits: reference };
  }
  const wanted = other.spec.environments.filter(
    ({ name }) => reference.environment === undefined || reference.environment === name,
  );
  if (wanted.length === 0) {
    const message = `Project ${reference.project} has no environment ${reference.environment}; the rule takes effect when it appears`;
    return { reason: 'EnvironmentMissing', path, message, awaits: reference };
  }
  const [first, ...rest] = wanted.flatMap(({ name }) => other.namespaces.get(name)?.name ?? []);
  if (first === undefined) {
    const message = `Project ${reference.project} does not hold the namespace of ${reference.environment ?? 'any environment'} yet; the rule takes effect when it does`;
    return { reason: 'NamespacePending', path, message, awaits: reference };
  }
  return [first, ...rest];
}

/** The API server on its own ports only: behind its addresses are whole machines, with kubelets and etcd. */
function apiServer(
  ports: readonly Port[] | undefined,
  path: string,
  { apiServer: { addresses, ports: served } }: NetworkSettings,
): Outcome {
  if (addresses.length === 0 || served.length === 0) {
    const message =
      'This installation names no address and port of the API server; set project.network.apiServer.addresses in its configuration';
    return { reason: 'ApiServerNotConfigured', path, message };
  }
  const allowed = served.filter((port) => ports === undefined || ports.some((rule) => includes(rule, port)));
  if (allowed.length === 0) {
    const message = `The API server serves TCP ${served.join(', ')}, none of which the rule names; leave out its ports`;
    return { reason: 'ApiServerPort', path, message };
  }
  return {
    peers: addresses.map(addressPeer),
    ports: allowed.map((port): PolicyPort => ({ protocol: 'TCP', port })),
  };
}

function includes(rule: Port, port: number): boolean {
  if (protocolOf(rule) !== 'TCP' || typeof rule.port === 'string') return false;
  return rule.port <= port && port <= (rule.endPort ?? rule.port);
}

function policyPorts(ports: readonly Port[] | undefined): readonly PolicyPort[] | undefined {
  return ports?.map((rule) => ({
    protocol: protocolOf(rule),
    port: rule.port,
    ...(rule.endPort === undefined ? {} : { endPort: rule.endPort }),
  }));
}

/** A configured address or range. A NetworkPolicy takes ranges only. */
export function addressPeer(address: string): PolicyPeer {
  return { ipBlock: { cidr: formatCidr(cidr(address)) } };
}

function ipBlock({ range, except }: Block): PolicyPeer {
  return {
    ipBlock: {
      cidr: formatCidr(range),
      ...(except.length === 0 ? {} : { except: except.map(formatCidr) }),
    },
  };
}

/** A selector as the API server keeps it: without keys that say nothing, which would look like a change. */
export function selector(given: NonNullable<IngressPeer['podSelector']>): LabelSelector {
  const { matchLabels = {}, matchExpressions = [] } = given;
  return {
    ...(Object.keys(matchLabels).length === 0 ? {} : { matchLabels }),
    ...(matchExpressions.length === 0
      ? {}
      : {
          matchExpressions: matchExpressions.map(({ key, operator, values = [] }) => ({
            key,
            operator,
            ...(values.length === 0 ? {} : { values }),
          })),
        }),
  };
}
