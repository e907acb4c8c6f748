import { isNotFound } from '../../../operator/client/apiError.ts';
import type { Client } from '../../../operator/client/client.ts';
import type { RateLimit } from '../../../operator/client/rateLimit.ts';
import type { Reconcile, ReconcileResult } from '../../../operator/controller/reconciler.ts';
import type { Discovery } from '../../../operator/discovery/discovery.ts';
import type { Recorder } from '../../../operator/events/eventRecorder.ts';
import type { KubernetesObject } from '../../../operator/resources/object.ts';
import { type Resource, resourceId } from '../../../operator/resources/resource.ts';
import type { Change } from './changes.ts';
import { tellFixed, tellFound } from './events.ts';
import { type Answer, Inquiry, type Refusal, refusalOf } from './inquiry.ts';
import type { Entry, FixedPolicy, Ledger } from './ledger.ts';
import { makerOf } from './maker.ts';
import { deedsOf, madeAgain } from './memory.ts';
import type { FixMetrics } from './metrics.ts';
import type { Pace } from './pace.ts';
import { type Asked, compatible, missing, type Outcome, type Part, plan, together } from './plan.ts';
import type { Recollection } from './recollection.ts';
import { write, writeOf } from './write.ts';

export interface FixerParts {
  readonly client: Client;
  readonly discovery: Pick<Discovery, 'find'>;
  readonly recorder: Recorder;
  readonly metrics: FixMetrics;
  readonly ledger: Ledger;
  readonly rate: Pick<RateLimit, 'take'>;
  readonly pace: Pace;
  readonly recollection: Recollection;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

type Marked = FixedPolicy & { readonly mark: string };

type Outcomes = ReadonlyMap<string, Outcome & { readonly mark: string }>;

/** Milliseconds until a question is asked again that got no answer. */
const unanswered = { NotInForce: 10_000, Forbidden: 30_000, Refused: 600_000 } as const;

/** Milliseconds after which what was fixed is looked at again: by then it violates no more, or somebody was faster than the scan. */
const afterFix = 10_000;

/** Looks at one violating object: asks what its fixes would change, decides, and writes what is to be written. */
export class Fixer {
  readonly #parts: FixerParts;
  /** Kinds that may not be fixed: not asked of each object anew. */
  readonly #forbidden = new Map<string, Forbidden>();

  constructor(parts: FixerParts) {
    this.#parts = parts;
  }

  readonly reconcile: Reconcile = async (key, { signal, log }) => {
    const { ledger, pace, now } = this.#parts;
    const entry = ledger.get(key);
    if (entry === undefined) return {};
    const policies = ledger.askedOf(entry);
    if (policies.length === 0) return {};
    const wait = policies.some(({ existing }) => existing === 'Apply') ? pace.wait() : 0;
    if (wait > 0) return { requeueAfter: wait };
    const live = await this.#read(entry, policies, signal);
    if (live === 'gone') {
      // There may be another of that name by now.
      if (ledger.get(key)?.object.uid === entry.object.uid) ledger.forget(key);
      return {};
    }
    // Another object by now, or going: of that the scan will tell.
    if (
      'metadata' in live &&
      (live.metadata.uid !== entry.object.uid || live.metadata.deletionTimestamp !== undefined)
    )
      return {};
    const state = 'metadata' in live ? stateOf(live, policies) : undefined;
    if (state !== undefined && entry.looked === state && !isDue(entry, now()))
      return soonest(entry.outcomes, now());
    const { outcomes, fixed } =
      'metadata' in live
        ? await this.#decide(entry.object, live, policies, signal)
        : { outcomes: forAll(policies, live), fixed: [] };
    if (fixed.length > 0) log.info({ policies: fixed }, 'fixed');
    for (const [policy, one] of ledger.found(key, fixed.length > 0 ? undefined : state, outcomes)) {
      this.#parts.metrics.found(policy, one.reason);
      if ('metadata' in live) tellFound(this.#parts.recorder, live, policy, one);
    }
    if (fixed.length > 0) return { requeueAfter: afterFix };
    return soonest(outcomes, now());
  };

  /** The object as it is, or why it is not read. */
  async #read(
    { object }: Entry,
    policies: readonly Marked[],
    signal: AbortSignal,
  ): Promise<KubernetesObject | Outcome | 'gone'> {
    const { resource, name, namespace } = object;
    if (resource.group === '' && resource.plural === 'secrets') return secret;
    const forbidden = this.#forbidden.get(resourceId(resource));
    if (forbidden !== undefined && forbidden.until > this.#parts.now()) {
      const isKnown = policies.every((policy) => forbidden.policies.has(wantOf(policy)));
      if (isKnown) return refused({ kind: 'Forbidden', right: forbidden.right });
    }
    try {
      const address = { name, ...(namespace === undefined ? {} : { namespace }) };
      return await this.#parts.client.get(resource, address, { signal });
    } catch (error) {
      if (isNotFound(error)) return 'gone';
      const refusal = refusalOf(error, resource);
      if (refusal?.kind !== 'Forbidden') throw error;
      this.#note(resource, refusal, policies);
      return refused(refusal);
    }
  }

