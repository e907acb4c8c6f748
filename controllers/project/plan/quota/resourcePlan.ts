import { type Bound, boundOf } from './bound.ts';
import { type Borrower, refusalWindow, splitElastic } from './elastic.ts';
import { amountOf, type Shares, sharesOf } from './shares.ts';
import type { Mark, QuotaEnvironment, QuotaInput, Waiting } from './types.ts';

/** What is to be done about one resource. Amounts in 10⁻⁹. */
export interface ResourcePlan {
  /** What each environment shall have in the end. Absent: not limited. */
  readonly shares: ReadonlyMap<string, bigint>;
  /** What `spec.hard` shall be now. Absent: it must not name the resource yet. */
  readonly next: ReadonlyMap<string, bigint>;
  readonly waiting: ReadonlyMap<string, Lack>;
  /** Where more counts than there is. */
  readonly exceeded: { readonly total: bigint; readonly counted: bigint } | undefined;
  readonly marks: ReadonlyMap<string, Mark>;
  readonly returnAt: number | undefined;
}

export interface Lack extends Omit<Waiting, 'resource' | 'missing'> {
  readonly missing: bigint;
}

export function planResource(resource: string, input: QuotaInput): ResourcePlan {
  const shares = sharesOf(resource, input.quota?.hard ?? {}, input.environments);
  const none = { waiting: new Map(), exceeded: undefined, marks: new Map(), returnAt: undefined };
  if (shares.total === undefined) return { shares: shares.base, next: shares.base, ...none };

  const bounds = new Map(
    [...input.environments, ...(input.leaving ?? [])].map((view) => [view.name, boundOf(resource, view)]),
  );
  const elastic =
    input.quota?.mode === 'Elastic' ? elasticShares(resource, shares, bounds, input) : undefined;
  const wanted = elastic?.shares ?? shares.base;
  const counted = [...bounds.values()].reduce((sum, { amount }) => sum + amount, 0n);
  return {
    ...none,
    ...elastic,
    shares: wanted,
    ...grow(shares.total, wanted, bounds, input.environments),
    exceeded: counted > shares.total ? { total: shares.total, counted } : undefined,
  };
}

/**
 * Who has too much shrinks; who has too little grows by as much as nobody else can count for. What shrinks here counts in
 * full still, and what grows counts with its new amount, so that it does not matter which of the writes arrive.
 */
function grow(
  total: bigint,
  wanted: ReadonlyMap<string, bigint>,
  bounds: ReadonlyMap<string, Bound>,
  environments: readonly QuotaEnvironment[],
): Pick<ResourcePlan, 'next' | 'waiting'> {
  const next = new Map<string, bigint>();
  const waiting = new Map<string, Lack>();
  const counts = new Map(bounds);
  for (const environment of environments) {
    const { name } = environment;
    const share = wanted.get(name);
    const seen = bounds.get(name);
    if (share === undefined || seen === undefined || environment.held === false) continue;
    const { current } = seen;
    if (current !== undefined && current >= share) {
      next.set(name, share);
      continue;
    }
    const others = [...counts].filter(([other]) => other !== name);
    // What is found in use where nothing was counted before must not meet a write to another that is still on its way.
    const uncounted = current === undefined && environment.empty !== true;
    const unknown = others
      .filter(([, { known, unanswered }]) => !known || (uncounted && unanswered))
      .map(([other]) => other);
    if (unknown.length > 0) {
      if (current !== undefined) next.set(name, current);
      waiting.set(name, { missing: share - (current ?? 0n), reason: 'Unknown', environments: unknown });
      continue;
    }
    const free = others.reduce((left, [, { amount }]) => left - amount, total);
    const reached = clamp(free, current ?? 0n, share);
    next.set(name, reached);
    counts.set(name, {
      ...seen,
      amount: reached > seen.amount ? reached : seen.amount,
      known: seen.known && (current !== undefined || environment.empty === true),
    });
    if (reached < share) waiting.set(name, lack(share - reached, others, wanted));
  }
  return { next, waiting };
}

/** Who has more than he shall have, and whether he uses it or it is only still enforced. */
function lack(
  missing: bigint,
  others: readonly (readonly [string, Bound])[],
  wanted: ReadonlyMap<string, bigint>,
): Lack {
  const over = others.filter(([name, { amount }]) => amount > (wanted.get(name) ?? 0n));
  const using = over.filter(([name, { used }]) => used > (wanted.get(name) ?? 0n));
  return using.length > 0
    ? { missing, reason: 'InUse', environments: using.map(([name]) => name) }
    : { missing, reason: 'Shrinking', environments: over.map(([name]) => name) };
}

function elasticShares(
  resource: string,
  { total = 0n, grain, base, fixed }: Shares,
  bounds: ReadonlyMap<string, Bound>,
  input: QuotaInput,
): Pick<ResourcePlan, 'shares' | 'marks' | 'returnAt'> {
  const rest = [...fixed].reduce((left, name) => left - (base.get(name) ?? 0n), total);
  const borrowers = input.environments.flatMap((environment): readonly Borrower[] => {
    const { name, held } = environment;
    const own = base.get(name);
    const seen = bounds.get(name);
    if (own === undefined || seen === undefined || fixed.has(name)) return [];
    // A share that is kept for a namespace we do not hold counts as given, and may be lent.
    const current = held === false ? own : seen.current;
    const refused = refusedWork(resource, environment, seen, input);
    return [{ name, base: own, current, used: seen.used, refused, mark: input.memory?.[name]?.[resource] }];
  });
  const split = splitElastic(rest, grain, borrowers, input.now);
  const shares = new Map(base);
  const marks = new Map<string, Mark>();
  for (const [index, { name }] of borrowers.entries()) {
    const result = split.shares[index];
    if (result === undefined) continue;
    shares.set(name, result.share);
    marks.set(name, result.mark);
  }
  return { shares, marks, returnAt: split.returnAt };
}

/** What was refused lately and would still be refused, on top of what is in use. */
function refusedWork(
  resource: string,
  { name }: QuotaEnvironment,
  { used, current = 0n }: Bound,
  { refusals = [], now }: QuotaInput,
): bigint {
  return refusals
    .filter((refusal) => refusal.environment === name && refusal.resource === resource)
    .filter(({ at }) => now - at <= refusalWindow)
    .map(({ requested }) => amountOf({ [resource]: requested }, resource))
    .filter((requested) => used + requested > current)
    .reduce((most, requested) => (requested > most ? requested : most), 0n);
}

function clamp(value: bigint, low: bigint, high: bigint): bigint {
  return value < low ? low : value > high ? high : value;
}
