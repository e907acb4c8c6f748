import type { DeploymentStatus } from '../../crds/deployment/schema.ts';
import type { Applier } from '../../operator/apply/applier.ts';
import type { DesiredObject } from '../../operator/apply/desired.ts';
import type { Outcome } from '../../operator/apply/report.ts';
import { isAlreadyExists } from '../../operator/client/apiError.ts';
import type { Client } from '../../operator/client/client.ts';
import type { ReconcileContext, ReconcileResult } from '../../operator/controller/reconciler.ts';
import type { Recorder } from '../../operator/events/eventRecorder.ts';
import { keyOf, type ObjectKey } from '../../operator/resources/object.ts';
import type { StatusWriter } from '../../operator/status/statusWriter.ts';
import type { Analyses } from './analysis/analyses.ts';
import { JobRuns } from './analysis/job/jobRuns.ts';
import { measurementOf } from './analysis/measurement.ts';
import type { Snapshots } from './config/snapshots.ts';
import type { Deployment } from './deployment.ts';
import { Adoptions } from './handover/adoption.ts';
import { end, hold } from './handover/lifetime.ts';
import type { DeploymentInformers } from './informers.ts';
import type { DeploymentMetrics } from './metrics.ts';
import { analysedRevision, observe, ownReplicaSets } from './observe.ts';
import { planDeployment } from './plan/deployment.ts';
import type { DeploymentPlan, PlannedRoute } from './plan/deploymentPlan.ts';
import type { TemplateView } from './plan/observation.ts';
import { pruneRules } from './pruning.ts';
import { isForeign } from './route/conflicts.ts';
import { desiredRoutes } from './route/desiredRoutes.ts';
import { gatewayOf } from './route/gateway.ts';
import type { Probes } from './route/probes.ts';
import { servicesOf } from './services.ts';
import { StatusPace } from './statusPace.ts';
import { refusedFor, type Templates } from './template/templates.ts';
import { makeWrite, type RevisionWrite, sentence, writesOf } from './writes.ts';

export interface ReconcilerParts {
  readonly client: Client;
  readonly informers: DeploymentInformers;
  readonly templates: Templates;
  readonly applier: Applier;
  readonly analyses: Pick<Analyses, 'run' | 'stop' | 'views'>;
  readonly snapshots: Snapshots;
  readonly probes: Pick<Probes, 'evidence' | 'stop'>;
  readonly statusWriter: StatusWriter<Deployment>;
  readonly recorder: Recorder;
  readonly onReport: DeploymentMetrics['reported'];
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Looks at most so often in one reconcile: a plan that never rests must not spin. */
const mostLooks = 8;
/** What an apply may come to that changes what is seen. */
const changing: readonly Outcome['result'][] = ['created', 'updated', 'repaired', 'pruned'];
/** Milliseconds until it is looked again whether an `apps/v1` Deployment has let go of its ReplicaSets. */
const adoptionPause = 250;

/** What a Deployment's template was found to be. */
interface Template {
  readonly view: TemplateView;
  readonly fingerprint: string;
  /** The Deployment as its pods are made: with frozen configuration. */
  readonly effective: Deployment;
  /** Milliseconds after which to look again. */
  readonly pause?: number;
}

/**
 * What an earlier look of the same reconcile came to. It is written only once all rests, and must not be found anew: what
 * was true of the step before is so no longer, since the cluster has moved on.
 */
interface Look {
  readonly uid: string | undefined;
  readonly status: DeploymentStatus;
  readonly events: DeploymentPlan['events'];
}

/** Makes the cluster agree with one Deployment: observe, plan, apply, report. */
export class DeploymentReconciler {
  readonly #parts: ReconcilerParts;
  readonly #adoptions: Adoptions;
  readonly #jobs: JobRuns;
  readonly #pace = new StatusPace();
  /** The UID of each Deployment that something is remembered of. */
  readonly #uids = new Map<ObjectKey, string>();

  constructor(parts: ReconcilerParts) {
    this.#parts = parts;
    this.#adoptions = new Adoptions(parts.client);
    this.#jobs = new JobRuns(parts.client, parts.informers);
  }

