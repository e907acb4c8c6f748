import type { Pod, ReplicaSet } from '../../../operator/resources/builtin.ts';
import type { PodTrouble } from '../plan/observation.ts';

type Reason = PodTrouble['reason'];
type ContainerStatus = NonNullable<NonNullable<Pod['status']>['containerStatuses']>[number];

/** The worst first: what a person would look at before all else. */
const gravity: readonly Reason[] = [
  'OutOfMemory',
  'CrashLoop',
  'ImagePull',
  'ConfigError',
  'FailedCreate',
  'Unschedulable',
  'Restarting',
  'ProbeFailed',
];

const byWaiting: Readonly<Record<string, Reason>> = {
  CrashLoopBackOff: 'CrashLoop',
  ImagePullBackOff: 'ImagePull',
  ErrImagePull: 'ImagePull',
  ErrImageNeverPull: 'ImagePull',
  InvalidImageName: 'ImagePull',
  RegistryUnavailable: 'ImagePull',
  CreateContainerConfigError: 'ConfigError',
  CreateContainerError: 'ConfigError',
  RunContainerError: 'ConfigError',
};

/**
 * The worst that is wrong with any of these pods, or with making them, and with how many; undefined where all are well, or on
 * their way.
 */
export function troubleOf(pods: readonly Pod[], replicaSet?: ReplicaSet): PodTrouble | undefined {
  const found = [replicaSet && refusalOf(replicaSet), ...pods.map(troubleOfPod)].filter(
    (trouble) => trouble !== undefined,
  );
  const reason = gravity.find((one) => found.some((trouble) => trouble.reason === one));
  const same = found.filter((trouble) => trouble.reason === reason);
  const [first] = same.toSorted((a, b) => a.since - b.since);
  return first === undefined ? undefined : { ...first, pods: Math.max(first.pods, same.length) };
}

/** Pods that are not even made: a quota, pod security or an admission policy refuses them, in its own words. */
function refusalOf({ metadata, spec, status }: ReplicaSet): PodTrouble | undefined {
  const failure = status?.conditions?.find(({ type }) => type === 'ReplicaFailure');
  if (failure?.status !== 'True' || failure.reason !== 'FailedCreate') return undefined;
  return {
    reason: 'FailedCreate',
    message: `pods cannot be made: ${firstLine(failure.message)}`,
    since: time(failure.lastTransitionTime) ?? time(metadata.creationTimestamp) ?? 0,
    pods: Math.max(1, (spec?.replicas ?? 1) - (status?.replicas ?? 0)),
  };
}

function troubleOfPod(pod: Pod): PodTrouble | undefined {
  const { metadata, status } = pod;
  // One that goes is judged no more.
  if (metadata.deletionTimestamp !== undefined || status === undefined) return undefined;
  const created = time(metadata.creationTimestamp) ?? 0;
  const tell = (reason: Reason, what: string, since: number | undefined): PodTrouble => ({
    reason,
    message: `pod ${metadata.name}: ${what}`,
    since: since ?? created,
    pods: 1,
  });
  const containers = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])];
  const troubles = containers.flatMap((container) => troubleOfContainer(container, tell));
  const scheduled = status.conditions?.find(({ type }) => type === 'PodScheduled');
  if (scheduled?.status === 'False' && scheduled.reason === 'Unschedulable') {
    const why = scheduled.message ?? 'no node takes it';
    troubles.push(tell('Unschedulable', `cannot be scheduled: ${why}`, time(scheduled.lastTransitionTime)));
  }
  if (troubles.length === 0) {
    const unready = unreadyThoughRunning(pod);
    if (unready !== undefined) troubles.push(tell('ProbeFailed', `${unready.what}`, unready.since));
  }
  return troubles.toSorted((a, b) => gravity.indexOf(a.reason) - gravity.indexOf(b.reason))[0];
}

type Tell = (reason: Reason, what: string, since: number | undefined) => PodTrouble;

function troubleOfContainer(container: ContainerStatus, tell: Tell): readonly PodTrouble[] {
  const { name, state, lastState, restartCount, ready } = container;
  const waiting = state?.waiting;
  const last = state?.terminated ?? lastState?.terminated;
  const ended = time(last?.finishedAt);
  const times = restartCount === 1 ? 'once' : `${restartCount} times`;
  if (last?.reason === 'OOMKilled' && !ready) {
    const what = `container ${name} was killed for want of memory (restarted ${times}); raise its memory limit`;
    return [tell('OutOfMemory', what, ended)];
  }
  const reason = byWaiting[waiting?.reason ?? ''];
  if (reason === 'CrashLoop') {
    const code = last === undefined ? '' : ` with code ${last.exitCode}`;
    const said = firstLine(last?.message);
    return [
      tell(reason, `container ${name} ends${code} again and again${said === '' ? '' : `: ${said}`}`, ended),
    ];
  }
  if (reason !== undefined) {
    const said = firstLine(waiting?.message);
    return [
      tell(reason, `container ${name}: ${waiting?.reason}${said === '' ? '' : `: ${said}`}`, undefined),
    ];
  }
  // An init container that has done its work has ended, and is well.
  if (restartCount > 0 && !ready && last !== undefined && last.exitCode !== 0) {
    const what = `container ${name} ended with code ${last.exitCode}, and was restarted ${times}`;
    return [tell('Restarting', what, ended)];
  }
  return [];
}

/** All containers run, and the pod is not ready: a readiness probe says so, or nothing has been asked yet. */
function unreadyThoughRunning({
  status,
}: Pod): { readonly what: string; readonly since: number | undefined } | undefined {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  const containers = status?.containerStatuses ?? [];
  if (ready?.status !== 'False' || containers.length === 0) return undefined;
  if (!containers.every(({ state }) => state?.running !== undefined)) return undefined;
  const unready = containers.filter((container) => !container.ready).map(({ name }) => name);
  if (unready.length === 0) return undefined;
  const started = containers.map(({ state }) => time(state?.running?.startedAt) ?? 0);
  const who =
    unready.length === 1
      ? `container ${unready[0]} runs, but is`
      : `containers ${unready.join(', ')} run, but are`;
  return { what: `${who} not ready: see the readiness probe`, since: Math.max(...started) };
}

/** Messages of a registry or a runtime can be long; the first line says what it is about. */
function firstLine(text: string | undefined): string {
  const line = (text ?? '').trim().split('\n', 1)[0] ?? '';
  return line.length > 200 ? `${line.slice(0, 199)}…` : line;
}

function time(text: string | undefined | null): number | undefined {
  if (text === undefined || text === null) return undefined;
  const parsed = Date.parse(text);
  return Number.isNaN(parsed) ? undefined : parsed;
}
