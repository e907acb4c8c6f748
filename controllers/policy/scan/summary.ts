import type { Enforcement, Policy } from '../../../crds/policy/schema.ts';
import type { Finding, Resource } from '../evaluate/index.ts';
import type { Entry, Tally } from './ledger.ts';
import { type Bad, isOutcome } from './outcome.ts';

type Status = NonNullable<Policy['status']>;
export type Counts = NonNullable<Status['counts']>;
export type Violation = NonNullable<Status['violations']>[number];

/** What is known of what a Policy matches. */
export interface Summary {
  readonly counts: Counts;
  readonly scan: {
    /** When all of it had last been looked at, as the Policy is now; undefined before. RFC 3339. */
    readonly at: string | undefined;
    readonly objects: number;
    readonly pending: number;
  };
  /** Some of what violates it, at most 20, the same ones for as long as they do. */
  readonly violations: readonly Violation[];
  /** Kinds that it matches and that cannot be read, and why. */
  readonly unread: readonly { readonly resource: Resource; readonly message: string }[];
  /** What of it is judged only when it is asked for, and has no verdict here. */
  readonly unjudged: readonly Finding[];
}

const mostViolations = 20;

/** What is bad of a Policy that only warns is counted apart. */
export function countsOf({ pass, fail, error, skip }: Tally, enforcement: Enforcement): Counts {
  const warns = enforcement === 'Warn';
  return { pass, fail: warns ? 0 : fail, warn: warns ? fail : 0, error, skip };
}

/**
 * The first ones in an order that does not depend on when they were found, what fails before what could not be judged: so
 * that after a restart they are the same.
 */
export function violationsOf(bad: Iterable<Entry>, column: number): readonly Violation[] {
  const first: Placed[] = [];
  for (const entry of bad) {
    const standing = entry.standings[column];
    if (!isOutcome(standing)) continue;
    for (const verdict of standing.bad) {
      if (verdict.result === 'skip') continue;
      const placed = { entry, verdict };
      const last = first[mostViolations - 1];
      if (last !== undefined && inOrder(placed, last) >= 0) continue;
      first.splice(placeOf(first, placed), 0, placed);
      if (first.length > mostViolations) first.pop();
    }
  }
  return first.map(violationOf);
}

interface Placed {
  readonly entry: Entry;
  readonly verdict: Bad;
}

function placeOf(sorted: readonly Placed[], one: Placed): number {
  const place = sorted.findIndex((other) => inOrder(one, other) < 0);
  return place < 0 ? sorted.length : place;
}

function inOrder(a: Placed, b: Placed): number {
  return (
    compare(b.verdict.result, a.verdict.result) ||
    compare(a.entry.namespace, b.entry.namespace) ||
    compare(a.entry.resource.kind, b.entry.resource.kind) ||
    compare(a.entry.name, b.entry.name) ||
    compare(a.entry.uid, b.entry.uid) ||
    compare(a.verdict.rule, b.verdict.rule)
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** In characters: what a Policy's status takes. */
const longestMessage = 4096;

function violationOf({ entry, verdict }: Placed): Violation {
  const { resource, namespace, name } = entry;
  return {
    apiVersion: apiVersionOf(resource),
    kind: resource.kind,
    ...(namespace === '' ? {} : { namespace }),
    name,
    rule: verdict.rule,
    message: verdict.message.slice(0, longestMessage),
  };
}

export function apiVersionOf({ group, version }: Pick<Resource, 'group' | 'version'>): string {
  return group === '' ? version : `${group}/${version}`;
}
