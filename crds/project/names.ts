/** The marks that Mainstay sets and reads. A mark counts only where the field manager that owns it is ours, or where the page says who may set it. */

export const labels = {
  /** On everything made for a Project: the UID of the Project. Owned by our field manager; what carries it may be pruned. */
  owner: 'mainstay.dev/owner',
  project: 'mainstay.dev/project',
  environment: 'mainstay.dev/environment',
  /** On a namespace: `Strict` or `Open`; the admission policy for walls binds to it. */
  isolation: 'mainstay.dev/isolation',
  /** On a Secret: `true` where its owner shares it; the watch selects on it. */
  shared: 'mainstay.dev/shared',
} as const;

export const annotations = {
  /** Hash of what we desired when we last applied the object. */
  desired: 'mainstay.dev/desired',
  /** On a namespace, set by whoever holds it: the Project that may adopt it. */
  adoptableBy: 'mainstay.dev/adoptable-by',
  /** On a retained namespace, set by us: the Project that takes it back when created again. */
  retainedFor: 'mainstay.dev/retained-for',
  /** On a shared Secret: the names of the Projects that may have it, separated by commas, or `*`. */
  sharedWith: 'mainstay.dev/shared-with',
} as const;

export const finalizers = {
  project: 'mainstay.dev/project',
  /** On RoleBindings of a namespace being deleted, so that people keep access until only they remain. */
  access: 'mainstay.dev/access',
} as const;

/** RBAC verbs of our own, checked on `projects` by the shipped admission policy. */
export const verbs = { privileged: 'use-privileged', gateways: 'use-gateways' } as const;
