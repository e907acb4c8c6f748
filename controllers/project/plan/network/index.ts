import type { FindNeighbour, Neighbour } from './neighbour.ts';
import { networkOf } from './neighbour.ts';
import {
  addressPeer,
  egressAllowances,
  ingressAllowances,
  type NetworkProblem,
  type PeerContext,
  selector,
} from './peers.ts';
import type { Allowance, PolicySpec } from './policy.ts';
import { merged, podsIn } from './policy.ts';
import type { AddressRanges } from './ranges.ts';
import type { NetworkSettings } from './settings.ts';

interface NetworkInput {
  readonly project: Neighbour;
  /** The name of one of its environments. */
  readonly environment: string;
  readonly settings: NetworkSettings;
  /** From `addressRanges(settings, learned)`. */
  readonly ranges: AddressRanges;
  readonly find: FindNeighbour;
}

export interface NetworkPlan {
  /** All that must stand in the environment's namespace; none where it is Open. */
  readonly policies: readonly PlannedPolicy[];
  /** Rules that allow nothing as things are, each with why and what to do. */
  readonly problems: readonly NetworkProblem[];
}

export interface PlannedPolicy {
  readonly name: string;
  readonly spec: PolicySpec;
}

/**
 * The NetworkPolicies of one environment's namespace.
 *
 * Strict makes two, each of which selects every pod and denies both directions by itself, so that no order of writing or
 * deleting them leaves a pod without a wall:
 * - `mainstay-isolation`: the namespace itself and DNS, nothing else.
 * - `mainstay-rules`: what the Project lists; absent while that comes to nothing.
 *
 * Open makes none, for NetworkPolicies can only allow: a rule in an Open environment says nothing that is not so already.
 * `ingress` and `egress` are written even when empty, so that the fields are ours and a rule added by hand is undone.
 */
export function planNetworkPolicies(input: NetworkInput): NetworkPlan {
  const { project, settings, ranges, find } = input;
  const environment = project.spec.environments.find(({ name }) => name === input.environment);
  if (environment === undefined) return { policies: [], problems: [] };
  const network = networkOf(project.spec, environment);
  if (network.isolation === 'Open') return { policies: [], problems: [] };

  const context: PeerContext = { project, environment: environment.name, settings, ranges, find };
  const ingress = ingressAllowances(network.ingress, context);
  const egress = egressAllowances(network.egress, context);
  const rules = policySpec(ingress.allowances, egress.allowances);
  const listed = rules.ingress.length > 0 || rules.egress.length > 0;
  return {
    policies: [
      { name: 'mainstay-isolation', spec: isolation(settings) },
      ...(listed ? [{ name: 'mainstay-rules', spec: rules }] : []),
    ],
    problems: [...ingress.problems, ...egress.problems],
  };
}

function isolation(settings: NetworkSettings): PolicySpec {
  const ownNamespace: Allowance = { peers: [{ podSelector: {} }], ports: undefined };
  return policySpec([ownNamespace], [ownNamespace, dns(settings)]);
}

function dns({ dns: { pods, addresses, ports } }: NetworkSettings): Allowance {
  return {
    peers: [
      ...pods.map(({ namespace, podLabels }) => podsIn([namespace], selector({ matchLabels: podLabels }))),
      ...addresses.map(addressPeer),
    ],
    ports: ports.flatMap((port) => [
      { protocol: 'UDP', port },
      { protocol: 'TCP', port },
    ]),
  };
}

function policySpec(ingress: readonly Allowance[], egress: readonly Allowance[]): PolicySpec {
  const portsOf = ({ ports }: Allowance) => (ports === undefined ? {} : { ports });
  return {
    podSelector: {},
    policyTypes: ['Ingress', 'Egress'],
    ingress: merged(ingress).map((rule) => ({ from: rule.peers, ...portsOf(rule) })),
    egress: merged(egress).map((rule) => ({ to: rule.peers, ...portsOf(rule) })),
  };
}
