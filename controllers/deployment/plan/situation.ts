import type { Observation, RevisionView, RouteView } from './observation.ts';
import { type Strategy, strategyOf } from './strategy.ts';

/** An observation with what every part of the planner asks of it. */
export interface Situation {
  readonly observation: Observation;
  readonly now: number;
  /** `spec.replicas`. */
  readonly replicas: number;
  readonly strategy: Strategy;
  readonly revisions: ReadonlyMap<string, RevisionView>;
  readonly route: RouteView;
  /** `spec.progressDeadlineSeconds`, in milliseconds. */
  readonly deadline: number;
}

export function situationOf(observation: Observation): Situation {
  const { deployment, revisions, route, gateway, now, problem } = observation;
  const replicas = deployment.spec.replicas;
  const strategy = strategyOf(deployment.spec, replicas, gateway);
  return {
    observation,
    now,
    replicas,
    strategy: problem === undefined ? strategy : { ...strategy, problem: strategy.problem ?? problem },
    revisions: new Map(revisions.map((revision) => [revision.hash, revision])),
    route: route ?? noRoute,
    deadline: deployment.spec.progressDeadlineSeconds * 1000,
  };
}

/**
 * Which generation is spoken of: as long as it is not known what its template is, the one before, lest anybody take what was
 * Ready for the new one.
 */
export function generationOf({ observation: { deployment, template } }: Situation): number {
  const { metadata, status } = deployment;
  return (template.state === 'Unknown' ? status?.observedGeneration : metadata.generation) ?? 0;
}

/** Of a revision that may not exist yet. */
export function desiredOf({ revisions }: Situation, hash: string): number {
  return revisions.get(hash)?.desired ?? 0;
}

/** Available pods, without those that a smaller `desired` takes away. */
export function availableOf(situation: Situation, hash: string): number {
  const revision = situation.revisions.get(hash);
  return revision === undefined ? 0 : Math.min(revision.pods.available, revision.desired);
}

/** Available pods that the gateway can reach. */
export function reachableOf(situation: Situation, hash: string): number {
  const endpoints = situation.revisions.get(hash)?.endpoints ?? 0;
  return Math.min(availableOf(situation, hash), endpoints);
}

const noRoute: RouteView = {
  exists: false,
  accepted: false,
  weights: new Map(),
  verified: false,
  by: 'Settle',
};
