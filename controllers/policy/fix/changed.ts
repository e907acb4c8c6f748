import type { Clock } from '../../../operator/queue/clock.ts';

/** Milliseconds between two tellings. */
const often = 1000;

/** Tells which Policies have changed: the first at once, and what follows within a second together. */
export class Changed {
  readonly #tell: (policy: string) => void;
  readonly #clock: Clock;
  readonly #waiting = new Set<string>();
  #rests = false;

  constructor(tell: (policy: string) => void, clock: Clock) {
    this.#tell = tell;
    this.#clock = clock;
  }

  add(policies: Iterable<string>): void {
    for (const policy of policies) this.#waiting.add(policy);
    if (!this.#rests) this.#flush();
  }

  #flush(): void {
    const policies = [...this.#waiting];
    this.#waiting.clear();
    this.#rests = policies.length > 0;
    if (!this.#rests) return;
    this.#clock.schedule(often, () => this.#flush());
    for (const policy of policies) this.#tell(policy);
  }
}
