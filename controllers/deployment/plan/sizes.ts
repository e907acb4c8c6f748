import { podsFor } from './amounts.ts';
import type { Want } from './capacity.ts';
import { type Course, numberOf } from './course.ts';
import type { PlannedReplicaSet, PlannedRoute } from './deploymentPlan.ts';
import { drain } from './drain.ts';
import type { StepMemory } from './memory.ts';
import type { RevisionView } from './observation.ts';
import { proportional } from './proportion.ts';
import { recreate } from './recreate.ts';
import { splitOf } from './replicaArithmetic.ts';
import { type Pool, roll } from './rollingUpdate.ts';
import { availableOf, desiredOf, type Situation } from './situation.ts';
import { surgeAt } from './strategy.ts';
import { isPointedAt, isServed } from './traffic.ts';

/** How many pods each revision is to have right now. */
export function planSizes(
  situation: Situation,
  course: Course,
  want: Want,
  route: PlannedRoute | undefined,
  { frozen, step }: { readonly frozen: boolean; readonly step: StepMemory | undefined },
): readonly PlannedReplicaSet[] {
  const { strategy } = situation;
  switch (strategy.by) {
    case 'Weights':
      return sizesByWeight(situation, course, want, route, frozen);
    case 'Pods':
      return strategy.keepsStable
        ? sizesByWeight(situation, course, want, route, frozen)
        : written(
            situation,
            course,
            sizesByPods(situation, course, frozen ? standing(situation, course, want) : want),
            step,
          );
    case 'Rolling':
      return written(
        situation,
        course,
        pinned(situation, course, sizesRolling(situation, course, want, frozen)),
      );
    case 'Recreate':
      return written(
        situation,
        course,
        pinned(situation, course, recreate(situation, course.canary ?? course.stable, frozen)),
      );
  }
}

/** By weight: each of the two has what its weight needs before it has the weight, and keeps it until it is verified gone. */
function sizesByWeight(
  situation: Situation,
  course: Course,
  want: Want,
  route: PlannedRoute | undefined,
  frozen: boolean,
): readonly PlannedReplicaSet[] {
  const { strategy, replicas, observation } = situation;
  const { stable, canary } = course;
  const settled = !strategy.routed || isServed(situation, route);
  const live = canary === undefined ? 0 : (situation.route.weights.get(canary) ?? 0);
  const verified = observation.deployment.status?.weight?.verified ?? 0;
  return entries(situation, course, (hash) => {
    if (hash === canary) {
      const has = desiredOf(situation, hash);
      if (!strategy.routed) return { replicas: besideStable(situation, course, want.canary, frozen) };
      const needed = Math.max(want.canary, podsFor(Math.max(live, settled ? 0 : verified), replicas));
      return { replicas: settled ? needed : Math.max(needed, Math.min(has, replicas)) };
    }
    if (hash !== stable) {
      const draining = drain(situation, hash);
      const goal = stable ?? canary;
      const whole = goal === undefined || availableOf(situation, goal) >= replicas;
      // Without a route both serve, so what is there must suffice without it.
      const needed = !strategy.routed && !whole && availableOf(situation, hash) > 0;
      return needed ? { ...draining, replicas: desiredOf(situation, hash) } : draining;
    }
    if (strategy.keepsStable || canary === undefined) return { replicas };
    // It gives pods up only for what the canary is known to carry.
    const carried = settled ? Math.min(live, want.weight) : 0;
    const needed = Math.max(want.stable, podsFor(100 - carried, replicas));
    const missing = replicas - availableOf(situation, canary);
    const least = Math.min(replicas, Math.max(needed, missing));
    return { replicas: settled ? least : Math.min(replicas, Math.max(least, desiredOf(situation, hash))) };
  });
}

/** The canary's pods where both serve: none go that the stable revision lacks, and frozen, none come. */
function besideStable(
  situation: Situation,
  { canary, stable }: Course,
  wanted: number,
  frozen: boolean,
): number {
  const has = canary === undefined ? 0 : desiredOf(situation, canary);
  const missing = situation.replicas - (stable === undefined ? 0 : availableOf(situation, stable));
  return Math.max(frozen ? Math.min(wanted, has) : wanted, Math.min(has, missing));
}

/** The shares that the two have, whatever the step says. */
function standing(situation: Situation, { canary, stable }: Course, want: Want): Want {
  const has = canary === undefined ? 0 : desiredOf(situation, canary);
  const total = has + (stable === undefined ? 0 : desiredOf(situation, stable));
  if (total === 0) return want;
  return { ...want, ...splitOf((100 * has) / total, situation.replicas, situation.strategy.surge) };
}

/** By pods, within surge and what may be missing; all others go first. */
function sizesByPods(situation: Situation, course: Course, want: Want): ReadonlyMap<string, number> {
  const { replicas, strategy } = situation;
  const pools = [...hashesOf(situation, course)].map((hash) => poolOf(situation, course, hash, want));
  const rank = ({ hash }: Pool) => (hash === course.canary ? 2 : hash === course.stable ? 1 : 0);
  const growing = pools.toSorted((a, b) => rank(b) - rank(a));
  const shrinking = pools.toSorted(
    (a, b) => rank(a) - rank(b) || createdAt(situation, a) - createdAt(situation, b),
  );
  return roll(growing, shrinking, { replicas, ...strategy });
}

