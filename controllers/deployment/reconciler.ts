import type { Applier } from '../../operator/apply/applier.ts';
import { isAlreadyExists } from '../../operator/client/apiError.ts';
import type { Client } from '../../operator/client/client.ts';
import type { ReconcileContext, ReconcileResult } from '../../operator/controller/reconciler.ts';
import type { Recorder } from '../../operator/events/eventRecorder.ts';
import { keyOf, type ObjectKey } from '../../operator/resources/object.ts';
import type { StatusWriter } from '../../operator/status/statusWriter.ts';
import type { Analyses } from './analysis/analyses.ts';
import { measurementOf } from './analysis/measurement.ts';
import type { Deployment } from './deployment.ts';
import type { DeploymentInformers } from './informers.ts';
import { analysedRevision, observe, ownReplicaSets } from './observe.ts';
import { planDeployment } from './plan/deployment.ts';
import type { DeploymentPlan } from './plan/deploymentPlan.ts';
import { desiredRoutes } from './route/desiredRoutes.ts';
import { gatewayOf } from './route/gateway.ts';
import { servicesOf } from './services.ts';
import type { Templates } from './template/templates.ts';
import { makeWrite, type RevisionWrite, sentence, writesOf } from './writes.ts';

export interface ReconcilerParts {
  readonly client: Client;
  readonly informers: DeploymentInformers;
  readonly templates: Templates;
  readonly applier: Applier;
  readonly analyses: Pick<Analyses, 'run' | 'stop' | 'views'>;
  readonly statusWriter: StatusWriter<Deployment>;
  readonly recorder: Recorder;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Looks at most so often in one reconcile: a plan that never rests must not spin. */
const mostLooks = 8;

/** Makes the cluster agree with one Deployment: observe, plan, apply, report. */
export class DeploymentReconciler {
  readonly #parts: ReconcilerParts;
  /** The UID of each Deployment that something is remembered of. */
  readonly #uids = new Map<ObjectKey, string>();

  constructor(parts: ReconcilerParts) {
    this.#parts = parts;
  }

  async reconcile(key: ObjectKey, context: ReconcileContext): Promise<ReconcileResult> {
    for (let looks = 1; ; looks += 1) {
      const deployment = this.#parts.informers.deployments.get(key);
      this.#remember(key, deployment);
      // What it made goes with it: the garbage collector sees to that.
      if (deployment === undefined || deployment.metadata.deletionTimestamp !== undefined) {
        this.#parts.analyses.stop(key);
        return {};
      }
      const { plan, until, writes, fingerprint } = await this.#look(deployment, context);
      const served = await this.#serve(deployment, plan, context);
      await this.#write(deployment, writes, fingerprint, context);
      // A write changes what is seen, and what is seen the plan: status tells of where that comes to rest.
      if (served + writes.length > 0 && looks < mostLooks) continue;
      this.#measure(key, deployment, plan);
      return this.#report(deployment, plan, until, context);
    }
  }

  async #look(deployment: Deployment, { signal }: ReconcileContext) {
    const { informers, templates, analyses, now } = this.#parts;
    const { view, fingerprint } = await templates.view(
      deployment,
      ownReplicaSets(informers, deployment),
      signal,
    );
    const own = ownReplicaSets(informers, deployment);
    const { observation, until } = observe(
      informers,
      deployment,
      own,
      view,
      analyses.views(keyOf(deployment)),
      now(),
    );
    const plan = planDeployment(observation);
    return { plan, until, writes: writesOf(plan, own), fingerprint };
  }

  /** Services and the routes that point at them. Gives the number of those that were written. */
  async #serve(
    deployment: Deployment,
    plan: DeploymentPlan,
    { log, signal }: ReconcileContext,
  ): Promise<number> {
    const routes = plan.route === undefined ? [] : desiredRoutes(deployment, plan.route);
    const desired = [...servicesOf(deployment, plan), ...routes];
    if (desired.length === 0) return 0;
    const { outcomes } = await this.#parts.applier.apply({
      owner: { uid: deployment.metadata.uid ?? '' },
      desired,
      log,
      signal,
    });
    for (const outcome of outcomes) if (outcome.result === 'failed') throw outcome.error;
    return outcomes.filter(({ result }) => result !== 'unchanged').length;
  }

  async #write(
    deployment: Deployment,
    writes: readonly RevisionWrite[],
    fingerprint: string,
    { log, signal }: ReconcileContext,
  ): Promise<void> {
    const { client, templates } = this.#parts;
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
    const { statusWriter, recorder, now } = this.#parts;
    const written = await statusWriter.write(deployment, plan.status, { signal });
    if (written.result === 'written') {
      for (const { type, reason, note } of plan.events) recorder.record(deployment, { type, reason, note });
    }
    const next = Math.min(plan.wakeUp ?? Number.POSITIVE_INFINITY, until ?? Number.POSITIVE_INFINITY);
    return Number.isFinite(next) ? { requeueAfter: Math.max(next - now(), 10) } : {};
  }

  /** Of a Deployment that is gone, or gone and made anew, nothing is kept in memory. */
  #remember(key: ObjectKey, deployment: Deployment | undefined): void {
    const before = this.#uids.get(key);
    if (before !== undefined && before !== deployment?.metadata.uid) {
      this.#parts.templates.forget(before);
      this.#parts.applier.forget({ uid: before });
      this.#uids.delete(key);
    }
    if (deployment?.metadata.uid !== undefined) this.#uids.set(key, deployment.metadata.uid);
  }
}