  async #decide(
    { resource }: Entry['object'],
    live: KubernetesObject,
    policies: readonly Marked[],
    signal: AbortSignal,
  ): Promise<{ outcomes: Outcomes; fixed: readonly string[] }> {
    const { now, recollection } = this.#parts;
    const inquiry = new Inquiry(this.#parts, resource, live, signal);
    const deeds = recollection.of(live, deedsOf(live));
    const asked: Asked[] = [];
    for (const { name, existing, mark } of policies) {
      const answer = await inquiry.ask(mark);
      this.#note(resource, answer, policies);
      asked.push({ policy: name, existing, mark, answer, deed: deeds[name] });
    }
    const maker = await makerOf(live, this.#parts, signal);
    const seconds = Math.floor(now() / 1000);
    const planned = plan({ live, resource, maker, asked, now: seconds });
    const outcomes = new Map(planned.outcomes);
    let fixed: readonly string[] = [];
    // What is not written with others is tried where those are not written; else it comes with the next look.
    for (
      let left = planned.parts;
      left.length > 0 && fixed.length === 0;
      left = withoutOutcome(left, outcomes)
    ) {
      const settled = await this.#settling(inquiry, compatible(left), outcomes);
      if (settled.length > 0) fixed = await this.#write(resource, live, settled, seconds, outcomes, signal);
    }
    const markOf = new Map(policies.map(({ name, mark }) => [name, mark]));
    return {
      fixed,
      outcomes: new Map([...outcomes].map(([name, one]) => [name, { ...one, mark: markOf.get(name) ?? '' }])),
    };
  }

  #note(resource: Resource, answer: Answer, policies: readonly Marked[]): void {
    if (answer.kind !== 'Forbidden') return;
    const now = this.#parts.now();
    const until = now + unanswered.Forbidden / 2;
    const before = this.#forbidden.get(resourceId(resource));
    const known = before !== undefined && before.until > now ? before.policies : [];
    this.#forbidden.set(resourceId(resource), {
      right: answer.right,
      until,
      policies: new Set([...known, ...policies.map(wantOf)]),
    });
  }

  /** The parts that the API server takes and no fix changes again: all together, or else the first that does alone. */
  async #settling(
    inquiry: Inquiry,
    parts: readonly Part[],
    outcomes: Map<string, Outcome>,
  ): Promise<readonly Part[]> {
    if (parts.length === 0) return [];
    const trial = await inquiry.try(
      together(parts),
      parts.map(({ mark }) => mark),
    );
    if (trial.kind === 'Settles') return parts;
    const [first, ...others] = parts;
    if (first === undefined) return [];
    if (others.length === 0) {
      const { policy, changes } = first;
      const outcome: Outcome =
        trial.kind === 'Unsettled'
          ? { reason: 'NotSettling', message: unsettled(trial.field), changes }
          : { ...refused(trial), changes };
      outcomes.set(policy, outcome);
      return [];
    }
    for (const part of parts) {
      const alone = await this.#settling(inquiry, [part], outcomes);
      if (alone.length > 0) return alone;
    }
    return [];
  }

  /** @returns the Policies for which it was changed */
  async #write(
    resource: Resource,
    live: KubernetesObject,
    parts: readonly Part[],
    seconds: number,
    outcomes: Map<string, Outcome>,
    signal: AbortSignal,
  ): Promise<readonly string[]> {
    const { client, recorder, metrics, pace, recollection } = this.#parts;
    const known = recollection.of(live, deedsOf(live));
    const deeds = {
      ...known,
      ...Object.fromEntries(
        parts.map(({ policy, mark, changes }) => [policy, madeAgain(known[policy], mark, changes, seconds)]),
      ),
    };
    const changes: readonly Change[] = together(parts);
    const { patch, leftOut } = writeOf(live, changes, deeds);
    const policies = parts.map(({ policy }) => policy);
    pace.taken();
    try {
      await write(client, resource, live, patch, signal);
    } catch (error) {
      const refusal = refusalOf(error, resource);
      if (refusal === undefined) throw error;
      for (const part of parts) outcomes.set(part.policy, { ...refused(refusal), changes: part.changes });
      return [];
    }
    recollection.remember(live, deeds);
    tellFixed(recorder, live, policies, changes, leftOut);
    for (const policy of policies) metrics.made(policy);
    return policies;
  }
}

