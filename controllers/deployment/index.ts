import { group } from '../../crds/group.ts';
import { Applier } from '../../operator/apply/applier.ts';
import { inventoryOf } from '../../operator/apply/inventory.ts';
import { isNotFound } from '../../operator/client/apiError.ts';
import type { Client } from '../../operator/client/client.ts';
import { recordFailures } from '../../operator/controller/failureEvents.ts';
import { Told } from '../../operator/controller/told.ts';
import { EventRecorder } from '../../operator/events/eventRecorder.ts';
import type { Manager } from '../../operator/manager/manager.ts';
import { monotonicClock } from '../../operator/queue/clock.ts';
import { secrets, services } from '../../operator/resources/builtin.ts';
import { keyOf, type ObjectKey } from '../../operator/resources/object.ts';
import { StatusWriter } from '../../operator/status/statusWriter.ts';
import { createAnalyses } from './analysis/index.ts';
import { concurrency } from './analysis/providers.ts';
import type { ReadSecret } from './analysis/secretValues.ts';
import { Snapshots } from './config/snapshots.ts';
import { Sources } from './config/sources.ts';
import { deployments } from './deployment.ts';
import { informersOf } from './informers.ts';
import { identity } from './marks.ts';
import { deploymentMetrics } from './metrics.ts';
import { endpointsOfApiServer } from './outbound/apiServerAddresses.ts';
import { clusterRanges } from './outbound/clusterRanges.ts';
import { openOutbound } from './outbound/index.ts';
import { DeploymentReconciler } from './reconciler.ts';
import { Probes } from './route/probes.ts';
import { grpcRoutes, httpRoutes } from './route/routes.ts';
import type { DeploymentSettings } from './settings.ts';
import { StatusPace } from './statusPace.ts';
import { Templates } from './template/templates.ts';
import { watchesOf } from './watches.ts';

/**
 * Adds the controller of Deployments to a manager, before it runs. `apiServer` are names and addresses by which the API
 * server is reached, besides its Service: no metric may be asked of it.
 *
 * To be read in this order: `observe.ts` gathers what is there, `template/` says which revision the template is,
 * `plan/deployment.ts` decides, `services.ts` and `writes.ts` write; `reconciler.ts` goes through them for one Deployment.
 */
export function addDeploymentController(
  manager: Manager,
  settings: DeploymentSettings,
  apiServer: readonly string[],
): void {
  const informers = informersOf(manager);
  const metrics = deploymentMetrics(manager.metrics.registry, () => informers.deployments.list());
  const recorder = new EventRecorder({
    client: manager.client,
    controller: `${group}/deployment`,
    onDropped: metrics.eventDropped,
  });
  manager.beforeStop('events of Deployments', () => recorder.stop());
  const results = new Told();
  const tell = (key: ObjectKey) => results.tell(key);
  const outbound = openOutbound({
    clock: monotonicClock,
    settings: settings.analysis,
    apiServer,
    endpoints: () => endpointsOfApiServer(manager.client),
    cluster: clusterRanges(manager, monotonicClock),
    connections: concurrency,
  });
  const analyses = createAnalyses({
    clock: monotonicClock,
    now: Date.now,
    outbound: outbound.tenants,
    readSecret: secretsOf(manager.client),
    onResult: tell,
  });
  const probes = new Probes({ clock: monotonicClock, outbound: outbound.gateways, onEvidence: tell });
  manager.beforeStop('questions to other servers', async () => {
    analyses.stopAll();
    probes.stopAll();
    await outbound.close();
  });
  const sources = new Sources(
    manager,
    (source) => informers.deployments.byIndex('source', source).map(keyOf),
    tell,
  );
  const reconciler = new DeploymentReconciler({
    client: manager.client,
    informers,
    templates: new Templates(manager.client),
    applier: new Applier({
      client: manager.client,
      identity,
      inventory: inventoryOf([
        { resource: services, lister: informers.services },
        { resource: httpRoutes, lister: informers.httpRoutes },
        { resource: grpcRoutes, lister: informers.grpcRoutes },
      ]),
      metrics: metrics.changes,
    }),
    analyses,
    snapshots: new Snapshots(manager.client, sources),
    probes,
    statusWriter: new StatusWriter({ client: manager.client, resource: deployments }),
    pace: new StatusPace(monotonicClock, tell),
    recorder,
    onReport: metrics.reported,
    now: Date.now,
  });
  const record = recordFailures(informers.deployments, recorder);
  const controller = manager.addController({
    name: 'deployment',
    concurrency: settings.concurrency,
    watches: watchesOf(informers, results),
    reconcile: (key, context) => reconciler.reconcile(key, context),
    onFailure: (error) => {
      if (!reconciler.isNoNews(error.cause)) record(error);
    },
  });
  sources.attach(controller);
}

/** Reads what metrics' credentials refer to. Each is read again after a minute. */
function secretsOf(client: Client): ReadSecret {
  return async (namespace, name) => {
    try {
      return (await client.get(secrets, { namespace, name })).data ?? {};
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  };
}
