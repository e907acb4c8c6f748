import { finalizers } from '../../../crds/project/names.ts';
import type { Namespace } from '../../../operator/resources/builtin.ts';

/** What the namespace controller says is left in a namespace that is being deleted. */
export type Remaining =
  | { readonly state: 'Unknown'; readonly message: string }
  | { readonly state: 'Known'; readonly onlyRoleBindings: boolean; readonly message: string };

const failures = [
  'NamespaceDeletionDiscoveryFailure',
  'NamespaceDeletionGroupVersionParsingFailure',
  'NamespaceDeletionContentFailure',
];
const listed = /([a-z0-9-]+(?:\.[a-z0-9.-]*)?) has (\d+) resource instances/g;
const holding = /([A-Za-z0-9./_-]+) in (\d+) resource instances/g;
const roleBindings = 'rolebindings.rbac.authorization.k8s.io';

/**
 * Read from the conditions that the namespace controller writes, the only place where the remaining kinds are named.
 * While it could not look everywhere, nothing is concluded.
 */
export function remainingContent(namespace: Namespace): Remaining {
  const found = contentOf(namespace);
  const { finalizers: own = [] } = namespace.metadata;
  if (own.length === 0) return found;
  return { ...found, message: `${found.message}. The namespace itself has the finalizers ${own.join(', ')}` };
}

function contentOf(namespace: Namespace): Remaining {
  const conditions = (namespace.status?.conditions ?? []).filter(({ status }) => status === 'True');
  const find = (type: string) => conditions.find((condition) => condition.type === type);
  const failed = conditions.find(({ type, status }) => failures.includes(type) && status === 'True');
  if (failed !== undefined) return { state: 'Unknown', message: failed.message ?? failed.type };
  const content = find('NamespaceContentRemaining');
  if (content === undefined) return { state: 'Unknown', message: 'its content is being deleted' };
  const kinds = counted(content.message, listed).map(([kind, count]) => [kind.replace(/\.$/, ''), count]);
  if (kinds.length === 0) {
    return { state: 'Known', onlyRoleBindings: false, message: content.message ?? content.type };
  }
  const others = kinds.filter(([kind]) => kind !== roleBindings);
  // Our own is only there to keep access until the rest is gone: nobody is to remove it.
  const holders = counted(find('NamespaceFinalizersRemaining')?.message, holding).filter(
    ([finalizer]) => finalizer !== finalizers.access,
  );
  const list = (found: readonly (readonly string[])[]) =>
    found.map(([name, count]) => `${name} (${count})`).join(', ');
  const held = holders.length === 0 ? '' : `, held by the finalizers ${list(holders)}`;
  return {
    state: 'Known',
    onlyRoleBindings: others.length === 0,
    message:
      others.length === 0
        ? `nothing but access is left, which goes now${held}`
        : `left in it are ${list(others)}${held}. Remove what does not go by itself; whoever has access keeps it until then`,
  };
}

function counted(message: string | undefined, pattern: RegExp): readonly (readonly [string, string])[] {
  return [...(message ?? '').matchAll(pattern)].map(([, name = '', count = '']) => [name, count]);
}
