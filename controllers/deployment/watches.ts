import { labels } from '../../crds/deployment/names.ts';
import type { Change } from '../../operator/cache/change.ts';
import { type Watch, watch } from '../../operator/controller/watch.ts';
import { type KubernetesObject, keyOf, type ObjectKey } from '../../operator/resources/object.ts';
import { controllerOf, type DeploymentInformers } from './informers.ts';
import { previewName } from './names.ts';
import { claimsOfRoute } from './route/conflicts.ts';
import type { Route } from './route/routes.ts';

/** Which Deployments a change of anything that is followed concerns. */
export function watchesOf(informers: DeploymentInformers, results: Watch): readonly Watch[] {
  const { deployments, replicaSets } = informers;

  const ofReplicaSet = ({ object, previous }: Change<KubernetesObject>): readonly ObjectKey[] =>
    [object, ...(previous === undefined ? [] : [previous])]
      .flatMap(controllerOf)
      .flatMap((uid) => deployments.byIndex('uid', uid).map(keyOf));

  /** Pods are counted by their ReplicaSet's status; here they matter by what is wrong with them, or was: those have a status. */
  const ofPod = ({ object, previous }: Change<KubernetesObject & { readonly status?: unknown }>) => {
    if (object.status === undefined && previous?.status === undefined) return [];
    const namespace = object.metadata.namespace ?? '';
    return (object.metadata.ownerReferences ?? [])
      .filter((reference) => reference.controller === true)
      .flatMap(({ name }) => replicaSets.get(keyOf({ namespace, name })) ?? [])
      .flatMap(controllerOf)
      .flatMap((uid) => deployments.byIndex('uid', uid).map(keyOf));
  };

  const ofMade = ({ object }: Change<KubernetesObject>): readonly ObjectKey[] => {
    const { labels: marks = {}, namespace = '' } = object.metadata;
    const name = marks[labels.deployment];
    return name === undefined ? [] : [keyOf({ namespace, name })];
  };

  /** A route of somebody else matters to whom it is in the way of, or was: by what it takes, or by its name alone. */
  const ofRoute = (change: Change<Route>): readonly ObjectKey[] => {
    const { object, previous } = change;
    if (object.metadata.labels?.[labels.deployment] !== undefined) return ofMade(change);
    const { name, namespace = '' } = object.metadata;
    const names = [name, name.slice(0, -previewName('').length)];
    const named = names.map((one) => keyOf({ namespace, name: one })).filter((key) => deployments.get(key));
    return [...named, ...ofClaims(object, previous)];
  };

  const ofClaims = (object: Route, previous: Route | undefined): readonly ObjectKey[] =>
    [object, ...(previous === undefined ? [] : [previous])]
      .flatMap(claimsOfRoute)
      .flatMap((claim) => deployments.byIndex('claim', claim).map(keyOf));

  /** Whose route a gateway serves is told by the route: here it is about where it is, and what it can. */
  const ofGateway = ({ initial, object }: Change<KubernetesObject>): readonly ObjectKey[] =>
    initial ? [] : deployments.byIndex('gateway', keyOf(object)).map(keyOf);

  const ofClass = ({ initial, object }: Change<KubernetesObject>): readonly ObjectKey[] =>
    initial
      ? []
      : [...informers.gateways.list()]
          .filter(({ spec }) => spec.gatewayClassName === object.metadata.name)
          .flatMap((gateway) => deployments.byIndex('gateway', keyOf(gateway)).map(keyOf));

  return [
    watch(deployments, ({ object }) => [keyOf(object)], { priority: 'high' }),
    watch(replicaSets, ofReplicaSet),
    watch(informers.pods, ofPod),
    watch(informers.endpoints, ofMade),
    watch(informers.services, ofMade),
    watch(informers.jobs, ofMade),
    watch(informers.httpRoutes, ofRoute),
    watch(informers.grpcRoutes, ofRoute),
    watch(informers.gateways, ofGateway, { priority: 'low' }),
    watch(informers.classes, ofClass, { priority: 'low' }),
    results,
  ];
}
