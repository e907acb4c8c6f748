/** RFC 3339 with microseconds, as `metav1.MicroTime` is written. */
export function microTime(time: Date): string {
  return time.toISOString().replace('Z', '000Z');
}
