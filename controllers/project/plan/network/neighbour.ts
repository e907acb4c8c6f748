import type { EgressRule, IngressPeer, IngressRule, ProjectSpec } from '../../../../crds/project/schema.ts';

type Isolation = ProjectSpec['network']['isolation'];
type EnvironmentSpec = ProjectSpec['environments'][number];

/** A Project as others see it across the network. */
export interface Neighbour {
  readonly name: string;
  readonly spec: Pick<ProjectSpec, 'network' | 'environments'>;
  /**
   * The namespaces that the Project really holds, by environment. A namespace that it only names, and that is another's,
   * must not be here: or a rule that names this Project would open a way to somebody else.
   */
  readonly namespaces: ReadonlyMap<string, HeldNamespace>;
}

export interface HeldNamespace {
  readonly name: string;
  readonly labels?: Readonly<Record<string, string>> | undefined;
}

/** The Project of that name, if it exists. */
export type FindNeighbour = (project: string) => Neighbour | undefined;

/** A Project, or one environment of it, that a rule names. */
export interface Reference {
  readonly project: string;
  /** Undefined: all its environments. */
  readonly environment: string | undefined;
}

/** What the peer names: a Project; or, where only an environment is given, one of the same Project. */
export function referenceOf(
  peer: Pick<IngressPeer, 'project' | 'environment'>,
  ownProject: string,
): Reference | undefined {
  if (peer.project === undefined && peer.environment === undefined) return undefined;
  return { project: peer.project ?? ownProject, environment: peer.environment };
}

/** The other Projects that a Project's rules name: when one of them appears or changes, its plan may change. */
export function referencedProjects(
  project: string,
  spec: Pick<ProjectSpec, 'network' | 'environments'>,
): ReadonlySet<string> {
  const names = new Set<string>();
  for (const network of [spec.network, ...spec.environments.map((environment) => environment.network)]) {
    const peers = [
      ...(network?.ingress ?? []).flatMap((rule) => rule.from),
      ...(network?.egress ?? []).flatMap((rule) => rule.to),
    ];
    for (const peer of peers) {
      const reference = referenceOf(peer, project);
      if (reference !== undefined && reference.project !== project) names.add(reference.project);
    }
  }
  return names;
}

/** A rule and where it stands, so that a message can point to it. */
export interface Located<Rule> {
  readonly rule: Rule;
  readonly path: string;
}

interface EnvironmentNetwork {
  readonly isolation: Isolation;
  /** The Project's rules, then the environment's own. */
  readonly ingress: readonly Located<IngressRule>[];
  readonly egress: readonly Located<EgressRule>[];
}

/** The network of one environment: its own isolation if it says one, and the rules of both. */
export function networkOf(
  spec: Pick<ProjectSpec, 'network' | 'environments'>,
  environment: EnvironmentSpec,
): EnvironmentNetwork {
  const index = spec.environments.indexOf(environment);
  const own = environment.network;
  const shared = 'spec.network';
  const added = `spec.environments[${index}].network`;
  return {
    isolation: own?.isolation ?? spec.network.isolation,
    ingress: [
      ...located(spec.network.ingress, `${shared}.ingress`),
      ...located(own?.ingress, `${added}.ingress`),
    ],
    egress: [...located(spec.network.egress, `${shared}.egress`), ...located(own?.egress, `${added}.egress`)],
  };
}

function located<Rule>(rules: readonly Rule[] | undefined, path: string): readonly Located<Rule>[] {
  return (rules ?? []).map((rule, index) => ({ rule, path: `${path}[${index}]` }));
}
