import type { Facts } from '../compile/index.ts';
import type { Entry } from './ledger.ts';
import type { Followed, FollowedPolicy } from './roster.ts';
import { Running, type ScanOptions } from './running.ts';
import { type Counts, countsOf, type Summary, violationsOf } from './summary.ts';

/** How a Policy stands, in numbers. */
export interface Figures {
  readonly policy: string;
  readonly counts: Counts;
  readonly objects: number;
  readonly pending: number;
  /** All that it matches has been looked at once, as it is now. */
  readonly isThrough: boolean;
}

/**
 * Looks at everything that is there with every Policy, as it changes: at a changed object with the Policies that may match
 * it, with a changed Policy at the objects of its kinds; at what is in a namespace whose labels change, and at what an
 * exception hid that expires.
 */
export class Scan {
  readonly #options: ScanOptions;
  readonly #listeners = new Set<(namespace: string) => void>();
  #running: Running | undefined;

  constructor(options: ScanOptions) {
    this.#options = options;
  }

  /**
   * All Policies to look with, whenever one changes; those that have not changed are not looked with again. The first call
   * begins, so it must come from the leader.
   */
  follow(policies: readonly FollowedPolicy[], facts: Facts): void {
    this.#running ??= new Running(this.#options, (namespace) => {
      for (const listener of this.#listeners) listener(namespace);
    });
    this.#running.follow(policies, facts);
  }

  /** Forgets everything, until `follow` begins anew. */
  stop(): void {
    this.#running?.stop();
    this.#running = undefined;
  }

  summaryOf(name: string): Summary | undefined {
    const running = this.#running;
    const policy = running?.roster.get(name);
    if (running === undefined || policy === undefined) return undefined;
    const { ledger } = running;
    const { column, enforcement, at } = policy;
    const tally = ledger.tally(column);
    return {
      counts: countsOf(tally, enforcement),
      scan: {
        at: at === undefined ? undefined : new Date(at).toISOString().replace(/[.]\d+Z$/, 'Z'),
        objects: tally.objects,
        pending: running.pendingFor(policy),
      },
      violations: violationsOf(ledger.bad(column), column),
      unread: running.unreadOf(policy),
      unjudged: policy.judge.findings.filter(({ reason }) => reason === 'JudgedOnRequest'),
    };
  }

  figures(): readonly Figures[] {
    const running = this.#running;
    if (running === undefined) return [];
    return [...running.roster].map((policy) => {
      const tally = running.ledger.tally(policy.column);
      const counts = countsOf(tally, policy.enforcement);
      return {
        policy: policy.name,
        counts,
        objects: tally.objects,
        pending: running.pendingFor(policy),
        isThrough: policy.stage === 'through',
      };
    });
  }

  /** The Policies that are looked with, each with its column in the entries. */
  policies(): readonly Pick<Followed, 'name' | 'column' | 'spec' | 'enforcement'>[] {
    return [...(this.#running?.roster ?? [])];
  }

  /** Namespaces in which there is something; the empty one is that of what is in none. */
  namespaces(): Iterable<string> {
    return this.#running?.ledger.namespaces() ?? [];
  }

  /** What is in a namespace that some Policy may match; in the empty one what is in none. */
  inNamespace(namespace: string): Iterable<Entry> {
    return this.#running?.ledger.inNamespace(namespace) ?? [];
  }

  /** What violates a Policy, or cannot be judged by it. */
  bad(name: string): Iterable<Entry> {
    const policy = this.#running?.roster.get(name);
    return policy === undefined ? [] : (this.#running?.ledger.bad(policy.column) ?? []);
  }

  /** Whether all that is in a namespace has been looked at. If not, `onNamespace` tells when it has. */
  isDone(namespace: string): boolean {
    return this.#running?.isDone(namespace) === true;
  }

  /** Whether a namespace is there and stays; the empty one always. */
  isThere(namespace: string): boolean {
    return this.#running?.isThere(namespace) === true;
  }

  /** Tells of each namespace in which something else is said than before, once all that is in it has been looked at. */
  onNamespace(listener: (namespace: string) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
