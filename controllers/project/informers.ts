import { labels } from '../../crds/project/names.ts';
import { type Inventory, inventoryOf, ownerIndex } from '../../operator/apply/inventory.ts';
import type { Informer } from '../../operator/cache/informer.ts';
import type { Manager } from '../../operator/manager/manager.ts';
import {
  type CoreEvent,
  coreEvents,
  type LimitRange,
  limitRanges,
  type Namespace,
  type NetworkPolicy,
  type Node,
  namespaces,
  networkPolicies,
  nodes,
  type ResourceQuota,
  type RoleBinding,
  resourceQuotas,
  roleBindings,
  type ValidatingAdmissionPolicy,
  type ValidatingAdmissionPolicyBinding,
  validatingAdmissionPolicies,
  validatingAdmissionPolicyBindings,
} from '../../operator/resources/builtin.ts';
import { type Caches, namespaceIndexes, projectIndexes } from './caches.ts';
import { type ServiceCidr, serviceCidrs } from './clusterAddresses.ts';
import {
  accessOutline,
  admissionOutline,
  limitsOutline,
  namespaceOutline,
  nodeOutline,
  rangesOutline,
  refusalOutline,
  strangerOutline,
} from './outlines.ts';
import { identity } from './plan/marks.ts';
import { type Project, projects } from './project.ts';
import { copyOutline, type SecretOutline, secretOutlines, sourceOutline } from './secretOutline.ts';

/** The informers behind the caches. */
export interface ProjectInformers extends Caches {
  readonly projects: Informer<Project, keyof typeof projectIndexes>;
  readonly namespaces: Informer<Namespace, keyof typeof namespaceIndexes>;
  readonly quotas: Informer<ResourceQuota, 'owner'>;
  readonly limits: Informer<LimitRange, 'owner'>;
  readonly policies: Informer<NetworkPolicy, 'owner'>;
  readonly strangers: Informer<NetworkPolicy>;
  readonly access: Informer<RoleBinding, 'owner'>;
  readonly copies: Informer<SecretOutline, 'owner'>;
  readonly sources: Informer<SecretOutline>;
  readonly admissionPolicies: Informer<ValidatingAdmissionPolicy>;
  readonly admissionBindings: Informer<ValidatingAdmissionPolicyBinding>;
  readonly refusals: Informer<CoreEvent>;
  readonly nodes: Informer<Node>;
  readonly serviceCidrs: Informer<ServiceCidr>;
}

/** Everything that the controller follows, and of each object only what it reads. */
export function informersOf(manager: Manager): ProjectInformers {
  const made = {
    labelSelector: labels.owner,
    managedFields: 'own',
    indexes: { owner: ownerIndex(identity) },
  } as const;
  return {
    projects: manager.informer({ resource: projects, indexes: projectIndexes }),
    namespaces: manager.informer({
      resource: namespaces,
      managedFields: 'own',
      indexes: namespaceIndexes,
      transform: namespaceOutline,
    }),
    quotas: manager.informer({ resource: resourceQuotas, ...made }),
    limits: manager.informer({ resource: limitRanges, ...made, transform: limitsOutline }),
    policies: manager.informer({ resource: networkPolicies, ...made }),
    strangers: manager.informer({
      resource: networkPolicies,
      labelSelector: `!${labels.owner}`,
      transform: strangerOutline,
    }),
    access: manager.informer({ resource: roleBindings, ...made, transform: accessOutline }),
    copies: manager.informer({ resource: secretOutlines, ...made, transform: copyOutline }),
    sources: manager.informer({
      resource: secretOutlines,
      labelSelector: `${labels.shared}=true`,
      transform: sourceOutline,
    }),
    admissionPolicies: manager.informer({
      resource: validatingAdmissionPolicies,
      transform: admissionOutline,
    }),
    admissionBindings: manager.informer({
      resource: validatingAdmissionPolicyBindings,
      transform: admissionOutline,
    }),
    refusals: manager.informer({
      resource: coreEvents,
      fieldSelector: 'reason=FailedCreate',
      transform: refusalOutline,
    }),
    nodes: manager.informer({ resource: nodes, transform: nodeOutline }),
    // Not served before Kubernetes 1.33.
    serviceCidrs: manager.informer({ resource: serviceCidrs, optional: true, transform: rangesOutline }),
  };
}

/** What the applier compares with and prunes from. */
export function inventoryOfProjects(informers: ProjectInformers): Inventory {
  return inventoryOf([
    // Never pruned: a namespace holds data, and leaves by steps of its own.
    { resource: namespaces, lister: { get: (key) => informers.namespaces.get(key), byIndex: () => [] } },
    { resource: resourceQuotas, lister: informers.quotas },
    { resource: limitRanges, lister: informers.limits },
    { resource: networkPolicies, lister: informers.policies },
    { resource: roleBindings, lister: informers.access },
    { resource: secretOutlines, lister: informers.copies },
  ]);
}