function sizesRolling(
  situation: Situation,
  course: Course,
  want: Want,
  frozen: boolean,
): ReadonlyMap<string, number> {
  const { revisions, replicas } = situation;
  const active = [...revisions.values()].filter(({ desired }) => desired > 0);
  const goal = course.canary ?? course.stable;
  // What was given up gets no share of what is added.
  if (
    !course.returning &&
    active.length > 1 &&
    active.some(({ sizedFor = replicas }) => sizedFor !== replicas)
  ) {
    const sized = active.map((one) => ({ ...one, sizedFor: one.sizedFor ?? replicas }));
    const sizes = proportional(sized, replicas, (pods) =>
      surgeAt(situation.observation.deployment.spec, pods),
    );
    return withinPromise(situation, course, sizes);
  }
  if (!frozen) return sizesByPods(situation, course, want);
  const sizes = new Map(active.map(({ hash, desired }) => [hash, desired]));
  const [only] = active;
  // Frozen, and one revision alone: it is scaled, as `apps/v1` scales what is paused.
  const alone = active.length === 1 ? only?.hash : goal;
  if (active.length <= 1 && alone !== undefined && revisions.has(alone)) sizes.set(alone, replicas);
  return sizes;
}

/** Scaling down takes no available pods that are promised; the rest goes as the update goes on. */
function withinPromise(
  situation: Situation,
  course: Course,
  sizes: ReadonlyMap<string, number>,
): ReadonlyMap<string, number> {
  const { replicas, strategy } = situation;
  const least = Math.max(0, replicas - strategy.unavailable);
  let spare = -least;
  for (const hash of hashesOf(situation, course)) spare += availableOf(situation, hash);
  const result = new Map(sizes);
  for (const [hash, size] of sizes) {
    const taken = Math.max(0, availableOf(situation, hash) - size);
    const allowed = Math.min(taken, Math.max(0, spare));
    spare -= allowed;
    result.set(hash, size + taken - allowed);
  }
  return result;
}

/** What a route of an earlier strategy may still send traffic to keeps its pods until the route is verified to be another. */
function pinned(
  situation: Situation,
  { returning }: Course,
  sizes: ReadonlyMap<string, number>,
): ReadonlyMap<string, number> {
  const { strategy, route, observation } = situation;
  if (!strategy.routed) return sizes;
  // Nothing unsure keeps anybody from going back.
  const unsure = !returning && !route.verified && observation.deployment.status?.weight !== undefined;
  const result = new Map(sizes);
  for (const [hash, size] of sizes) {
    const serves = availableOf(situation, hash) > 0 && (unsure || isPointedAt(route, hash));
    if (serves) result.set(hash, Math.max(size, desiredOf(situation, hash)));
  }
  return result;
}

function written(
  situation: Situation,
  course: Course,
  sizes: ReadonlyMap<string, number>,
  step?: StepMemory,
): readonly PlannedReplicaSet[] {
  return entries(situation, course, (hash) => {
    const replicas = sizes.get(hash) ?? desiredOf(situation, hash);
    const { desired, step: mark } = situation.revisions.get(hash) ?? {};
    const { canary, stable } = course;
    const reached =
      hash === canary && step !== undefined ? { index: step.index, hash: step.hash } : undefined;
    // Another step that has the same pods is not worth a write; that a rollout is over is, where another may begin.
    const stays = desired === replicas && (hash === canary ? mark?.hash === reached?.hash : hash === stable);
    return { replicas, step: stays ? mark : reached };
  });
}

function entries(
  situation: Situation,
  course: Course,
  sizeOf: (hash: string) => Pick<PlannedReplicaSet, 'replicas' | 'zeroSince' | 'step'>,
): readonly PlannedReplicaSet[] {
  const { revisions, replicas } = situation;
  const planned: PlannedReplicaSet[] = [];
  for (const hash of hashesOf(situation, course)) {
    const existing = revisions.get(hash);
    const size = sizeOf(hash);
    planned.push({
      hash,
      ...size,
      ...(existing === undefined ? { create: true } : {}),
      revision: numberOf(situation, course, hash),
      sizedFor: isSized(situation, existing, size.replicas) ? (existing?.sizedFor ?? replicas) : replicas,
    });
  }
  return planned;
}

/** Only a rolling update asks for what a size was made, and only of what has pods: nothing else is worth a write. */
function isSized({ strategy }: Situation, existing: RevisionView | undefined, replicas: number): boolean {
  return existing?.desired === replicas && (strategy.by !== 'Rolling' || replicas === 0);
}

/** Those that there are, and the one that is to be. */
function hashesOf({ revisions, observation }: Situation, { canary, stable }: Course): ReadonlySet<string> {
  const hashes = new Set(revisions.keys());
  const { template } = observation;
  if (template.state === 'Known' && (template.hash === canary || template.hash === stable))
    hashes.add(template.hash);
  return hashes;
}

function poolOf(situation: Situation, { canary, stable, returning }: Course, hash: string, want: Want): Pool {
  return {
    hash,
    desired: desiredOf(situation, hash),
    available: availableOf(situation, hash),
    want: hash === canary ? want.canary : hash === stable ? want.stable : 0,
    abandoned: returning && hash !== canary && hash !== stable,
  };
}

function createdAt({ revisions }: Situation, { hash }: Pool): number {
  return revisions.get(hash)?.createdAt ?? 0;
}
