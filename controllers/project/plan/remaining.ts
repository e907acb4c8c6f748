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

/**
 * Read from the conditions that the namespace controller writes, the only place where the remaining kinds are named.
 * While it could not look everywhere, nothing is concluded.
 */
export function remainingContent(namespace: Namespace): Remaining {
  const found = contentOf(namespace);
  const { finalizers = [] } = namespace.metadata;
  if (finalizers.length === 0) return found;
  return { ...found, message: `${found.message}; it has finalizers of its own: ${finalizers.join(', ')}` };
}

function contentOf(namespace: Namespace): Remaining {
  const conditions = (namespace.status?.conditions ?? []).filter(({ status }) => status === 'True');
  const find = (type: string) => conditions.find((condition) => condition.type === type);
  const failed = conditions.find(({ type, status }) => failures.includes(type) && status === 'True');
  if (failed !== undefined) return { state: 'Unknown', message: failed.message ?? failed.type };
  const content = find('NamespaceContentRemaining');
  if (content === undefined) return { state: 'Unknown', message: 'its content is being deleted' };
  const kinds = [...(content.message ?? '').matchAll(listed)].map((match) => match[1]?.replace(/\.$/, ''));
  const holders = find('NamespaceFinalizersRemaining')?.message;
  return {
    state: 'Known',
    onlyRoleBindings:
      kinds.length > 0 && kinds.every((kind) => kind === 'rolebindings.rbac.authorization.k8s.io'),
    message: [content.message, holders].filter((part) => part !== undefined).join('. '),
  };
}
