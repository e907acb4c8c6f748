import { literal } from '../../admission/policy.ts';
import { group, version } from '../../group.ts';
import { installation } from '../../project/admission.ts';

/** Deployments of ours, made and changed. */
export const written = {
  apiGroups: [group],
  apiVersions: [version],
  resources: ['deployments'],
  operations: ['CREATE', 'UPDATE'],
  scope: 'Namespaced',
} as const;

/** Whether the request is about the cluster's own namespaces, or that of the operator. */
export const inClustersOwn = `(request.namespace.startsWith('kube-') || request.namespace == ${literal(installation.namespace)})`;
