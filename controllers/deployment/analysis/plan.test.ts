import { describe, expect, it } from 'vitest';
import type { Analysis } from '../../../crds/deployment/schema.ts';
import { type AnalysisTarget, planAnalysis } from './plan.ts';

const target: AnalysisTarget = {
  namespace: 'shop',
  stable: { replicaSet: 'checkout-5d9f', service: 'checkout-5d9f' },
  canary: { replicaSet: 'checkout-7c4b', service: 'checkout-7c4b' },
  traffic: {
    controllerNames: ['traefik.io/gateway-controller'],
    route: { name: 'checkout', kind: 'HTTPRoute' },
    port: 80,
  },
};
const prometheus = { address: 'http://prometheus.monitoring:9090' };

function plan(metric: Partial<Analysis['metrics'][number]>, more: Partial<Analysis> = {}, of = target) {
  return planAnalysis({ interval: '15s', prometheus, metrics: [{ name: 'errors', ...metric }], ...more }, of);
}

const problemOf = (...given: Parameters<typeof plan>) => plan(...given).problems[0]?.problem;

describe('an analysis', () => {
  it('asks Prometheus for a query with the revisions’ pods, and looks back a minute', () => {
    expect(plan({ query: 'sum(rate(x{ {{canary}} }[{{interval}}]))', max: '1%' })).toEqual({
      interval: 15_000,
      problems: [],
      checks: [
        {
          metric: 'errors',
          grace: 60_000,
          timeout: 10_000,
          verdict: { type: 'Bounds', max: { value: 0.01, percent: true }, percent: true },
          source: {
            type: 'Prometheus',
            url: 'http://prometheus.monitoring:9090/api/v1/query',
            query: 'sum(rate(x{ namespace="shop",pod=~"checkout-7c4b-[a-z0-9]{5}" }[60s]))',
            reading: { type: 'Number' },
          },
        },
      ],
    });
    const slow = plan({ query: 'rate(x[{{interval}}])', max: 1 }, { interval: '1m' });
    expect(slow.checks[0]?.source).toMatchObject({ query: 'rate(x[240s])' });
  });

  it('asks below the address’s path, with a Secret by reference', () => {
    const behind = {
      address: 'https://mimir.example.com/prometheus/?tenant=a',
      secretRef: { name: 'mimir' },
    };
    expect(plan({ query: 'up', min: 1 }, { prometheus: behind }).checks[0]?.source).toMatchObject({
      url: 'https://mimir.example.com/prometheus/api/v1/query?tenant=a',
      credentials: { name: 'mimir' },
    });
  });

  it('asks a web service with its headers', () => {
    const { checks, problems } = plan({
      web: {
        url: 'https://quality.example.com/checkout',
        jsonPath: '{$.rate}',
        timeout: '2s',
        headers: [
          { name: 'x-team', value: 'shop' },
          { name: 'authorization', valueFrom: { secretKeyRef: { name: 'quality', key: 'header' } } },
        ],
      },
      min: '99%',
    });
    expect(problems).toEqual([]);
    expect(checks[0]).toMatchObject({
      timeout: 2000,
      source: {
        type: 'Web',
        headers: [
          { name: 'x-team', value: 'shop' },
          { name: 'authorization', secret: { name: 'quality', key: 'header' } },
        ],
      },
    });
  });

  it('tells a web service that is asked by POST what it is asked about', () => {
    const web = { url: 'http://quality', jsonPath: '$.ok' } as const;
    expect(plan({ web }).checks[0]?.source).not.toHaveProperty('body');
    const source = plan({ web: { ...web, method: 'POST' } }).checks[0]?.source;
    expect(JSON.parse(source?.type === 'Web' ? (source.body ?? '') : '')).toEqual({
      namespace: 'shop',
      stable: 'checkout-5d9f',
      canary: 'checkout-7c4b',
    });
  });

  it('asks a preset and its comparison of the gateway’s own metrics', () => {
    const rate = plan({ preset: 'error-rate', max: '1%' }).checks[0]?.source;
    expect(rate).toMatchObject({ reading: { type: 'ErrorRate', window: 60_000 } });
    const compared = plan({ preset: 'error-rate', compare: { maxIncrease: '0.5%' } }).checks[0];
    expect(compared?.verdict).toEqual({
      type: 'Compare',
      maxIncrease: 0.005,
      confidence: 0.95,
      comparisons: 1,
    });
    expect(compared?.source).toMatchObject({
      query: expect.stringMatching(/checkout-5d9f.* offset \$elapsed/),
      reading: { type: 'Compare' },
    });
  });

  it('leaves Jobs to whoever runs them', () => {
    expect(plan({ job: { template: { spec: { containers: [] } } } })).toMatchObject({
      checks: [],
      problems: [],
    });
  });
});

