import type { Applier } from '../../operator/apply/applier.ts';
import type { DesiredObject } from '../../operator/apply/desired.ts';
import { judge } from '../../operator/apply/diff.ts';
import type { Inventory } from '../../operator/apply/inventory.ts';
import type { Outcome } from '../../operator/apply/report.ts';
import type { Client } from '../../operator/client/client.ts';
import { kindIsServed } from '../../operator/client/kindIsServed.ts';
import type { ReconcileContext, ReconcileResult } from '../../operator/controller/reconciler.ts';
import type { Recorder } from '../../operator/events/eventRecorder.ts';
import type { ObjectKey } from '../../operator/resources/object.ts';
import type { StatusWriter } from '../../operator/status/statusWriter.ts';
import { establishedIn, failedIn, pruneRules } from './applying.ts';
import { tellOutcomes, tellStatus, tellSteps } from './events.ts';
import { forgetFormer, readNamespaces, readProject, readQuotas } from './freshness.ts';
import type { ProjectInformers } from './informers.ts';
import { contentsOf, observe, type Surroundings } from './observe.ts';
import type { EnvironmentPlan } from './plan/environmentPlan.ts';
import { identity } from './plan/marks.ts';
import type { Observation } from './plan/observation.ts';
import { planOrphans } from './plan/orphans.ts';
import { desiredOf, type ProjectPlan, planProject } from './plan/project.ts';
import { type Project, projects } from './project.ts';
import { QuotaMemories, sentQuota, sentQuotas } from './quotaMemories.ts';
import { statusOf } from './status/status.ts';
import { StatusPace } from './status/statusPace.ts';
import { isNameTaken, type StepFailure, type Written } from './status/troubles.ts';
import { isOvertaken, makeSteps } from './steps.ts';

export interface ReconcilerParts extends Omit<Surroundings, 'caches'> {
  readonly client: Client;
  readonly informers: ProjectInformers;
  readonly applier: Applier;
  readonly inventory: Inventory;
  readonly statusWriter: StatusWriter<Project>;
  readonly recorder: Recorder;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Milliseconds after which it is looked whether a name is still taken by somebody's object, which is not followed. */
const whileTaken = 60_000;

/** Looks at most so often in one reconcile: a new Project needs four, and a plan that never rests must not spin. */
const mostLooks = 8;

/** Makes the cluster agree with one Project: observe, plan, apply, report. */
export class ProjectReconciler {
  readonly #parts: ReconcilerParts;
  readonly #quotas = new QuotaMemories();
  /** The UID of each Project that something is remembered of. */
  readonly #uids = new Map<ObjectKey, string>();
  readonly #pace: StatusPace;

  constructor(parts: ReconcilerParts) {
    this.#parts = parts;
    this.#pace = new StatusPace(parts.settings.usageInterval);
  }

  /** To be called when this process comes to lead. */
  beginTerm(): void {
    this.#quotas.beginTerm();
  }

