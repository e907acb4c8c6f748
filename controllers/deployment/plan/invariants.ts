/** What must hold of every write of a plan, judged by what could be known when it was decided, and by the cluster itself. */

import { podsFor, spanOf } from './amounts.ts';
import { allPods } from './deploymentPlan.ts';
import type { Observation, RevisionView } from './observation.ts';
import type { Write } from './plannedWrites.ts';
import { strategyOf } from './strategy.ts';
import type { World } from './world.ts';

/** Names of what must hold, as issue and tests know them. */
export type Invariant =
  | 'capacity before traffic'
  | 'availability as promised'
  | 'surge as bounded'
  | 'traffic only to ready endpoints'
  | 'what a route names stands'
  | 'history keeps what has a part'
  | 'drained before removed'
  | 'promotion re-creates no pod'
  | 'given up is not tried again'
  | 'a request acts once'
  | 'one revision at a time'
  | 'at rest nothing is written'
  | 'at rest until its wake-up'
  | 'every run ends'
  | 'going back ends whole';

export class Violation extends Error {
  readonly invariant: Invariant;

  constructor(invariant: Invariant, detail: string) {
    super(`${invariant}: ${detail}`);
    this.invariant = invariant;
  }
}

/** What is known of the pools: as seen, and what this plan has written since. */
interface Pools {
  readonly desired: Map<string, number>;
  readonly available: Map<string, number>;
  weights: ReadonlyMap<string, number>;
}

/** Checks the writes of one run, one after another. */
export class Invariants {
  readonly #pools = new WeakMap<Observation, Pools>();
  readonly #answered = new Map<string, string>();

  check(world: World, write: Write): void {
    const { change, observation, plan } = write;
    const pools = this.#poolsOf(observation);
    switch (change.type) {
      case 'ReplicaSet': {
        const { hash, replicas, create } = change.planned;
        const before = pools.desired.get(hash) ?? 0;
        const after: Pools = {
          desired: new Map(pools.desired).set(hash, replicas),
          available: new Map(pools.available).set(hash, Math.min(pools.available.get(hash) ?? 0, replicas)),
          weights: pools.weights,
        };
        if (replicas < before) {
          checkCapacity(observation, write, pools, after, hash);
          checkAvailability(observation, pools, after, hash);
          checkDrained(world, write, hash, before, replicas);
        } else if (replicas > before) {
          checkSurge(observation, pools, after, hash);
          checkNotTried(world, write, hash);
          checkAlone(world, write, hash);
        }
        if (create && isPromotion(write))
          throw new Violation('promotion re-creates no pod', `creates ${hash}`);
        this.#pools.set(observation, after);
        return;
      }
      case 'Remove':
        checkRemoval(world, write, change.hash);
        return;
      case 'Services':
        for (const hash of namedBy(observation.route)) {
          if (change.hashes.has(hash)) continue;
          throw new Violation(
            'what a route names stands',
            `the Service of ${hash} goes, which the route names`,
          );
        }
        return;
      case 'Route': {
        const { route } = change;
        const after: Pools = { ...pools, weights: route.weights };
        checkEndpoints(observation, pools.weights, write);
        for (const hash of route.weights.keys()) checkCapacity(observation, write, pools, after, hash);
        if (route.matchTo !== undefined) checkNotTried(world, write, route.matchTo);
        for (const [hash, weight] of route.weights) {
          if (weight > (pools.weights.get(hash) ?? 0)) checkNotTried(world, write, hash);
        }
        this.#pools.set(observation, after);
        return;
      }
      case 'Status': {
        checkPromotion(write);
        const { lastRequest } = plan.status;
        // A request that is refused again, by a planner whose status was lost, does nothing again.
        if (lastRequest?.outcome !== 'Done') return;
        const answered = this.#answered.get(lastRequest.id);
        if (answered !== undefined && answered !== lastRequest.at) {
          throw new Violation(
            'a request acts once',
            `${lastRequest.id} is answered at ${answered} and ${lastRequest.at}`,
          );
        }
        this.#answered.set(lastRequest.id, lastRequest.at);
        return;
      }
    }
  }

