import { labels } from '../../crds/deployment/names.ts';
import { ownerIndex } from '../../operator/apply/inventory.ts';
import type { Informer } from '../../operator/cache/informer.ts';
import type { Manager } from '../../operator/manager/manager.ts';
import {
  type EndpointSlice,
  endpointSlices,
  type Job,
  jobs,
  type Pod,
  pods,
  type ReplicaSet,
  replicaSets,
  type Service,
  services,
} from '../../operator/resources/builtin.ts';
import type { KubernetesObject } from '../../operator/resources/object.ts';
import { frozenReferences } from './config/snapshots.ts';
import { type Deployment, deployments } from './deployment.ts';
import { identity } from './marks.ts';
import type { Caches } from './observe.ts';
import { endpointsOutline, jobPodOutline, podOutline } from './outlines.ts';
import { claimsOfDeployment, claimsOfRoute } from './route/conflicts.ts';
import {
  type Gateway,
  type GatewayClass,
  gatewayClasses,
  gateways,
  gatewaysOfDeployment,
} from './route/gateway.ts';
import { grpcRoutes, httpRoutes, type Route } from './route/routes.ts';

/** The informers behind the caches. */
export interface DeploymentInformers extends Caches {
  readonly deployments: Informer<Deployment, 'uid' | 'claim' | 'gateway' | 'source'>;
  readonly replicaSets: Informer<ReplicaSet, 'controller'>;
  readonly pods: Informer<Pod, 'controller'>;
  readonly jobs: Informer<Job, 'owner'>;
  readonly jobPods: Informer<Pod, 'job'>;
  readonly endpoints: Informer<EndpointSlice, 'service'>;
  readonly services: Informer<Service, 'owner'>;
  readonly httpRoutes: Informer<Route, 'owner' | 'claim'>;
  readonly grpcRoutes: Informer<Route, 'owner' | 'claim'>;
  readonly gateways: Informer<Gateway>;
  readonly classes: Informer<GatewayClass>;
}

/** Everything that the controller follows, and of each object only what it reads. */
export function informersOf(manager: Manager): DeploymentInformers {
  const applied = {
    labelSelector: labels.owner,
    managedFields: 'own',
    indexes: { owner: ownerIndex(identity) },
  } as const;
  return {
    deployments: manager.informer({
      resource: deployments,
      indexes: {
        uid: ({ metadata: { uid } }) => (uid === undefined ? [] : [uid]),
        claim: claimsOfDeployment,
        gateway: gatewaysOfDeployment,
        source: (deployment) =>
          frozenReferences(deployment).map(
            ({ kind, name }) => `${kind}/${deployment.metadata.namespace}/${name}`,
          ),
      },
    }),
    // Ours and those that may come to be ours: only ReplicaSets that tell their pods apart.
    replicaSets: manager.informer({
      resource: replicaSets,
      labelSelector: labels.owner,
      indexes: { controller: controllerOf },
    }),
    pods: manager.informer({
      resource: pods,
      labelSelector: labels.hash,
      indexes: { controller: controllerOf },
      transform: podOutline,
    }),
    jobs: manager.informer({ resource: jobs, ...applied }),
    jobPods: manager.informer({
      resource: pods,
      labelSelector: labels.owner,
      indexes: { job: jobOf },
      transform: jobPodOutline,
    }),
    endpoints: manager.informer({
      resource: endpointSlices,
      labelSelector: labels.owner,
      indexes: { service: serviceOf },
      transform: endpointsOutline,
    }),
    services: manager.informer({ resource: services, ...applied }),
    // Gateway API may be installed later, or never. Routes of others may be in the way of ours.
    httpRoutes: manager.informer({
      resource: httpRoutes,
      managedFields: 'own',
      indexes: { owner: ownerIndex(identity), claim: claimsOfRoute },
      optional: true,
    }),
    grpcRoutes: manager.informer({
      resource: grpcRoutes,
      managedFields: 'own',
      indexes: { owner: ownerIndex(identity), claim: claimsOfRoute },
      optional: true,
    }),
    gateways: manager.informer({ resource: gateways, optional: true }),
    classes: manager.informer({ resource: gatewayClasses, optional: true }),
  };
}

/** The UID of whoever controls the object. */
export function controllerOf({ metadata }: KubernetesObject): readonly string[] {
  const controller = metadata.ownerReferences?.find((reference) => reference.controller === true);
  return controller === undefined ? [] : [controller.uid];
}

/** The Job that made a pod, which owns it. */
function jobOf({ metadata }: KubernetesObject): readonly string[] {
  const job = metadata.ownerReferences?.find(({ kind }) => kind === 'Job');
  return job === undefined ? [] : [`${metadata.namespace}/${job.name}`];
}

function serviceOf({ metadata }: KubernetesObject): readonly string[] {
  const name = metadata.labels?.['kubernetes.io/service-name'];
  return name === undefined ? [] : [`${metadata.namespace}/${name}`];
}