  async reconcile(key: ObjectKey, context: ReconcileContext): Promise<ReconcileResult> {
    const outcomes: Outcome[] = [];
    let failures: readonly StepFailure[] = [];
    for (let looks = 1; ; looks += 1) {
      const project = this.#parts.informers.projects.get(key);
      this.#remember(key, project);
      if (project === undefined) return this.#letGo(key, context);
      const looked = await this.#look(project, context);
      if (looked === undefined) {
        if (looks < mostLooks) continue;
        throw new Error(`what is cached of Project ${project.metadata.name} is not what the API server has`);
      }
      const { observation, plan } = looked;
      if (plan.stage === 'Suspended')
        return this.#report(
          observation,
          plan,
          { outcomes, failures, pending: this.#pending(project, plan) },
          context,
        );

      const steps = await this.#makeSteps(project, plan, context);
      failures = steps.failures;
      if (plan.stage === 'Gone') return this.#end(failures);
      if (steps.made > 0 && looks < mostLooks) continue;

      const applied = await this.#apply(observation, plan, context);
      outcomes.push(...applied);
      const made = applied.filter(isNewNamespace);
      for (const { name } of made) forgetFormer(this.#parts.informers, name.name);
      // What belongs into it was not planned while it was not there.
      if (made.length > 0 && looks < mostLooks) continue;

      return this.#report(observation, plan, { outcomes, failures }, context);
    }
  }

  /**
   * Observes and plans. Read from the API server is only what must not be believed of a cache; undefined where that shows
   * that the Project or what it holds is not as it was thought to be.
   */
  async #look(
    project: Project,
    { signal }: ReconcileContext,
  ): Promise<{ readonly observation: Observation; readonly plan: ProjectPlan } | undefined> {
    const { client, informers } = this.#parts;
    let observation = this.#observe(project, 'BeingDeleted');
    let plan = planProject(observation);
    if (project.spec.deletionPolicy === 'Delete' && plan.leaving.length > 0) {
      const [served, changed] = await Promise.all([
        kindIsServed(client, projects, signal),
        readProject(client, informers.projects, project, signal),
      ]);
      if (changed) return undefined;
      if (served) {
        observation = this.#observe(project, 'Serving');
        plan = planProject(observation);
      }
    }
    if (this.#mustReadQuotas(observation, plan)) {
      const changed = await Promise.all([
        readProject(client, informers.projects, project, signal),
        readNamespaces(client, informers.namespaces, project, signal),
      ]);
      if (changed.includes(true)) return undefined;
      observation = this.#observe(project, observation.definition);
      await readQuotas(client, informers.quotas, observation.namespaces.keys(), signal);
      this.#quotas.settled(uidOf(project), observation.now);
      observation = this.#observe(project, observation.definition);
      plan = planProject(observation);
    }
    return { observation, plan };
  }

  #observe(project: Project, definition: Observation['definition']): Observation {
    const { informers, settings, addresses, shipped, now } = this.#parts;
    const time = now();
    const quotaMemory = this.#quotas.recall(uidOf(project), time);
    return observe(
      { caches: informers, settings, addresses, shipped },
      project,
      { definition, quotaMemory },
      time,
    );
  }