  #poolsOf(observation: Observation): Pools {
    const known = this.#pools.get(observation);
    if (known !== undefined) return known;
    const { revisions, route } = observation;
    const pools: Pools = {
      desired: new Map(revisions.map(({ hash, desired }) => [hash, desired])),
      available: new Map(
        revisions.map(({ hash, desired, pods }) => [hash, Math.min(desired, pods.available)]),
      ),
      weights: route?.weights ?? new Map(),
    };
    this.#pools.set(observation, pools);
    return pools;
  }
}

/** No write of ours makes a pool's available capacity less than its weight. */
function checkCapacity(
  { deployment, revisions, route, now }: Observation,
  { plan }: Write,
  before: Pools,
  after: Pools,
  hash: string,
): void {
  const { replicas } = deployment.spec;
  const weight = after.weights.get(hash) ?? 0;
  if (route === undefined || weight === 0 || hash === allPods) return;
  const has = after.available.get(hash) ?? 0;
  if (has >= podsFor(weight, replicas)) return;
  const hadWeight = before.weights.get(hash) ?? 0;
  const had = before.available.get(hash) ?? 0;
  if (weight <= hadWeight && has >= had) return;
  // Where nobody else can answer, whoever can.
  const others = revisions.some(
    (one) => one.hash !== hash && (before.weights.get(one.hash) ?? 0) > 0 && one.endpoints > 0,
  );
  if (!others && (before.weights.get(allPods) ?? 0) === 0 && has >= had) return;
  const { failed } = plan.status;
  const keepsStable = deployment.spec.strategy.canary?.dynamicStableScale !== true;
  const patience = keepsStable ? 30_000 : deployment.spec.progressDeadlineSeconds * 1000;
  if (failed !== undefined && hash === plan.status.stable?.hash && now >= Date.parse(failed.at) + patience)
    return;
  throw new Violation(
    'capacity before traffic',
    `${hash} has ${has} pods for ${weight} % of ${replicas} (before: ${had} for ${hadWeight} %)`,
  );
}

/** Where the split is by pods, no write makes fewer available than are promised. */
function checkAvailability(observation: Observation, before: Pools, after: Pools, hash: string): void {
  const { spec } = observation.deployment;
  const strategy = strategyOf(spec, spec.replicas, observation.gateway);
  if (strategy.by === 'Weights' || strategy.by === 'Recreate') return;
  const promised = Math.max(0, spec.replicas - strategy.unavailable);
  const [was, is] = [sum(before.available), sum(after.available)];
  if (is >= promised || is >= was) return;
  throw new Violation(
    'availability as promised',
    `${is} pods are left of ${was} with ${hash} smaller, and ${promised} are promised`,
  );
}

/** Where the split is by pods, there are never more than `replicas` and the surge. */
function checkSurge(observation: Observation, before: Pools, after: Pools, hash: string): void {
  const { spec } = observation.deployment;
  const strategy = strategyOf(spec, spec.replicas, observation.gateway);
  if (strategy.by !== 'Rolling' && !(strategy.by === 'Pods' && !strategy.keepsStable)) return;
  const most = spec.replicas + strategy.surge;
  if (sum(after.desired) <= most || sum(after.desired) <= sum(before.desired)) return;
  throw new Violation(
    'surge as bounded',
    `${sum(after.desired)} pods with ${hash} larger, and ${most} may be`,
  );
}

/** Only what is idle and has no part to play goes. */
function checkRemoval({ replicaSets }: World, { observation, plan }: Write, hash: string): void {
  const {
    starting = 0,
    ready = 0,
    available = 0,
    terminating = 0,
    desired = 0,
  } = replicaSets.get(hash) ?? {};
  const pods = Math.max(desired, starting + ready + available + terminating);
  const { stable, canary, failed } = plan.status;
  const parts = [stable?.hash, canary?.hash, failed?.hash, failed?.to, ...namedBy(observation.route)];
  if (pods === 0 && !parts.includes(hash)) return;
  throw new Violation('history keeps what has a part', `${hash} is removed with ${pods} pods`);
}

function namedBy(route: Observation['route']): ReadonlySet<string> {
  const { weights = new Map<string, number>(), matchTo, preview } = route ?? {};
  const weighted = [...weights].flatMap(([hash, weight]) => (weight > 0 ? [hash] : []));
  return new Set([...weighted, matchTo, preview].filter((hash) => hash !== undefined));
}

