import * as z from 'zod';
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

/** What Kubernetes calls an int32. The bounds say it: of its format the API server says no field. */
export function int32(minimum: number, maximum = 2_147_483_647) {
  return z.int().min(minimum).max(maximum);
}

/** Pods: a number of them, or a percentage of `replicas`. */
export function intOrPercent(description: string) {
  return z
    .union([
      int32(0),
      z
        .string()
        .max(10)
        .regex(/^[0-9]+%$/),
    ])
    .describe(description);
}

/** The same, and at most all of them. */
export function intOrShare(description: string) {
  return z
    .union([
      int32(0),
      z
        .string()
        .max(10)
        .regex(/^0*(100|[1-9]?[0-9])%$/),
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

/** A number and a percentage come to nothing when written as this. Two that are both so leave a rollout no room. */
const isZero = (field: string) => `(type(${field}) == int ? ${field} == 0 : ${field}.matches('^0+%$'))`;

/** The rollout may neither add pods nor do without any. */
export const someRoom: Rule = {
  rule: `!(${isZero('self.maxSurge')} && ${isZero('self.maxUnavailable')})`,
  message: 'maxSurge and maxUnavailable must not both be 0: no pod could ever be replaced',
  fieldPath: '.maxUnavailable',
};
