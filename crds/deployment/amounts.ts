import { z } from 'zod';
import { kubernetes, type Rule } from '../structural/metadata.ts';

/** Spans of time, percentages, and thresholds, as they are written in a Deployment. */

const isDuration: Rule = {
  rule: "self.matches('^([0-9]{1,5}(h|m|s|ms)){1,4}$')",
  message: 'a duration is a number and its unit (h, m, s or ms), as in 30s, 5m or 1h30m',
};

/** A span of time as Gateway API writes it. */
export function duration(description: string) {
  return z
    .string()
    .max(24)
    .describe(description)
    .register(kubernetes, { rules: [isDuration] });
}

const unitMilliseconds = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 } as const;

/** The span in milliseconds; undefined where it is none, which the API server refuses. */
export function milliseconds(text: string): number | undefined {
  if (!/^([0-9]{1,5}(h|m|s|ms)){1,4}$/.test(text)) return undefined;
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/([0-9]+)(h|ms|m|s)/g)) {
    if (unit === 'h' || unit === 'm' || unit === 's' || unit === 'ms')
      total += Number(amount) * unitMilliseconds[unit];
  }
  return total;
}

/** Pods: a number of them, or a percentage of `replicas`. */
export function intOrPercent(description: string) {
  return z
    .union([
      z.int().min(0).max(2_147_483_647),
      z
        .string()
        .max(10)
        .regex(/^(0|[1-9][0-9]*)%$/),
    ])
    .describe(description);
}

/** The same, and at most all of them. */
export function intOrShare(description: string) {
  return z
    .union([
      z.int().min(0).max(2_147_483_647),
      z
        .string()
        .max(10)
        .regex(/^(100|[1-9]?[0-9])%$/),
    ])
    .describe(description);
}

/** A number, or a percentage. Bare or in quotes. */
export function threshold(description: string) {
  return z
    .union([
      z.number(),
      z
        .string()
        .max(32)
        .regex(/^-?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?%?$/),
    ])
    .describe(description);
}
