import { describe, expect, it } from 'vitest';
import type { Deployment } from '../../../crds/deployment/schema.ts';
import { measurementOf, type Planned } from './measurement.ts';

const at = (seconds: number) => new Date(1_700_000_000_000 + seconds * 1000).toISOString();
const spec = {
  analysis: {
    interval: '30s',
    prometheus: { address: 'http://prometheus.monitoring:9090' },
    metrics: [
      { name: 'errors', preset: 'error-rate', max: '1%' },
      { name: 'other', query: 'up', max: 1 },
      { name: 'compared', preset: 'error-rate', compare: { maxIncrease: '0.5%' } },
    ],
  },
  traffic: { ports: [{ port: 80 }], gateway: { parentRefs: [{ name: 'public' }], kind: 'HTTPRoute' } },
};

/** What of a Deployment matters here. */
function planned(more: Partial<Planned> = {}): Planned {
  const status = {
    analysis: [{ name: 'errors', result: 'Fail', failures: 1, at: at(5), value: '2%', samples: 40 }],
  };
  return {
    deployment: { metadata: { name: 'checkout', namespace: 'shop' }, spec, status } as unknown as Deployment,
    plan: {
      analysis: {
        of: '7c4b',
        against: '5d9f',
        since: Date.parse(at(0)),
        metrics: ['errors'],
        comparisons: 3,
      },
      status: { step: { since: at(3) } },
    } as unknown as Planned['plan'],
    revision: (hash) => ({ replicaSet: `checkout-${hash}`, service: `checkout-${hash}` }),
    controllerNames: ['traefik.io/gateway-controller'],
    route: 'checkout',
    ...more,
  };
}

describe('what is measured for a plan', () => {
  it('are the metrics that it names, from its beginning on, and status goes on', () => {
    const measurement = measurementOf(planned());
    expect(measurement).toMatchObject({
      namespace: 'shop',
      since: Date.parse(at(0)),
      freshFrom: Date.parse(at(3)),
      interval: 30_000,
      problems: [],
    });
    expect(measurement?.checks.map(({ metric }) => metric)).toEqual(['errors']);
    expect(measurement?.checks[0]?.source).toMatchObject({
      query: expect.stringContaining('shop-checkout-7c4b-http-80@kubernetesgateway'),
    });
    expect(measurement?.known?.get('errors')).toMatchObject({
      result: 'Fail',
      failures: 1,
      at: Date.parse(at(5)),
    });
  });

  it('is a comparison at one weight, from its first whole interval on, which shares false alarms with those at others', () => {
    const seen = (weight: object) => {
      const plan = {
        analysis: {
          of: '7c4b',
          against: '5d9f',
          since: Date.parse(at(0)),
          metrics: ['compared'],
          comparisons: 3,
        },
        status: { step: { since: at(3) }, weight },
      } as unknown as Planned['plan'];
      return measurementOf(planned({ plan }))?.checks;
    };
    expect(seen({ desired: 20, verified: 20, since: at(60) })).toMatchObject([
      { metric: 'compared', since: Date.parse(at(90)), verdict: { type: 'Compare', comparisons: 3 } },
    ]);
    // That of a route that was there before has begun with the canary's first traffic.
    expect(seen({ desired: 20, verified: 20, since: at(-60) })).toMatchObject([
      { since: Date.parse(at(30)) },
    ]);
    expect(seen({ desired: 50, verified: 20, since: at(70) })).toEqual([]);
  });

  it('is nothing where nothing is planned, or a revision is not there', () => {
    expect(measurementOf(planned({ plan: { status: {} } as Planned['plan'] }))).toBeUndefined();
    expect(measurementOf(planned({ revision: () => undefined }))).toBeUndefined();
  });

  it('has the metrics that cannot be measured as problems', () => {
    const measurement = measurementOf(planned({ controllerNames: undefined }));
    expect(measurement?.checks).toEqual([]);
    expect(measurement?.problems).toEqual([
      { metric: 'errors', problem: expect.stringContaining('not known yet') },
    ]);
  });
});
