import { podsFor } from './amounts.ts';
import type { Want } from './capacity.ts';
import type { Course } from './course.ts';
import { allPods, type PlannedRoute } from './deploymentPlan.ts';
import type { StepMemory } from './memory.ts';
import { reachableOf, type Situation } from './situation.ts';
import { nameOf, type PlannedStep } from './steps.ts';

/**
 * The route that is right now: as near to what the step asks for as capacity allows. Weight goes to a revision only where
 * its pods can carry it; what the stable revision cannot take yet stays where it is.
 *
 * `force`: the stable revision takes everything as soon as it has any pod, however few. `frozen`: the canary gets no more
 * than it has.
 */
export function plannedRoute(
  situation: Situation,
  course: Course,
  step: StepMemory | undefined,
  want: Want,
  { force = false, frozen = false }: { readonly force?: boolean; readonly frozen?: boolean } = {},
): PlannedRoute | undefined {
  const { strategy } = situation;
  if (!strategy.routed) return undefined;
  if (strategy.by !== 'Weights') return routeToAll(situation);
  const ready = !frozen && isReady(situation, course, want);
  const weights = planWeights(situation, course, want, ready, force);
  if (weights === undefined) return undefined;
  const planned = step === undefined ? undefined : strategy.steps[step.index - 1];
  const preview = previewOf(situation, course);
  const matching = {
    ...matchingOf(situation, course, planned, preview, ready),
    ...stickinessOf(situation, course, weights),
  };
  const behind = situation.route.conflict;
  return { weights, preview, ...matching, rules: rulesOf(matching, preview), behind };
}

/** Whether the data plane is known to serve exactly this. */
export function isServed(situation: Situation, planned: PlannedRoute | undefined): boolean {
  return isTrusted(situation.route) && isWritten(situation, planned);
}

/** Whether the route says exactly this, whoever serves it. */
export function isWritten({ route }: Situation, planned: PlannedRoute | undefined): boolean {
  if (planned === undefined || !route.exists || (route.rules ?? '') !== planned.rules) return false;
  if (route.behind !== planned.behind) return false;
  if (route.weights.size !== planned.weights.size) return false;
  for (const [hash, weight] of planned.weights) if (route.weights.get(hash) !== weight) return false;
  return true;
}

/** Whether it is verified that no traffic goes to the revision. Without a gateway nobody knows, and pods alone count. */
export function isIdle({ strategy, route }: Situation, hash: string): boolean {
  if (!strategy.routed) return true;
  return isTrusted(route) && !isPointedAt(route, hash) && (route.weights.get(allPods) ?? 0) === 0;
}

/** Whether the route as it is written sends anything to this very revision. */
export function isPointedAt(route: Situation['route'], hash: string): boolean {
  return (route.weights.get(hash) ?? 0) > 0 || route.matchTo === hash || route.preview === hash;
}

/** Whether what is written is what the gateway serves, and it serves nobody else's in its place. */
export function isTrusted({ exists, accepted, verified, conflict, behind }: Situation['route']): boolean {
  return exists && accepted && verified && (conflict ?? behind) === undefined;
}

/** Where the split is by pods, one Service has them all. */
function routeToAll({ revisions, route }: Situation): PlannedRoute | undefined {
  let ready = 0;
  for (const { pods } of revisions.values()) ready += pods.ready;
  if (ready === 0 && !route.exists) return undefined;
  return { weights: new Map([[allPods, 100]]), rules: '', behind: route.conflict };
}

/** Traffic may go there: there are pods to answer, and no order to remove them is under way. */
function canServe(situation: Situation, hash: string | undefined): hash is string {
  if (hash === undefined) return false;
  const revision = situation.revisions.get(hash);
  return revision !== undefined && revision.zeroSince === undefined && reachableOf(situation, hash) > 0;
}