  async reconcile(key: ObjectKey, context: ReconcileContext): Promise<ReconcileResult> {
    let earlier: Look | undefined;
    for (let looks = 1; ; looks += 1) {
      const deployment = this.#parts.informers.deployments.get(key);
      this.#remember(key, deployment);
      if (deployment === undefined || deployment.metadata.deletionTimestamp !== undefined) {
        this.#parts.analyses.stop(key);
        this.#parts.probes.stop(key);
        return deployment === undefined ? {} : end(this.#parts, deployment, context);
      }
      if (await hold(this.#parts.client, deployment, context)) continue;
      if (earlier?.uid !== deployment.metadata.uid) earlier = undefined;
      const known = earlier === undefined ? deployment : { ...deployment, status: earlier.status };
      const { plan, until, writes, fingerprint, effective } = await this.#look(known, context);
      const { made, retry } = await this.#serve(deployment, plan, context);
      await this.#write(effective, writes, fingerprint, context);
      const begun = await this.#jobs.make(deployment, plan, context.signal);
      const events: Look['events'] = [...(earlier?.events ?? []), ...plan.events];
      // A write changes what is seen, and what is seen the plan: status tells of where that comes to rest.
      if (made + writes.length + begun > 0 && looks < mostLooks) {
        earlier = { uid: deployment.metadata.uid, status: plan.status, events };
        continue;
      }
      this.#measure(key, deployment, plan);
      return this.#report(deployment, { ...plan, events }, sooner(until, retry), context);
    }
  }

  async #look(deployment: Deployment, { signal }: ReconcileContext) {
    const { informers, analyses, probes, now } = this.#parts;
    const { view, fingerprint, pause, effective } = await this.#template(deployment, signal);
    const own = ownReplicaSets(informers, deployment);
    const key = keyOf(deployment);
    const { observation, until } = observe(informers, deployment, own, {
      template: view,
      analysis: new Map([...analyses.views(key), ...this.#jobs.views(deployment)]),
      evidence: (target, age) => probes.evidence(key, target, age),
      now: now(),
    });
    const plan = planDeployment(observation);
    const again = sooner(until, pause === undefined ? undefined : now() + pause);
    return { plan, until: again, writes: writesOf(plan, own, { view, fingerprint }), fingerprint, effective };
  }

  /** What the template is, once its configuration is frozen and all that is to be taken over is here. */
  async #template(deployment: Deployment, signal: AbortSignal): Promise<Template> {
    const { informers, templates, snapshots } = this.#parts;
    const frozen = await snapshots.freeze(deployment, signal);
    if (frozen.state !== 'Known') {
      const view: TemplateView =
        frozen.state === 'Missing' ? { state: 'Invalid', message: frozen.message } : { state: 'Unknown' };
      return { view, fingerprint: '', effective: deployment, pause: refusedFor };
    }
    const effective = frozen.deployment;
    const look = async () => ({
      ...(await templates.view(effective, ownReplicaSets(informers, deployment), signal)),
      effective,
    });
    const seen = await look();
    // Nothing is let go for a template that cannot run.
    if (seen.view.state === 'Invalid') return { ...seen, pause: refusedFor };
    if (!deployment.spec.adopt || seen.view.state !== 'Known') return seen;
    const adoption = await this.#adoptions.adopt(deployment, signal);
    switch (adoption.state) {
      case 'Refused':
        return { ...seen, view: { state: 'Invalid', message: adoption.message } };
      case 'Waiting':
        return { ...seen, view: { state: 'Unknown' }, pause: adoptionPause };
      case 'Done':
        return look();
    }
  }

  /**
   * Services and the routes that point at them. Gives the number of those that were written, and when what is held back, since
   * somebody else keeps changing it, may be written again: milliseconds since the epoch.
   */
  async #serve(
    deployment: Deployment,
    plan: DeploymentPlan,
    { log, signal }: ReconcileContext,
  ): Promise<{ readonly made: number; readonly retry?: number }> {
    const routes = plan.route === undefined ? [] : this.#routesToKeep(deployment, plan.route);
    const { outcomes, requeueAfter } = await this.#parts.applier.apply({
      owner: { uid: deployment.metadata.uid ?? '' },
      desired: [...servicesOf(deployment, plan), ...routes],
      prune: pruneRules(deployment),
      log,
      signal,
    });
    for (const outcome of outcomes) if (outcome.result === 'failed') throw outcome.error;
    return {
      made: outcomes.filter(({ result }) => changing.includes(result)).length,
      ...(requeueAfter !== undefined && { retry: this.#parts.now() + requeueAfter }),
    };
  }

  /** What somebody else has under the name of one of ours is left alone. */
  #routesToKeep(deployment: Deployment, planned: PlannedRoute): readonly DesiredObject[] {
    const { httpRoutes, grpcRoutes } = this.#parts.informers;
    const { namespace = '' } = deployment.metadata;
    const all = deployment.spec.traffic?.gateway?.kind === 'GRPCRoute' ? grpcRoutes : httpRoutes;
    return desiredRoutes(deployment, planned).flatMap((desired) => {
      const live = all.get(keyOf({ namespace, name: desired.object.metadata.name }));
      if (live !== undefined && isForeign(live, deployment)) return [];
      return [deployment.spec.adopt ? desired : { ...desired, takeOver: 'Never' as const }];
    });
  }

  async #write(
    deployment: Deployment,
    writes: readonly RevisionWrite[],
    fingerprint: string,
    { log, signal }: ReconcileContext,
  ): Promise<void> {
    const { client, templates, snapshots, informers } = this.#parts;
    await Promise.all(
      writes.map(async (write) => {
        await makeWrite(client, deployment, write, { fingerprint, signal }).catch((error: unknown) => {
          if (write.type === 'Create' && isAlreadyExists(error))
            templates.taken(deployment, write.planned.hash);
          throw error;
        });
        log.info({ change: write.type }, sentence(deployment, write));
      }),
    );
    if (deployment.spec.configSnapshots !== undefined && writes.some(({ type }) => type === 'Remove'))
      await snapshots.collect(deployment, ownReplicaSets(informers, deployment), signal);
  }

