import type { Project } from '../../../crds/project/schema.ts';
import type { Facts } from '../compile/index.ts';

/** Why a Project has not got a namespace that it names. */
const notHeld: ReadonlySet<string> = new Set([
  'NamespaceHeld',
  'NamespaceNotAdoptable',
  'NamespaceProtected',
  'NamespaceTerminating',
  'Progressing',
]);

/**
 * The namespaces that Projects hold, as their statuses say it. Labels of a namespace are not believed: whoever may forge one
 * would have a way around a Policy.
 */
export function environmentsOf(projects: Iterable<Project>): Facts['environments'] {
  return [...projects]
    .flatMap(({ metadata, status }) =>
      (status?.environments ?? [])
        .filter(({ ready, reason }) => ready || !notHeld.has(reason))
        .map(({ name, namespace }) => ({ project: metadata.name, environment: name, namespace })),
    )
    .toSorted((a, b) => (a.namespace < b.namespace ? -1 : 1));
}
