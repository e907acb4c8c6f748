import type { Source } from './source.ts';

/** What evaluating an expression costs, in the API server's units. */
export interface Cost {
  /** On an object as large as they come: some sixty items in each list. */
  readonly usual: number;
  /** On whatever somebody sends: what a single expression may cost at most before it is broken off. */
  readonly worst: number;
}

/** The API server's limit of one expression. */
const limitEach = 1_000_000;

/** Of a function whose cost grows with the texts or lists that it is given, in units, where these are of a usual size. */
const dearCall = 50;

/** Those that cost far more: to ask the authorizer, whatever it is asked, and to compare each element with each. */
const dearest: Readonly<Record<string, number>> = {
  check: 350_000,
  distinct: 7500,
  equivalent: 7500,
  intersects: 7500,
  sort: 7500,
  sortBy: 7500,
};

/** Functions and loops that cost no more by themselves than any other part. */
const cheap = new Set(
  'all bool double dyn exists exists_one existsOne filter has hasValue int map none of optFlatMap optMap or orValue size string type value'.split(
    ' ',
  ),
);

/** By its parts, each counted once for every turn of the loops around it. To ask whether a field is there costs the way there. */
export function costOf({ parts, nesting, calls }: Pick<Source, 'parts' | 'nesting' | 'calls'>): Cost {
  const usual = parts.reduce((sum, { call, depth }) => sum + costOfPart(call) * 60 ** depth, 0);
  const worst = nesting > 0 ? limitEach : [...calls].some(isDear) ? 200_000 : 1000;
  return { usual: Math.min(limitEach, usual), worst: Math.min(limitEach, Math.max(worst, usual)) };
}

function costOfPart(call: string | undefined): number {
  if (call === 'has') return 0;
  if (call === undefined || !isDear(call)) return 1;
  return Object.hasOwn(dearest, call) ? (dearest[call] ?? dearCall) : dearCall;
}

function isDear(call: string | undefined): boolean {
  return call !== undefined && !cheap.has(call);
}

export function added(a: Cost, b: Cost): Cost {
  return { usual: a.usual + b.usual, worst: a.worst + b.worst };
}
