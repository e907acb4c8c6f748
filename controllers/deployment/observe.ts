import type { Lister } from '../../operator/cache/lister.ts';
import type { EndpointSlice, Pod, ReplicaSet } from '../../operator/resources/builtin.ts';
import { keyOf } from '../../operator/resources/object.ts';
import { measuredTraffic } from './analysis/measurement.ts';
import { type AnalysedRevision, planAnalysis } from './analysis/plan.ts';
import type { Deployment } from './deployment.ts';
import { previewName, revisionName } from './names.ts';
import type { MetricView, Observation, Refusal, TemplateView } from './plan/observation.ts';
import { revisionView } from './revisions/revisionView.ts';
import { conflictOf, isForeign, isOurs } from './route/conflicts.ts';
import {
  type Gateway,
  type GatewayClass,
  type GatewayInUse,
  gatewayOf,
  keyOfParent,
} from './route/gateway.ts';
import { type ProbeTarget, probeTargets } from './route/probe.ts';
import type { Evidence, Recalled } from './route/probes.ts';
import type { ParentReference, Route } from './route/routes.ts';
import { type SeenRoute, seeRoute, writtenAt } from './route/routeView.ts';

/** What is read for a Deployment. Nothing here asks the API server. */
export interface Caches {
  readonly replicaSets: Lister<ReplicaSet, 'controller'>;
  readonly pods: Lister<Pod, 'controller'>;
  readonly endpoints: Lister<EndpointSlice, 'service'>;
  readonly httpRoutes: Lister<Route, 'owner' | 'claim'>;
  readonly grpcRoutes: Lister<Route, 'owner' | 'claim'>;
  readonly gateways: Lister<Gateway>;
  readonly classes: Lister<GatewayClass>;
}

/** The ReplicaSets that the Deployment controls, whoever made them. */
export function ownReplicaSets({ replicaSets }: Caches, { metadata }: Deployment): readonly ReplicaSet[] {
  return replicaSets.byIndex('controller', metadata.uid ?? '');
}

/** What was seen, and when it will be something else although nobody changes it. */
export interface Seen {
  readonly observation: Observation;
  /** Milliseconds since the epoch. */
  readonly until?: number | undefined;
}

/** What is not in the caches. */
export interface Findings {
  readonly template: TemplateView;
  /** All ReplicaSets that `spec.adopt` is about are the Deployment's. */
  readonly adopted: boolean;
  /** What of the last plan could not be written. */
  readonly refused: Refusal | undefined;
  readonly analysis: ReadonlyMap<string, MetricView>;
  /** Whether all gateways serve the route. */
  readonly evidence: (targets: readonly (ProbeTarget | undefined)[], recalled: Recalled) => Evidence;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Everything that the plan depends on, as one value. */
export function observe(
  caches: Caches,
  deployment: Deployment,
  own: readonly ReplicaSet[],
  { template, adopted, refused, analysis, evidence, now }: Findings,
): Seen {
  const gateway = gatewayOf(caches, deployment);
  const route = routeOf(caches, deployment, evidence, now);
  const observation: Observation = {
    now,
    deployment,
    template,
    adopted: adopted && (deployment.status?.adopted === true || (refused === undefined && isWhole(route))),
    refused,
    route: route?.view,
    gateway: gateway?.view,
    problem: problemOf(deployment, gateway),
    revisions: own.map((replicaSet) => {
      const pods = caches.pods.byIndex('controller', replicaSet.metadata.uid ?? '');
      return revisionView(replicaSet, pods, readyEndpoints(caches, replicaSet));
    }),
    analysis,
  };
  return { observation, until: route?.settlesAt };
}

/** What of the analysis could not be run: to be told before a rollout begins. */
function problemOf(deployment: Deployment, gateway: GatewayInUse | undefined): string | undefined {
  const { metadata, spec } = deployment;
  if (spec.analysis === undefined) return undefined;
  const revision = analysedRevision(deployment, 'revision');
  const { problems } = planAnalysis(spec.analysis, {
    namespace: metadata.namespace ?? '',
    canary: revision,
    stable: revision,
    ...measuredTraffic(deployment, metadata.name, gateway?.controllerNames),
  });
  return problems.map(({ metric, problem }) => `metric ${metric}: ${problem}`)[0];
}

/** By what a revision is told from others in metrics. */
export function analysedRevision({ metadata }: Deployment, hash: string): AnalysedRevision {
  const name = revisionName(metadata.name, hash);
  return { replicaSet: name, service: name };
}

/** What else `spec.adopt` takes over is here as well. Services are taken before the first look is over. */
function isWhole(route: OwnRoute | undefined): boolean {
  return route === undefined || route.ours;
}

interface OwnRoute extends SeenRoute {
  /** All that are asked for stand, and are the Deployment's. */
  readonly ours: boolean;
}

function routeOf(
  caches: Caches,
  deployment: Deployment,
  evidence: Findings['evidence'],
  now: number,
): OwnRoute | undefined {
  const { gateway } = deployment.spec.traffic ?? {};
  if (gateway === undefined) return undefined;
  const routes = gateway.kind === 'GRPCRoute' ? caches.grpcRoutes : caches.httpRoutes;
  const { name, namespace = '' } = deployment.metadata;
  const all = [name, previewName(name)].map((one) => routes.get(keyOf({ namespace, name: one })));
  const foreign = all.find((route) => route !== undefined && isForeign(route, deployment));
  const [live, preview] = all.map((route) => (route === foreign ? undefined : route));
  const gateways = (parent: ParentReference) => caches.gateways.get(keyOfParent(parent, namespace));
  const targets = live === undefined ? [] : probeTargets(live, gateways);
  const found = evidence(targets, recalledOf(deployment, now - writtenAt(live)));
  const seen = seeRoute(deployment, live, preview, found, now);
  const asked = gateway.preview === undefined ? [live] : [live, preview];
  return {
    ...seen,
    ours: asked.every((route) => route !== undefined && isOurs(route, deployment)),
    view: {
      ...seen.view,
      ...(foreign && { foreign: `${foreign.kind} ${foreign.metadata.name}` }),
      conflict: conflictOf(caches, deployment, { live, preview }),
    },
  };
}

/** Milliseconds since which a route stands that a process that has just begun takes to be served. */
const old = 60_000;

/**
 * What the process before this one knew, by what it told. Only where nothing was on its way it may be taken for granted that
 * a gateway serves the route: what is on its way goes on, or loses its pods, by that.
 */
function recalledOf({ status }: Deployment, age: number): Recalled {
  const atRest = status !== undefined && status.phase !== 'Progressing' && status.weight === undefined;
  return { served: atRest && age > old, known: status?.weight?.by === 'Probe' };
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
