import type { Applier } from '../../operator/apply/applier.ts';
import type { DesiredObject } from '../../operator/apply/desired.ts';
import type { Outcome } from '../../operator/apply/report.ts';
import { isAlreadyExists } from '../../operator/client/apiError.ts';
import type { Client } from '../../operator/client/client.ts';
import type { ReconcileContext } from '../../operator/controller/reconciler.ts';
import { replicaSets } from '../../operator/resources/builtin.ts';
import { keyOf } from '../../operator/resources/object.ts';
import type { JobRuns } from './analysis/job/jobRuns.ts';
import type { Snapshots } from './config/snapshots.ts';
import type { Deployment } from './deployment.ts';
import { controllerOf, type DeploymentInformers } from './informers.ts';
import { revisionName } from './names.ts';
import { ownReplicaSets } from './observe.ts';
import { takesOver } from './owned.ts';
import type { DeploymentPlan, PlannedRoute } from './plan/deploymentPlan.ts';
import { pruneRules } from './pruning.ts';
import { failureOf } from './refusals.ts';
import { isForeign } from './route/conflicts.ts';
import { desiredRoutes } from './route/desiredRoutes.ts';
import { servicesOf } from './services.ts';
import type { Templates } from './template/templates.ts';
import { makeWrite, type RevisionWrite, sentence } from './writes.ts';

export interface PlanWriterParts {
  readonly client: Client;
  readonly informers: DeploymentInformers;
  readonly applier: Applier;
  readonly templates: Templates;
  readonly snapshots: Snapshots;
  readonly jobs: JobRuns;
}

/** What a plan asks for, and what it was made of. */
export interface Planned {
  readonly plan: DeploymentPlan;
  /** What of its ReplicaSets does not stand yet. */
  readonly writes: readonly RevisionWrite[];
  readonly fingerprint: string;
  /** The Deployment as its pods are made. */
  readonly effective: Deployment;
}

/** What came of it. */
export interface Written {
  /** Objects that are other than before. */
  readonly changes: number;
  /** Milliseconds until what is held back, since somebody else keeps changing it, may be written again. */
  readonly wait?: number | undefined;
  /** What could not be written. All else was. */
  readonly failures: readonly Error[];
  /** What the plan was made of was not so: another is to be made, that knows nothing of this one. */
  readonly wrong?: boolean;
}

/** What an apply may come to that changes what is seen. */
const changing: readonly Outcome['result'][] = ['created', 'updated', 'repaired', 'pruned'];

/**
 * Writes what a plan asks for. Each write is safe without the others, since a plan counts on nothing but what was seen: so
 * what one server, webhook or quota refuses keeps nothing else from being written, least of all what goes back.
 */
export class PlanWriter {
  readonly #parts: PlanWriterParts;

  constructor(parts: PlanWriterParts) {
    this.#parts = parts;
  }