  /** What is measured from now on; the results come by themselves. */
  #measure(key: ObjectKey, deployment: Deployment, plan: DeploymentPlan): void {
    const { analyses, informers } = this.#parts;
    const measurement = measurementOf({
      deployment,
      plan,
      revision: (hash) => analysedRevision(deployment, hash),
      controllerName: gatewayOf(informers, deployment)?.controllerName,
      route: deployment.metadata.name,
    });
    if (measurement === undefined) analyses.stop(key);
    else analyses.run(key, measurement);
  }

  /** Writes the status and says what is new in it. */
  async #report(
    deployment: Deployment,
    plan: DeploymentPlan,
    until: number | undefined,
    { signal }: ReconcileContext,
  ): Promise<ReconcileResult> {
    const { statusWriter, recorder, onReport, now } = this.#parts;
    const wait = this.#pace.wait(deployment, plan.status, now());
    const next = Math.min(plan.wakeUp ?? Number.POSITIVE_INFINITY, until ?? Number.POSITIVE_INFINITY);
    if (wait > 0) return { requeueAfter: Math.max(Math.min(wait, next - now()), 10) };
    const began = now();
    const written = await statusWriter.write(deployment, plan.status, { signal });
    if (written.result === 'written') {
      this.#pace.told(deployment, now() - began);
      onReport(plan.status.phase, deployment.status?.phase);
      for (const { type, reason, note } of plan.events) recorder.record(deployment, { type, reason, note });
    }
    return Number.isFinite(next) ? { requeueAfter: Math.max(next - now(), 10) } : {};
  }

  /** Of a Deployment that is gone, or gone and made anew, nothing is kept in memory. */
  #remember(key: ObjectKey, deployment: Deployment | undefined): void {
    const before = this.#uids.get(key);
    if (before !== undefined && before !== deployment?.metadata.uid) {
      this.#parts.templates.forget(before);
      this.#parts.applier.forget({ uid: before });
      this.#adoptions.forget(before);
      this.#pace.forget(before);
      this.#parts.snapshots.forget(before);
      this.#jobs.forget(before);
      this.#uids.delete(key);
    }
    if (deployment?.metadata.uid !== undefined) this.#uids.set(key, deployment.metadata.uid);
  }
}

function sooner(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? (one ?? other) : Math.min(one, other);
}
