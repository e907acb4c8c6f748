import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Analysis } from '../../../../crds/deployment/schema.ts';
import { monotonicClock } from '../../../../operator/queue/clock.ts';
import { AddressGuard } from '../../outbound/addressGuard.ts';
import { createOutbound } from '../../outbound/outbound.ts';
import { type AnalysisTarget, planAnalysis } from '../plan.ts';
import { type Ask, createProviders } from '../providers.ts';
import type { Reading } from '../reading.ts';
import { SecretValues } from '../secretValues.ts';
import {
  hasPrometheus,
  type RecordedPrometheus,
  type RecordedSeries,
  startPrometheus,
} from './recordedPrometheus.ts';

/**
 * Presets, asked of a real Prometheus that has what each gateway exposes, written by hand from its documentation.
 *
 * Everywhere the same happened. The canary answers 10 requests well between two scrapes, for ten minutes; its errors began
 * 30 s ago with a burst of 4 that the first scrape of that code found, and 2 more at each scrape. Stable answers 100, one
 * of them with an error. Nine of ten answers take less than 100 ms, the others between 250 and 500 ms.
 */
interface Exposition {
  readonly gateway: string;
  readonly controllerName: string;
  /** Labels of one revision's counter and histogram. */
  readonly counter: (revision: Revision, code: '200' | '500') => string;
  /** None where the gateway has no histogram. */
  readonly histogram?: (revision: Revision) => { readonly name: string; readonly labels: string };
  readonly milliseconds: boolean;
}

interface Revision {
  readonly service: string;
}

const stable: Revision = { service: 'checkout-5d9f' };
const canary: Revision = { service: 'checkout-7c4b' };

const traefikService = ({ service }: Revision) => `shop-${service}-http-80@kubernetesgateway`;
const envoyCode = (code: string) => `envoy_response_code_class="${code[0]}"`;
const ciliumCluster = ({ service }: Revision) =>
  `envoy_cluster_name="gateways/cilium-gateway-public/shop_${service}_80"`;
const istioLabels = ({ service }: Revision) =>
  `reporter="source",source_workload="public-istio",source_workload_namespace="gateways",destination_workload="${service}",destination_workload_namespace="shop",destination_service="${service}.shop.svc.cluster.local",destination_service_name="${service}",destination_service_namespace="shop",request_protocol="http",response_flags="-",connection_security_policy="unknown"`;

const expositions: readonly Exposition[] = [
  {
    gateway: 'Traefik',
    controllerName: 'traefik.io/gateway-controller',
    counter: (revision, code) =>
      `traefik_service_requests_total{code="${code}",method="GET",protocol="http",service="${traefikService(revision)}"}`,
    histogram: (revision) => ({
      name: 'traefik_service_request_duration_seconds_bucket',
      labels: `code="200",method="GET",protocol="http",service="${traefikService(revision)}"`,
    }),
    milliseconds: false,
  },
  {
    gateway: 'Traefik, scraped by a ServiceMonitor',
    controllerName: 'traefik.io/gateway-controller',
    counter: (revision, code) =>
      `traefik_service_requests_total{code="${code}",method="GET",protocol="http",service="traefik",exported_service="${traefikService(revision)}"}`,
    histogram: (revision) => ({
      name: 'traefik_service_request_duration_seconds_bucket',
      labels: `code="200",method="GET",protocol="http",service="traefik",exported_service="${traefikService(revision)}"`,
    }),
    milliseconds: false,
  },
  {
    gateway: 'Istio',
    controllerName: 'istio.io/gateway-controller',
    counter: (revision, code) => `istio_requests_total{${istioLabels(revision)},response_code="${code}"}`,
    histogram: (revision) => ({
      name: 'istio_request_duration_milliseconds_bucket',
      labels: `${istioLabels(revision)},response_code="200"`,
    }),
    milliseconds: true,
  },
  {
    gateway: 'NGINX Gateway Fabric',
    controllerName: 'gateway.nginx.org/nginx-gateway-controller',
    counter: ({ service }, code) =>
      `nginx_http_upstream_peer_responses_total{instance_type="nginxplus",nginx_peer_address="10.1.0.7:8080",nginx_peer_name="10.1.0.7:8080",nginx_status_range="${code[0]}xx",nginx_upstream_name="shop_${service}_80",nginx_zone_name="shop_${service}_80"}`,
    milliseconds: true,
  },
  {
    gateway: 'Cilium',
    controllerName: 'io.cilium/gateway-controller',
    counter: (revision, code) =>
      `envoy_cluster_upstream_rq_xx{${envoyCode(code)},${ciliumCluster(revision)}}`,
    histogram: (revision) => ({
      name: 'envoy_cluster_upstream_rq_time_bucket',
      labels: ciliumCluster(revision),
    }),
    milliseconds: true,
  },
];

