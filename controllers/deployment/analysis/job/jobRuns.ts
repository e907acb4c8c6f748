import { metricDefaults } from '../../../../crds/deployment/defaults.ts';
import { labels } from '../../../../crds/deployment/names.ts';
import type { DeploymentStatus, Metric } from '../../../../crds/deployment/schema.ts';
import type { Lister } from '../../../../operator/cache/lister.ts';
import { isAlreadyExists, isApiError } from '../../../../operator/client/apiError.ts';
import type { Client } from '../../../../operator/client/client.ts';
import { type Job, jobs, type Pod } from '../../../../operator/resources/builtin.ts';
import { keyOf } from '../../../../operator/resources/object.ts';
import type { Deployment } from '../../deployment.ts';
import { ownedBy } from '../../owned.ts';
import type { DeploymentPlan } from '../../plan/deploymentPlan.ts';
import type { MetricView } from '../../plan/observation.ts';
import { refusedFor } from '../../template/templates.ts';
import type { JobCheck, jobFor } from './job.ts';
import { countedAt, viewJobs } from './view.ts';

/** What is read of Jobs and their pods. */
interface JobCaches {
  readonly jobs: Lister<Job, 'owner'>;
  readonly jobPods: Lister<Pod, 'job'>;
}

/** What the API server said of a Job, by its name. */
interface Refusal {
  readonly job: string;
  readonly message: string;
  /** When to try again; milliseconds since the epoch. */
  readonly until: number;
}

type PlannedStage = Pick<DeploymentPlan, 'analysis' | 'status'>;

/** The Jobs that measure: what they say, and that they are made. */
export class JobRuns {
  readonly #client: Pick<Client, 'create'>;
  readonly #caches: JobCaches;
  readonly #now: () => number;
  /** Why the Job that was last tried cannot be made, by the Deployment's UID and the metric: the API server, or a policy, takes it for wrong. */
  readonly #refused = new Map<string, Map<string, Refusal>>();

  /** @param now Milliseconds since the epoch. */
  constructor(client: Pick<Client, 'create'>, caches: JobCaches, now: () => number) {
    this.#client = client;
    this.#caches = caches;
    this.#now = now;
  }

  /** What the Jobs of the stage that status tells of say. */
  views(deployment: Deployment): ReadonlyMap<string, MetricView> {
    const { spec, status } = deployment;
    const measured = spec.analysis?.metrics.filter(({ job }) => job !== undefined) ?? [];
    const views = new Map<string, MetricView>();
    for (const metric of measured) {
      const check = checkOf(deployment, status, metric);
      if (check !== undefined) views.set(metric.name, this.#look(check, metric).view);
    }
    return views;
  }

  /**
   * Makes those of the planned analysis that are due, each once. Gives their number. Jobs are named after the stage, so that
   * one begins only once status tells of it: until it does, each plan begins it anew.
   */
  async make(deployment: Deployment, plan: PlannedStage, signal: AbortSignal): Promise<number> {
    let made = 0;
    if (!isTold(deployment, plan)) return made;
    for (const { metric, job } of this.#due(deployment, plan))
      if (await this.#create(deployment, metric, job, signal)) made += 1;
    return made;
  }

  /**
   * Whether some are due once the planned status is written. Who writes it has to look again by itself: of its own writes it
   * is not told, and where all else stands nothing else happens.
   */
  awaitStatus(deployment: Deployment, plan: PlannedStage): boolean {
    return !isTold(deployment, plan) && this.#due(deployment, plan).length > 0;
  }

  /** When what was refused is tried again; milliseconds since the epoch. */
  triesAt({ metadata: { uid = '' } }: Deployment): number | undefined {
    const refused = [...(this.#refused.get(uid)?.values() ?? [])];
    const coming = refused.map(({ until }) => until).filter((until) => until > this.#now());
    return coming.length === 0 ? undefined : Math.min(...coming);
  }

  forget(uid: string): void {
    this.#refused.delete(uid);
  }

  #due(deployment: Deployment, { analysis, status }: PlannedStage) {
    const metrics = deployment.spec.analysis?.metrics ?? [];
    return metrics.flatMap((metric) => {
      if (analysis?.metrics.includes(metric.name) !== true) return [];
      const check = checkOf(deployment, status, metric);
      const job = check && this.#look(check, metric).create;
      return job === undefined ? [] : [{ metric, job }];
    });
  }

  #look(check: JobCheck, metric: Metric) {
    const { namespace } = check.deployment;
    const { failureLimit } = metricDefaults(metric);
    const seen = viewJobs(check, failureLimit, {
      job: (name) => this.#caches.jobs.get(keyOf({ namespace, name })),
      podsOf: (name) => this.#caches.jobPods.byIndex('job', `${namespace}/${name}`),
    });
    const refused = this.#refused.get(check.deployment.uid)?.get(metric.name);
    if (refused === undefined || refused.job !== seen.create?.metadata.name) return seen;
    const { message, until } = refused;
    if (this.#now() >= until) return seen;
    const view: MetricView = { result: 'Error', at: countedAt(check, 0), failures: 0, message };
    return { view };
  }

  async #create(
    deployment: Deployment,
    metric: Metric,
    job: ReturnType<typeof jobFor>,
    signal: AbortSignal,
  ): Promise<boolean> {
    const marks = {
      [labels.owner]: deployment.metadata.uid ?? '',
      [labels.deployment]: deployment.metadata.name,
    };
    const { template } = job.spec ?? {};
    const object = {
      ...job,
      metadata: { ...job.metadata, ...ownedBy(deployment), labels: marks },
      spec: {
        ...job.spec,
        template: {
          ...template,
          metadata: { ...template?.metadata, labels: { ...template?.metadata?.labels, ...marks } },
        },
      },
      // What is in the template the server judges.
    } as Job;
    try {
      await this.#client.create(jobs, object, { signal });
      return true;
    } catch (error) {
      if (isAlreadyExists(error)) return false;
      if (!isApiError(error) || !['Invalid', 'BadRequest', 'Forbidden'].includes(error.reason)) throw error;
      const { uid = '' } = deployment.metadata;
      const refused = this.#refused.get(uid) ?? new Map<string, Refusal>();
      refused.set(metric.name, {
        job: job.metadata.name,
        message: error.message,
        until: this.#now() + refusedFor,
      });
      this.#refused.set(uid, refused);
      return true;
    }
  }
}

/** Whether status tells of the planned stage. */
function isTold({ status: told }: Deployment, { status: { step } }: PlannedStage): boolean {
  return step?.since === told?.step?.since;
}

/** What a metric's Jobs are about, as status tells of the stage; undefined where nothing is compared. */
function checkOf(
  { metadata }: Deployment,
  status: DeploymentStatus | undefined,
  { name: metric, job }: Metric,
): JobCheck | undefined {
  const { stable, canary, step } = status ?? {};
  if (job === undefined || stable === undefined || canary === undefined) return undefined;
  // Once for each step with an analysis: what only watches would be over before there is much to see.
  if (step?.stage !== 'Analyzing') return undefined;
  const { name, namespace = '', uid = '' } = metadata;
  return {
    deployment: { name, namespace, uid },
    metric,
    template: job.template,
    stable: stable.hash,
    canary: canary.hash,
    since: Date.parse(step.since),
  };
}
