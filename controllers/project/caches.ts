import { installation } from '../../crds/project/admission.ts';
import { namespaceOf } from '../../crds/project/environment.ts';
import { labels } from '../../crds/project/names.ts';
import type { IndexFunction, Lister } from '../../operator/cache/lister.ts';
import type {
  CoreEvent,
  LimitRange,
  Namespace,
  NetworkPolicy,
  ResourceQuota,
  RoleBinding,
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicyBinding,
} from '../../operator/resources/builtin.ts';
import { referencedProjects } from './plan/network/neighbour.ts';
import type { Project } from './project.ts';
import type { SecretOutline } from './secretOutline.ts';

/** Everything that the controller watches; read without a request. */
export interface Caches {
  readonly projects: Lister<Project, keyof typeof projectIndexes>;
  readonly namespaces: Lister<Namespace, keyof typeof namespaceIndexes>;
  /** Only what carries our owner label, whoever set it. */
  readonly quotas: Lister<ResourceQuota>;
  readonly limits: Lister<LimitRange>;
  readonly policies: Lister<NetworkPolicy>;
  /** NetworkPolicies of everybody else. */
  readonly strangers: Lister<NetworkPolicy>;
  readonly access: Lister<RoleBinding>;
  readonly copies: Lister<SecretOutline>;
  /** Only Secrets that their owners share. */
  readonly sources: Lister<SecretOutline>;
  readonly admissionPolicies: Lister<ValidatingAdmissionPolicy>;
  readonly admissionBindings: Lister<ValidatingAdmissionPolicyBinding>;
  /** Only those of the reason FailedCreate. */
  readonly refusals: Lister<CoreEvent>;
}

export const projectIndexes = {
  /** By each namespace that an environment names. */
  namespace: ({ metadata, spec }: Project) =>
    spec.environments.map((environment) => namespaceOf(metadata.name, environment)),
  /** By each other Project that a network rule names. */
  references: ({ metadata, spec }: Project) => [...referencedProjects(metadata.name, spec)],
  /** By each Secret, as `namespace/name`, that it wants a copy of. */
  source: ({ spec }: Project) => spec.secrets.map(({ from }) => `${from.namespace}/${from.name}`),
  uid: ({ metadata }: Project) => (metadata.uid === undefined ? [] : [metadata.uid]),
} satisfies Readonly<Record<string, IndexFunction<Project>>>;

export const namespaceIndexes = {
  /**
   * By the name of the Project that it says it belongs to, whoever says so. The cluster's own namespaces belong to none:
   * no policy of ours guards what is written on them.
   */
  project: ({ metadata }: Namespace) => {
    const project = metadata.labels?.[labels.project];
    return project === undefined || isClusters(metadata.name) ? [] : [project];
  },
} satisfies Readonly<Record<string, IndexFunction<Namespace>>>;

function isClusters(namespace: string): boolean {
  return namespace.startsWith('kube-') || namespace === 'default' || namespace === installation.namespace;
}
