/** Where Mainstay runs and as whom: the admission policies tell its writes from everybody else's by this user. */
export const installation = {
  namespace: 'mainstay-system',
  serviceAccount: 'mainstay',
  fieldManager: 'mainstay',
} as const;

/** The user that the operator's requests come from. */
export const operatorUser = `system:serviceaccount:${installation.namespace}:${installation.serviceAccount}`;

/**
 * Users of the control plane that delete what is in a terminating namespace, or whose owner is gone, or count what a
 * quota has in use. Walls go with their namespace, so these pass.
 */
export const controlPlaneUsers = [
  'system:serviceaccount:kube-system:namespace-controller',
  'system:serviceaccount:kube-system:generic-garbage-collector',
  'system:serviceaccount:kube-system:resourcequota-controller',
  'system:kube-controller-manager',
  'system:apiserver',
] as const;

/** Namespaces that no policy of ours ever matches, so that none can hold up the cluster itself. */
export const exemptNamespaces = ['kube-system', 'kube-public', 'kube-node-lease', 'default'] as const;

/** The role that a Project's owners get. */
export const ownerRole = 'admin';

/** ClusterRoles that a Project may grant where the installation says nothing else. */
export const defaultGrantableRoles: readonly string[] = ['admin', 'edit', 'view'];
