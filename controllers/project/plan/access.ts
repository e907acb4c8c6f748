import type { Subject } from '../../../crds/project/schema.ts';
import type { Desired } from '../../../operator/client/client.ts';
import type { RoleBinding } from '../../../operator/resources/builtin.ts';
import type { Environment } from './environment.ts';
import type { Marked } from './marks.ts';

export interface AccessPlan {
  readonly roleBindings: readonly Desired<RoleBinding>[];
  /** Roles that the Project names and this installation does not hand out. */
  readonly refused: readonly string[];
}

/**
 * Who may do what in an environment: one RoleBinding a role, named by it, so that its immutable roleRef never has to
 * change.
 */
export function planAccess(
  environment: Environment,
  grantableRoles: readonly string[],
  marked: Marked,
): AccessPlan {
  const refused: string[] = [];
  const roleBindings: Desired<RoleBinding>[] = [];
  for (const [role, subjects] of environment.grants) {
    if (!grantableRoles.includes(role)) {
      refused.push(role);
      continue;
    }
    roleBindings.push({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: marked(`mainstay-${role}`),
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role },
      subjects: subjects.map((subject) => subjectOf(subject, environment.namespace)),
    });
  }
  return { roleBindings, refused };
}

function subjectOf(
  { kind, name, namespace }: Subject,
  ownNamespace: string,
): NonNullable<RoleBinding['subjects']>[number] {
  return kind === 'ServiceAccount'
    ? { kind, name, namespace: namespace ?? ownNamespace }
    : { kind, name, apiGroup: 'rbac.authorization.k8s.io' };
}
