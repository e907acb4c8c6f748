export interface LeaseTimes {
  /** Milliseconds for which others leave a lease alone that they have seen renewed. Whole seconds. Default 15,000. */
  readonly leaseDuration: number;
  /** Milliseconds after the last renewal at which a leader that cannot renew steps down. Default 10,000. */
  readonly renewDeadline: number;
  /** Milliseconds between renewals, and at least between tries to get the lease. Default 2,000. */
  readonly retryPeriod: number;
}

const defaultLeaseTimes: LeaseTimes = {
  leaseDuration: 15_000,
  renewDeadline: 10_000,
  retryPeriod: 2_000,
};

/** Milliseconds that a fenced write may take: less than what remains of the lease after the last one may begin. */
export function writeTimeoutOf({ leaseDuration, renewDeadline }: LeaseTimes): number {
  return Math.floor((leaseDuration - renewDeadline) * 0.9);
}

/** The times, with defaults for those that are not given. Throws a `RangeError` if they do not fit together. */
export function leaseTimesOf(given: Partial<LeaseTimes>): LeaseTimes {
  const {
    leaseDuration = defaultLeaseTimes.leaseDuration,
    renewDeadline = defaultLeaseTimes.renewDeadline,
    retryPeriod = defaultLeaseTimes.retryPeriod,
  } = given;
  const fit =
    leaseDuration % 1000 === 0 &&
    leaseDuration > renewDeadline &&
    renewDeadline > 1.2 * retryPeriod &&
    retryPeriod > 0;
  if (fit) return { leaseDuration, renewDeadline, retryPeriod };
  throw new RangeError(
    `leader election needs a leaseDuration in whole seconds (${leaseDuration} ms) above renewDeadline (${renewDeadline} ms), and that above 1.2 times retryPeriod (${retryPeriod} ms)`,
  );
}
