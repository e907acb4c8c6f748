import type { DeploymentStatus } from '../../crds/deployment/schema.ts';
import type { Applier } from '../../operator/apply/applier.ts';
import type { Client } from '../../operator/client/client.ts';
import type { ReconcileContext, ReconcileResult } from '../../operator/controller/reconciler.ts';
import type { Recorder } from '../../operator/events/eventRecorder.ts';
import { firstDifference } from '../../operator/resources/json.ts';
import { keyOf, type ObjectKey } from '../../operator/resources/object.ts';
import type { StatusWriter } from '../../operator/status/statusWriter.ts';
import type { Analyses } from './analysis/analyses.ts';
import { JobRuns } from './analysis/job/jobRuns.ts';
import { measurementOf } from './analysis/measurement.ts';
import type { Snapshots } from './config/snapshots.ts';
import type { Deployment } from './deployment.ts';
import { end, hold } from './handover/lifetime.ts';
import type { DeploymentInformers } from './informers.ts';
import type { DeploymentMetrics } from './metrics.ts';
import { analysedRevision, observe, ownReplicaSets } from './observe.ts';
import { planDeployment } from './plan/deployment.ts';
import type { DeploymentPlan } from './plan/deploymentPlan.ts';
import { obstacleEvents, planEvents } from './plan/events.ts';
import type { Refusal } from './plan/observation.ts';
import { type Planned, PlanWriter } from './planWriter.ts';
import { passes, refusalOf } from './refusals.ts';
import { gatewayOf } from './route/gateway.ts';
import type { Probes } from './route/probes.ts';
import type { StatusPace } from './statusPace.ts';
import { EffectiveTemplates, type Template } from './template/effective.ts';
import type { Templates } from './template/templates.ts';
import { writesOf } from './writes.ts';

export interface ReconcilerParts {
  readonly client: Client;
  readonly informers: DeploymentInformers;
  readonly templates: Templates;
  readonly applier: Applier;
  readonly analyses: Pick<Analyses, 'run' | 'stop' | 'views'>;
  readonly snapshots: Snapshots;
  readonly probes: Pick<Probes, 'evidence' | 'stop'>;
  readonly statusWriter: StatusWriter<Deployment>;
  /** Asks for a reconcile once a status has waited. */
  readonly pace: StatusPace;
  readonly recorder: Recorder;
  readonly onReport: DeploymentMetrics['reported'];
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Looks at most so often in one reconcile: a plan that never rests must not spin. */
const mostLooks = 8;
/** So often in a row what is refused is an error, and tried again with back-off. After that it is tried at the same pace. */
const mostErrors = 12;
/** Milliseconds between two tries of what has been refused for long. */
const patience = 30_000;

/** What is refused, and how often it has been in a row. */
interface Refused {
  readonly refusal: Refusal;
  readonly times: number;
}

/**
 * What an earlier look came to that is not told yet: it is written only once all rests, and may wait even then. It must not
 * be found anew: what was true of the step before is so no longer, since the cluster has moved on.
 */
interface Look {
  readonly uid: string | undefined;
  readonly status: DeploymentStatus;
  readonly events: DeploymentPlan['events'];
}

/** What the last reconcile came to and did not tell. It holds as long as nobody has told anything else. */
interface Untold extends Look {
  readonly stored: DeploymentStatus | undefined;
}

/** Makes the cluster agree with one Deployment: observe, plan, apply, report. */
export class DeploymentReconciler {
  readonly #parts: ReconcilerParts;
  readonly #effective: EffectiveTemplates;
  readonly #jobs: JobRuns;
  readonly #writer: PlanWriter;
  readonly #untold = new Map<ObjectKey, Untold>();
  readonly #refused = new Map<ObjectKey, Refused>();
  /** What was refused and is in status. */
  readonly #told = new WeakSet<Error>();
  /** The UID of each Deployment that something is remembered of. */
  readonly #uids = new Map<ObjectKey, string>();

