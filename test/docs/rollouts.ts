/** Rollouts in every state that the pages tell of, as the planner itself reports them. */

import {
  aCanary,
  anObservation,
  aRevision,
  aRoute,
  routed,
  type Seen,
} from '../../controllers/deployment/plan/builders.ts';
import { planDeployment } from '../../controllers/deployment/plan/deployment.ts';
import type { MetricView, Spec } from '../../controllers/deployment/plan/observation.ts';
import { good, healthy, steps, until, work } from '../../controllers/deployment/plan/played.ts';
import { anAnalysis, type Fate, type World } from '../../controllers/deployment/plan/world.ts';
import { failureOf, refusalOf } from '../../controllers/deployment/refusals.ts';
import { troubleOf } from '../../controllers/deployment/revisions/podTrouble.ts';
import type { DeploymentPhase, DeploymentStatus } from '../../crds/deployment/schema.ts';
import { ApiError } from '../../operator/client/apiError.ts';
import { type Pod, services } from '../../operator/resources/builtin.ts';

const canary = { strategy: aCanary({ steps }), traffic: routed };
const byPods = { strategy: aCanary({ steps }) };
const analysed = {
  strategy: aCanary({ steps: [{ weight: 20, analysis: { duration: '1m' } }] }),
  traffic: routed,
  analysis: anAnalysis,
};

/** One way into each phase. */
export const phases: Readonly<Record<DeploymentPhase, () => DeploymentStatus>> = {
  Healthy: () => statusOf(healthy(canary)),
  Progressing: () => statusOf(begun(canary, { pods: 'NeverReady', metrics: 'Pass' })),
  Analyzing: () => statusOf(begun(analysed)),
  Paused: () => statusOf(begun(canary)),
  RollingBack: () => goingBack('Silent'),
  RolledBack: () => statusOf(until(begun(canary, { pods: 'Crash', metrics: 'Pass' }), 'RolledBack')),
  Aborted: () => aborted(),
  TimedOut: () => timedOut(),
  Invalid: () => invalid(),
  Suspended: () => suspended(),
};

/** What is said of a reason, by its name: the message that a page may show of it. */
export const messages: Readonly<Record<string, () => DeploymentStatus>> = {
  AsDesired: () => {
    const world = begun(canary);
    world.ask('PromoteAll', 0);
    return statusOf(work(world));
  },
  Progressing: phases.Progressing,
  Analyzing: phases.Analyzing,
  StepPaused: phases.Paused,
  PauseRequested: () => {
    const world = begun(canary);
    world.ask('Pause', 0);
    return statusOf(work(world));
  },
  AnalysisPaused: () => {
    const metrics = anAnalysis.metrics.map((metric) => ({ ...metric, onError: 'Pause' as const }));
    const spec = { ...analysed, analysis: { ...anAnalysis, metrics } };
    const world = begun(spec, { pods: 'Good', metrics: 'Error' });
    world.pass(1000);
    return statusOf(work(world));
  },
  RollingBack: () => goingBack('Refusing'),
  TemplateInvalid: invalid,
  StrategyImpossible: () => {
    const world = healthy(canary);
    const { gateway } = world.observe();
    return planned({
      spec: { ...canary, strategy: aCanary({ steps: [{ mirror: '10%', pause: {} }] }) },
      status: statusOf(world),
      template: 'r2',
      revisions: [aRevision('r1', 1, 10)],
      route: aRoute({ r1: 100 }),
      gateway: gateway && { ...gateway, mirror: false },
    });
  },
  NoReplicas: () => {
    const world = healthy(canary);
    world.change({ replicas: 0 });
    world.newTemplate(good);
    return statusOf(work(world));
  },
  PodsUnavailable: () => {
    const world = healthy(canary);
    world.die(0);
    world.sync(0);
    return world.plan().status;
  },
  RouteNotAccepted: () => {
    const world = begun(canary);
    world.edge.break(0);
    return world.plan().status;
  },
  RouteConflict: () => {
    const world = begun(canary);
    return planned({
      spec: world.spec,
      status: statusOf(world),
      template: 'r2',
      revisions: [aRevision('r1', 1, 10), aRevision('r2', 2, 2)],
      route: aRoute({ r1: 80, r2: 20 }, { conflict: 'legacy/checkout' }),
    });
  },
  WriteRefused: () => {
    const world = begun(canary);
    return planDeployment({ ...world.observe(), refused: refusalOf(quotaExceeded) }).status;
  },
  NameTaken: () => {
    const world = healthy(canary);
    const taken = failureOf({
      resource: services,
      name: { namespace: 'shop', name: 'checkout-all' },
      result: 'refused',
      holder: undefined,
    });
    return planDeployment({ ...world.observe(), refused: refusalOf(taken) }).status;
  },
  CrashLoop: () =>
    badPod({
      restartCount: 2,
      state: { waiting: { reason: 'CrashLoopBackOff' } },
      lastState: { terminated: { exitCode: 1, message: 'no such table: carts', finishedAt: began } },
    }),
  OutOfMemory: () =>
    badPod({
      restartCount: 2,
      state: { waiting: { reason: 'CrashLoopBackOff' } },
      lastState: { terminated: { exitCode: 137, reason: 'OOMKilled', finishedAt: began } },
    }),
  ImagePull: () =>
    badPod({
      restartCount: 0,
      state: {
        waiting: {
          reason: 'ImagePullBackOff',
          message: 'Back-off pulling image "registry.example.com/shop:2"',
        },
      },
    }),
  FailedCreate: () => {
    const message =
      'pods "shop-4dwg6rqkfv-x7x2p" is forbidden: exceeded quota: mainstay-quota, requested: pods=1, used: pods=10, limited: pods=10';
    const condition = { type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message } as const;
    return bad(
      troubleOf([], {
        apiVersion: 'apps/v1',
        kind: 'ReplicaSet',
        metadata: { name: 'shop-4dwg6rqkfv' },
        status: { replicas: 0, conditions: [{ ...condition, lastTransitionTime: began }] },
      }),
    );
  },
  Unschedulable: () =>
    badPod(undefined, {
      type: 'PodScheduled',
      reason: 'Unschedulable',
      message: '0/3 nodes are available: 3 Insufficient cpu',
    }),
  ProbeFailed: () => badPod({ restartCount: 0, state: { running: { startedAt: began } } }, { type: 'Ready' }),
  ConfigError: () =>
    badPod({
      restartCount: 0,
      state: { waiting: { reason: 'CreateContainerConfigError', message: 'configmap "settings" not found' } },
    }),
  Restarting: () =>
    badPod({
      restartCount: 1,
      state: { running: { startedAt: began } },
      lastState: { terminated: { exitCode: 1, finishedAt: began } },
    }),
  MetricFailed: () => {
    const spec = { strategy: aCanary({ steps: [{ weight: 20, analysis: {} }] }), analysis: anAnalysis };
    const world = begun(spec, { pods: 'Good', metrics: 'Pending' });
    const failed: MetricView = {
      result: 'Fail',
      value: '5%',
      message: '5% is above the maximum of 1%',
      failures: 2,
      at: world.now + 1000,
    };
    return back(world, { analysis: new Map([['errors', failed]]) });
  },
  DeadlineExceeded: timedOut,
  AbortRequested: aborted,
  RollbackRequested: () => {
    const world = begun(canary);
    world.ask('PromoteAll', 0);
    work(world);
    world.ask('Rollback', 0);
    return statusOf(until(world, 'RolledBack'));
  },
};