function isShadowed({ gateway }: Exposition): boolean {
  return gateway.includes('ServiceMonitor');
}

function recorded({ counter, histogram, milliseconds }: Exposition): readonly RecordedSeries[] {
  const durations = [stable, canary].flatMap((revision) => {
    if (histogram === undefined) return [];
    const { name, labels } = histogram(revision);
    const scale = milliseconds ? 1000 : 1;
    const buckets = [
      [0.1, 9],
      [0.25, 9],
      [0.5, 10],
    ] as const;
    return [
      ...buckets.map(([bound, rise]) => [String(bound * scale), rise] as const),
      ['+Inf', 10] as const,
    ].map(([bound, rise]) => ({ series: `${name}{${labels},le="${bound}"}`, from: 0, rise }));
  });
  return [
    // The gateway has served stable since long ago.
    { series: counter(stable, '200'), from: 1_000_000, rise: 99 },
    { series: counter(stable, '500'), from: 50_000, rise: 1 },
    { series: counter(canary, '200'), from: 10, rise: 10 },
    { series: counter(canary, '500'), from: 4, rise: 2, scrapes: 2 },
    ...durations,
  ];
}

const metrics: Analysis['metrics'] = [
  { name: 'errors', preset: 'error-rate', max: '5%' },
  { name: 'compared', preset: 'error-rate', compare: { maxIncrease: '0.5%' } },
  { name: 'rate', preset: 'request-rate', min: 0.1 },
  { name: 'median', preset: 'latency', quantile: 0.5, max: 1 },
  { name: 'p99', preset: 'latency', max: 1 },
];

function targetOf(controllerName: string, service = canary.service): AnalysisTarget {
  return {
    namespace: 'shop',
    stable: { ...stable, replicaSet: stable.service },
    canary: { service, replicaSet: canary.service },
    traffic: { controllerNames: [controllerName], route: { name: 'checkout', kind: 'HTTPRoute' }, port: 80 },
  };
}

