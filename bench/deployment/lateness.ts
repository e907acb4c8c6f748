/**
 * How many seconds after its time each of the looks was, which were to come one interval after the other: that is after
 * the earliest beginning that fits them all, since nobody looks before the time. One that was left out makes all after it
 * late.
 *
 * @param times of the looks in milliseconds, in order.
 * @param interval in seconds.
 */
export function lateness(times: readonly number[], interval: number): readonly number[] {
  const offsets = times.map((at, index) => at / 1000 - index * interval);
  const due = Math.min(...offsets);
  return offsets.map((offset) => offset - due);
}
