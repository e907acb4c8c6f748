import * as z from 'zod';

const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** A schema for a time as people write it (`250ms`, `15s`, `1m30s`, `2h`); the value is in milliseconds. */
export function duration() {
  return z
    .string()
    .regex(/^(\d+(\.\d+)?(ms|s|m|h))+$/, 'expected a duration such as 250ms, 15s, 1m30s or 2h')
    .transform((text) =>
      [...text.matchAll(/([\d.]+)(ms|s|m|h)/g)].reduce(
        (sum, [, amount, unit = '']) => sum + Number(amount) * (units[unit] ?? 0),
        0,
      ),
    );
}
