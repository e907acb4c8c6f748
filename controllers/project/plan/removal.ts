import { finalizers } from '../../../crds/project/names.ts';
import { type Namespace, type RoleBinding, roleBindings } from '../../../operator/resources/builtin.ts';
import { isTerminating } from './claim.ts';
import { ownerOf } from './marks.ts';
import { releasedNamespace } from './namespace.ts';
import { remainingContent } from './remaining.ts';
import type { Step } from './step.ts';

/** How a Project lets go of a namespace. */
export type Farewell = 'Retain' | 'Delete';

export interface RemovalPlan {
  readonly steps: readonly Step[];
  readonly message: string;
}

/**
 * The next steps of taking a namespace from a Project; none when only others can act.
 *
 * Retain: access goes first and the claim last, since the claim is what finds the namespace again after a crash.
 * Delete: our RoleBindings get a finalizer before the namespace is deleted, so that people can clean up what blocks it.
 */
export function planRemoval(
  namespace: Namespace,
  access: readonly RoleBinding[],
  farewell: Farewell,
  projectName: string,
): RemovalPlan {
  if (isTerminating(namespace)) return planTerminating(namespace, access);
  const ours = access.filter(isOurs);
  return farewell === 'Delete' ? planDelete(namespace, ours) : planRetain(namespace, ours, projectName);
}

/** What there is to do for a namespace that goes: let the RoleBindings go once nothing else is left in it. */
export function planTerminating(namespace: Namespace, access: readonly RoleBinding[]): RemovalPlan {
  const remaining = remainingContent(namespace);
  const held = access.filter(isOurs).filter(holdsAccess);
  return {
    steps:
      remaining.state === 'Known' && remaining.onlyRoleBindings
        ? held.map((binding) => setFinalizers(binding, withoutAccess(binding)))
        : [],
    message: `Namespace ${namespace.metadata.name} is being deleted: ${remaining.message}`,
  };
}

function planRetain(namespace: Namespace, access: readonly RoleBinding[], projectName: string): RemovalPlan {
  const name = namespace.metadata.name;
  const message = `Namespace ${name} is kept; access to it and the claim on it go`;
  const freed = access.filter(holdsAccess).map((binding) => setFinalizers(binding, withoutAccess(binding)));
  if (freed.length > 0) return { message, steps: freed };
  const leaving = access.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  if (leaving.length > 0) {
    return {
      message,
      steps: leaving.map((live) => ({ type: 'Prune', resource: roleBindings, live })),
    };
  }
  if (access.length > 0) return { message: `${message}; waiting for RoleBindings to be gone`, steps: [] };
  return {
    message,
    steps: [{ type: 'Release', live: namespace, desired: releasedNamespace(namespace, projectName) }],
  };
}

function planDelete(namespace: Namespace, access: readonly RoleBinding[]): RemovalPlan {
  const message = `Namespace ${namespace.metadata.name} is being deleted`;
  const bare = access.filter(
    (binding) => !holdsAccess(binding) && binding.metadata.deletionTimestamp === undefined,
  );
  if (bare.length > 0) {
    return {
      message,
      steps: bare.map((binding) =>
        setFinalizers(binding, [...(binding.metadata.finalizers ?? []), finalizers.access]),
      ),
    };
  }
  return { message, steps: [{ type: 'DeleteNamespace', live: namespace }] };
}

/** The steps that take our finalizer off RoleBindings of a namespace that stays after all. */
export function keepAccess(access: readonly RoleBinding[]): readonly Step[] {
  return access
    .filter(isOurs)
    .filter(holdsAccess)
    .map((binding) => setFinalizers(binding, withoutAccess(binding)));
}

/** A label that somebody else has set makes nothing ours. */
function isOurs(binding: RoleBinding): boolean {
  return ownerOf(binding) !== undefined;
}

function setFinalizers(live: RoleBinding, wanted: readonly string[]): Step {
  return { type: 'SetFinalizers', target: { kind: 'RoleBinding', live }, finalizers: wanted };
}

function holdsAccess({ metadata }: RoleBinding): boolean {
  return metadata.finalizers?.includes(finalizers.access) === true;
}

function withoutAccess({ metadata }: RoleBinding): readonly string[] {
  return (metadata.finalizers ?? []).filter((name) => name !== finalizers.access);
}
