import type { Report } from '../report.ts';
import { type AnalysisOutcome, benchAnalysis } from './analysis.ts';
import { argoRollouts } from './argo.ts';
import {
  deploymentParts,
  mainstayRollouts,
  native,
  type Part,
  type RolloutContestant,
} from './contestants.ts';
import { reportOf } from './figures.ts';
import { benchPlan } from './plan.ts';
import { type Failure, type Outcome, trial } from './trial.ts';
import { replicas } from './world.ts';

export interface DeploymentBenchOptions {
  /** Numbers of Deployments; the rest and the restart are measured at the last. Default 500 and 2,000. */
  readonly sizes?: readonly number[];
  /** Default all; what is compared with one that is missing has no figure. */
  readonly only?: readonly Part[];
  /** One turn each: a look. */
  readonly once?: boolean;
  /** Seconds of doing nothing that are measured. Default 60. */
  readonly restSeconds?: number;
  /** How many canaries are analysed at once. Default 1,000. */
  readonly analyses?: number;
}

/** Requests a second that Argo Rollouts allows itself where it is not to be what it waits for. */
const raised = 1000;

/** The benchmark of Deployments: us, the cluster's own and Argo Rollouts, each in a cluster of its own, by turns. */
export async function benchDeployment({
  sizes = [500, 2000],
  only = deploymentParts,
  once = false,
  restSeconds = 60,
  analyses = 1000,
}: DeploymentBenchOptions = {}): Promise<Report> {
  const contestants: Partial<Record<Part, RolloutContestant>> = {
    ...(only.includes('native') && { native: native(replicas) }),
    ...(only.includes('mainstay') && { mainstay: mainstayRollouts() }),
    ...(only.includes('argo') && { argo: await argoRollouts(raised) }),
    ...(only.includes('argo-default') && { 'argo-default': await argoRollouts() }),
  };
  const planMicroseconds = benchPlan();
  const outcomes: Outcome[] = [];
  const failures: Failure[] = [];
  for (const size of sizes) {
    const last = size === sizes.at(-1);
    const met = new Set<Part>();
    for (const part of once ? deploymentParts : turnsOf(size, sizes)) {
      const contestant = contestants[part];
      if (contestant === undefined) continue;
      console.log(`${contestant.name}: ${size} Deployments`);
      const steady = last && !met.has(part) && part !== 'argo-default';
      met.add(part);
      const outcome = await trial(contestant, size, steady ? restSeconds : undefined);
      if ('message' in outcome) failures.push(outcome);
      else outcomes.push(outcome);
    }
  }
  let analysed: AnalysisOutcome | undefined;
  if (only.includes('analysis')) {
    const outcome = await benchAnalysis(analyses);
    if ('message' in outcome) failures.push(outcome);
    else analysed = outcome;
  }
  return reportOf({ sizes, contestants, outcomes, failures, analysed, planMicroseconds });
}

/**
 * A machine's speed changes within minutes: each has another turn, of which the faster counts. Waiting for its own default
 * of requests would take Argo Rollouts most of an hour at the largest size.
 */
function turnsOf(size: number, sizes: readonly number[]): readonly Part[] {
  const turns: readonly Part[] = ['native', 'mainstay', 'argo'];
  const patient: readonly Part[] = size === sizes.at(-1) && sizes.length > 1 ? [] : ['argo-default'];
  return [...turns, ...turns, ...patient];
}
