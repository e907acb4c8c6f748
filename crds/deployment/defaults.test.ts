import { describe, expect, it } from 'vitest';
import { blueGreenOf, canaryOf, metricDefaults, milliseconds, rollingUpdateOf } from './defaults.ts';
import { deploymentSpec } from './schema.ts';

const strategyOf = (strategy: object) => deploymentSpec.shape.strategy.parse(strategy);

describe('what is left out', () => {
  it('means the same as an empty block, so that adding one changes nothing', () => {
    expect(canaryOf({})).toEqual(strategyOf({ type: 'Canary', canary: {} }).canary);
    expect(blueGreenOf({})).toEqual(strategyOf({ type: 'BlueGreen', blueGreen: {} }).blueGreen);
    expect(rollingUpdateOf({})).toEqual(strategyOf({ rollingUpdate: {} }).rollingUpdate);
  });

  it('is a null as well', () => {
    expect(rollingUpdateOf({ rollingUpdate: null })).toEqual(rollingUpdateOf({}));
  });

  it('of a metric is what the reference says, and what is given counts', () => {
    expect(metricDefaults({})).toEqual({
      failureLimit: 2,
      onNoData: 'Wait',
      onError: 'Wait',
      onInconclusive: 'Pause',
    });
    expect(metricDefaults({ failureLimit: 1, onNoData: 'Fail' })).toMatchObject({
      failureLimit: 1,
      onNoData: 'Fail',
    });
  });
});

describe('a duration', () => {
  it.for([
    ['30s', 30_000],
    ['5m', 300_000],
    ['1h30m', 5_400_000],
    ['250ms', 250],
    ['1m500ms', 60_500],
    ['0s', 0],
  ] as const)('%s', ([text, expected]) => {
    expect(milliseconds(text)).toBe(expected);
  });
});
