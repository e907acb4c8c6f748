import { annotations, labels } from '../../../crds/deployment/names.ts';
import type { Applier } from '../../../operator/apply/applier.ts';
import type { DesiredObject } from '../../../operator/apply/desired.ts';
import { isAlreadyExists, isNotFound } from '../../../operator/client/apiError.ts';
import type { Client } from '../../../operator/client/client.ts';
import type { ReconcileContext } from '../../../operator/controller/reconciler.ts';
import { type ReplicaSet, replicaSets, services } from '../../../operator/resources/builtin.ts';
import { isRecord } from '../../../operator/resources/json.ts';
import { keyOf, type ObjectMeta, type ObjectName } from '../../../operator/resources/object.ts';
import type { Resource } from '../../../operator/resources/resource.ts';
import { copiesOf } from '../config/copies.ts';
import type { Deployment } from '../deployment.ts';
import type { DeploymentInformers } from '../informers.ts';
import { disowned } from '../metadataPatch.ts';
import { ownReplicaSets } from '../observe.ts';
import { allPods, type PlannedRoute } from '../plan/deploymentPlan.ts';
import { failureOf } from '../refusals.ts';
import { desiredRoutes } from '../route/desiredRoutes.ts';
import { grpcRoutes, httpRoutes } from '../route/routes.ts';
import { seeRoute } from '../route/routeView.ts';
import { serviceOfAll } from '../services.ts';
import { type AppsDeployment, appsDeployments } from './appsDeployment.ts';

