import type { Lister } from '../../operator/cache/lister.ts';
import type { EndpointSlice, Pod, ReplicaSet } from '../../operator/resources/builtin.ts';
import type { Deployment } from './deployment.ts';
import type { MetricView, Observation, TemplateView } from './plan/observation.ts';
import { revisionView } from './revisions/revisionView.ts';

/** What is read for a Deployment. Nothing here asks the API server. */
export interface Caches {
  readonly replicaSets: Lister<ReplicaSet, 'controller'>;
  readonly pods: Lister<Pod, 'controller'>;
  readonly endpoints: Lister<EndpointSlice, 'service'>;
}

/** The ReplicaSets that the Deployment controls, whoever made them. */
export function ownReplicaSets({ replicaSets }: Caches, { metadata }: Deployment): readonly ReplicaSet[] {
  return replicaSets.byIndex('controller', metadata.uid ?? '');
}

/** Everything that the plan depends on, as one value. */
export function observe(
  caches: Caches,
  deployment: Deployment,
  own: readonly ReplicaSet[],
  template: TemplateView,
  analysis: ReadonlyMap<string, MetricView>,
  now: number,
): Observation {
  return {
    now,
    deployment,
    template,
    revisions: own.map((replicaSet) => {
      const pods = caches.pods.byIndex('controller', replicaSet.metadata.uid ?? '');
      return revisionView(replicaSet, pods, readyEndpoints(caches, replicaSet));
    }),
    analysis,
  };
}

/** Ready ones in the slices of the revision's Service, which is called as its ReplicaSet. Each address counts once. */
function readyEndpoints({ endpoints }: Caches, { metadata }: ReplicaSet): number {
  const slices = endpoints.byIndex('service', `${metadata.namespace}/${metadata.name}`);
  const addresses = new Set<string>();
  for (const { endpoints: found } of slices)
    for (const { addresses: own, conditions } of found ?? [])
      if (conditions?.ready !== false) for (const address of own) addresses.add(address);
  return addresses.size;
}
