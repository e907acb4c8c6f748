import { milliseconds } from '../../../crds/deployment/defaults.ts';
import type { IntOrPercent } from '../../../crds/deployment/schema.ts';

/** Pods: a number, or a percentage of `replicas`. */
export function podsOf(amount: IntOrPercent, replicas: number, rounding: 'Up' | 'Down'): number {
  if (typeof amount === 'number') return amount;
  const share = (Number.parseInt(amount, 10) * replicas) / 100;
  return rounding === 'Up' ? Math.ceil(share) : Math.floor(share);
}

/** The pods that carry `weight` percent of the traffic that `replicas` pods are for. */
export function podsFor(weight: number, replicas: number): number {
  return Math.ceil((weight * replicas) / 100);
}

/** A span of time in milliseconds; `fallback` where none is given. */
export function spanOf(text: string | undefined, fallback: number): number {
  return text === undefined ? fallback : milliseconds(text);
}

/** A time of the status in milliseconds since the epoch. */
export function timeOf(text: string): number {
  return Date.parse(text);
}

/** RFC 3339 with milliseconds: a pause of five seconds is not four. */
export function textOf(time: number): string {
  return new Date(time).toISOString();
}