export interface ReleaseParts {
  readonly client: Client;
  readonly applier: Applier;
  readonly informers: DeploymentInformers;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** How long a gateway is waited for, milliseconds: one that is gone must not keep a Deployment from being deleted. */
const patience = 60_000;

/** The marks by which things are known as a Deployment's. */
const marks = {
  labels: [labels.owner, labels.deployment],
  annotations: [
    annotations.desired,
    annotations.behind,
    annotations.route,
    annotations.sizedFor,
    annotations.step,
    annotations.template,
    annotations.zeroSince,
  ],
};

const everything: PlannedRoute = { weights: new Map([[allPods, 100]]), rules: '' };

/**
 * Gives the pods of a Deployment that is being deleted to an `apps/v1` Deployment of the same name, and none of them
 * notices. Traffic first: the route comes to point at all pods, whoever's they are, since the Services of revisions go with
 * the Deployment. Then the ReplicaSets are let go, and last comes the one who takes them. Each of it may be done already,
 * by a process that died.
 *
 * Gives the milliseconds after which to ask again; undefined once all is done.
 */
export async function release(
  parts: ReleaseParts,
  deployment: Deployment,
  context: ReconcileContext,
): Promise<number | undefined> {
  const wait = await handOverTraffic(parts, deployment, context);
  if (wait !== undefined) return wait;
  const running = await runningOf(parts, deployment, context.signal);
  await letGo(parts, deployment, context.signal);
  if (running !== undefined) await takeBack(parts.client, deployment, running, context.signal);
  return undefined;
}

async function handOverTraffic(
  { applier, informers, now }: ReleaseParts,
  deployment: Deployment,
  { log, signal }: ReconcileContext,
): Promise<number | undefined> {
  const desired: readonly DesiredObject[] = trafficOf(deployment);
  const { metadata, spec } = deployment;
  const { name, namespace = '', uid = '' } = metadata;
  // Without a gateway the Service stands as it is to stay.
  if (spec.traffic?.gateway === undefined) return undefined;
  const routes = spec.traffic.gateway.kind === 'GRPCRoute' ? informers.grpcRoutes : informers.httpRoutes;
  // What was let go already is nobody's to write.
  if (!isOurs(routes.get(keyOf({ name, namespace }))?.metadata, uid)) return undefined;
  const { outcomes } = await applier.apply({ owner: { uid }, desired, log, signal });
  for (const outcome of outcomes) {
    const failure = failureOf(outcome);
    if (failure !== undefined) throw failure;
  }
  const live = routes.get(keyOf({ name, namespace }));
  // Time does: nobody waits for it but a deletion.
  const { view, settlesAt } = seeRoute(deployment, live, undefined, 'None', now());
  const since = Date.parse(metadata.deletionTimestamp ?? '');
  if (view.verified || now() > since + patience) return undefined;
  return Math.max(100, (settlesAt ?? now() + 1000) - now());
}

/** What of the traffic stays: a Service of all pods, and the route to it. */
function trafficOf(deployment: Deployment): readonly DesiredObject[] {
  if (deployment.spec.traffic === undefined) return [];
  return [serviceOfAll(deployment), ...desiredRoutes(deployment, everything, { probe: false }).slice(0, 1)];
}

function isOurs(metadata: ObjectMeta | undefined, uid: string): boolean {
  return metadata?.ownerReferences?.some((reference) => reference.uid === uid) === true;
}

/** The ReplicaSet whose pods serve: of the last stable revision, or of the one on its way where there is none. */
async function runningOf(
  { client, informers }: ReleaseParts,
  deployment: Deployment,
  signal: AbortSignal,
): Promise<ReplicaSet | undefined> {
  const { metadata, status } = deployment;
  const { namespace = '' } = metadata;
  const own = ownReplicaSets(informers, deployment);
  const largest = own.toSorted((a, b) => (b.spec?.replicas ?? 0) - (a.spec?.replicas ?? 0))[0];
  const name = (status?.stable ?? status?.canary)?.replicaSet ?? largest?.metadata.name;
  if (name === undefined) return undefined;
  try {
    return await client.get(replicaSets, { name, namespace }, { signal });
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

async function letGo(
  { client, informers }: ReleaseParts,
  deployment: Deployment,
  signal: AbortSignal,
): Promise<void> {
  const { namespace = '', uid = '' } = deployment.metadata;
  const kept = new Set(trafficOf(deployment).map(({ object }) => object.metadata.name));
  const ofTraffic = [
    [services, informers.services.byIndex('owner', uid)],
    [httpRoutes, informers.httpRoutes.byIndex('owner', uid)],
    [grpcRoutes, informers.grpcRoutes.byIndex('owner', uid)],
  ] as const;
  // Its pods have the copies, and so have those that are to come.
  const copies =
    deployment.spec.configSnapshots === undefined ? [] : await copiesOf(client, deployment, signal);
  const leaving: (readonly [Resource, ObjectMeta])[] = [
    ...copies.map(({ resource, metadata }) => [resource, metadata] as const),
    ...ownReplicaSets(informers, deployment).map(({ metadata }) => [replicaSets, metadata] as const),
    ...ofTraffic.flatMap(([resource, objects]) =>
      objects
        .filter(({ metadata }) => metadata.namespace === namespace && kept.has(metadata.name))
        .map(({ metadata }) => [resource, metadata] as const),
    ),
  ];
  await Promise.all(
    leaving
      .filter(([, metadata]) => isOurs(metadata, uid))
      .map(([resource, metadata]) =>
        client.patch(
          resource,
          nameOf(metadata),
          { type: 'json', body: disowned(metadata, uid, marks) },
          { signal },
        ),
      ),
  );
}

async function takeBack(
  client: Client,
  deployment: Deployment,
  running: ReplicaSet,
  signal: AbortSignal,
): Promise<void> {
  try {
    await client.create(appsDeployments, appsDeploymentOf(deployment, running), { signal });
  } catch (error) {
    if (!isAlreadyExists(error)) throw error;
  }
}

/** The Deployment as `apps/v1` would have it, with the template that its pods run. */
function appsDeploymentOf({ metadata, spec }: Deployment, running: ReplicaSet): AppsDeployment {
  const { strategy } = spec;
  const { replicas, selector, minReadySeconds, progressDeadlineSeconds, revisionHistoryLimit, paused } = spec;
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      name: metadata.name,
      ...(metadata.namespace !== undefined && { namespace: metadata.namespace }),
      ...(metadata.labels !== undefined && { labels: metadata.labels }),
    },
    spec: {
      replicas,
      selector,
      minReadySeconds,
      progressDeadlineSeconds,
      revisionHistoryLimit,
      ...(paused === true && { paused }),
      ...(strategy.type === 'Recreate' && { strategy: { type: 'Recreate' } }),
      ...(strategy.type === 'RollingUpdate' && { strategy }),
      template: withoutHash(running.spec?.template),
    },
  };
}

function withoutHash(template: unknown): unknown {
  if (!isRecord(template) || !isRecord(template.metadata) || !isRecord(template.metadata.labels))
    return template;
  const { [labels.hash]: _, ...rest } = template.metadata.labels;
  return { ...template, metadata: { ...template.metadata, labels: rest } };
}

function nameOf({ name, namespace }: ObjectMeta): ObjectName {
  return namespace === undefined ? { name } : { name, namespace };
}
