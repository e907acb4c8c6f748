import type { PruneRule } from '../../operator/apply/applier.ts';
import type { DesiredObject } from '../../operator/apply/desired.ts';
import type { Outcome } from '../../operator/apply/report.ts';
import {
  limitRanges,
  networkPolicies,
  resourceQuotas,
  roleBindings,
  secrets,
} from '../../operator/resources/builtin.ts';
import type { ProjectPlan } from './plan/project.ts';
import type { Project } from './project.ts';
import { isNameTaken } from './status/troubles.ts';

/** Access goes at once; what restrains goes last. In a namespace that leaves, only its own steps act. */
export function pruneRules(plan: ProjectPlan): readonly PruneRule[] {
  const kept = new Map(
    plan.environments
      .filter(({ claim }) => claim.state === 'Held')
      .map(({ environment, withheld }) => [environment.namespace, withheld]),
  );
  const only: PruneRule['only'] = ({ metadata }) => kept.has(metadata.namespace ?? '');
  return [
    {
      resource: roleBindings,
      when: 'First',
      only: ({ metadata }) => kept.get(metadata.namespace ?? '')?.has(metadata.name) === false,
    },
    ...[secrets, networkPolicies, resourceQuotas, limitRanges].map((resource) => ({ resource, only })),
  ];
}

/**
 * Tells of an object whether this very spec has been seen to stand in its namespace: if it is missing, it was deleted.
 * Not of the listed rules, which come and go with the Projects that they name.
 */
export function establishedIn({ metadata, status }: Project): (item: DesiredObject) => boolean {
  if (status?.observedGeneration !== metadata.generation) return () => false;
  const ready = new Set(status?.environments?.filter((one) => one.ready).map(({ namespace }) => namespace));
  return ({ object }) => {
    const { name, namespace = name } = object.metadata;
    return name !== 'mainstay-rules' && ready.has(namespace);
  };
}

/** The first write that failed. A name that is taken is nobody's failure, and looked at again later. */
export function failedIn(outcomes: readonly Outcome[]): Error | undefined {
  for (const outcome of outcomes) {
    if (outcome.result === 'failed' && !isNameTaken(outcome)) return outcome.error;
  }
  return undefined;
}