/** Weight goes only where there is somebody to answer, and nobody who is on his way out. */
function checkEndpoints({ revisions }: Observation, before: ReadonlyMap<string, number>, write: Write): void {
  if (write.change.type !== 'Route') return;
  const { weights, matchTo, preview } = write.change.route;
  const views = new Map<string, RevisionView>(revisions.map((view) => [view.hash, view]));
  const answers = (hash: string) => {
    const view = views.get(hash);
    return view !== undefined && view.endpoints > 0 && view.zeroSince === undefined;
  };
  for (const [hash, weight] of weights) {
    if (hash === allPods || weight <= (before.get(hash) ?? 0) || answers(hash)) continue;
    throw new Violation(
      'traffic only to ready endpoints',
      `${hash} gets ${weight} % without a ready endpoint`,
    );
  }
  for (const hash of [matchTo, preview]) {
    if (hash === undefined || answers(hash)) continue;
    throw new Violation('traffic only to ready endpoints', `${hash} gets requests without a ready endpoint`);
  }
}

/** With Recreate, two revisions never run at once. */
function checkAlone({ replicaSets }: World, { late, observation }: Write, hash: string): void {
  // What a process that is no more had sent lands after others have decided anew.
  if (late || observation.deployment.spec.strategy.type !== 'Recreate') return;
  for (const set of replicaSets.values()) {
    const pods = set.starting + set.ready + set.available + set.terminating;
    if (set.hash === hash || pods === 0) continue;
    throw new Violation('one revision at a time', `${hash} begins while ${set.hash} has ${pods} pods`);
  }
}

/** Pods of a revision without a part go only after no traffic was sent to it for the drain's time. */
function checkDrained(world: World, write: Write, hash: string, before: number, after: number): void {
  const { spec } = write.observation.deployment;
  const strategy = strategyOf(spec, spec.replicas, write.observation.gateway);
  const { stable, canary, failed } = write.plan.status;
  const going = hash !== stable?.hash && (hash !== canary?.hash || hash === failed?.hash);
  if (!strategy.routed || strategy.by !== 'Weights' || !going) return;
  const last = world.edge.lastPointedAt.get(hash) ?? Number.NEGATIVE_INFINITY;
  const drain = spanOf(spec.traffic?.drain, 30_000);
  if (write.observation.now >= last + drain) return;
  throw new Violation(
    'drained before removed',
    `${hash} goes from ${before} to ${after} pods ${write.observation.now - last} ms after it had traffic`,
  );
}

function isPromotion({ plan, observation }: Write): boolean {
  const before = observation.deployment.status?.stable?.hash;
  const after = plan.status.stable?.hash;
  return before !== undefined && after !== undefined && before !== after;
}

/** The revision that takes over keeps every pod that it has, and nothing is made for it. */
function checkPromotion(write: Write): void {
  if (!isPromotion(write)) return;
  const { plan, observation } = write;
  const hash = plan.status.stable?.hash;
  const view = observation.revisions.find((one) => one.hash === hash);
  const planned = plan.replicaSets.find((one) => one.hash === hash);
  const kept = Math.min(view?.desired ?? 0, observation.deployment.spec.replicas);
  if (view !== undefined && planned !== undefined && planned.replicas >= kept) return;
  throw new Violation(
    'promotion re-creates no pod',
    `${hash} goes from ${kept} to ${planned?.replicas} pods`,
  );
}

/** What was given up gets no more pods and no more traffic until the template changes or somebody asks. */
function checkNotTried({ status, template }: World, { late, plan, observation }: Write, hash: string): void {
  const failed = status?.failed;
  if (late || failed === undefined || failed.hash !== hash || failed.to === hash) return;
  // As stable as ever, where a Rollback request asked for another.
  if (status?.stable?.hash === hash || plan.status.stable?.hash === hash) return;
  if (template.state !== 'Known' || template.hash !== hash) return;
  // Who asked may have asked for something else since; what was seen counts.
  const { request } = observation.deployment.spec;
  const asked = request?.verb === 'Retry' && plan.status.lastRequest?.id === request.id;
  if (asked && plan.status.failed === undefined) return;
  throw new Violation('given up is not tried again', `${hash} was given up: ${failed.message}`);
}

function sum(numbers: ReadonlyMap<string, number>): number {
  let total = 0;
  for (const number of numbers.values()) total += number;
  return total;
}
