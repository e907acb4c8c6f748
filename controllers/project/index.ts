import { group } from '../../crds/group.ts';
import { shippedAdmission } from '../../crds/project/admission.ts';
import { Applier } from '../../operator/apply/applier.ts';
import { recordFailures } from '../../operator/controller/failureEvents.ts';
import { EventRecorder } from '../../operator/events/eventRecorder.ts';
import type { Manager } from '../../operator/manager/manager.ts';
import { StatusWriter } from '../../operator/status/statusWriter.ts';
import { ClusterAddresses } from './clusterAddresses.ts';
import { CopyingClient } from './copyingClient.ts';
import { GuardTeller, guardsOf, guardWatches, measureGuards } from './guards.ts';
import { informersOf, inventoryOfProjects } from './informers.ts';
import { changeMetrics } from './metrics.ts';
import { identity } from './plan/marks.ts';
import { projects } from './project.ts';
import { ProjectReconciler } from './reconciler.ts';
import type { ProjectSettings } from './settings.ts';
import { watchesOf } from './watches.ts';

/**
 * Adds the controller of Projects to a manager, before it runs.
 *
 * To be read in this order: `observe.ts` gathers what is there, `plan/project.ts` decides, `steps.ts` and the applier
 * write, `status/status.ts` reports; `reconciler.ts` goes through them for one Project.
 */
export function addProjectController(manager: Manager, settings: ProjectSettings): void {
  const { reconciler, informers, addresses, recorder } = projectReconciler(manager, settings);
  manager.addController({
    name: 'project',
    concurrency: settings.concurrency,
    watches: watchesOf(informers, addresses),
    onStart: () => reconciler.beginTerm(),
    reconcile: (key, context) => reconciler.reconcile(key, context),
    onFailure: recordFailures(informers.projects, recorder),
  });
  const guards = guardsOf(settings.grantableRoles);
  measureGuards(manager.metrics.registry, guards, informers);
  manager.addController({
    name: 'guards',
    concurrency: 1,
    watches: guardWatches(informers),
    reconcile: new GuardTeller(guards, informers, recorder).reconcile,
  });
}

/** The reconciler with all that it stands on. Its informers follow once the manager runs. */
export function projectReconciler(manager: Manager, settings: ProjectSettings) {
  const informers = informersOf(manager);
  const metrics = changeMetrics(manager.metrics.registry);
  const recorder = new EventRecorder({
    client: manager.client,
    controller: `${group}/project`,
    onDropped: metrics.eventDropped,
  });
  manager.beforeStop('events of Projects', () => recorder.stop());
  const addresses = new ClusterAddresses(settings.network, informers.nodes, informers.serviceCidrs);
  const inventory = inventoryOfProjects(informers);
  const reconciler = new ProjectReconciler({
    client: manager.client,
    informers,
    settings,
    addresses,
    shipped: shippedAdmission(settings.grantableRoles),
    applier: new Applier({
      client: new CopyingClient(manager.client, informers.projects),
      identity,
      inventory,
      metrics,
    }),
    inventory,
    statusWriter: new StatusWriter({ client: manager.client, resource: projects }),
    recorder,
    now: Date.now,
  });
  return { reconciler, informers, addresses, recorder };
}
