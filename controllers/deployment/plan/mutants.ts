/** Planners that are each broken in one way, to show that the property finds it. */

import { planDeployment } from './deployment.ts';
import type { DeploymentPlan } from './deploymentPlan.ts';
import type { Invariant } from './invariants.ts';
import type { Observation, RevisionView } from './observation.ts';
import type { Planner } from './world.ts';

interface Mutant {
  readonly plan: Planner;
  readonly breaks: Invariant;
}

export const mutants: Readonly<Record<string, Mutant>> = {
  'weight before its pods are available': {
    breaks: 'capacity before traffic',
    plan: (observation) =>
      planDeployment(
        withRevisions(observation, (one) => ({
          ...one,
          endpoints: Math.max(one.endpoints, Math.min(1, one.pods.available) * one.desired),
          pods: { ...one.pods, available: one.pods.available > 0 ? one.desired : 0 },
        })),
      ),
  },
  'old pods gone at once': {
    breaks: 'availability as promised',
    plan: (observation) =>
      withSizes(observation, ({ status }, hash, replicas) => (hash === status.canary?.hash ? replicas : 0)),
  },
  'new pods all at once': {
    breaks: 'surge as bounded',
    plan: (observation) =>
      withSizes(observation, ({ status }, hash, replicas) =>
        hash === status.canary?.hash ? observation.deployment.spec.replicas : replicas,
      ),
  },
  'trust in endpoints that are not there': {
    breaks: 'traffic only to ready endpoints',
    plan: (observation) =>
      planDeployment(withRevisions(observation, (one) => ({ ...one, endpoints: one.desired }))),
  },
  'no Service for who is on his way out': {
    breaks: 'what a route names stands',
    plan: (observation) => {
      const plan = planDeployment(observation);
      const { stable, canary } = plan.status;
      return {
        ...plan,
        services: plan.services.filter(
          ({ hash }) => hash === undefined || hash === stable?.hash || hash === canary?.hash,
        ),
      };
    },
  },
  'no history for who still has pods': {
    breaks: 'history keeps what has a part',
    plan: (observation) => {
      const plan = planDeployment(observation);
      const { stable, canary } = plan.status;
      const old = observation.revisions.map(({ hash }) => hash);
      return { ...plan, remove: old.filter((hash) => hash !== stable?.hash && hash !== canary?.hash) };
    },
  },
  'no time to drain': {
    breaks: 'drained before removed',
    plan: (observation) =>
      planDeployment(
        withRevisions(observation, (one) =>
          one.zeroSince === undefined ? one : { ...one, zeroSince: one.zeroSince - 3_600_000 },
        ),
      ),
  },
  'trust in a route that nobody serves yet': {
    breaks: 'drained before removed',
    plan: (observation) =>
      planDeployment({
        ...observation,
        ...(observation.route === undefined
          ? {}
          : { route: { ...observation.route, accepted: true, verified: true } }),
      }),
  },
  'pods made anew at promotion': {
    breaks: 'promotion re-creates no pod',
    plan: (observation) => {
      const plan = planDeployment(observation);
      const before = observation.deployment.status?.stable?.hash;
      const after = plan.status.stable?.hash;
      if (before === undefined || before === after) return plan;
      return {
        ...plan,
        replicaSets: plan.replicaSets.map((one) => (one.hash === after ? { ...one, replicas: 0 } : one)),
      };
    },
  },
  'no memory of what was given up': {
    breaks: 'given up is not tried again',
    plan: (observation) => planDeployment(forgetting(observation, 'failed')),
  },
  'no memory of requests once the spec is another': {
    breaks: 'a request acts once',
    plan: (observation) => {
      const { metadata, status } = observation.deployment;
      const same = status?.observedGeneration === metadata.generation;
      return planDeployment(same ? observation : forgetting(observation, 'lastRequest'));
    },
  },
  'new pods before the old ones are gone': {
    breaks: 'one revision at a time',
    plan: (observation) =>
      planDeployment(
        withRevisions(observation, (one) => ({ ...one, pods: { ...one.pods, total: 0, terminating: 0 } })),
      ),
  },
  'a note made anew with each look': {
    breaks: 'at rest nothing is written',
    plan: (observation) => {
      const plan = planDeployment(observation);
      const noted = new Map(observation.revisions.map(({ hash, sizedFor = 0 }) => [hash, sizedFor]));
      return {
        ...plan,
        replicaSets: plan.replicaSets.map((one) => ({ ...one, sizedFor: (noted.get(one.hash) ?? 0) + 1 })),
      };
    },
  },
  'no wake-up': {
    breaks: 'at rest until its wake-up',
    plan: (observation) => ({ ...planDeployment(observation), wakeUp: undefined }),
  },
  'nothing done about what it gives up before its status says so': {
    breaks: 'at rest until its wake-up',
    plan: (observation) => {
      const plan = planDeployment(observation);
      const { failed } = observation.deployment.status ?? {};
      return plan.status.failed?.at === failed?.at
        ? plan
        : { ...plan, replicaSets: [], remove: [], route: undefined };
    },
  },
  'the time in its words': {
    breaks: 'at rest until its wake-up',
    plan: (observation) => {
      const plan = planDeployment(observation);
      return {
        ...plan,
        status: { ...plan.status, message: `${plan.status.message} (at ${observation.now})` },
      };
    },
  },
  'nothing decided while the router is broken': {
    breaks: 'every run ends',
    plan: (observation) => {
      const { route, deployment } = observation;
      const plan = planDeployment(observation);
      if (route === undefined || route.verified || deployment.status === undefined) return plan;
      return {
        ...plan,
        status: deployment.status,
        replicaSets: [],
        remove: [],
        route: undefined,
        events: [],
      };
    },
  },
  'a way back that waits for the gateway to confirm it': {
    breaks: 'going back ends whole',
    plan: (observation) => {
      const plan = planDeployment(observation);
      const broken = observation.route !== undefined && !observation.route.verified;
      return broken && plan.status.failed !== undefined
        ? { ...plan, replicaSets: [], route: undefined }
        : plan;
    },
  },
};

function withRevisions(observation: Observation, change: (one: RevisionView) => RevisionView): Observation {
  return { ...observation, revisions: observation.revisions.map(change) };
}

function withSizes(
  observation: Observation,
  size: (plan: DeploymentPlan, hash: string, replicas: number) => number,
): DeploymentPlan {
  const plan = planDeployment(observation);
  return {
    ...plan,
    replicaSets: plan.replicaSets.map((one) => ({ ...one, replicas: size(plan, one.hash, one.replicas) })),
  };
}

function forgetting(observation: Observation, field: 'failed' | 'lastRequest'): Observation {
  const { status } = observation.deployment;
  if (status === undefined) return observation;
  return {
    ...observation,
    deployment: { ...observation.deployment, status: { ...status, [field]: undefined } },
  };
}
