import type { ProjectStatus } from '../../../crds/project/schema.ts';
import type { EnvironmentPlan } from '../plan/environmentPlan.ts';
import type { Observation } from '../plan/observation.ts';
import type { Leaving, ProjectPlan } from '../plan/project.ts';
import { quotaIn } from '../plan/quotaShares.ts';
import { phases, type Troubles } from '../plan/trouble.ts';
import type { Written } from './troubles.ts';

export type EnvironmentStatus = NonNullable<ProjectStatus['environments']>[number];
type Quota = NonNullable<EnvironmentStatus['quota']>;

/** At most this many one-sided connections are listed for one environment, as the schema bounds it. */
const listed = 64;

/** What became of each environment, those that are leaving last. */
export function environmentStatuses(
  observation: Observation,
  plan: ProjectPlan,
  troubles: ReadonlyMap<string, Troubles>,
  written: Written,
): readonly EnvironmentStatus[] {
  const previous = new Map(observation.project.status?.environments?.map((status) => [status.name, status]));
  const repaired = Map.groupBy(
    written.outcomes.filter(({ result }) => result === 'repaired'),
    ({ resource, name }) => (resource.scope === 'Cluster' ? name.name : name.namespace),
  );
  const repairsOf = (name: string, namespace: string) => {
    const before = previous.get(name);
    return (before?.namespace === namespace ? before.repairs : 0) + (repaired.get(namespace)?.length ?? 0);
  };
  const wanted = plan.environments.map((environmentPlan): EnvironmentStatus => {
    const { name, namespace } = environmentPlan.environment;
    const quota = quotaOf(observation, environmentPlan);
    const oneSided = (plan.walls.oneSided.get(name) ?? []).slice(0, listed);
    return {
      name,
      namespace,
      ...readiness(troubles.get(name) ?? {}),
      ...(quota === undefined ? {} : { quota }),
      repairs: repairsOf(name, namespace),
      ...(oneSided.length === 0 ? {} : { oneSided }),
    };
  });
  const taken = new Set(wanted.map(({ name }) => name));
  return [...wanted, ...plan.leaving.map((leaving) => leavingStatus(leaving, taken, repairsOf))];
}

function readiness(troubles: Troubles): Pick<EnvironmentStatus, 'ready' | 'reason' | 'message'> {
  const found = phases.flatMap((phase) => troubles[phase] ?? []);
  const first =
    found.find(({ reason }) => reason !== 'Progressing' && reason !== 'AccessWithheld') ?? found[0];
  return first === undefined
    ? { ready: true, reason: 'AsDesired' }
    : { ready: false, reason: first.reason, message: first.message };
}

function leavingStatus(
  { environment, namespace, message }: Leaving,
  taken: ReadonlySet<string>,
  repairsOf: (name: string, namespace: string) => number,
): EnvironmentStatus {
  // An environment of the same name may have been added anew, with another namespace.
  const name = taken.has(environment) ? namespace : environment;
  return { name, namespace, ready: false, reason: 'Deleting', message, repairs: repairsOf(name, namespace) };
}

/** As the cluster enforces and counts it; nothing until it does. */
function quotaOf(observation: Observation, { environment }: EnvironmentPlan): Quota | undefined {
  const { hard, used } = quotaIn(observation, environment.namespace)?.status ?? {};
  return hard === undefined ? undefined : { hard, used: used ?? {} };
}
