import { createHash } from 'node:crypto';
import type { Metric } from '../../../../crds/deployment/schema.ts';
import type { Job } from '../../../../operator/resources/builtin.ts';

/** One metric that a Job measures, and the analysis that it belongs to. */
export interface JobCheck {
  readonly deployment: { readonly name: string; readonly namespace: string; readonly uid: string };
  readonly metric: string;
  readonly template: NonNullable<Metric['job']>['template'];
  /** Hashes of the revisions. */
  readonly stable: string;
  readonly canary: string;
  /** Milliseconds since the epoch from which on results count: when the step's analysis began. Each has Jobs of its own. */
  readonly since: number;
}

/** Seconds after which a Job that has not ended is ended, unless its template says otherwise. */
const longestRun = 600;
/** Seconds that a Job is kept after its end, for whoever wants to know what it said. */
const kept = 86_400;

/**
 * The Job for the metric's nth run, from 0: always the same one for the same analysis, so that it is made once, whoever
 * is killed in between. Its owner and marks are left to whoever writes it.
 */
export function jobFor(
  check: JobCheck,
  run: number,
): Pick<Job, 'apiVersion' | 'kind' | 'spec'> & {
  readonly metadata: { readonly name: string; readonly namespace: string };
} {
  const { template, stable, canary, deployment } = check;
  const spec = template.spec ?? { containers: [] };
  const told = [
    { name: 'MAINSTAY_STABLE_HASH', value: stable },
    { name: 'MAINSTAY_CANARY_HASH', value: canary },
  ];
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: jobName(check, run), namespace: deployment.namespace },
    spec: {
      // One run is one check: whether there is another, the metric's failureLimit says.
      backoffLimit: 0,
      activeDeadlineSeconds: spec.activeDeadlineSeconds ?? longestRun,
      ttlSecondsAfterFinished: kept,
      template: {
        ...template,
        spec: {
          ...spec,
          restartPolicy: spec.restartPolicy ?? 'Never',
          containers: spec.containers.map((container) => ({
            ...container,
            env: [
              ...told.filter(({ name }) => !container.env?.some((own) => own.name === name)),
              ...(container.env ?? []),
            ],
          })),
        },
      },
    },
  };
}

/** Short enough for the label that Kubernetes makes of it. */
export function jobName({ deployment, metric, stable, canary, since }: JobCheck, run: number): string {
  const identity = [deployment.uid, metric, stable, canary, since, run].join('\n');
  const digest = createHash('sha256').update(identity).digest('hex').slice(0, 10);
  return `${`${deployment.name}-${metric}`.slice(0, 52).replace(/[^a-z0-9]+$/, '')}-${digest}`;
}
