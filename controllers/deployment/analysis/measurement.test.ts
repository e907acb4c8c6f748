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
      analysis: { of: '7c4b', against: '5d9f', since: Date.parse(at(0)), metrics: ['errors'] },
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