  /** @throws the signal's reason once it is aborted, and nothing else. */
  async write(deployment: Deployment, planned: Planned, context: ReconcileContext): Promise<Written> {
    const { jobs } = this.#parts;
    const { plan } = planned;
    const failures: Error[] = [];
    const attempt = async <Result>(work: () => Promise<Result>): Promise<Result | undefined> => {
      try {
        return await work();
      } catch (error) {
        context.signal.throwIfAborted();
        failures.push(error instanceof Error ? error : new Error(String(error)));
        return undefined;
      }
    };
    const served = await attempt(() => this.#serve(deployment, plan, context));
    failures.push(...(served?.failures ?? []));
    const sized = await Promise.all(
      planned.writes.map((write) => attempt(() => this.#size(planned, write, context))),
    );
    await attempt(() => this.#collect(planned, context));
    const begun = await attempt(() => jobs.make(deployment, plan, context.signal));
    const written = sized.filter((one) => one === 'Written').length;
    const changes = (served?.changes ?? 0) + written + (begun ?? 0);
    return { changes, wait: served?.wait, failures, wrong: sized.includes('Wrong') };
  }

  /** Services and the routes that point at them. */
  async #serve(
    deployment: Deployment,
    { services, route }: DeploymentPlan,
    context: ReconcileContext,
  ): Promise<Written> {
    const routes = route === undefined ? [] : this.#routesToKeep(deployment, route);
    const { outcomes, requeueAfter } = await this.#parts.applier.apply({
      owner: { uid: deployment.metadata.uid ?? '' },
      desired: [...servicesToKeep(deployment, services, route), ...routes],
      prune: pruneRules(deployment),
      signal: context.signal,
      // Made when it is asked for, and most runs write nothing.
      get log() {
        return context.log;
      },
    });
    return {
      changes: outcomes.filter(({ result }) => changing.includes(result)).length,
      wait: requeueAfter,
      failures: outcomes.flatMap((outcome) => failureOf(outcome) ?? []),
    };
  }

  /** What somebody else has under the name of one of ours is left alone. */
  #routesToKeep(deployment: Deployment, planned: PlannedRoute): readonly DesiredObject[] {
    const { httpRoutes, grpcRoutes } = this.#parts.informers;
    const { namespace = '' } = deployment.metadata;
    const all = deployment.spec.traffic?.gateway?.kind === 'GRPCRoute' ? grpcRoutes : httpRoutes;
    const liveOf = (name: string) => all.get(keyOf({ namespace, name }));
    const written = { live: liveOf(deployment.metadata.name) };
    return desiredRoutes(deployment, planned, written).flatMap((desired) => {
      const live = liveOf(desired.object.metadata.name);
      if (live !== undefined && isForeign(live, deployment)) return [];
      return [takesOver(deployment) ? desired : { ...desired, takeOver: 'Never' as const }];
    });
  }

  async #size(
    planned: Planned,
    write: RevisionWrite,
    { log, signal }: ReconcileContext,
  ): Promise<'Written' | 'Wrong'> {
    const { effective, fingerprint } = planned;
    try {
      await makeWrite(this.#parts.client, effective, write, { fingerprint, signal });
    } catch (error) {
      if (write.type === 'Create' && (await this.#isWrong(effective, write.planned.hash, error, signal)))
        return 'Wrong';
      throw error;
    }
    log.info({ change: write.type }, sentence(effective, write));
    return 'Written';
  }

  /** Whether a revision could not be made since its template, or its name, is not what it was taken for. */
  async #isWrong(
    deployment: Deployment,
    hash: string,
    error: unknown,
    signal: AbortSignal,
  ): Promise<boolean> {
    const { client, templates } = this.#parts;
    if (!isAlreadyExists(error)) return templates.refused(deployment, error);
    const { name, namespace = '' } = deployment.metadata;
    const there = await client.get(replicaSets, { namespace, name: revisionName(name, hash) }, { signal });
    // The answer of the write that made it was lost, and it is not seen yet: a moment later it is.
    if (controllerOf(there).includes(deployment.metadata.uid ?? '')) return false;
    templates.taken(deployment, hash);
    return true;
  }

  /** Copies of configuration go with the last revision that has them, or when none came to have them. */
  async #collect({ effective, writes }: Planned, { signal }: ReconcileContext): Promise<void> {
    const { snapshots, informers } = this.#parts;
    if (effective.spec.configSnapshots === undefined) return;
    if (!writes.some(({ type }) => type === 'Remove') && !snapshots.hasLeftovers(effective)) return;
    await snapshots.collect(effective, ownReplicaSets(informers, effective), signal);
  }
}

/**
 * The route is written once all Services that it names stand, and waits for no other: one that cannot be made for a new
 * revision keeps nobody from going back to the old one.
 */
function servicesToKeep(
  deployment: Deployment,
  planned: DeploymentPlan['services'],
  route: PlannedRoute | undefined,
): readonly DesiredObject[] {
  const { name } = deployment.metadata;
  const hashes = [...(route?.weights.keys() ?? []), route?.matchTo, route?.preview];
  const named = new Set(hashes.flatMap((hash) => (hash === undefined ? [] : [revisionName(name, hash)])));
  return servicesOf(deployment, planned).map((service) =>
    named.has(service.object.metadata.name) ? service : { ...service, group: 'named by no route' },
  );
}
