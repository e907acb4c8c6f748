import type { Clock } from '../queue/clock.ts';

/**
 * Stands before every write: a lease alone does not fence, since a process that was frozen, or cut off, goes on where it
 * was, not knowing that another one leads by now.
 *
 * A write may begin until `renewDeadline` after the last renewal was sent, and is given up after `writeTimeout`, which is
 * less than what then remains of the lease. So it is over before anybody else can hold the lease. All of it on the
 * monotonic clock, which runs on while the process is frozen.
 */
export class WriteFence {
  /** Milliseconds that a write may take at most; `undefined` where nobody else can lead. */
  readonly writeTimeout: number | undefined;
  readonly #clock: Clock;
  #until = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock, writeTimeout?: number) {
    this.#clock = clock;
    this.writeTimeout = writeTimeout;
  }

  /** Lets writes begin until that time on the clock. */
  openUntil(time: number): void {
    this.#until = time;
  }

  close(): void {
    this.#until = Number.NEGATIVE_INFINITY;
  }

  get isOpen(): boolean {
    return this.#clock.now() < this.#until;
  }

  /** Throws a `NotLeadingError` if no write may begin now. To be called right before the request is sent. */
  readonly check = (): void => {
    if (!this.isOpen) throw new NotLeadingError();
  };
}

/** A write was refused, since this process does not, or may soon no longer, hold the lease. The leader does it anew. */
export class NotLeadingError extends Error {
  override readonly name = 'NotLeadingError';

  constructor() {
    super('the write was not sent, since this process does not hold the leader lease for certain');
  }
}
