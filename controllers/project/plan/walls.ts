import type { Environment } from './environment.ts';
import { type PlannedPolicy, planNetworkPolicies } from './network/index.ts';
import type { Neighbour } from './network/neighbour.ts';
import { findOneSided, type OneSided } from './network/oneSided.ts';
import type { NetworkProblem } from './network/peers.ts';
import type { Observation } from './observation.ts';

/** What stands between the environments of a Project and everybody else. */
export interface Walls {
  readonly policies: ReadonlyMap<string, readonly PlannedPolicy[]>;
  /** Rules that allow nothing as things are, by environment. */
  readonly problems: ReadonlyMap<string, readonly NetworkProblem[]>;
  readonly oneSided: ReadonlyMap<string, readonly OneSided[]>;
}

/** The walls of the environments whose namespaces the Project holds. */
export function planWalls(observation: Observation, held: readonly Environment[]): Walls {
  const { project, settings, peers, namespaces, ranges } = observation;
  const self: Neighbour = {
    name: project.metadata.name,
    spec: project.spec,
    namespaces: new Map(
      held.map(({ name, namespace }) => [
        name,
        { name: namespace, labels: namespaces.get(namespace)?.metadata.labels },
      ]),
    ),
  };
  const find = (name: string) => (name === self.name ? self : peers.get(name));
  const policies = new Map<string, readonly PlannedPolicy[]>();
  const problems = new Map<string, readonly NetworkProblem[]>();
  const oneSided = new Map<string, readonly OneSided[]>();
  for (const { name } of held) {
    const plan = planNetworkPolicies({
      project: self,
      environment: name,
      settings: settings.network,
      ranges,
      find,
    });
    policies.set(name, plan.policies);
    problems.set(name, plan.problems);
    oneSided.set(name, findOneSided({ project: self, environment: name, settings: settings.network, find }));
  }
  return { policies, problems, oneSided };
}
