import { formatQuantity, quantity } from './quantity.ts';
import { fillByStages } from './split.ts';
import type { Mark } from './types.ts';

/** How long a share that was lent stays where it is after the last need for it, in ms. */
export const holdTime = 5 * 60_000;
/**
 * What of its base share an environment needs although it uses nothing: one part in this many. Without it nobody could
 * begin there but by being refused, and the refusal of a pod without a controller is told to nobody.
 */
const foothold = 10n;
/** How long a refusal counts, in ms. */
export const refusalWindow = 2 * 60_000;

/** One environment's part in one resource. Amounts in 10⁻⁹. */
export interface Borrower {
  readonly name: string;
  /** What the weights give it. */
  readonly base: bigint;
  /** `spec.hard` as it is; undefined while there is none. */
  readonly current: bigint | undefined;
  readonly used: bigint;
  /** What was refused and still would not fit, on top of what is used. */
  readonly refused: bigint;
  readonly mark: Mark | undefined;
}

interface ElasticShare {
  readonly share: bigint;
  readonly mark: Mark;
}

interface ElasticSplit {
  readonly shares: readonly ElasticShare[];
  /** When a lent share may go back, in ms since the epoch. */
  readonly returnAt: number | undefined;
}

/**
 * Who has how much of what is shared, now that needs are known.
 *
 * Everybody's need is a high-water mark with a margin: it rises at once where work is refused or use comes near the limit
 * (9/10; the new mark leaves use at 8/10), and falls only after use has been below 7/10 of it for the hold time. Between
 * the two nothing happens, so shares do not move to and fro with every pod.
 *
 * An environment that uses nothing needs a foothold all the same.
 *
 * Given out in stages of falling urgency, each by weight where it does not suffice for all:
 * 1. what is in use, within one's base share; 2. what is in use beyond it: nothing in use is ever taken while the whole
 * suffices for it; 3. needs within one's base share: the guarantee that weights give; 4. needs beyond it: what is lent;
 * 5. the rest, towards the base shares.
 *
 * As long as everybody's need is met where it is, nothing moves: not even back, until what is lent is no longer needed.
 */
export function splitElastic(
  rest: bigint,
  grain: bigint,
  borrowers: readonly Borrower[],
  now: number,
): ElasticSplit {
  const marks = borrowers.map((borrower) => nextMark(borrower, now));
  const needs = borrowers.map(({ base, used }, index) => max(used, amountOf(marks[index]), base / foothold));
  const shares = stay(rest, borrowers, needs)
    ? borrowers.map(({ current }) => current ?? 0n)
    : share(rest, grain, borrowers, needs);
  const lent = borrowers.flatMap(({ base, used }, index) => {
    const mark = marks[index];
    const idle = withMargin(used) * 8n < (shares[index] ?? 0n) * 7n;
    return (shares[index] ?? 0n) > base && idle && mark !== undefined ? [mark.until] : [];
  });
  return {
    shares: borrowers.map(({ used }, index) => ({
      share: shares[index] ?? 0n,
      mark: marks[index] ?? markAt(used, now),
    })),
    returnAt: lent.length === 0 ? undefined : Math.min(...lent),
  };
}

function nextMark({ base, current, used, refused, mark }: Borrower, now: number): Mark {
  const wanted = refused > 0n ? max(withMargin(used), used + refused) : withMargin(used);
  const pressed = refused > 0n || (current !== undefined && current > 0n && used * 10n >= current * 9n);
  if (mark === undefined) {
    if (pressed || current === undefined) return markAt(wanted, now);
    // Without memory, what was lent counts as needed for one hold time, so that a restart moves nothing.
    return markAt(current > base ? current : min(wanted, current), now);
  }
  const level = quantity(mark.level).nano;
  if (wanted > level && (pressed || used * 10n >= level * 9n)) return markAt(wanted, now);
  if (refused > 0n || (used > 0n && used * 10n >= level * 7n))
    return { level: mark.level, until: now + holdTime };
  return now >= mark.until ? markAt(wanted, now) : mark;
}

/** Whether all is given out and everybody has what he needs, so that nothing has to move. */
function stay(rest: bigint, borrowers: readonly Borrower[], needs: readonly bigint[]): boolean {
  let sum = 0n;
  for (const [index, { base, current }] of borrowers.entries()) {
    const need = needs[index] ?? 0n;
    if (current === undefined || need > current) return false;
    if (current > base && need * 8n < current * 7n) return false;
    sum += current;
  }
  return sum === rest;
}

function share(
  rest: bigint,
  grain: bigint,
  borrowers: readonly Borrower[],
  needs: readonly bigint[],
): readonly bigint[] {
  const piece = pieceFor(rest, grain, borrowers);
  const whole = (amount: bigint) => (amount + piece - 1n) / piece;
  const base = borrowers.map((borrower) => borrower.base / piece);
  const used = borrowers.map((borrower) => whole(borrower.used));
  const need = needs.map(whole);
  const at = (values: readonly bigint[], index: number) => values[index] ?? 0n;
  const usedInBase = used.map((value, index) => min(value, at(base, index)));
  const neededInBase = need.map((value, index) => max(at(used, index), min(value, at(base, index))));
  const stages = [usedInBase, used, neededInBase, need.map((value, index) => max(value, at(used, index)))];
  return fillByStages(rest / piece, stages, base).map((pieces) => pieces * piece);
}

/** The grain; or finer, where rounding up what is in use would ask for more than there is. Use comes in thousandths. */
function pieceFor(rest: bigint, grain: bigint, borrowers: readonly Borrower[]): bigint {
  const fits = (piece: bigint) =>
    borrowers.reduce((sum, { used }) => sum + (used + piece - 1n) / piece, 0n) * piece <= rest;
  return [grain, 1_000_000_000n, 1_000_000n].find((piece) => piece <= grain && fits(piece)) ?? grain;
}

/** What leaves `used` at 8/10. */
function withMargin(used: bigint): bigint {
  return (used * 5n + 3n) / 4n;
}

function markAt(level: bigint, now: number): Mark {
  return { level: formatQuantity({ nano: level, format: 'DecimalSI' }), until: now + holdTime };
}

function amountOf(mark: Mark | undefined): bigint {
  return mark === undefined ? 0n : quantity(mark.level).nano;
}

function max(...amounts: readonly [bigint, ...bigint[]]): bigint {
  return amounts.reduce((most, amount) => (amount > most ? amount : most));
}

function min(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}