  /**
   * A write that raises what an environment may use must be planned from all earlier writes, those of another leader too.
   * Where the Project has nothing but namespaces that this process has just made it knows them all.
   */
  #mustReadQuotas({ project, now, quotaMemory }: Observation, plan: ProjectPlan): boolean {
    const until = this.#quotas.unansweredUntil(uidOf(project));
    if (until !== undefined && until <= now) return true;
    if (!plan.quota.grows) return false;
    const isNew = ({ claim }: EnvironmentPlan) =>
      claim.state === 'Held' && quotaMemory.untouched.has(claim.namespace.metadata.uid ?? '');
    return plan.leaving.length > 0 || !plan.environments.every(isNew);
  }

  async #makeSteps(
    project: Project,
    plan: ProjectPlan,
    context: ReconcileContext,
  ): Promise<{ readonly made: number; readonly failures: readonly StepFailure[] }> {
    const { made, failures } = await this.#answered(project, plan, () =>
      makeSteps(this.#parts.client, project, plan.steps, context),
    );
    const sent = (namespace: string) => sentQuota(plan, namespace);
    this.#quotas.noteFailures(uidOf(project), failures, sent, this.#parts.now());
    tellSteps(this.#parts.recorder, project, made);
    return { made: made.length, failures };
  }

  async #apply(
    { project, now }: Observation,
    plan: ProjectPlan,
    context: ReconcileContext,
  ): Promise<readonly Outcome[]> {
    if (plan.stage !== 'Kept') return [];
    const { applier, recorder } = this.#parts;
    const desired = desiredOf(plan);
    const { outcomes } = await this.#answered(project, plan, () =>
      applier.apply({
        owner: { uid: uidOf(project) },
        desired,
        prune: pruneRules(plan),
        established: establishedIn(project),
        signal: context.signal,
        // Made when it is asked for, and most runs write nothing.
        get log() {
          return context.log;
        },
      }),
    );
    tellOutcomes(recorder, project, outcomes);
    this.#quotas.rememberElastic(uidOf(project), plan.quota.elastic);
    const sent = (namespace: string) => sentQuota(plan, namespace);
    this.#quotas.noteMade(uidOf(project), outcomes, now);
    this.#quotas.note(uidOf(project), outcomes, sent, this.#parts.now());
    return outcomes;
  }

  /** Writes end by an answer each, but for those that the signal ends. */
  async #answered<T>(project: Project, plan: ProjectPlan, write: () => Promise<T>): Promise<T> {
    try {
      return await write();
    } catch (error) {
      this.#quotas.abandoned(uidOf(project), sentQuotas(plan), this.#parts.now());
      throw error;
    }
  }

  /** What is not as a suspended Project would have it. */
  #pending(project: Project, plan: ProjectPlan): readonly DesiredObject[] {
    const owner = { uid: uidOf(project) };
    const { inventory } = this.#parts;
    return desiredOf(plan).filter((item) => {
      const live = inventory.get(item.resource, item.object);
      return judge(identity, owner, item, live).type !== 'Nothing';
    });
  }

  /** Writes the status, says what is new in it, and when to look again. Fails where a write failed, to be tried again. */
  async #report(
    observation: Observation,
    plan: ProjectPlan,
    written: Written,
    { signal }: ReconcileContext,
  ): Promise<ReconcileResult> {
    const { recorder, statusWriter } = this.#parts;
    const { project, now } = observation;
    const { outcomes, failures } = written;
    const uid = uidOf(project);
    const status = statusOf(this.#withLiveQuotas(observation), plan, written);
    const waits: (number | undefined)[] = [
      plan.quota.wakeUp === undefined ? undefined : plan.quota.wakeUp - now,
      ...outcomes.map((outcome) => (outcome.result === 'backedOff' ? outcome.wait : undefined)),
      outcomes.some(isNameTaken) ? whileTaken : undefined,
    ];
    const until = this.#quotas.unansweredUntil(uid);
    if (until !== undefined) waits.push(until - now);
    const wait = this.#pace.wait(project, status, now);
    if (wait > 0) {
      waits.push(wait);
    } else {
      const written = await statusWriter.write(project, status, { signal });
      if (written.result === 'written') this.#pace.told(project, now);
      tellStatus(recorder, project, status);
    }
    const error =
      failures.find((failure) => !isOvertaken(failure))?.error ?? failures[0]?.error ?? failedIn(outcomes);
    if (error !== undefined) throw error;
    const next = waits.filter((wait) => wait !== undefined);
    return next.length === 0 ? {} : { requeueAfter: Math.max(Math.min(...next), 100) };
  }

  /** The same, with quotas as they are after what was written. */
  #withLiveQuotas(observation: Observation): Observation {
    const names = [
      ...observation.namespaces.keys(),
      ...observation.project.spec.environments.map(({ name }) => name),
    ];
    const contents = new Map(names.map((name) => [name, contentsOf(this.#parts.informers, name)]));
    return { ...observation, contents: new Map([...observation.contents, ...contents]) };
  }

  #end(failures: readonly StepFailure[]): ReconcileResult {
    if (failures[0] !== undefined) throw failures[0].error;
    return {};
  }

  /** Of a Project that is gone, although it held namespaces (somebody took its finalizer off), the claims go too. */
  async #letGo(key: ObjectKey, context: ReconcileContext): Promise<ReconcileResult> {
    const { informers, client } = this.#parts;
    for (let looks = 1; looks <= mostLooks; looks += 1) {
      const steps = planOrphans(
        key,
        informers.namespaces.byIndex('project', key),
        (namespace) => informers.access.inNamespace(namespace),
        (uid) => informers.projects.byIndex('uid', uid).length > 0,
      );
      if (steps.length === 0) return {};
      const { failures, made } = await makeSteps(client, undefined, steps, context);
      if (failures[0] !== undefined) throw failures[0].error;
      if (made.length === 0) return {};
    }
    return {};
  }

  /** Of a Project that is gone, or gone and made anew, nothing is kept in memory. */
  #remember(key: ObjectKey, project: Project | undefined): void {
    const before = this.#uids.get(key);
    if (before !== undefined && before !== project?.metadata.uid) {
      this.#quotas.forget(before);
      this.#pace.forget(before);
      this.#parts.applier.forget({ uid: before });
      this.#uids.delete(key);
    }
    if (project !== undefined) this.#uids.set(key, uidOf(project));
  }
}

/** Made for the first time, or again after somebody has deleted it. */
function isNewNamespace(outcome: Outcome): boolean {
  if (outcome.resource.kind !== 'Namespace') return false;
  return outcome.result === 'created' || (outcome.result === 'repaired' && outcome.why.because === 'Missing');
}

function uidOf({ metadata }: Project): string {
  return metadata.uid ?? '';
}
