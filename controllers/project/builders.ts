/** Builders for tests: each makes something valid, so that a test states only what matters to it. */

import { annotations, finalizers, labels } from '../../crds/project/names.ts';
import { type Project, projectSpec } from '../../crds/project/schema.ts';
import { ApiError } from '../../operator/client/apiError.ts';
import type { Namespace, ResourceQuota, RoleBinding } from '../../operator/resources/builtin.ts';
import type { FieldsV1, ManagedFieldsEntry, ObjectMeta } from '../../operator/resources/object.ts';
import { addressRanges } from './plan/network/ranges.ts';
import type { Observation } from './plan/observation.ts';
import { noMemory } from './plan/quotaMemory.ts';
import { quotaName } from './plan/quotaShares.ts';
import { type SecretOutline, sourceOutline } from './secretOutline.ts';
import { projectSettings } from './settings.ts';

/** A Project that we have begun to keep, with one environment `dev` where the test names none. */
export function aProject(
  name: string,
  spec: Readonly<Record<string, unknown>> = {},
  metadata: Partial<ObjectMeta> = {},
): Project {
  return {
    apiVersion: 'mainstay.dev/v1alpha1',
    kind: 'Project',
    metadata: {
      name,
      uid: `uid-of-${name}`,
      resourceVersion: '7',
      generation: 1,
      finalizers: [finalizers.project],
      ...metadata,
    },
    spec: projectSpec.parse({ environments: [{ name: 'dev' }], ...spec }),
  };
}

/** A namespace as people make it. */
export function aNamespace(name: string, metadata: Partial<ObjectMeta> = {}): Namespace {
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name, uid: `uid-of-${name}`, resourceVersion: '11', ...metadata },
  };
}

/** A namespace that a Project holds. */
export function aHeldNamespace(
  name: string,
  project: Project,
  environment: string,
  metadata: Partial<ObjectMeta> = {},
): Namespace {
  return aNamespace(name, { ...marked(project, environment), ...metadata });
}

/** A namespace that a Project of that name has let go of. */
export function aRetainedNamespace(name: string, projectName: string): Namespace {
  const kept = { [annotations.retainedFor]: projectName };
  return aNamespace(name, { annotations: kept, managedFields: [ours({}, kept)] });
}

/** The marks of a Project, owned by our field manager. */
function marked(project: Project, environment: string): Pick<ObjectMeta, 'labels' | 'managedFields'> {
  const marks = {
    [labels.owner]: project.metadata.uid ?? '',
    [labels.project]: project.metadata.name,
    [labels.environment]: environment,
  };
  return { labels: marks, managedFields: [ours(marks, {})] };
}

export function aRoleBinding(
  namespace: string,
  name: string,
  project: Project,
  metadata: Partial<ObjectMeta> = {},
): RoleBinding {
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: {
      namespace,
      name,
      uid: `uid-of-${name}`,
      resourceVersion: '13',
      ...marked(project, 'dev'),
      ...metadata,
    },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'admin' },
  };
}

/** The ResourceQuota of an environment, enforced. */
export function aQuota(
  namespace: string,
  project: Project,
  hard: Readonly<Record<string, string>>,
  used: Readonly<Record<string, string>>,
): ResourceQuota {
  return {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { namespace, name: quotaName, resourceVersion: '17', ...marked(project, 'dev') },
    spec: { hard },
    status: { hard, used },
  };
}

/** A refusal of the API server. */
export function forbidden(message: string): ApiError {
  const subject = { verb: 'apply', kind: 'NetworkPolicy', name: 'any' };
  return new ApiError(subject, 403, { reason: 'Forbidden', message });
}

/** A Secret that its owner shares with the Projects named. */
export function aSharedSecret(namespace: string, name: string, sharedWith: string): SecretOutline {
  return sourceOutline({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      namespace,
      name,
      labels: { [labels.shared]: 'true' },
      annotations: { [annotations.sharedWith]: sharedWith },
    },
    type: 'Opaque',
    data: { token: 'c2VjcmV0' },
  });
}

/** What is seen of a Project in a cluster where nothing else is. */
export function anObservation(project: Project, seen: Partial<Observation> = {}): Observation {
  const settings = projectSettings.parse({});
  return {
    now: Date.UTC(2026, 0, 1),
    project,
    settings,
    namespaces: new Map(),
    contents: new Map(),
    existingProjects: new Set([project.metadata.uid ?? '']),
    sources: new Map(),
    peers: new Map(),
    admission: undefined,
    ranges: addressRanges(settings.network),
    definition: 'Serving',
    refusals: [],
    quotaMemory: noMemory,
    ...seen,
  };
}

function ours(
  ownedLabels: Readonly<Record<string, string>>,
  ownedAnnotations: Readonly<Record<string, string>>,
): ManagedFieldsEntry {
  const fields = (names: Readonly<Record<string, string>>): FieldsV1 =>
    Object.fromEntries(Object.keys(names).map((name) => [`f:${name}`, {}]));
  return {
    manager: 'mainstay',
    operation: 'Apply',
    fieldsType: 'FieldsV1',
    fieldsV1: {
      'f:metadata': { 'f:labels': fields(ownedLabels), 'f:annotations': fields(ownedAnnotations) },
    },
  };
}