  constructor(parts: ReconcilerParts) {
    this.#parts = parts;
    this.#effective = new EffectiveTemplates(parts);
    this.#jobs = new JobRuns(parts.client, parts.informers, parts.now);
    this.#writer = new PlanWriter({ ...parts, jobs: this.#jobs });
  }

  /** Whether what a reconcile failed by needs no event of its own: it passes, or status says it. */
  isNoNews(failure: unknown): boolean {
    return passes(failure) || (failure instanceof Error && this.#told.has(failure));
  }

  async reconcile(key: ObjectKey, context: ReconcileContext): Promise<ReconcileResult> {
    let earlier = this.#untoldOf(key);
    let unheld: unknown;
    for (let looks = 1; ; looks += 1) {
      const deployment = this.#parts.informers.deployments.get(key);
      this.#remember(key, deployment);
      if (deployment === undefined || deployment.metadata.deletionTimestamp !== undefined) {
        this.#parts.analyses.stop(key);
        this.#parts.probes.stop(key);
        return deployment === undefined ? {} : end(this.#parts, deployment, context);
      }
      if (unheld === undefined) {
        const held = await this.#hold(deployment, context);
        if (held === 'Now') continue;
        unheld = held.failure;
      }
      if (earlier?.uid !== deployment.metadata.uid) earlier = undefined;
      const known = earlier === undefined ? deployment : { ...deployment, status: earlier.status };
      const template = await this.#effective.of(deployment, context.signal);
      const look = this.#look(known, template, this.#refused.get(key)?.refusal);
      const { changes, wait, wrong, ...written } = await this.#writer.write(deployment, look, context);
      if (wrong && looks < mostLooks) continue;
      const { plan } = look;
      const events: Look['events'] = [...(earlier?.events ?? []), ...plan.events];
      const failures = [unheld, template.failure, ...written.failures].filter((one) => one !== undefined);
      if (failures.length > 0) return this.#fail(deployment, look, { template, events, failures }, context);
      const mended = this.#refused.delete(key);
      // A write changes what is seen, and what is seen the plan: status tells of where that comes to rest.
      if ((changes > 0 || mended) && looks < mostLooks) {
        earlier = { uid: deployment.metadata.uid, status: plan.status, events };
        continue;
      }
      this.#measure(key, deployment, plan);
      const retry = wait === undefined ? undefined : this.#parts.now() + wait;
      return this.#report(deployment, { ...plan, events }, sooner(look.until, retry), context);
    }
  }

  #untoldOf(key: ObjectKey): Look | undefined {
    const untold = this.#untold.get(key);
    const { status } = this.#parts.informers.deployments.get(key) ?? {};
    return untold !== undefined && firstDifference(untold.stored, status) === undefined ? untold : undefined;
  }

  /** Whether the finalizer had to be set just now. Who refuses that does not keep anybody from having pods. */
  async #hold(
    deployment: Deployment,
    context: ReconcileContext,
  ): Promise<'Now' | { readonly failure?: unknown }> {
    try {
      return (await hold(this.#parts.client, deployment, context)) ? 'Now' : {};
    } catch (failure) {
      context.signal.throwIfAborted();
      if (passes(failure)) throw failure;
      return { failure };
    }
  }

  #look(deployment: Deployment, template: Template, refused: Refusal | undefined) {
    const { informers, analyses, probes, now } = this.#parts;
    const { view, fingerprint, pause, effective } = template;
    const own = ownReplicaSets(informers, deployment);
    const key = keyOf(deployment);
    const { observation, until } = observe(informers, deployment, own, {
      template: view,
      adopted: deployment.spec.adopt && (deployment.status?.adopted === true || template.adopted === true),
      refused,
      analysis: new Map([...analyses.views(key), ...this.#jobs.views(deployment)]),
      evidence: (targets, recalled) => probes.evidence(key, targets, recalled),
      now: now(),
    });
    const plan = planDeployment(observation);
    const paused = pause === undefined ? undefined : now() + pause;
    const again = sooner(sooner(until, paused), this.#jobs.triesAt(deployment));
    const writes = writesOf(deployment, plan, own, { view, fingerprint });
    return { plan, until: again, writes, fingerprint, effective };
  }

  /**
   * Tells of what is refused, with where all else stands, and has it tried again.
   *
   * @throws the first failure, unless the same has been refused for long already.
   */
  async #fail(
    deployment: Deployment,
    look: Planned & { readonly until?: number | undefined },
    {
      template,
      events,
      failures,
    }: {
      readonly template: Template;
      readonly events: Look['events'];
      readonly failures: readonly unknown[];
    },
    context: ReconcileContext,
  ): Promise<ReconcileResult> {
    const key = keyOf(deployment);
    const [failure] = failures;
    const refusal = failures.map(refusalOf).find((one) => one !== undefined);
    if (refusal === undefined) throw failure;
    const before = this.#refused.get(key);
    const times = (before?.times ?? 0) + 1;
    this.#refused.set(key, { refusal, times });
    // The plan was made without knowing of it.
    const { plan, until } =
      before?.refusal.message === refusal.message
        ? look
        : this.#look(
            { ...deployment, status: { ...look.plan.status, adopted: deployment.status?.adopted } },
            template,
            refusal,
          );
    this.#measure(key, deployment, plan);
    const { requeueAfter = patience } = await this.#report(deployment, { ...plan, events }, until, context);
    for (const one of failures) if (one instanceof Error) this.#told.add(one);
    if (times <= mostErrors) throw failure;
    context.log.warn({ refused: refusal.message, times }, 'still refused');
    return { requeueAfter: Math.min(requeueAfter, patience) };
  }

  /** What is measured from now on; the results come by themselves. */
  #measure(key: ObjectKey, deployment: Deployment, plan: DeploymentPlan): void {
    const { analyses, informers } = this.#parts;
    const measurement = measurementOf({
      deployment,
      plan,
      revision: (hash) => analysedRevision(deployment, hash),
      controllerNames: gatewayOf(informers, deployment)?.controllerNames,
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
    const { statusWriter, pace, recorder, onReport, now } = this.#parts;
    const { uid } = deployment.metadata;
    const { status, events: found } = plan;
    this.#untold.set(keyOf(deployment), { uid, status, events: found, stored: deployment.status });
    const next = sooner(plan.wakeUp, until);
    const rest = () => (next === undefined ? {} : { requeueAfter: Math.max(next - now(), 10) });
    if (pace.wait(deployment, status) > 0) return rest();
    const began = now();
    const written = await statusWriter.write(deployment, status, { signal });
    this.#untold.delete(keyOf(deployment));
    if (written.result === 'written') {
      pace.told(deployment, now() - began);
      onReport(status, deployment.status);
      // Where nothing was told before, nobody waited for how it came about.
      const news = deployment.status === undefined ? planEvents(undefined, status) : found;
      const events = [...news, ...obstacleEvents(deployment.status, status)];
      for (const { type, reason, note } of events) recorder.record(deployment, { type, reason, note });
      if (this.#jobs.awaitStatus(deployment, plan)) return { requeueAfter: 0 };
    }
    return rest();
  }

  /** Of a Deployment that is gone, or gone and made anew, nothing is kept in memory. */
  #remember(key: ObjectKey, deployment: Deployment | undefined): void {
    const before = this.#uids.get(key);
    if (before !== undefined && before !== deployment?.metadata.uid) {
      this.#effective.forget(before);
      this.#parts.applier.forget({ uid: before });
      this.#parts.pace.forget(before);
      this.#jobs.forget(before);
      this.#refused.delete(key);
      this.#untold.delete(key);
      this.#uids.delete(key);
    }
    if (deployment?.metadata.uid !== undefined) this.#uids.set(key, deployment.metadata.uid);
  }
}

function sooner(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? (one ?? other) : Math.min(one, other);
}
