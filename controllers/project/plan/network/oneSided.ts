import type { IngressPeer } from '../../../../crds/project/schema.ts';
import { type FindNeighbour, type Neighbour, networkOf, type Reference, referenceOf } from './neighbour.ts';
import { selector } from './peers.ts';
import { labelsOfNamespace, matches } from './policy.ts';
import { type Ports, uncovered } from './portSet.ts';
import type { NetworkSettings } from './settings.ts';

/** A connection that this environment allows and its other end does not. */
export interface OneSided {
  /** `Egress`: calls from here are refused there. `Ingress`: calls from there, let in here, are refused where they start. */
  readonly direction: 'Egress' | 'Ingress';
  /** `<project>/<environment>` of the other end. */
  readonly peer: string;
  /** Names both ends, and says which rule is missing where. */
  readonly message: string;
}

interface OneSidedInput {
  readonly project: Neighbour;
  readonly environment: string;
  readonly settings: Pick<NetworkSettings, 'gateways'>;
  readonly find: FindNeighbour;
}

/**
 * The one-sided connections of one environment: for each environment that its rules name, whether that one's rules allow
 * the same the other way. It is told from the specs alone, so it does not flicker while namespaces come and go.
 *
 * - A rule without ports means whatever the other side offers; it is one-sided only where that is nothing.
 * - An Open environment refuses nothing.
 * - The other side may allow by project, by native selectors that fit our namespace, or as its gateway. A pod selector may
 *   fit some of our pods only; which, the specs do not tell, so it counts as allowing.
 * - Peers that are no environments (addresses, internet, API server, native selectors) have no rules that could lack.
 * - A missing Project or environment is not one-sided: the plan's problems say that it is awaited.
 */
export function findOneSided(input: OneSidedInput): readonly OneSided[] {
  const here = endOf(input.project, input.environment);
  if (here === undefined) return [];
  const found = new Map<string, OneSided>();
  const report = (direction: OneSided['direction'], reference: Reference, wanted: Ports) => {
    for (const there of endsOf(reference, input)) {
      if (there.label === here.label || there.network.isolation === 'Open') continue;
      const offered = direction === 'Egress' ? lettingIn(there, here, input) : lettingOut(there, here);
      const missing = uncovered(wanted, offered);
      if (missing.length === 0) continue;
      const message = messageOf(direction, here.label, there.label, missing);
      found.set(message, { direction, peer: there.label, message });
    }
  };
  for (const { rule } of here.network.egress) {
    for (const reference of referencesIn(rule.to, input.project.name))
      report('Egress', reference, rule.ports);
  }
  for (const { rule } of here.network.ingress) {
    for (const reference of referencesIn(rule.from, input.project.name))
      report('Ingress', reference, rule.ports);
  }
  return [...found.values()];
}

interface End {
  readonly label: string;
  readonly project: string;
  readonly environment: string;
  readonly network: ReturnType<typeof networkOf>;
  /** Labels of the namespace, where it is held. */
  readonly labels: Readonly<Record<string, string>> | undefined;
  readonly namespace: string | undefined;
}

function endOf(neighbour: Neighbour, name: string): End | undefined {
  const environment = neighbour.spec.environments.find((candidate) => candidate.name === name);
  if (environment === undefined) return undefined;
  const namespace = neighbour.namespaces.get(name);
  return {
    label: `${neighbour.name}/${name}`,
    project: neighbour.name,
    environment: name,
    network: networkOf(neighbour.spec, environment),
    labels: namespace && labelsOfNamespace(namespace),
    namespace: namespace?.name,
  };
}

function endsOf(reference: Reference, { project, find }: OneSidedInput): readonly End[] {
  const neighbour = reference.project === project.name ? project : find(reference.project);
  if (neighbour === undefined) return [];
  return neighbour.spec.environments
    .filter(({ name }) => reference.environment === undefined || reference.environment === name)
    .flatMap(({ name }) => endOf(neighbour, name) ?? []);
}

function referencesIn(
  peers: readonly Pick<IngressPeer, 'project' | 'environment'>[],
  ownProject: string,
): readonly Reference[] {
  return peers.flatMap((peer) => referenceOf(peer, ownProject) ?? []);
}

/** The ports on which `there` lets `here` in, one entry a rule. */
function lettingIn(there: End, here: End, { settings }: OneSidedInput): readonly Ports[] {
  const isGateway = settings.gateways.some(
    (gateway) => 'namespace' in gateway && gateway.namespace === here.namespace,
  );
  return there.network.ingress
    .filter(({ rule }) =>
      rule.from.some((peer) => (peer.gateways === true && isGateway) || selects(peer, there, here)),
    )
    .map(({ rule }) => rule.ports);
}

/** The ports on which `there` may call `here`. */
function lettingOut(there: End, here: End): readonly Ports[] {
  return there.network.egress
    .filter(({ rule }) => rule.to.some((peer) => selects(peer, there, here)))
    .map(({ rule }) => rule.ports);
}

/** Whether a peer in a rule of `owner` means `other`, or may mean some of its pods. */
function selects(
  peer: Pick<IngressPeer, 'project' | 'environment' | 'namespaceSelector'>,
  owner: End,
  other: End,
): boolean {
  const reference = referenceOf(peer, owner.project);
  if (reference !== undefined) {
    return (
      reference.project === other.project &&
      (reference.environment === undefined || reference.environment === other.environment)
    );
  }
  if (peer.namespaceSelector === undefined) return false;
  return other.labels === undefined || matches(selector(peer.namespaceSelector), other.labels);
}

function messageOf(
  direction: OneSided['direction'],
  here: string,
  there: string,
  missing: 'all' | readonly string[],
): string {
  const ports = missing === 'all' ? '' : ` on ${missing.join(', ')}`;
  return direction === 'Egress'
    ? `${here} may call ${there}${ports}, but ${there} does not let it in; add an ingress rule to ${there}`
    : `${here} lets in ${there}${ports}, but ${there} may not call it; add an egress rule to ${there}`;
}
