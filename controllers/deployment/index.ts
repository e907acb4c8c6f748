import { group } from '../../crds/project/names.ts';
import { Applier } from '../../operator/apply/applier.ts';
import { inventoryOf } from '../../operator/apply/inventory.ts';
import { recordFailures } from '../../operator/controller/failureEvents.ts';
import { EventRecorder } from '../../operator/events/eventRecorder.ts';
import type { Manager } from '../../operator/manager/manager.ts';
import { services } from '../../operator/resources/builtin.ts';
import { StatusWriter } from '../../operator/status/statusWriter.ts';
import { deployments } from './deployment.ts';
import { informersOf } from './informers.ts';
import { identity } from './marks.ts';
import { DeploymentReconciler } from './reconciler.ts';
import { grpcRoutes, httpRoutes } from './route/routes.ts';
import type { DeploymentSettings } from './settings.ts';
import { Templates } from './template/templates.ts';
import { watchesOf } from './watches.ts';

/**
 * Adds the controller of Deployments to a manager, before it runs.
 *
 * To be read in this order: `observe.ts` gathers what is there, `template/` says which revision the template is,
 * `plan/deployment.ts` decides, `services.ts` and `writes.ts` write; `reconciler.ts` goes through them for one Deployment.
 */
export function addDeploymentController(manager: Manager, settings: DeploymentSettings): void {
  const informers = informersOf(manager);
  const recorder = new EventRecorder({ client: manager.client, controller: `${group}/deployment` });
  manager.beforeStop('events of Deployments', () => recorder.stop());
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
    }),
    statusWriter: new StatusWriter({ client: manager.client, resource: deployments }),
    recorder,
    now: Date.now,
  });
  manager.addController({
    name: 'deployment',
    concurrency: settings.concurrency,
    watches: watchesOf(informers),
    reconcile: (key, context) => reconciler.reconcile(key, context),
    onFailure: recordFailures(informers.deployments, recorder),
  });
}