/** Whether the canary has the pods that the step asks for. */
function isReady(situation: Situation, { canary }: Course, want: Want): boolean {
  if (!canServe(situation, canary)) return false;
  return reachableOf(situation, canary) >= Math.max(want.canary, podsFor(want.weight, situation.replicas));
}

function planWeights(
  situation: Situation,
  { stable, canary }: Course,
  want: Want,
  ready: boolean,
  force: boolean,
): ReadonlyMap<string, number> | undefined {
  const { route, replicas, revisions } = situation;
  const liveOf = (hash: string | undefined) => (hash === undefined ? 0 : (route.weights.get(hash) ?? 0));
  const weights = new Map<string, number>();
  let left = 100;
  const give = (hash: string | undefined, weight: number) => {
    const given = Math.min(weight, left);
    if (hash === undefined || given <= 0) return;
    weights.set(hash, (weights.get(hash) ?? 0) + given);
    left -= given;
  };
  give(canary, ready ? want.weight : Math.min(liveOf(canary), want.weight));
  if (stable !== undefined) {
    const able = canServe(situation, stable);
    const carried = replicas === 0 ? 100 : Math.floor((100 * reachableOf(situation, stable)) / replicas);
    give(stable, !able ? liveOf(stable) : force ? 100 : Math.max(liveOf(stable), carried));
  }
  // What the stable revision cannot take stays with whoever has it and can answer.
  if (canServe(situation, canary)) give(canary, liveOf(canary) - (weights.get(canary) ?? 0));
  for (const [hash, weight] of route.weights) {
    if (hash === stable || hash === canary) continue;
    if (hash === allPods || (revisions.get(hash)?.endpoints ?? 0) > 0) give(hash, weight);
  }
  // Nobody else can: whoever can, rather than nobody.
  if (left > 0 && canServe(situation, stable)) give(stable, left);
  if (left > 0 && stable === undefined && canServe(situation, canary)) give(canary, left);
  if (left === 0) return weights;
  return route.exists && route.weights.size > 0 ? route.weights : undefined;
}

function matchingOf(
  { route }: Situation,
  { canary }: Course,
  planned: PlannedStep | undefined,
  preview: string | undefined,
  ready: boolean,
): Pick<PlannedRoute, 'match' | 'mirror' | 'matchTo'> {
  if (canary === undefined || (planned?.match === undefined && planned?.mirror === undefined)) return {};
  const { match, mirror } = planned;
  const matching = { match, mirror, matchTo: canary };
  // It stays where it is already, though a pod be missing.
  return ready || route.rules === rulesOf(matching, preview) ? matching : {};
}

/** There is something to keep to only while some meet the canary and some do not, and it can answer. */
function stickinessOf(
  situation: Situation,
  { canary }: Course,
  weights: PlannedRoute['weights'],
): Pick<PlannedRoute, 'sticky' | 'matchTo'> {
  if (!situation.strategy.sticky || !canServe(situation, canary)) return {};
  const weight = weights.get(canary) ?? 0;
  if (weight === 0 || weight === 100) return {};
  const before = new Set(situation.strategy.steps.map((step) => step.weight).toReversed());
  const sticky = [...before].filter((one) => one > 0 && one < weight).slice(0, mostBefore);
  return { sticky, matchTo: canary };
}

/** Each takes a rule of the route, of which there may be 16, and five are for other things. */
const mostBefore = 11;

function rulesOf(
  { match, mirror, sticky, matchTo }: Pick<PlannedRoute, 'match' | 'mirror' | 'sticky' | 'matchTo'>,
  preview: string | undefined,
): string {
  return matchTo === undefined && preview === undefined
    ? ''
    : nameOf([match, mirror, matchTo, preview, ...(sticky === undefined ? [] : ['sticky', sticky])]);
}

function previewOf(situation: Situation, { stable, canary }: Course): string | undefined {
  const { gateway } = situation.observation.deployment.spec.traffic ?? {};
  if (gateway?.preview === undefined) return undefined;
  return [canary, stable].find((hash) => canServe(situation, hash));
}
