import { ownerRole } from '../../../crds/project/admission.ts';
import { finalizers } from '../../../crds/project/names.ts';
import type { DesiredObject } from '../../../operator/apply/desired.ts';
import type { Namespace } from '../../../operator/resources/builtin.ts';
import { protectedNamespacesOf } from '../settings.ts';
import { type Claim, claimOf } from './claim.ts';
import { type Environment, environmentsOf } from './environment.ts';
import { type EnvironmentPlan, planEnvironment } from './environmentPlan.ts';
import { environmentOf, ownerOf, projectOf } from './marks.ts';
import { nothing, type Observation } from './observation.ts';
import { noShares, planQuotaShares, type QuotaShares } from './quotaShares.ts';
import { type Farewell, planRemoval } from './removal.ts';
import type { Step } from './step.ts';
import { planWalls, type Walls } from './walls.ts';

/** What is to be done for a Project as things stand, and all that its status tells. */
export interface ProjectPlan {
  /** Where the Project is in its life. Nothing is written for a suspended one, whatever the plan says. */
  readonly stage: 'Beginning' | 'Kept' | 'Suspended' | 'Leaving' | 'Gone';
  /** To be made first, and then to be looked again. */
  readonly steps: readonly Step[];
  readonly environments: readonly EnvironmentPlan[];
  /** Namespaces that the Project holds and no longer wants. */
  readonly leaving: readonly Leaving[];
  readonly walls: Walls;
  readonly quota: QuotaShares;
}

export interface Leaving {
  readonly environment: string;
  readonly namespace: string;
  readonly steps: readonly Step[];
  readonly message: string;
}

/** Pure: the same observation makes the same plan. */
export function planProject(observation: Observation): ProjectPlan {
  const { project } = observation;
  const { metadata, spec } = project;
  const held = metadata.finalizers?.includes(finalizers.project) === true;
  if (metadata.deletionTimestamp !== undefined) return planDeparture(observation, held);
  if (!held && !spec.suspend) {
    const wanted = [...(metadata.finalizers ?? []), finalizers.project];
    return { ...empty, stage: 'Beginning', steps: [setFinalizers(observation, wanted)] };
  }
  const environments = environmentsOf(project, ownerRole);
  const claims = new Map(
    environments.map((environment) => [environment.name, claim(observation, environment)]),
  );
  const heldOnes = environments.filter(({ name }) => claims.get(name)?.state === 'Held');
  const wanted = new Set(environments.map(({ namespace }) => namespace));
  const leaving = planLeaving(observation, (namespace) => !wanted.has(namespace.metadata.name));
  const walls = planWalls(observation, heldOnes);
  const quota = planQuotaShares(observation, environments, claims, leaving);
  const plans = environments.map((environment) =>
    planEnvironment(observation, environment, claims.get(environment.name) ?? { state: 'Free' }, {
      policies: walls.policies.get(environment.name) ?? [],
      share: quota.shares.get(environment.name),
    }),
  );
  return {
    stage: spec.suspend ? 'Suspended' : 'Kept',
    steps: [...plans, ...leaving].flatMap(({ steps }) => steps),
    environments: plans,
    leaving,
    walls,
    quota,
  };
}

/** All that is to stand, of all environments. */
export function desiredOf(plan: ProjectPlan): readonly DesiredObject[] {
  return plan.environments.flatMap(({ desired }) => desired);
}

function planDeparture(observation: Observation, held: boolean): ProjectPlan {
  const leaving = planLeaving(observation, () => true);
  if (leaving.length > 0) {
    return { ...empty, stage: 'Leaving', leaving, steps: leaving.flatMap(({ steps }) => steps) };
  }
  const others = (observation.project.metadata.finalizers ?? []).filter(
    (name) => name !== finalizers.project,
  );
  return { ...empty, stage: 'Gone', steps: held ? [setFinalizers(observation, others)] : [] };
}

function planLeaving(
  observation: Observation,
  leaves: (namespace: Namespace) => boolean,
): readonly Leaving[] {
  const { project, namespaces, contents } = observation;
  return [...namespaces.values()]
    .filter((namespace) => isOurs(observation, namespace) && leaves(namespace))
    .map((namespace) => {
      const { access } = contents.get(namespace.metadata.name) ?? nothing;
      // What a Project of this name wanted that is gone without having let go, nobody knows: so it is retained.
      const farewell = ownerOf(namespace) === project.metadata.uid ? farewellOf(observation) : 'Retain';
      const plan = planRemoval(namespace, access, farewell, project.metadata.name);
      return {
        environment: environmentOf(namespace) ?? namespace.metadata.name,
        namespace: namespace.metadata.name,
        ...plan,
      };
    });
}

/** It is this Project's, or was of one of this name whose finalizer was taken off, and that is there no more. */
function isOurs({ project, existingProjects }: Observation, namespace: Namespace): boolean {
  const owner = ownerOf(namespace);
  if (owner === undefined) return false;
  if (owner === project.metadata.uid) return true;
  return projectOf(namespace) === project.metadata.name && !existingProjects.has(owner);
}

/**
 * Data is only ever deleted where the spec says so and the Project kind itself stays: whoever reinstalls the CRDs has not
 * asked for that.
 */
function farewellOf({ project, definition }: Pick<Observation, 'project' | 'definition'>): Farewell {
  return project.spec.deletionPolicy === 'Delete' && definition === 'Serving' ? 'Delete' : 'Retain';
}

function claim(observation: Observation, environment: Environment): Claim {
  return claimOf({
    project: observation.project,
    environment,
    namespace: observation.namespaces.get(environment.namespace),
    projectExists: (uid) => observation.existingProjects.has(uid),
    protectedNamespaces: protectedNamespacesOf(observation.settings),
  });
}

function setFinalizers({ project }: Observation, wanted: readonly string[]): Step {
  return { type: 'SetFinalizers', target: { kind: 'Project', live: project }, finalizers: wanted };
}

const empty: Omit<ProjectPlan, 'stage'> = {
  steps: [],
  environments: [],
  leaving: [],
  walls: { policies: new Map(), problems: new Map(), oneSided: new Map() },
  quota: noShares,
};
