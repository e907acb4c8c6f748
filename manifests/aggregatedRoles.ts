/** What must be known of a kind of ours to let people have it. */
export interface ServedKind {
  readonly group: string;
  readonly plural: string;
  readonly scope: 'Cluster' | 'Namespaced';
  readonly scale?: unknown;
  /** RBAC verbs of its own. */
  readonly verbs?: readonly string[];
}

interface AggregatedRole {
  readonly name: string;
  readonly description: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly groups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

/**
 * ClusterRoles that Kubernetes adds to its own `admin`, `edit` and `view`, so that whoever has one of these in a
 * namespace writes or reads our kinds there too. Cluster-scoped kinds are left out: nobody gets those by being somebody
 * in a namespace. Without a namespaced kind there is nothing to add.
 */
export function aggregatedRoles(kinds: readonly ServedKind[]): readonly AggregatedRole[] {
  const namespaced = kinds.filter(({ scope }) => scope === 'Namespaced');
  if (namespaced.length === 0) return [];
  const groups = [...new Set(namespaced.map(({ group }) => group))];
  const written = namespaced.flatMap(({ plural, scale }) =>
    scale === undefined ? [plural] : [plural, `${plural}/scale`],
  );
  const own = [...new Set(namespaced.flatMap(({ verbs = [] }) => verbs))];
  const read = namespaced.map(({ plural }) => `${plural}/status`);
  return [
    role('view', 'Reads', groups, [...written, ...read], ['get', 'list', 'watch']),
    // Kubernetes adds `view` to `edit` and `edit` to `admin` itself.
    role('edit', 'Writes', groups, written, [
      'create',
      'update',
      'patch',
      'delete',
      'deletecollection',
      ...own,
    ]),
  ];
}

function role(
  into: 'edit' | 'view',
  does: string,
  groups: readonly string[],
  resources: readonly string[],
  verbs: readonly string[],
): AggregatedRole {
  return {
    name: `mainstay-aggregate-to-${into}`,
    description: `${does} the namespaced kinds of Mainstay, wherever somebody has the role ${into} or a higher one.`,
    labels: { [`rbac.authorization.k8s.io/aggregate-to-${into}`]: 'true' },
    groups,
    resources,
    verbs,
  };
}
