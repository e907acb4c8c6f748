import { namespaceOf } from '../../../crds/project/environment.ts';
import type { Grant, Limits, ProjectSpec, Subject } from '../../../crds/project/schema.ts';
import type { Project } from '../project.ts';

/** One environment with the Project's settings and its own folded together: what the phases plan from. */
export interface Environment {
  readonly name: string;
  readonly namespace: string;
  readonly adopt: boolean;
  readonly podSecurity: ProjectSpec['podSecurity'];
  readonly isolation: ProjectSpec['network']['isolation'];
  readonly limits: Limits | undefined;
  /** Who gets which ClusterRole; a role appears once. */
  readonly grants: ReadonlyMap<string, readonly Subject[]>;
}

/** The Project's environments, in its order. The owners have `ownerRole` in each. */
export function environmentsOf(project: Project, ownerRole: string): readonly Environment[] {
  const { spec, metadata } = project;
  const shared = [{ role: ownerRole, subjects: spec.owners }, ...spec.access];
  return spec.environments.map((environment) => ({
    name: environment.name,
    namespace: namespaceOf(metadata.name, environment),
    adopt: environment.adopt ?? false,
    podSecurity: environment.podSecurity ?? spec.podSecurity,
    isolation: environment.network?.isolation ?? spec.network.isolation,
    limits: mergeLimits(spec.limits, environment.limits),
    grants: mergeGrants([...shared, ...(environment.access ?? [])]),
  }));
}

/** An environment's amounts win, resource by resource; what it leaves out stays as the Project has it. */
function mergeLimits(project: Limits | undefined, environment: Limits | undefined): Limits | undefined {
  if (project === undefined || environment === undefined) return environment ?? project;
  return {
    ...project,
    ...environment,
    ...merged('default'),
    ...merged('defaultRequest'),
    ...merged('min'),
    ...merged('max'),
    ...merged('maxLimitRequestRatio'),
  };

  function merged(part: keyof Limits): Limits {
    const [theirs, own] = [project?.[part], environment?.[part]];
    return theirs === undefined || own === undefined ? {} : { [part]: { ...theirs, ...own } };
  }
}

function mergeGrants(grants: readonly Grant[]): ReadonlyMap<string, readonly Subject[]> {
  const byRole = new Map<string, Map<string, Subject>>();
  for (const { role, subjects } of grants) {
    if (subjects.length === 0) continue;
    const merged = byRole.get(role) ?? new Map<string, Subject>();
    byRole.set(role, merged);
    for (const subject of subjects) {
      merged.set(`${subject.kind}/${subject.namespace ?? ''}/${subject.name}`, subject);
    }
  }
  return new Map([...byRole].map(([role, subjects]) => [role, [...subjects.values()]]));
}
