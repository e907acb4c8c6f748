import type { Resource } from '../resources/resource.ts';

/** A resource as the server describes it. */
export interface ServedResource extends Resource {
  /** `get`, `list`, `watch`, `patch`, … */
  readonly verbs: readonly string[];
  /** `status`, `scale`, … */
  readonly subresources: readonly string[];
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  /** Of the versions that serve it the one that the server names first. */
  readonly preferred: boolean;
  /** An aggregated server that does not answer now serves it, so this is how it last was. */
  readonly stale: boolean;
}

/** `APIGroupDiscoveryList` of `apidiscovery.k8s.io/v2`, the part that is read. */
export interface DiscoveryAnswer {
  readonly kind: string;
  readonly items?: readonly GroupDiscovery[];
}

interface GroupDiscovery {
  /** No name for the core group. */
  readonly metadata?: { readonly name?: string };
  readonly versions?: readonly VersionDiscovery[];
}

interface VersionDiscovery {
  readonly version: string;
  readonly freshness?: 'Current' | 'Stale';
  readonly resources?: readonly ResourceDiscovery[];
}

interface ResourceDiscovery {
  /** The plural. */
  readonly resource: string;
  readonly responseKind?: { readonly kind: string };
  readonly scope: 'Cluster' | 'Namespaced';
  readonly verbs?: readonly string[];
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  readonly subresources?: readonly { readonly subresource: string }[];
}

/** The resources of an answer, in its order. Throws if it is none: a server before Kubernetes 1.30 answers with less. */
export function resourcesOf({ kind, items = [] }: DiscoveryAnswer): readonly ServedResource[] {
  if (kind !== 'APIGroupDiscoveryList') {
    throw new Error(
      `the API server does not describe its resources in one answer (${kind}): is it older than 1.30?`,
    );
  }
  return items.flatMap(({ metadata, versions = [] }) => {
    const seen = new Set<string>();
    return versions.flatMap(({ version, freshness, resources = [] }) =>
      resources.flatMap((resource): readonly ServedResource[] => {
        // A resource of which only subresources are served has no kind.
        if (resource.responseKind === undefined || resource.responseKind.kind === '') return [];
        const preferred = !seen.has(resource.resource);
        seen.add(resource.resource);
        return [
          {
            group: metadata?.name ?? '',
            version,
            kind: resource.responseKind.kind,
            plural: resource.resource,
            scope: resource.scope,
            verbs: resource.verbs ?? [],
            subresources: (resource.subresources ?? []).map(({ subresource }) => subresource),
            shortNames: resource.shortNames ?? [],
            categories: resource.categories ?? [],
            preferred,
            stale: freshness === 'Stale',
          },
        ];
      }),
    );
  });
}