// Debian's package `prometheus` has both programs. A machine of a person's may lack them; where all is checked they must be.
describe.skipIf(!hasPrometheus() && process.env.CI === undefined)('presets, asked of a Prometheus', () => {
  const outbound = createOutbound({
    guard: new AddressGuard({ allow: ['127.0.0.1'] }),
    resolve: () => Promise.reject(new Error('no names here')),
    connections: 4,
  });
  const ask: Ask = createProviders({
    clock: monotonicClock,
    outbound,
    secrets: new SecretValues(monotonicClock, () => Promise.resolve(undefined)),
  });
  afterAll(() => outbound.close());

  async function readings(address: string, target: AnalysisTarget): Promise<ReadonlyMap<string, Reading>> {
    const { checks } = planAnalysis({ interval: '15s', prometheus: { address }, metrics }, target);
    const question = {
      namespace: 'shop',
      elapsed: 600_000,
      timeout: 10_000,
      signal: AbortSignal.timeout(10_000),
    };
    return new Map(
      await Promise.all(
        checks.map(async ({ metric, source }) => [metric, await ask(source, question)] as const),
      ),
    );
  }

  /** One with all that differs, and one in which Traefik's labels are named otherwise. */
  const running: RecordedPrometheus[] = [];
  beforeAll(async () => {
    const [odd, others] = [expositions.filter(isShadowed), expositions.filter((one) => !isShadowed(one))];
    const more: readonly RecordedSeries[] = [
      { series: 'a_total', from: 1, rise: 1 },
      {
        series:
          'traefik_service_requests_total{code="200",method="GET",protocol="http",service="restarted-checkout-7c4b-http-80@kubernetesgateway"}',
        from: 1000,
        rise: 10,
        anew: 10,
      },
      {
        series:
          'traefik_service_requests_total{code="200",method="GET",protocol="http",service="gap-checkout-7c4b-http-80@kubernetesgateway"}',
        from: 100_000,
        rise: 10,
        scrapes: 80,
        missing: [61, 39],
      },
    ];
    running.push(
      await startPrometheus([...others.flatMap(recorded), ...more]),
      await startPrometheus(odd.flatMap(recorded)),
    );
  }, 60_000);
  afterAll(() => Promise.all(running.map((one) => one[Symbol.asyncDispose]())));
  const addressOf = (exposition?: Exposition) =>
    running[exposition !== undefined && isShadowed(exposition) ? 1 : 0]?.address ?? '';

  describe.each(expositions)('that has scraped $gateway', (exposition) => {
    let found: ReadonlyMap<string, Reading>;
    beforeAll(async () => {
      found = await readings(addressOf(exposition), targetOf(exposition.controllerName));
    });

    const numberOf = (metric: string) => {
      const reading = found.get(metric);
      if (reading?.type !== 'Number') throw new Error(`${metric}: ${JSON.stringify(reading)}`);
      return reading;
    };

    it('the share of errors in the last minute, the burst with which they began among them', () => {
      const { value, samples } = numberOf('errors');
      // 40 good ones, and 4 + 2 + 2 bad ones; or 2 more for each scrape since this began.
      expect(samples === 48 || samples === 50 || samples === 52).toBe(true);
      expect(value).toBeCloseTo(((samples ?? 0) - 40) / (samples ?? 0), 6);
    });

    it('the counts of both revisions since the analysis began', () => {
      const reading = found.get('compared');
      if (reading?.type !== 'Counts') throw new Error(JSON.stringify(reading));
      const { stable: before, canary: now } = reading.counts;
      expect(now.errors).toBeGreaterThanOrEqual(8);
      expect(now.requests - now.errors).toBe(400);
      // Of what stable had served before, nothing.
      expect(before).toEqual({ requests: 4000, errors: 40 });
    });

    it('requests a second', () => {
      const { value, samples } = numberOf('rate');
      expect(samples).toBeGreaterThanOrEqual(48);
      expect(value).toBeCloseTo((samples ?? 0) / 60, 6);
    });

    it.runIf(exposition.histogram !== undefined)('response times in seconds', () => {
      expect(numberOf('median').value).toBeCloseTo(0.0556, 3);
      expect(numberOf('p99').value).toBeCloseTo(0.475, 2);
    });

    it('no data of a revision that gets no requests', async () => {
      const none = await readings(
        addressOf(exposition),
        targetOf(exposition.controllerName, 'checkout-none'),
      );
      for (const metric of ['errors', 'rate']) expect(none.get(metric)).toMatchObject({ type: 'NoData' });
    });
  });

  it('of a gateway that began anew, what it has counted since', async () => {
    const target = { ...targetOf('traefik.io/gateway-controller'), namespace: 'restarted' };
    const reading = (await readings(addressOf(), target)).get('compared');
    if (reading?.type !== 'Counts') throw new Error(JSON.stringify(reading));
    expect(reading.counts.canary.requests).toBeGreaterThanOrEqual(100);
    expect(reading.counts.canary.requests).toBeLessThanOrEqual(130);
  });

  it('of a gateway that was not scraped as the analysis began, not all that it has ever counted', async () => {
    const target = { ...targetOf('traefik.io/gateway-controller'), namespace: 'gap' };
    const reading = (await readings(addressOf(), target)).get('compared');
    if (reading?.type !== 'Counts') throw new Error(JSON.stringify(reading));
    expect(reading.counts.canary.requests).toBeLessThanOrEqual(650);
  });

  it('a query that is none is an error with Prometheus’ own words', async () => {
    const asked = (query: string) => {
      const address = addressOf();
      const { checks } = planAnalysis(
        { interval: '15s', prometheus: { address }, metrics: [{ name: 'a', query, max: 1 }] },
        targetOf('traefik.io/gateway-controller'),
      );
      const [check] = checks;
      if (check === undefined) throw new Error('nothing to ask');
      const signal = AbortSignal.timeout(10_000);
      return ask(check.source, { namespace: 'shop', elapsed: 1000, timeout: 10_000, signal });
    };
    expect(await asked('sum(a_total')).toMatchObject({
      type: 'Error',
      message: expect.stringMatching(/^Prometheus: bad_data: .*unclosed left parenthesis/),
    });
    expect(await asked('min_over_time(a_total[20m])')).toEqual({ type: 'Number', value: 1 });
    expect(await asked('scalar(a_total) / 0')).toMatchObject({
      type: 'Error',
      message: expect.stringContaining('+Inf'),
    });
    expect(await asked('a_total * 0 / 0')).toMatchObject({
      type: 'NoData',
      message: expect.stringContaining('NaN'),
    });
    expect(await asked('b_total')).toMatchObject({ type: 'NoData' });
    expect(await asked('a_total[1m]')).toMatchObject({
      type: 'Error',
      message: expect.stringContaining('range'),
    });
    expect(await asked('"a"')).toMatchObject({ type: 'Error', message: expect.stringContaining('a text') });
    expect(await asked('b_total{ {{canary}} } or 0 * a_total{pod!~"{{namespace}}.*"}')).toEqual({
      type: 'Number',
      value: 0,
    });
  });
});
