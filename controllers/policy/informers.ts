import { labels } from '../../crds/policy/names.ts';
import type { Project } from '../../crds/project/schema.ts';
import type { Informer } from '../../operator/cache/informer.ts';
import type { Manager } from '../../operator/manager/manager.ts';
import type {
  MutatingAdmissionPolicy,
  MutatingAdmissionPolicyBinding,
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicyBinding,
} from '../../operator/resources/builtin.ts';
import { type CompiledCaches, compiledResources } from './admission/live.ts';
import { type Policy, policies, projects } from './policy.ts';

/** The informers behind the caches. */
export interface PolicyInformers extends CompiledCaches {
  readonly policies: Informer<Policy>;
  readonly projects: Informer<Project>;
  readonly validatingPolicies: Informer<ValidatingAdmissionPolicy>;
  readonly validatingBindings: Informer<ValidatingAdmissionPolicyBinding>;
  readonly mutatingPolicies: Informer<MutatingAdmissionPolicy>;
  readonly mutatingBindings: Informer<MutatingAdmissionPolicyBinding>;
}

/** Everything that the controller follows, but for the objects that Policies are about. */
export function informersOf(manager: Manager): PolicyInformers {
  const compiled = { labelSelector: labels.compiled, managedFields: 'own', optional: true } as const;
  return {
    policies: manager.informer({ resource: policies }),
    projects: manager.informer({ resource: projects }),
    validatingPolicies: manager.informer({
      resource: compiledResources.ValidatingAdmissionPolicy,
      ...compiled,
    }),
    validatingBindings: manager.informer({
      resource: compiledResources.ValidatingAdmissionPolicyBinding,
      ...compiled,
    }),
    // Not served before Kubernetes 1.36.
    mutatingPolicies: manager.informer({ resource: compiledResources.MutatingAdmissionPolicy, ...compiled }),
    mutatingBindings: manager.informer({
      resource: compiledResources.MutatingAdmissionPolicyBinding,
      ...compiled,
    }),
  };
}
