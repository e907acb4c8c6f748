import type { BlueGreen, Canary, Metric, RollingUpdate, Strategy } from './schema.ts';

/** What is meant where a field is left out and the schema has no default, and what written values come to. */

/** The bounds of a rolling update: 25 % each unless given. No default of the schema, since Recreate must not have them. */
export function rollingUpdateOf({ rollingUpdate }: Pick<Strategy, 'rollingUpdate'>): RollingUpdate {
  return rollingUpdate ?? { maxSurge: '25%', maxUnavailable: '25%' };
}

/** The canary's settings, those of `canary: {}` unless given. */
export function canaryOf({ canary }: Pick<Strategy, 'canary'>): Canary {
  return canary ?? { maxSurge: '25%', maxUnavailable: 0, dynamicStableScale: false };
}

/** The settings of blue/green, those of `blueGreen: {}` unless given. */
export function blueGreenOf({ blueGreen }: Pick<Strategy, 'blueGreen'>): BlueGreen {
  return blueGreen ?? { autoPromotion: true, scaleDownDelay: '30s' };
}

type Defaulted = 'failureLimit' | 'onNoData' | 'onError' | 'onInconclusive';

/** What a metric says or leaves out. No defaults of the schema, since the server would write them into the list. */
export function metricDefaults(metric: Pick<Metric, Defaulted>): {
  readonly [Field in Defaulted]: NonNullable<Metric[Field]>;
} {
  return {
    failureLimit: metric.failureLimit ?? 2,
    onNoData: metric.onNoData ?? 'Wait',
    onError: metric.onError ?? 'Wait',
    onInconclusive: metric.onInconclusive ?? 'Pause',
  };
}

const unitMilliseconds: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 };

/** A duration in milliseconds; 0 for what is none, which the API server refuses. */
export function milliseconds(duration: string): number {
  return [...duration.matchAll(/([0-9]+)(h|ms|m|s)/g)]
    .map(([, amount = '', unit = '']) => Number(amount) * (unitMilliseconds[unit] ?? 0))
    .reduce((total, part) => total + part, 0);
}
