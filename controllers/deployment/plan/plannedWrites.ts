import { allPods, type DeploymentPlan, type PlannedReplicaSet, type PlannedRoute } from './deploymentPlan.ts';
import type { Observation } from './observation.ts';
import type { SimulatedGateway } from './simulatedGateway.ts';
import type { SimulatedReplicaSet } from './simulatedReplicaSet.ts';

/** One write of a plan, with what it was decided on. */
export interface Write {
  readonly plan: DeploymentPlan;
  readonly observation: Observation;
  readonly change:
    | { readonly type: 'ReplicaSet'; readonly planned: PlannedReplicaSet; readonly version: number }
    | { readonly type: 'Remove'; readonly hash: string; readonly version: number }
    | { readonly type: 'Route'; readonly route: PlannedRoute; readonly version: number }
    | { readonly type: 'Services'; readonly hashes: ReadonlySet<string> }
    /** `alone`: nothing else of the plan was to be written. */
    | { readonly type: 'Status'; readonly version: number; readonly alone: boolean };
  /** Whether its process was killed after it was sent. */
  late: boolean;
}

/** What a plan's writes are compared with. */
interface Standing {
  readonly replicaSets: ReadonlyMap<string, SimulatedReplicaSet>;
  readonly services: ReadonlySet<string>;
  readonly edge: SimulatedGateway;
  /** Of the Deployment. */
  readonly version: number;
}

/** What of a plan does not stand yet, in a cluster for property tests. */
export function plannedWrites(
  { replicaSets, services, edge, version }: Standing,
  plan: DeploymentPlan,
  observation: Observation,
): Write[] {
  const writes: Write[] = [];
  const add = (change: Write['change']) => writes.push({ plan, observation, change, late: false });
  for (const planned of plan.replicaSets) {
    const live = replicaSets.get(planned.hash);
    const same =
      live !== undefined &&
      live.desired === planned.replicas &&
      live.zeroSince === planned.zeroSince &&
      live.revision === planned.revision &&
      live.sizedFor === planned.sizedFor &&
      live.step?.index === planned.step?.index &&
      live.step?.hash === planned.step?.hash;
    if (!same) add({ type: 'ReplicaSet', planned, version: live?.version ?? 0 });
  }
  for (const hash of plan.remove) add({ type: 'Remove', hash, version: replicaSets.get(hash)?.version ?? 0 });
  const hashes = new Set(plan.services.flatMap(({ hash = allPods }) => [hash]));
  if (hashes.symmetricDifference(services).size > 0) add({ type: 'Services', hashes });
  // What somebody else has under that name is left alone.
  if (plan.route !== undefined && edge.state !== 'Foreign' && !edge.has(plan.route)) {
    add({ type: 'Route', route: plan.route, version: edge.version });
  }
  add({ type: 'Status', version, alone: writes.length === 0 });
  return writes;
}
