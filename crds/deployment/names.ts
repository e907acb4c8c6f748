/** The names that the kind Deployment sets and reads. A mark counts only where the field manager that owns it is ours, or where the page says who may set it. */

export const labels = {
  /** On everything made for a Deployment, and on its ReplicaSets: the UID of the Deployment. Owned by our field manager; what carries it may be pruned. */
  owner: 'mainstay.dev/owner',
  /** On everything made for a Deployment: its name. */
  deployment: 'mainstay.dev/deployment',
  /** On ReplicaSets, their selectors and pods, and on what belongs to one revision: the revision's hash. The same as of `apps/v1`, so that an adopted ReplicaSet keeps its own. */
  hash: 'pod-template-hash',
} as const;

export const annotations = {
  /** On a ReplicaSet: the number of its revision. The same as of `apps/v1`, so that numbers go on after an adoption. */
  revision: 'deployment.kubernetes.io/revision',
  /** On a ReplicaSet, RFC 3339: since when it is verified that no traffic goes to it. Absent while some may. */
  zeroSince: 'mainstay.dev/zero-since',
  /** On a ReplicaSet: the fingerprint of its template as the user wrote it, by which it is known again. */
  template: 'mainstay.dev/template',
  /** On a ReplicaSet: the `spec.replicas` of the Deployment that its size was made for. */
  sizedFor: 'mainstay.dev/sized-for',
  /** On the ReplicaSet of a canary whose share is made by pods, and on what it became: the step that its size was made for, by number, the hash of the steps, and that size. A rollout goes on there, though its status was not written. */
  step: 'mainstay.dev/step',
  /** On a route: what it matches, copies and previews, by which it is known again. */
  route: 'mainstay.dev/route',
  /** On a route: whose route takes the same requests ahead of it, by namespace and name. Absent where none does. */
  behind: 'mainstay.dev/behind',
  /** Hash of what we desired when we last applied the object. */
  desired: 'mainstay.dev/desired',
} as const;

/** On every Deployment: what becomes of its pods is seen to before it goes, and none go because the definition does. */
export const finalizer = 'mainstay.dev/deployment';

/**
 * RBAC verbs of our own, checked on `deployments` by the shipped admission policy: who may write which `spec.request`.
 * Whoever may stop a rollout in the night need not be who may promote one.
 */
export const requestVerbs = {
  Promote: 'promote',
  PromoteAll: 'promote',
  Pause: 'pause',
  Resume: 'pause',
  Abort: 'abort',
  Retry: 'retry',
  Rollback: 'rollback',
} as const;