describe('before a rollout begins', () => {
  const without = ({ traffic: _, ...rest }: AnalysisTarget): AnalysisTarget => rest;
  const behind = (
    controllerNames: readonly string[] | undefined,
    kind: 'HTTPRoute' | 'GRPCRoute' = 'HTTPRoute',
  ) => ({
    ...target,
    traffic: { controllerNames, route: { name: 'checkout', kind }, port: 80 },
  });
  it.each<[string, string | undefined]>([
    ['needs traffic.gateway', problemOf({ preset: 'latency', max: 1 }, {}, without(target))],
    ['not known yet', problemOf({ preset: 'latency', max: 1 }, {}, behind(undefined))],
    [
      'example.com/gateway; write a query',
      problemOf({ preset: 'latency', max: 1 }, {}, behind(['example.com/gateway'])),
    ],
    [
      'which gRPC does not fail with',
      problemOf({ preset: 'error-rate', max: 1 }, {}, behind(['istio.io/gateway-controller'], 'GRPCRoute')),
    ],
    [
      'average response times alone',
      problemOf({ preset: 'latency', max: 1 }, {}, behind(['gateway.nginx.org/nginx-gateway-controller'])),
    ],
    [
      'the requests of a rule, not of each backend; write a query',
      problemOf({ preset: 'latency', max: 1 }, {}, behind(['gateway.envoyproxy.io/gatewayclass-controller'])),
    ],
    [
      'Istio and Traefik count response times in other steps each',
      problemOf(
        { preset: 'latency', max: 1 },
        {},
        behind(['istio.io/gateway-controller', 'traefik.io/gateway-controller']),
      ),
    ],
    ['error-rate alone', problemOf({ preset: 'latency', compare: { maxIncrease: '1%' } })],
    ['at least 0% and less than 100%', problemOf({ preset: 'error-rate', compare: { maxIncrease: '100%' } })],
    ['needs max or min', problemOf({ query: 'up' })],
    [
      'needs analysis.prometheus',
      planAnalysis({ interval: '15s', metrics: [{ name: 'a', query: 'up', max: 1 }] }, target).problems[0]
        ?.problem,
    ],
    ['is no URL', problemOf({ query: 'up', max: 1 }, { prometheus: { address: 'http://' } })],
    [
      'they belong in a Secret',
      problemOf({ query: 'up', max: 1 }, { prometheus: { address: 'http://a:b@c' } }),
    ],
    ['{{canry}} is unknown', problemOf({ query: 'x{ {{canry}} }', max: 1 })],
    ['is no path such as', problemOf({ web: { url: 'http://a', jsonPath: '$..a' }, max: 1 })],
    [
      'is set by the operator',
      problemOf({ web: { url: 'http://a', jsonPath: '$.a', headers: [{ name: 'Host', value: 'b' }] } }),
    ],
    ['none of preset, query, web and job', problemOf({ max: 1 })],
  ])('it is said that something %s', (expected, problem) => {
    expect(problem).toContain(expected);
  });
});
