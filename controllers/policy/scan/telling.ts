import type { Clock } from '../../../operator/queue/clock.ts';
import type { Followed } from './roster.ts';

export interface TellingOptions {
  readonly clock: Clock;
  /** Whether the Policy has something pending: then there will be more to tell. */
  readonly isPending: (policy: Followed) => boolean;
  /** Whether all that is in a namespace has been looked at. */
  readonly isReady: (namespace: string) => boolean;
  readonly policy: (name: string) => void;
  readonly namespace: (name: string) => void;
}

/** Milliseconds from a change of a Policy to its being told, where nothing was told a moment before. */
const soon = 200;
/** Milliseconds from one telling of Policies to the next. */
const pace = 1000;

/** Tells of Policies and of namespaces what is new: of Policies at most once a second, of namespaces when they are done. */
export class Telling {
  readonly #options: TellingOptions;
  readonly #policies = new Set<Followed>();
  readonly #namespaces = new Set<string>();
  #toldAt = Number.NEGATIVE_INFINITY;
  #cancelPolicies: (() => void) | undefined;
  #cancelNamespaces: (() => void) | undefined;

  constructor(options: TellingOptions) {
    this.#options = options;
  }

  /** Something is to be told of the Policy. */
  change(policy: Followed): void {
    this.#policies.add(policy);
    const { clock } = this.#options;
    this.#cancelPolicies ??= clock.schedule(Math.max(soon, this.#toldAt + pace - clock.now()), () =>
      this.#tellPolicies(),
    );
  }

  /** Something is to be told of the namespace, once all that is in it has been looked at. */
  touch(namespace: string): void {
    this.#namespaces.add(namespace);
    // For what nobody has to look at, as when an object is gone.
    this.#cancelNamespaces ??= this.#options.clock.schedule(0, () => this.settled());
  }

  /** All that is in this namespace has been looked at. */
  done(namespace: string): void {
    if (!this.#namespaces.has(namespace) || !this.#options.isReady(namespace)) return;
    this.#namespaces.delete(namespace);
    this.#options.namespace(namespace);
  }

  /** More namespaces than one may be ready. */
  settled(): void {
    this.#cancelNamespaces?.();
    this.#cancelNamespaces = undefined;
    for (const namespace of [...this.#namespaces]) this.done(namespace);
  }

  forget(policy: Followed): void {
    this.#policies.delete(policy);
  }

  stop(): void {
    this.#cancelPolicies?.();
    this.#cancelNamespaces?.();
  }

  #tellPolicies(): void {
    const { clock, isPending, policy: tell } = this.#options;
    this.#cancelPolicies = undefined;
    this.#toldAt = clock.now();
    const told = [...this.#policies];
    this.#policies.clear();
    for (const policy of told) {
      if (isPending(policy)) this.change(policy);
      tell(policy.name);
    }
  }
}