const quotaExceeded = new ApiError(
  { verb: 'apply', kind: 'Service', name: 'shop/checkout-4dwg6rqkfv' },
  403,
  {
    reason: 'Forbidden',
    message:
      'services "checkout-4dwg6rqkfv" is forbidden: exceeded quota: objects, requested: count/services=1, used: count/services=10, limited: count/services=10',
  },
);

/** The gateway does not do its part, so that it takes a while. */
function goingBack(gateway: 'Refusing' | 'Silent'): DeploymentStatus {
  const world = begun(canary);
  world.edge.break(gateway === 'Refusing' ? 0 : 1);
  world.ask('Abort', 0);
  return statusOf(work(world));
}

function aborted(): DeploymentStatus {
  const world = begun(canary);
  world.ask('Abort', 0);
  return statusOf(until(world, 'Aborted'));
}

function timedOut(): DeploymentStatus {
  return statusOf(until(begun(canary, { pods: 'NeverReady', metrics: 'Pass' }), 'TimedOut'));
}

function invalid(): DeploymentStatus {
  const world = healthy(canary);
  world.newTemplate(good);
  world.knowTemplate('Invalid');
  return statusOf(work(world));
}

function suspended(): DeploymentStatus {
  const world = healthy(canary);
  world.change({ paused: true });
  return statusOf(work(world));
}

/** The second revision is on its way. */
function begun(spec: Partial<Spec>, fate: Fate = good): World {
  const world = healthy(spec);
  world.newTemplate(fate);
  return work(world);
}

function statusOf({ status }: World): DeploymentStatus {
  if (status === undefined) throw new Error('there is no status');
  return status;
}

function planned(seen: Seen): DeploymentStatus {
  return planDeployment(anObservation({ ...seen, spec: { replicas: 10, ...seen.spec } })).status;
}

const began = '2026-11-21T20:00:00Z';
type PodStatus = NonNullable<Pod['status']>;
type ContainerStatus = NonNullable<PodStatus['containerStatuses']>[number];
type PodCondition = NonNullable<PodStatus['conditions']>[number];

/** A canary of which one pod is in this state for long enough, and what came of it. */
function badPod(
  container: Partial<ContainerStatus> | undefined,
  condition?: Omit<PodCondition, 'status'>,
): DeploymentStatus {
  const containers = container === undefined ? [] : [container];
  const conditions = condition === undefined ? [] : [condition];
  const pod: Pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'shop-4dwg6rqkfv-x7x2p', creationTimestamp: began },
    status: {
      containerStatuses: containers.map((one) => ({
        ...{ name: 'main', image: 'shop:2', imageID: '', ready: false, restartCount: 0 },
        ...one,
      })),
      conditions: conditions.map((one) => ({ ...one, status: 'False', lastTransitionTime: began })),
    },
  };
  return bad(troubleOf([pod]));
}

function bad(trouble: ReturnType<typeof troubleOf>): DeploymentStatus {
  if (trouble === undefined) throw new Error('nothing is wrong');
  return back(begun(byPods), { trouble: { ...trouble, since: 0 } });
}

/** What is found of the canary now, and what is said of it once everything is as it was before. */
function back(
  world: World,
  { trouble, analysis = new Map() }: Pick<ReturnType<typeof aRevision>, 'trouble'> & Pick<Seen, 'analysis'>,
): DeploymentStatus {
  const { spec, now } = world;
  const seen = (status: DeploymentStatus, pods: number, canaryPods: number, later: number) =>
    planned({
      now: now + later,
      spec,
      status,
      template: 'r2',
      revisions: [
        aRevision('r1', 1, pods),
        aRevision('r2', 2, canaryPods, canaryPods > 0 && trouble !== undefined ? { trouble } : {}),
      ],
      analysis,
    });
  return seen(seen(statusOf(world), 8, 2, 2000), 10, 0, 4000);
}
