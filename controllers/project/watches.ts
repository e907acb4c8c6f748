import { labels } from '../../crds/project/names.ts';
import type { Change } from '../../operator/cache/change.ts';
import { type Watch, watch } from '../../operator/controller/watch.ts';
import type { NetworkPolicy } from '../../operator/resources/builtin.ts';
import { type KubernetesObject, keyOf, type ObjectKey } from '../../operator/resources/object.ts';
import type { ClusterAddresses } from './clusterAddresses.ts';
import type { ProjectInformers } from './informers.ts';
import { isShippedName } from './outlines.ts';
import { opensWall } from './plan/holes.ts';
import { quotaName } from './plan/quotaShares.ts';
import { refusedAmounts } from './plan/refusal.ts';
import type { Project } from './project.ts';

/** Which Projects a change of anything that is followed concerns. */
export function watchesOf(informers: ProjectInformers, addresses: ClusterAddresses): readonly Watch[] {
  const { projects } = informers;
  const keysBy = (index: Parameters<typeof projects.byIndex>[0], value: string) =>
    projects.byIndex(index, value).map(keyOf);

  /** Those that name a Project are concerned by what it is and holds, but not by its status. */
  const ofProject = (change: Change<Project>): readonly ObjectKey[] => {
    const { object, previous, type } = change;
    const same = type === 'Modified' && previous.metadata.generation === object.metadata.generation;
    return [keyOf(object), ...(same ? [] : keysBy('references', object.metadata.name))];
  };

  /** Whose it is, whose it was, who wants it, and who lets its pods in. */
  const ofNamespace = ({ object, previous }: Change<KubernetesObject>): readonly ObjectKey[] => {
    const held = [...projectNames(object), ...(previous === undefined ? [] : projectNames(previous))];
    const moved = previous === undefined || claimOf(previous) !== claimOf(object);
    return [
      ...held.map((name) => keyOf({ name })),
      ...keysBy('namespace', object.metadata.name),
      ...(moved ? held.flatMap((name) => keysBy('references', name)) : []),
    ];
  };

  const ofMade = ({ object, previous }: Change<KubernetesObject>): readonly ObjectKey[] =>
    [object, ...(previous === undefined ? [] : [previous])]
      .flatMap(projectNames)
      .map((name) => keyOf({ name }));

  /** NetworkPolicies of people count only where they open a wall, or did. */
  const ofStranger = ({ object, previous }: Change<NetworkPolicy>): readonly ObjectKey[] => {
    if (!opensWall(object) && (previous === undefined || !opensWall(previous))) return [];
    const namespace = informers.namespaces.get(keyOf({ name: object.metadata.namespace ?? '' }));
    return namespace === undefined ? [] : projectNames(namespace).map((name) => keyOf({ name }));
  };

  const ofSource = ({ object }: Change<KubernetesObject>): readonly ObjectKey[] =>
    keysBy('source', keyOf(object));

  /** Walls leave the cluster's own addresses out. */
  const ofAddresses = ({ initial }: Change<KubernetesObject>): readonly ObjectKey[] =>
    !initial && addresses.renew() ? everybody() : [];

  const everybody = (): readonly ObjectKey[] => [...projects.list()].map(keyOf);

  return [
    watch(projects, ofProject, { priority: 'high' }),
    watch(informers.namespaces, ofNamespace),
    watch(informers.quotas, ofMade),
    watch(informers.limits, ofMade),
    watch(informers.policies, ofMade),
    watch(informers.strangers, ofStranger),
    watch(informers.access, ofMade),
    watch(informers.copies, ofMade),
    watch(informers.sources, ofSource),
    watch(informers.admissionPolicies, everybody, { predicate: isOurs, priority: 'low' }),
    watch(informers.admissionBindings, everybody, { predicate: isOurs, priority: 'low' }),
    watch(informers.nodes, ofAddresses, { priority: 'low' }),
    watch(informers.serviceCidrs, ofAddresses, { priority: 'low' }),
    watch(informers.refusals, ({ object }) =>
      refusedAmounts(object.message ?? '', quotaName) === undefined
        ? []
        : elasticIn(informers, object.metadata.namespace ?? ''),
    ),
  ];
}

function elasticIn({ namespaces, projects }: ProjectInformers, namespace: string): readonly ObjectKey[] {
  const live = namespaces.get(keyOf({ name: namespace }));
  if (live === undefined) return [];
  return projectNames(live)
    .map((name) => keyOf({ name }))
    .filter((key) => projects.get(key)?.spec.quota?.mode === 'Elastic');
}

/** The Project that an object says it belongs to. Whether it does is looked at when it is observed. */
function projectNames({ metadata }: KubernetesObject): readonly string[] {
  const name = metadata.labels?.[labels.project];
  return name === undefined ? [] : [name];
}

function claimOf({ metadata }: KubernetesObject): string | undefined {
  return metadata.labels?.[labels.owner];
}

function isOurs({ object }: Change<KubernetesObject>): boolean {
  return isShippedName(object.metadata.name);
}
