import type { Namespace, RoleBinding } from '../../../operator/resources/builtin.ts';
import { ownerOf } from './marks.ts';
import { planRemoval } from './removal.ts';
import type { Step } from './step.ts';

/**
 * The next steps for namespaces whose Project is gone without having let go of them. Nobody knows any more what it would
 * have had done, so they are retained.
 */
export function planOrphans(
  projectName: string,
  namespaces: readonly Namespace[],
  access: (namespace: string) => readonly RoleBinding[],
  projectExists: (uid: string) => boolean,
): readonly Step[] {
  return namespaces
    .filter((namespace) => {
      const owner = ownerOf(namespace);
      return owner !== undefined && !projectExists(owner);
    })
    .flatMap(
      (namespace) => planRemoval(namespace, access(namespace.metadata.name), 'Retain', projectName).steps,
    );
}
