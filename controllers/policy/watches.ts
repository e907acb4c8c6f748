import type { Project } from '../../crds/project/schema.ts';
import type { Change } from '../../operator/cache/change.ts';
import { type Watch, watch } from '../../operator/controller/watch.ts';
import { keyOf, type ObjectKey } from '../../operator/resources/object.ts';
import { environmentsOf } from './admission/environments.ts';
import type { PolicyInformers } from './informers.ts';
import type { Policy } from './policy.ts';

/** The one key of what all Policies are compiled into. */
export const admissionKey: ObjectKey = keyOf({ name: 'admission' });

/** What changes what is to stand in the API server, or what stands there. */
export function admissionWatches(informers: PolicyInformers, told: Watch): readonly Watch[] {
  const all = () => [admissionKey];
  return [
    watch(informers.policies, all, { priority: 'high', predicate: isAboutAdmission }),
    watch(informers.projects, all, { predicate: changesEnvironments }),
    watch(informers.validatingPolicies, all),
    watch(informers.validatingBindings, all),
    watch(informers.mutatingPolicies, all),
    watch(informers.mutatingBindings, all),
    told,
  ];
}

/** What changes what a Policy's status says. */
export function statusWatches(informers: PolicyInformers, told: Watch): readonly Watch[] {
  return [watch(informers.policies, ({ object }) => [keyOf(object)], { priority: 'high' }), told];
}

/** Of a status, only whether the Policy was promoted. */
function isAboutAdmission({ type, object, previous }: Change<Policy>): boolean {
  if (type !== 'Modified' || previous === undefined) return true;
  return (
    previous.metadata.uid !== object.metadata.uid ||
    previous.metadata.generation !== object.metadata.generation ||
    previous.metadata.deletionTimestamp !== object.metadata.deletionTimestamp ||
    previous.status?.promotion?.at !== object.status?.promotion?.at ||
    previous.status?.promotion?.of !== object.status?.promotion?.of
  );
}

function changesEnvironments({ type, object, previous }: Change<Project>): boolean {
  if (type !== 'Modified' || previous === undefined) return true;
  return JSON.stringify(environmentsOf([previous])) !== JSON.stringify(environmentsOf([object]));
}
