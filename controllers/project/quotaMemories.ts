import type { Outcome } from '../../operator/apply/report.ts';
import { isApiError } from '../../operator/client/apiError.ts';
import type { ProjectPlan } from './plan/project.ts';
import { amountOf } from './plan/quota/shares.ts';
import type { ElasticMemory, Hard } from './plan/quota/types.ts';
import { noMemory, type QuotaMemory } from './plan/quotaMemory.ts';
import type { StepFailure } from './status/troubles.ts';

/** Milliseconds after which a write that was never answered has either arrived or never will. */
const deadline = 30_000;
/** Milliseconds for which a namespace that this process has made in its term is known to be used by nobody. */
const untouchedFor = 5_000;

/** What was sent as the quota of an environment. */
export interface Sent {
  readonly environment: string;
  readonly hard: Hard;
}

type SentTo = (namespace: string) => Sent | undefined;

interface Memory {
  elastic: ElasticMemory;
  /** What was sent and never answered, by environment, and until when it may still arrive. */
  readonly attempted: Map<string, { readonly hard: Hard; readonly until: number }>;
  /** When namespaces were made, by UID. */
  readonly made: Map<string, number>;
}

/**
 * What this process remembers of quotas, by the Project's UID. Losing it costs time and a few reads, never the rule that
 * the sum stays within the total.
 */
export class QuotaMemories {
  readonly #byProject = new Map<string, Memory>();

  recall(uid: string, now: number): QuotaMemory {
    const found = this.#byProject.get(uid);
    if (found === undefined) return noMemory;
    for (const [namespace, at] of found.made) if (now - at > untouchedFor) found.made.delete(namespace);
    return {
      elastic: found.elastic,
      attempted: new Map([...found.attempted].map(([environment, { hard }]) => [environment, hard])),
      untouched: new Set(found.made.keys()),
    };
  }

  rememberElastic(uid: string, elastic: ElasticMemory): void {
    if (Object.keys(elastic).length > 0 || this.#byProject.has(uid)) this.#of(uid).elastic = elastic;
  }

  /** Notes the namespaces that were made, not before `since`. */
  noteMade(uid: string, outcomes: readonly Outcome[], since: number): void {
    for (const outcome of outcomes) {
      if (outcome.resource.kind === 'Namespace' && outcome.result === 'created') {
        this.#of(uid).made.set(outcome.object.metadata.uid ?? '', since);
      }
    }
  }

  /** Notes the quotas of which nobody knows whether they were written. */
  note(uid: string, outcomes: readonly Outcome[], sent: SentTo, now: number): void {
    for (const outcome of outcomes) {
      if (outcome.resource.kind === 'ResourceQuota' && outcome.result === 'failed') {
        this.#lost(uid, outcome.name.namespace, outcome.error, sent, now);
      }
    }
  }

  /** Notes the moves of which nobody knows whether they were made. */
  noteFailures(uid: string, failures: readonly StepFailure[], sent: SentTo, now: number): void {
    for (const { step, error } of failures) {
      if (step.type === 'MoveQuota') this.#lost(uid, step.live.metadata.namespace, error, sent, now);
    }
  }

  /** Notes what may have been sent when a reconcile was ended from outside: nobody knows which of it was. */
  abandoned(uid: string, sent: readonly Sent[], now: number): void {
    const { attempted } = this.#of(uid);
    for (const { environment, hard } of sent) {
      const before = attempted.get(environment)?.hard ?? {};
      attempted.set(environment, { hard: largest(before, hard), until: now + deadline });
    }
  }

  /**
   * A term of this process as leader begins: there may have been another leader since its last one, who has used what this
   * process made. What was never answered may still arrive.
   */
  beginTerm(): void {
    for (const { made } of this.#byProject.values()) made.clear();
  }

  /** When the first of what was never answered can be looked up; undefined where everything was answered. */
  unansweredUntil(uid: string): number | undefined {
    const times = [...(this.#byProject.get(uid)?.attempted.values() ?? [])].map(({ until }) => until);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  /** A read that began now has shown every quota of the Project: of what had time to arrive, all is known. */
  settled(uid: string, now: number): void {
    const attempted = this.#byProject.get(uid)?.attempted;
    for (const [environment, { until }] of attempted ?? []) if (until <= now) attempted?.delete(environment);
  }

  forget(uid: string): void {
    this.#byProject.delete(uid);
  }

  #lost(uid: string, namespace: string | undefined, error: Error, sent: SentTo, now: number): void {
    const attempt = isRefusal(error) || namespace === undefined ? undefined : sent(namespace);
    if (attempt !== undefined) this.abandoned(uid, [attempt], now);
  }

  #of(uid: string): Memory {
    const found = this.#byProject.get(uid) ?? { elastic: {}, attempted: new Map(), made: new Map() };
    this.#byProject.set(uid, found);
    return found;
  }
}

/** What a plan has sent as the quota of a namespace. */
export function sentQuota(plan: ProjectPlan, namespace: string): Sent | undefined {
  const environment = plan.environments.find((one) => one.environment.namespace === namespace)?.environment
    .name;
  const share = environment === undefined ? undefined : plan.quota.shares.get(environment);
  const hard = share?.move?.hard ?? share?.hard;
  return environment === undefined || hard === undefined ? undefined : { environment, hard };
}

/** All that a plan may send as quotas. */
export function sentQuotas(plan: ProjectPlan): readonly Sent[] {
  return plan.environments.flatMap(({ environment }) => sentQuota(plan, environment.namespace) ?? []);
}

/** Either may have arrived. */
function largest(one: Hard, other: Hard): Hard {
  const larger = Object.entries(other).filter(
    ([resource]) => amountOf(other, resource) >= amountOf(one, resource),
  );
  return { ...one, ...Object.fromEntries(larger) };
}

/** Whether nothing was written for certain. A server in trouble may answer so and write all the same. */
function isRefusal(error: Error): boolean {
  return isApiError(error) && error.status < 500;
}
