import { group } from '../../crds/group.ts';
import { Applier } from '../../operator/apply/applier.ts';
import { inventoryOf } from '../../operator/apply/inventory.ts';
import { recordFailures } from '../../operator/controller/failureEvents.ts';
import { Told } from '../../operator/controller/told.ts';
import { EventRecorder } from '../../operator/events/eventRecorder.ts';
import type { Manager } from '../../operator/manager/manager.ts';
import { monotonicClock } from '../../operator/queue/clock.ts';
import { keyOf } from '../../operator/resources/object.ts';
import { StatusWriter } from '../../operator/status/statusWriter.ts';
import { Examinations } from './admission/examinations.ts';
import { FixRight } from './admission/fixRight.ts';
import { compiledResources } from './admission/live.ts';
import { AdmissionReconciler } from './admission/reconciler.ts';
import { ServerFacts } from './admission/server.ts';
import { Uptake } from './admission/uptake.ts';
import { addFixes } from './fix/index.ts';
import { informersOf } from './informers.ts';
import { identity } from './marks.ts';
import { policyMetrics } from './metrics.ts';
import { policies } from './policy.ts';
import { addPolicyReports } from './reports/index.ts';
import { followDefinitions } from './scan/definitions.ts';
import { createScan } from './scan/index.ts';
import type { PolicySettings } from './settings.ts';
import { StatusReconciler } from './status/reconciler.ts';
import { admissionKey, admissionWatches, statusWatches } from './watches.ts';

/**
 * Adds the controllers of Policies to a manager, before it runs.
 *
 * Two of them, since Policies share what they are compiled into. To be read in this order: `admission/reconciler.ts` makes
 * all of that stand in the API server (`examinations.ts` says what may be put in force, `plan.ts` decides, `desired.ts` is
 * written); `compile/` is what it stands on; `scan/` looks at what is there, `fix/` makes it good; `status/reconciler.ts` reports, for one Policy,
 * and `promotion.ts` says when it goes on to a stricter enforcement.
 */
export function addPolicyController(manager: Manager, settings: PolicySettings): void {
  const informers = informersOf(manager);
  const metrics = policyMetrics(manager.metrics.registry, () => informers.policies.list());
  const recorder = new EventRecorder({
    client: manager.client,
    controller: `${group}/policy`,
    onDropped: metrics.eventDropped,
  });
  manager.beforeStop('events of Policies', () => recorder.stop());
  const toStatus = new Told();
  // Also where there is no Policy: what is left of others goes.
  const toAdmission = new Told(() => [admissionKey]);
  const changed = (names: readonly string[]) => toStatus.tell(...names.map((name) => keyOf({ name })));
  const definitions = followDefinitions(manager, () => toAdmission.tell(admissionKey));
  const fixes = addFixes(manager, settings.fix, {
    changed: (name) => {
      changed([name]);
      reports.retell(name);
    },
  });
  const scan = createScan(manager, {
    changed: (name) => changed([name]),
    violates: (object, names) => fixes.violates(object, names),
  });
  const reports = addPolicyReports(manager, scan, (policy, object) => fixes.suggestionOf(policy, object));
  const fixRight = new FixRight(manager.client, Date.now);
  const applier = new Applier({
    client: manager.client,
    identity,
    inventory: inventoryOf([
      { resource: compiledResources.ValidatingAdmissionPolicy, lister: informers.validatingPolicies },
      {
        resource: compiledResources.ValidatingAdmissionPolicyBinding,
        lister: informers.validatingBindings,
      },
      { resource: compiledResources.MutatingAdmissionPolicy, lister: informers.mutatingPolicies },
      { resource: compiledResources.MutatingAdmissionPolicyBinding, lister: informers.mutatingBindings },
    ]),
    metrics: metrics.changes,
  });
  const admission = new AdmissionReconciler({
    client: manager.client,
    informers,
    server: new ServerFacts(manager.client, manager.discovery),
    definitions: definitions.informer,
    examinations: new Examinations(manager.client, fixRight),
    fixRight,
    applier,
    uptake: new Uptake({
      client: manager.client,
      applier,
      caches: informers,
      namespace: manager.namespace,
      clock: monotonicClock,
    }),
    recorder,
    scan,
    fixes,
    changed,
    now: Date.now,
  });
  const status = new StatusReconciler({
    informers,
    standing: (policy) => admission.standing(policy),
    scan,
    fixes,
    statusWriter: new StatusWriter({ client: manager.client, resource: policies }),
    recorder,
    now: Date.now,
  });
  manager.addController({
    name: 'policy-admission',
    concurrency: 1,
    watches: admissionWatches(informers, toAdmission),
    onStart: () => admission.beginTerm(),
    reconcile: (_, context) => admission.reconcile(context),
  });
  manager.addController({
    name: 'policy',
    concurrency: settings.concurrency,
    watches: statusWatches(informers, toStatus),
    reconcile: (key, context) => status.reconcile(key, context),
    onFailure: recordFailures(informers.policies, recorder),
  });
}
