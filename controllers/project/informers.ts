import { group, labels } from '../../crds/project/names.ts';
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
  type Secret,
  secrets,
  type ValidatingAdmissionPolicy,
  type ValidatingAdmissionPolicyBinding,
  validatingAdmissionPolicies,
  validatingAdmissionPolicyBindings,
} from '../../operator/resources/builtin.ts';
import type { ObjectMeta } from '../../operator/resources/object.ts';
import { type Caches, namespaceIndexes, projectIndexes } from './caches.ts';
import { type ServiceCidr, serviceCidrs } from './clusterAddresses.ts';
import { identity } from './plan/marks.ts';
import { type Project, projects } from './project.ts';

/** The informers behind the caches. */
export interface ProjectInformers extends Caches {
  readonly projects: Informer<Project, keyof typeof projectIndexes>;
  readonly namespaces: Informer<Namespace, keyof typeof namespaceIndexes>;
  readonly quotas: Informer<ResourceQuota, 'owner'>;
  readonly limits: Informer<LimitRange, 'owner'>;
  readonly policies: Informer<NetworkPolicy, 'owner'>;
  readonly strangers: Informer<NetworkPolicy>;
  readonly access: Informer<RoleBinding, 'owner'>;
  readonly copies: Informer<Secret, 'owner'>;
  readonly sources: Informer<Secret>;
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
    limits: manager.informer({ resource: limitRanges, ...made, transform: withoutSpec }),
    policies: manager.informer({ resource: networkPolicies, ...made }),
    strangers: manager.informer({
      resource: networkPolicies,
      labelSelector: `!${labels.owner}`,
      transform: onlySpec,
    }),
    access: manager.informer({ resource: roleBindings, ...made, transform: withoutSubjects }),
    copies: manager.informer({ resource: secrets, ...made, transform: withoutData }),
    sources: manager.informer({ resource: secrets, labelSelector: `${labels.shared}=true` }),
    admissionPolicies: manager.informer({ resource: validatingAdmissionPolicies, transform: ownAdmission }),
    admissionBindings: manager.informer({
      resource: validatingAdmissionPolicyBindings,
      transform: ownAdmission,
    }),
    refusals: manager.informer({
      resource: coreEvents,
      fieldSelector: 'reason=FailedCreate',
      transform: eventOutline,
    }),
    nodes: manager.informer({ resource: nodes, transform: onlyAddresses }),
    // Not served before Kubernetes 1.33.
    serviceCidrs: manager.informer({ resource: serviceCidrs, optional: true, transform: onlyRanges }),
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
    { resource: secrets, lister: informers.copies },
  ]);
}

/** All namespaces are followed, since any may be asked for: so only marks, and why one that goes is not gone. */
function namespaceOutline(namespace: Namespace): Namespace {
  const { apiVersion, kind, metadata, status } = namespace;
  const { annotations: all, ...rest } = metadata;
  const ours = Object.entries(all ?? {}).filter(([name]) => name.startsWith(`${group}/`));
  const going = metadata.deletionTimestamp !== undefined && status !== undefined;
  return {
    apiVersion,
    kind,
    metadata: { ...rest, ...(ours.length === 0 ? {} : { annotations: Object.fromEntries(ours) }) },
    ...(going ? { status } : {}),
  };
}

/** Whether it is as desired is told by our annotation and the managed fields. */
function withoutSpec({ apiVersion, kind, metadata }: LimitRange): LimitRange {
  return { apiVersion, kind, metadata };
}

/** Of what people made: whether it opens a wall. */
function onlySpec({ apiVersion, kind, metadata, spec }: NetworkPolicy): NetworkPolicy {
  // The labels stay: by them our own, when they are written, are told from others'.
  const { annotations: _annotations, ...rest } = metadata;
  return { apiVersion, kind, metadata: rest, ...(spec === undefined ? {} : { spec }) };
}

function withoutSubjects({ apiVersion, kind, metadata, roleRef }: RoleBinding): RoleBinding {
  return { apiVersion, kind, metadata, roleRef };
}

/** A copy's content is kept nowhere but in the cluster. */
function withoutData({ apiVersion, kind, metadata, type }: Secret): Secret {
  return { apiVersion, kind, metadata, ...(type === undefined ? {} : { type }) };
}

function ownAdmission<T extends ValidatingAdmissionPolicy | ValidatingAdmissionPolicyBinding>(object: T): T {
  return object.metadata.name.startsWith('mainstay-') ? object : { ...object, spec: undefined };
}

/** There may be thousands of nodes, with images and volumes in their status. */
function onlyAddresses({ apiVersion, kind, metadata, spec, status }: Node): Node {
  return {
    apiVersion,
    kind,
    metadata: bare(metadata),
    spec: {
      ...(spec?.podCIDR === undefined ? {} : { podCIDR: spec.podCIDR }),
      ...(spec?.podCIDRs === undefined ? {} : { podCIDRs: spec.podCIDRs }),
    },
    ...(status?.addresses === undefined ? {} : { status: { addresses: status.addresses } }),
  };
}

function onlyRanges({ apiVersion, kind, metadata, spec }: ServiceCidr): ServiceCidr {
  return { apiVersion, kind, metadata: bare(metadata), ...(spec === undefined ? {} : { spec }) };
}

function eventOutline(event: CoreEvent): CoreEvent {
  return {
    apiVersion: event.apiVersion,
    kind: event.kind,
    metadata: bare(event.metadata),
    involvedObject: {},
    ...(event.message === undefined ? {} : { message: event.message }),
    ...(event.series === undefined ? {} : { series: event.series }),
    ...(event.lastTimestamp === undefined ? {} : { lastTimestamp: event.lastTimestamp }),
    ...(event.eventTime === undefined ? {} : { eventTime: event.eventTime }),
  };
}

/** Who an object is, without what people wrote on it. */
function bare({ name, namespace, uid, resourceVersion, creationTimestamp }: ObjectMeta): ObjectMeta {
  return {
    name,
    ...(namespace === undefined ? {} : { namespace }),
    ...(uid === undefined ? {} : { uid }),
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
    ...(creationTimestamp === undefined ? {} : { creationTimestamp }),
  };
}
