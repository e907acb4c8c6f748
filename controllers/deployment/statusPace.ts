import type { DeploymentStatus, RevisionStatus } from '../../crds/deployment/schema.ts';
import type { Clock } from '../../operator/queue/clock.ts';
import { firstDifference } from '../../operator/resources/json.ts';
import { keyOf, type ObjectKey } from '../../operator/resources/object.ts';
import type { Deployment } from './deployment.ts';
import { awaitsPods, onlyGoesOn } from './plan/onward.ts';

/** Milliseconds for which a status waits that says nothing new but numbers, at least. */
const shortest = 1_000;
/** Milliseconds for which any waits at most, as it comes to where thousands roll out at once, whose pods take longer yet. */
const longest = 300_000;
/** Of a first status: an autoscaler has no selector before it, though it goes by no pods that are not ready either. */
const longestFirst = 120_000;
/** For each that waits it may be so many times what a write usually takes. */
const share = 5;
/** Milliseconds for which one that says no more than that a rollout goes on waits at least, if at all. */
const shortestOnward = 500;

/**
 * Says which statuses may wait. Pods of a rollout come one by one, and each changes a number or two: told one by one they
 * are half of all that a rollout asks of the API server; so are the values that analyses find, which are never twice the
 * same. They are told a second after the first of them, with those that came meanwhile. Whatever else is new is told at
 * once, with the numbers as they are then: by its status the next plan knows how far a rollout is.
 *
 * Numbers of all together are told as if one after another, with a rest after each that is longer where the server is busy:
 * where many roll out at once it has better to do, and the next step of each tells them anyway. So is a first status that
 * says no more than that pods are awaited, but for the least wait: one alone is told of at once, and of many made together
 * most are done before it was their turn, and are told of once. And so is that a rollout began, or goes on over steps that
 * pass by themselves: of many at once most are further by then, and the status that says so says it all. Whoever asks
 * remembers until then what is not told.
 */
export class StatusPace {
  readonly #clock: Clock;
  readonly #onTurn: (key: ObjectKey) => void;
  /** By UID. */
  readonly #waiting = new Map<string, Waiting>();
  /** What a write takes by now, in milliseconds. */
  #usual = 0;

  /** `onTurn` is told whose status is to be written now: how long one waits changes with how many do, and is asked of nobody. */
  constructor(clock: Clock, onTurn: (key: ObjectKey) => void) {
    this.#clock = clock;
    this.#onTurn = onTurn;
  }

  /** Milliseconds until this status is to be told, as it looks now; none or less is now. */
  wait(deployment: Deployment, status: DeploymentStatus): number {
    const { uid = '' } = deployment.metadata;
    const news = newsOf(deployment, status);
    if (news === 'Urgent') {
      this.forget(uid);
      return 0;
    }
    const before = this.#waiting.get(uid);
    const waiting: Waiting = before ?? { key: keyOf(deployment), news, since: this.#clock.now() };
    waiting.news = news;
    this.#waiting.set(uid, waiting);
    return this.#await(waiting);
  }

  /** To be called when a status has been written, which took so many milliseconds. */
  told({ metadata: { uid = '' } }: Deployment, took: number): void {
    this.#usual += (took - this.#usual) / 8;
    this.forget(uid);
  }

  forget(uid: string): void {
    this.#waiting.get(uid)?.cancel?.();
    this.#waiting.delete(uid);
  }

  /** Milliseconds that are left, after which it is looked again whether they have become more. */
  #await(waiting: Waiting): number {
    const one = share * this.#usual;
    const { size } = this.#waiting;
    const pause = pauseOf(waiting.news, one * size, one * (size - 1));
    const left = pause - (this.#clock.now() - waiting.since);
    waiting.cancel?.();
    waiting.cancel =
      left <= 0
        ? undefined
        : this.#clock.schedule(left, () => {
            waiting.cancel = undefined;
            if (this.#await(waiting) <= 0) this.#onTurn(waiting.key);
          });
    return left;
  }
}

/** A status that is not told yet. */
interface Waiting {
  readonly key: ObjectKey;
  /** Since when there is something to tell that may wait, in milliseconds of the clock. */
  readonly since: number;
  news: Exclude<News, 'Urgent'>;
  /** Ends the wait for its turn. */
  cancel?: (() => void) | undefined;
}

/** What a status says that the one before did not, by how long it may wait. */
type News = 'Urgent' | 'Numbers' | 'First' | 'Onward';

function newsOf({ spec, status: before }: Deployment, status: DeploymentStatus): News {
  if (before === undefined)
    return awaitsPods(status) && status.lastRequest === undefined ? 'First' : 'Urgent';
  // Of what was told already nothing is waited for.
  if (firstDifference(before, status) === undefined) return 'Urgent';
  if (differInNumbersOnly(before, status)) return 'Numbers';
  return onlyGoesOn(spec, before, status) ? 'Onward' : 'Urgent';
}

/** Milliseconds, by what the writes of all that wait take, and of all but this one. */
function pauseOf(news: Exclude<News, 'Urgent'>, all: number, others: number): number {
  switch (news) {
    case 'First':
      return Math.min(all, longestFirst);
    case 'Numbers':
      return Math.min(Math.max(shortest, all), longest);
    case 'Onward':
      return others < shortestOnward ? 0 : Math.min(others, longest);
  }
}

/** Whether two statuses differ in nothing that anybody waits for. */
function differInNumbersOnly(before: DeploymentStatus, after: DeploymentStatus): boolean {
  return firstDifference(withoutNumbers(before), withoutNumbers(after)) === undefined;
}

function withoutNumbers(status: DeploymentStatus): unknown {
  const {
    replicas: _,
    readyReplicas: __,
    availableReplicas: ___,
    updatedReplicas: ____,
    unavailableReplicas: _____,
    ready: ______,
    message: _______,
    progress: ________,
    ...rest
  } = status;
  return {
    ...rest,
    conditions: status.conditions.map(({ message: _, ...condition }) => condition),
    stable: status.stable && identityOf(status.stable),
    canary: status.canary && identityOf(status.canary),
    weight: status.weight && weightOf(status.weight),
    analysis: status.analysis?.map(({ name, result, failures }) => ({ name, result, failures })),
  };
}

/** Where the split is by pods, the weight is how many of them there are. */
function weightOf(weight: NonNullable<DeploymentStatus['weight']>): unknown {
  return weight.by === 'Replicas' ? { desired: weight.desired } : weight;
}

function identityOf({ hash, revision, replicaSet, images }: RevisionStatus): unknown {
  return { hash, revision, replicaSet, images };
}
