import { annotations } from '../../../crds/project/names.ts';
import type { Namespace } from '../../../operator/resources/builtin.ts';
import type { KubernetesObject } from '../../../operator/resources/object.ts';
import type { Project } from '../project.ts';
import type { Environment } from './environment.ts';
import { ownerOf, projectOf, retainedFor } from './marks.ts';

/**
 * What a Project may do with the namespace that one of its environments names.
 *
 * - Free: there is none; it may be created, and only created: what appears meanwhile is not taken over.
 * - Held: it records this Project's UID.
 * - Takeable: it may be claimed, on condition that it is still exactly as seen.
 * - Terminating: it goes; nothing is made in it.
 * - Refused: it is somebody else's. Only a change of the spec or of the namespace helps.
 */
export type Claim =
  | { readonly state: 'Free' }
  | { readonly state: 'Held'; readonly namespace: Namespace }
  | { readonly state: 'Takeable'; readonly namespace: Namespace; readonly how: 'Adopted' | 'Returned' }
  | { readonly state: 'Terminating'; readonly namespace: Namespace }
  | {
      readonly state: 'Refused';
      readonly reason: 'NamespaceHeld' | 'NamespaceProtected' | 'NamespaceNotAdoptable';
      readonly message: string;
    };

export interface ClaimContext {
  readonly project: Project;
  readonly environment: Environment;
  /** The namespace of that name, if there is one. */
  readonly namespace: Namespace | undefined;
  /** Whether a Project with this UID exists. */
  readonly projectExists: (uid: string) => boolean;
  /** Namespaces that no Project may take: names, or prefixes ending in `*`. */
  readonly protectedNamespaces: readonly string[];
}

export function claimOf(context: ClaimContext): Claim {
  const { project, environment, namespace } = context;
  const name = environment.namespace;
  if (isProtected(name, context.protectedNamespaces)) {
    return {
      state: 'Refused',
      reason: 'NamespaceProtected',
      message: `Namespace ${name} belongs to the cluster and is never a Project's; name another in spec.environments`,
    };
  }
  if (namespace === undefined) return { state: 'Free' };
  const holder = ownerOf(namespace);
  if (holder === project.metadata.uid) {
    return isTerminating(namespace) ? { state: 'Terminating', namespace } : { state: 'Held', namespace };
  }
  if (holder !== undefined && context.projectExists(holder)) {
    return {
      state: 'Refused',
      reason: 'NamespaceHeld',
      message: `Namespace ${name} is held by Project ${projectOf(namespace) ?? '(unknown)'} (${holder}), which keeps it; name another, or remove it there first`,
    };
  }
  // From here on nobody holds it: the Project that did is gone, or there never was one.
  const last = holder === undefined ? retainedFor(namespace) : projectOf(namespace);
  const how =
    last === project.metadata.name
      ? 'Returned'
      : environment.adopt &&
          namespace.metadata.annotations?.[annotations.adoptableBy] === project.metadata.name
        ? 'Adopted'
        : undefined;
  if (how === undefined) return notAdoptable(context, namespace);
  return isTerminating(namespace)
    ? { state: 'Terminating', namespace }
    : { state: 'Takeable', namespace, how };
}

function notAdoptable({ project, environment }: ClaimContext, namespace: Namespace): Claim {
  const name = namespace.metadata.name;
  const annotate = `kubectl annotate namespace ${name} ${annotations.adoptableBy}=${project.metadata.name}`;
  return {
    state: 'Refused',
    reason: 'NamespaceNotAdoptable',
    message: environment.adopt
      ? `Namespace ${name} exists and its holder has not offered it to this Project; whoever holds it may: ${annotate}`
      : `Namespace ${name} exists already; set adopt: true on environment ${environment.name}, and have its holder run: ${annotate}`,
  };
}

/** Whether a name is one of `names`, or begins with one that ends in `*`. */
function isProtected(name: string, names: readonly string[]): boolean {
  return names.some((entry) => (entry.endsWith('*') ? name.startsWith(entry.slice(0, -1)) : entry === name));
}

export function isTerminating(object: KubernetesObject): boolean {
  return object.metadata.deletionTimestamp !== undefined;
}
