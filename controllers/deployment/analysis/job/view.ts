import type { Job, Pod } from '../../../../operator/resources/builtin.ts';
import type { MetricView } from '../../plan/observation.ts';
import { brief } from '../reading.ts';
import { type JobCheck, jobFor, jobName } from './job.ts';

/** What of the cluster a metric's Jobs are read from. */
export interface JobsSeen {
  /** By name, in the Deployment's namespace; undefined where there is none. */
  readonly job: (name: string) => Pick<Job, 'status'> | undefined;
  readonly podsOf: (jobName: string) => readonly Pick<Pod, 'status'>[];
}

export interface JobsView {
  readonly view: MetricView;
  /** To be made now; it is not there yet. */
  readonly create?: ReturnType<typeof jobFor>;
}

/** Jobs that could not be run at all are tried again so often. */
const mostErrors = 3;

/**
 * What a metric's Jobs say, and which one is to be made: another after each that failed, until `failureLimit` of them
 * have, in a row since each is the only check. Needs no memory: killed anywhere, it goes on from the Jobs that are there.
 */
export function viewJobs(check: JobCheck, failureLimit: number, seen: JobsSeen): JobsView {
  let failures = 0;
  let errors = 0;
  for (let run = 0; ; run += 1) {
    const name = jobName(check, run);
    const job = seen.job(name);
    const pending: MetricView = { result: 'Pending', at: check.since, failures };
    if (job === undefined) return { view: pending, create: jobFor(check, run) };
    const ending = endingOf(job, seen.podsOf(name));
    if (ending === undefined) return { view: { ...pending, message: `Job ${name} is running` } };
    const { result, message } = ending;
    const at = countedAt(check, ending.at);
    if (result === 'Pass') return { view: { result, at, failures: 0 } };
    if (result === 'Fail') failures += 1;
    else errors += 1;
    if (failures >= failureLimit || errors > mostErrors) {
      return { view: { result, at, failures, message: brief(`Job ${name}: ${message}`) } };
    }
  }
}

/**
 * When a result of the analysis was found: after its beginning, since it has Jobs of its own. Their times are of another
 * machine's clock, and of whole seconds, and one from before the beginning would count for nothing.
 */
export function countedAt({ since }: Pick<JobCheck, 'since'>, at: number): number {
  return Math.max(at, since + 1);
}

interface Ending {
  readonly result: 'Pass' | 'Fail' | 'Error';
  readonly at: number;
  readonly message: string;
}

/** Undefined while it runs. */
function endingOf({ status }: Pick<Job, 'status'>, pods: readonly Pick<Pod, 'status'>[]): Ending | undefined {
  const ended = status?.conditions?.find(
    ({ type, status: is }) => (type === 'Complete' || type === 'Failed') && is === 'True',
  );
  if (ended === undefined) return undefined;
  const at = Date.parse(String(ended.lastTransitionTime)) || 0;
  if (ended.type === 'Complete') return { result: 'Pass', at, message: '' };
  const exits = pods.flatMap(({ status: pod }) =>
    (pod?.containerStatuses ?? []).flatMap(({ name, state }) =>
      state?.terminated === undefined || state.terminated.exitCode === 0
        ? []
        : [{ name, ...state.terminated }],
    ),
  );
  const [exit] = exits;
  if (exit !== undefined) {
    const why = exit.message?.trim() || exit.reason || 'no termination message';
    return { result: 'Fail', at, message: `${exit.name} ended with code ${exit.exitCode}: ${why}` };
  }
  const waiting = pods.flatMap(({ status: pod }) => pod?.containerStatuses ?? []);
  const stuck = waiting.find(({ state }) => state?.waiting?.reason !== undefined)?.state?.waiting;
  const why =
    stuck === undefined
      ? (ended.message ?? ended.reason ?? 'it failed')
      : `${stuck.reason}: ${stuck.message ?? ''}`;
  // What never ran, or was ended by its deadline, has found nothing bad.
  const ran = ended.reason === 'BackoffLimitExceeded' && stuck === undefined;
  return { result: ran ? 'Fail' : 'Error', at, message: why };
}
