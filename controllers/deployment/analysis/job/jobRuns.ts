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
import type { JobCheck, jobFor } from './job.ts';
import { viewJobs } from './view.ts';

/** What is read of Jobs and their pods. */
interface JobCaches {
  readonly jobs: Lister<Job, 'owner'>;
  readonly jobPods: Lister<Pod, 'job'>;
}

/** The Jobs that measure: what they say, and that they are made. */
export class JobRuns {
  readonly #client: Pick<Client, 'create'>;
  readonly #caches: JobCaches;
  /** Why a Job cannot be made, by its key: the API server takes its template for wrong. */
  readonly #refused = new Map<string, string>();

  constructor(client: Pick<Client, 'create'>, caches: JobCaches) {
    this.#client = client;
    this.#caches = caches;
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
  async make(
    deployment: Deployment,
    { analysis: planned, status }: Pick<DeploymentPlan, 'analysis' | 'status'>,
    signal: AbortSignal,
  ): Promise<number> {
    let made = 0;
    if (status.step === undefined || status.step.since !== deployment.status?.step?.since) return made;
    for (const metric of deployment.spec.analysis?.metrics ?? []) {
      if (planned?.metrics.includes(metric.name) !== true) continue;
      const check = checkOf(deployment, status, metric);
      const job = check && this.#look(check, metric).create;
      if (job !== undefined && (await this.#create(deployment, job, signal))) made += 1;
    }
    return made;
  }

  #look(check: JobCheck, metric: Metric) {
    const { namespace } = check.deployment;
    const { failureLimit } = metricDefaults(metric);
    const seen = viewJobs(check, failureLimit, {
      job: (name) => this.#caches.jobs.get(keyOf({ namespace, name })),
      podsOf: (name) => this.#caches.jobPods.byIndex('job', `${namespace}/${name}`),
    });
    const message = seen.create && this.#refused.get(keyOf(seen.create.metadata));
    if (message === undefined) return seen;
    const view: MetricView = { result: 'Error', at: check.since, failures: 0, message };
    return { view };
  }

  async #create(
    deployment: Deployment,
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
      this.#refused.set(keyOf(job.metadata), error.message);
      return true;
    }
  }
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