const secret: Outcome = {
  reason: 'Guarded',
  message: 'Secrets are not fixed, since before and after would be shown',
  changes: [],
};

function refused(refusal: Refusal): Outcome {
  return refusal.kind === 'Forbidden'
    ? { reason: 'Forbidden', message: missing(refusal.right), changes: [] }
    : {
        reason: 'Refused',
        message: `the API server does not take the change: ${refusal.message}`,
        changes: [],
      };
}

function withoutOutcome(parts: readonly Part[], outcomes: ReadonlyMap<string, Outcome>): readonly Part[] {
  return parts.filter(({ policy }) => !outcomes.has(policy));
}

function unsettled(field: string): string {
  return `the fix would change ${field} again and again: a mutation must leave alone what it has made`;
}

function forAll(policies: readonly Marked[], outcome: Outcome): Outcomes {
  return new Map(policies.map(({ name, mark }) => [name, { ...outcome, mark }]));
}

interface Forbidden {
  readonly right: string;
  /** When it is asked again, in milliseconds since 1970. */
  readonly until: number;
  /** For which it was asked, as they were then: one that has changed since asks at once. */
  readonly policies: ReadonlySet<string>;
}

function wantOf({ name, existing, mark }: Marked): string {
  return `${name}=${existing} ${mark}`;
}

/** What an answer depends on. */
function stateOf({ metadata }: KubernetesObject, policies: readonly Marked[]): string {
  return [metadata.resourceVersion, ...policies.map(wantOf)].join();
}

function isDue({ outcomes }: Entry, now: number): boolean {
  return [...outcomes.values()].some(
    ({ reason, until }) => reason in unanswered || (until !== undefined && until * 1000 <= now),
  );
}

function soonest(outcomes: ReadonlyMap<string, Outcome>, now: number): ReconcileResult {
  const waits = [...outcomes.values()].flatMap(({ reason, until }) => [
    ...(until === undefined ? [] : [Math.max(1000, until * 1000 - now)]),
    ...Object.entries(unanswered).flatMap(([name, wait]) => (name === reason ? [wait] : [])),
  ]);
  return waits.length === 0 ? {} : { requeueAfter: Math.min(...waits) };
}
