import type { shippedAdmission } from '../../crds/project/admission.ts';
import { namespaceOf } from '../../crds/project/environment.ts';
import type { Namespace } from '../../operator/resources/builtin.ts';
import { keyOf } from '../../operator/resources/object.ts';
import { admissionTrouble } from './admission.ts';
import type { Caches } from './caches.ts';
import type { ClusterAddresses } from './clusterAddresses.ts';
import { environmentOf, ownerOf } from './plan/marks.ts';
import { type Neighbour, referencedProjects } from './plan/network/neighbour.ts';
import type { Contents, Observation } from './plan/observation.ts';
import type { QuotaMemory } from './plan/quotaMemory.ts';
import { quotaName } from './plan/quotaShares.ts';
import { type Refusal, refusedAmounts } from './plan/refusal.ts';
import type { Project } from './project.ts';
import type { ProjectSettings } from './settings.ts';

/** What all reconciles have in common. */
export interface Surroundings {
  readonly caches: Caches;
  readonly settings: ProjectSettings;
  readonly addresses: Pick<ClusterAddresses, 'ranges'>;
  readonly shipped: ReturnType<typeof shippedAdmission>;
}

/** Gathers all that the plan for a Project depends on. Reads caches only. */
export function observe(
  { caches, settings, addresses, shipped }: Surroundings,
  project: Project,
  recalled: { readonly definition: Observation['definition']; readonly quotaMemory: QuotaMemory },
  now: number,
): Observation {
  const namespaces = concernedNamespaces(caches, project);
  return {
    now,
    project,
    settings,
    ranges: addresses.ranges,
    ...recalled,
    namespaces,
    contents: new Map([...namespaces.keys()].map((name) => [name, contentsOf(caches, name)])),
    existingProjects: existing(caches, namespaces.values()),
    sources: sourcesOf(caches, project),
    peers: peersOf(caches, project),
    admission: admissionTrouble(shipped, caches),
    refusals: project.spec.quota?.mode === 'Elastic' ? refusalsIn(caches, namespaces.keys()) : [],
  };
}

/** The namespaces that the environments name, and those that the Project holds or held. */
function concernedNamespaces(caches: Caches, project: Project): ReadonlyMap<string, Namespace> {
  const { name } = project.metadata;
  const wanted = project.spec.environments.flatMap(
    (environment) => caches.namespaces.get(keyOf({ name: namespaceOf(name, environment) })) ?? [],
  );
  return new Map(
    [...wanted, ...caches.namespaces.byIndex('project', name)].map((namespace) => [
      namespace.metadata.name,
      namespace,
    ]),
  );
}

export function contentsOf(caches: Caches, namespace: string): Contents {
  return {
    quotas: caches.quotas.inNamespace(namespace),
    limits: caches.limits.inNamespace(namespace),
    policies: caches.policies.inNamespace(namespace),
    strangers: caches.strangers.inNamespace(namespace),
    access: caches.access.inNamespace(namespace),
    secrets: caches.copies.inNamespace(namespace),
  };
}

function existing(caches: Caches, namespaces: Iterable<Namespace>): ReadonlySet<string> {
  const uids = [...namespaces].flatMap((namespace) => ownerOf(namespace) ?? []);
  return new Set(uids.filter((uid) => caches.projects.byIndex('uid', uid).length > 0));
}

function sourcesOf(caches: Caches, project: Project): Observation['sources'] {
  return new Map(
    project.spec.secrets.flatMap(({ from }) => {
      const source = caches.sources.get(keyOf(from));
      return source === undefined ? [] : [[`${from.namespace}/${from.name}`, source] as const];
    }),
  );
}

function peersOf(caches: Caches, project: Project): ReadonlyMap<string, Neighbour> {
  const names = referencedProjects(project.metadata.name, project.spec);
  return new Map(
    [...names].flatMap((name) => {
      const peer = caches.projects.get(keyOf({ name }));
      return peer === undefined ? [] : [[name, neighbourOf(caches, peer)] as const];
    }),
  );
}

/** A Project with the namespaces that it really holds: those that record its UID by our own hand. */
function neighbourOf(caches: Caches, peer: Project): Neighbour {
  const { name, uid } = peer.metadata;
  const held = caches.namespaces.byIndex('project', name).flatMap((namespace) => {
    const environment = environmentOf(namespace);
    if (environment === undefined || ownerOf(namespace) !== uid) return [];
    return [[environment, { name: namespace.metadata.name, labels: namespace.metadata.labels }] as const];
  });
  return { name, spec: peer.spec, namespaces: new Map(held) };
}

function refusalsIn(caches: Caches, namespaces: Iterable<string>): readonly Refusal[] {
  return [...namespaces].flatMap((namespace) =>
    caches.refusals.inNamespace(namespace).flatMap((event) => {
      const requested = refusedAmounts(event.message ?? '', quotaName);
      const at =
        event.series?.lastObservedTime ??
        event.lastTimestamp ??
        event.eventTime ??
        event.metadata.creationTimestamp;
      return requested === undefined || at === undefined
        ? []
        : [{ namespace, requested, at: Date.parse(at) }];
    }),
  );
}
