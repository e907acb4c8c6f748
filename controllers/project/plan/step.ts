import type { Desired } from '../../../operator/client/client.ts';
import type { Namespace, ResourceQuota, RoleBinding } from '../../../operator/resources/builtin.ts';
import type { KubernetesObject } from '../../../operator/resources/object.ts';
import type { Resource } from '../../../operator/resources/resource.ts';
import type { Project } from '../project.ts';

/**
 * A write in the life of a Project or a namespace, as opposed to keeping an object as desired. Each is made only if what
 * it was decided on is still exactly so (UID and resourceVersion), and those of one plan may be made in any order.
 */
export type Step =
  /** Exactly these finalizers. */
  | {
      readonly type: 'SetFinalizers';
      readonly target:
        | { readonly kind: 'Project'; readonly live: Project }
        | { readonly kind: 'RoleBinding'; readonly live: RoleBinding };
      readonly finalizers: readonly string[];
    }
  /** Claims an existing namespace. */
  | {
      readonly type: 'Take';
      readonly live: Namespace;
      readonly desired: Desired<Namespace>;
      readonly how: 'Adopted' | 'Returned';
    }
  /** Gives the claim on a namespace up; the namespace stays. */
  | { readonly type: 'Release'; readonly live: Namespace; readonly desired: Desired<Namespace> }
  | { readonly type: 'DeleteNamespace'; readonly live: Namespace }
  /** Gives an environment another share of the quota. */
  | { readonly type: 'MoveQuota'; readonly live: ResourceQuota; readonly desired: Desired<ResourceQuota> }
  /** Deletes an object of ours that nothing asks for any more. */
  | { readonly type: 'Prune'; readonly resource: Resource; readonly live: KubernetesObject };
