import {
  type ConfigMap,
  configMaps,
  type HttpClient,
  type KubernetesObject,
  type Lister,
  type Resource,
  type Secret,
  secrets,
} from '../../operator/index.ts';
import { type Caches, copyName, roleLabel } from './operator.ts';

/** What an object is, as far as tests compare it: a name, and one text that differs whenever the object does. */
export type Versions = Readonly<Record<string, string>>;

/** The contents of every cache of the operator. */
export interface CachedVersions {
  readonly sources: Versions;
  readonly copies: Versions;
  readonly secrets: Versions;
}

function versionsOf(objects: Iterable<ConfigMap | Secret>): Versions {
  const entries = [...objects].map(({ metadata, data }) => {
    const { name, uid, resourceVersion } = metadata;
    return [name, `${resourceVersion} ${uid} ${JSON.stringify(data)}`] as const;
  });
  return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

export function cachedVersions({ sources, copies, secrets: kept }: Caches): CachedVersions {
  const of = (lister: Pick<Lister<ConfigMap | Secret>, 'list'>) => versionsOf(lister.list());
  return { sources: of(sources), copies: of(copies), secrets: of(kept) };
}

/** What the server has now: the truth that caches are compared with. */
export async function serverVersions(direct: HttpClient, namespace: string): Promise<CachedVersions> {
  const role = (name: string) => listAll(direct, configMaps, namespace, `${roleLabel}=${name}`);
  const [sources, copies, kept] = await Promise.all([
    role('source'),
    role('copy'),
    listAll(direct, secrets, namespace),
  ]);
  return { sources: versionsOf(sources), copies: versionsOf(copies), secrets: versionsOf(kept) };
}

/** The sources whose copy on the server is not as it should be, and the copies that have no source. */
export async function unreconciled(direct: HttpClient, namespace: string): Promise<readonly string[]> {
  const role = (name: string) => listAll(direct, configMaps, namespace, `${roleLabel}=${name}`);
  const [sources, copies] = await Promise.all([role('source'), role('copy')]);
  const dataOf = (objects: readonly ConfigMap[]) =>
    new Map(objects.map(({ metadata, data }) => [metadata.name, JSON.stringify(data)]));
  const wanted = new Map([...dataOf(sources)].map(([name, data]) => [copyName(name), data]));
  const live = dataOf(copies);
  return [...new Set([...wanted.keys(), ...live.keys()])].filter(
    (name) => wanted.get(name) !== live.get(name),
  );
}

async function listAll<T extends KubernetesObject>(
  direct: HttpClient,
  resource: Resource<T>,
  namespace: string,
  labelSelector?: string,
): Promise<readonly T[]> {
  const { items } = await direct.list(resource, {
    namespace,
    ...(labelSelector !== undefined && { labelSelector }),
  });
  return items;
}
