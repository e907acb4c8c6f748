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

/** Of `sets.contains`, which compares each element with each, once. */
const setCall = 3600;

/** Functions and loops that cost no more by themselves than any other part, whatever they are given. */
const cheap = new Set([
  ...'all bool double dyn exists exists_one existsOne filter has hasValue int map none of optFlatMap optMap or orValue'.split(
    ' ',
  ),
  ...'size string type value'.split(' '),
  // Of the authorizer.
  ...'allowed error errored group name namespace path reason resource serviceAccount subresource'.split(' '),
]);

/** By its parts, each counted once for every turn of the loops around it. To ask whether a field is there costs the way there. */
export function costOf({ parts, nesting, calls, references }: Source): Cost {
  const readsSets = references.some(({ name }) => name === 'sets');
  const usual = parts.reduce((sum, { call, depth }) => sum + costOfPart(call, readsSets) * 60 ** depth, 0);
  // To ask the authorizer costs the same whatever is sent, and of all else somebody may send a megabyte.
  const grows = nesting > 0 || [...calls].some((call) => isDear(call) && call !== 'check');
  const worst = grows ? limitEach : 1000;
  return { usual: Math.min(limitEach, usual), worst: Math.min(limitEach, Math.max(worst, usual)) };
}

/** @param readsSets whether `contains` may be that of `sets`, and not of a text */
function costOfPart(call: string | undefined, readsSets: boolean): number {
  if (call === 'has') return 0;
  if (call === undefined || !isDear(call)) return 1;
  if (call === 'contains' && readsSets) return setCall;
  return Object.hasOwn(dearest, call) ? (dearest[call] ?? dearCall) : dearCall;
}

function isDear(call: string | undefined): boolean {
  return call !== undefined && !cheap.has(call);
}

export function added(a: Cost, b: Cost): Cost {
  return { usual: a.usual + b.usual, worst: a.worst + b.worst };
}
