import { describe, expect, it } from 'vitest';
import { isProblem, type PresetTarget } from './gateway.ts';
import { gatewayOf, gateways } from './gateways.ts';
import { readPreset } from './reading.ts';

const target: PresetTarget = {
  namespace: 'shop',
  route: { name: 'checkout', kind: 'HTTPRoute' },
  port: 80,
  stable: { service: 'checkout-5d9f' },
  canary: { service: 'checkout-7c4b' },
};

function metricsOf(controllerName: string, of = target) {
  const gateway = gatewayOf([controllerName]);
  if (isProblem(gateway)) throw new Error(gateway.problem);
  return gateway.metrics(of, of.canary);
}

/** How many of the selectors take a series whose label has this value: each series is to be counted once. */
function taken(selectors: readonly string[], label: string, value: string): number {
  return selectors.filter((selector) => {
    const [, operator, written] = new RegExp(`[{,]${label}(=~?)"((?:[^"\\\\]|\\\\.)*)"`).exec(selector) ?? [];
    const meant = written?.replace(/\\(.)/g, '$1');
    return operator === '=~' ? new RegExp(`^(?:${meant})$`).test(value) : meant === value;
  }).length;
}

describe('of a route that is for several gateways', () => {
  const [traefik, istio] = ['traefik.io/gateway-controller', 'istio.io/gateway-controller'];

  it('the requests of each are counted', () => {
    const gateway = gatewayOf([traefik, istio]);
    if (isProblem(gateway)) throw new Error(gateway.problem);
    expect(gateway.metrics(target, target.canary)).toMatchObject({
      requests: [...metricsOf(traefik).requests, ...metricsOf(istio).requests],
      errors: [...metricsOf(traefik).errors, ...metricsOf(istio).errors],
      durations: { problem: expect.stringContaining('Traefik and Istio') },
    });
  });

  it('those of two that are of one kind are counted once', () => {
    expect(gatewayOf([traefik, traefik])).toBe(gatewayOf([traefik]));
  });

  it('nothing is counted as long as one is of a kind that is not known', () => {
    expect(gatewayOf([traefik, 'example.com/gateway'])).toEqual({
      problem: expect.stringContaining('example.com/gateway'),
    });
  });
});

describe('the name by which a gateway counts a revision', () => {
  it.each<[string, string, string, readonly string[], readonly string[]]>([
    [
      'Traefik',
      'traefik.io/gateway-controller',
      'service',
      [
        'shop-checkout-7c4b-http-80@kubernetesgateway',
        'shop-checkout-7c4b-80@kubernetesgateway',
        'httproute-shop-checkout-gw-gateways-public-ep-web-0-1a2b-svc-shop-checkout-7c4b-80@kubernetesgateway',
      ],
      [
        'shop-checkout-5d9f-http-80@kubernetesgateway',
        'httproute-shop-checkout-gw-gateways-public-ep-web-0-1a2b-svc-other-shop-checkout-7c4b-80@kubernetesgateway',
        'shop-checkout-7c4b-http-8080@kubernetesgateway',
        'shop-checkout-7c4b-http-80@kubernetes',
        'other-shop-checkout-7c4b-http-80@kubernetesgateway',
      ],
    ],
    [
      'Cilium',
      'io.cilium/gateway-controller',
      'envoy_cluster_name',
      ['shop/checkout-7c4b_80', 'gateways/cilium-gateway-public/shop_checkout-7c4b_80'],
      ['shop/checkout-5d9f_80', 'shop/checkout-7c4b_8080', 'othershop/checkout-7c4b_80'],
    ],
    [
      'NGINX Gateway Fabric',
      'gateway.nginx.org/nginx-gateway-controller',
      'nginx_upstream_name',
      ['shop_checkout-7c4b_80', 'shop_checkout-7c4b_80_sp'],
      ['shop_checkout-5d9f_80', 'shop_checkout-7c4b_8080'],
    ],
  ])('%s', (_name, controller, label, ours, others) => {
    const { requests } = metricsOf(controller);
    expect(ours.map((name) => taken(requests, label, name))).toEqual(ours.map(() => 1));
    expect(others.map((name) => taken(requests, label, name))).toEqual(others.map(() => 0));
  });

  it('Traefik, of a GRPCRoute', () => {
    const route = { name: 'checkout', kind: 'GRPCRoute' } as const;
    const { requests } = metricsOf('traefik.io/gateway-controller', { ...target, route });
    expect(taken(requests, 'service', 'shop-checkout-7c4b-80-grpc@kubernetesgateway')).toBe(1);
    expect(taken(requests, 'exported_service', 'shop-checkout-7c4b-80-grpc@kubernetesgateway')).toBe(1);
    expect(taken(requests, 'service', 'shop-checkout-7c4b-http-80@kubernetesgateway')).toBe(0);
  });

  it('Istio', () => {
    expect(metricsOf('istio.io/gateway-controller').errors).toEqual([
      'istio_requests_total{reporter="source",destination_service_name="checkout-7c4b",destination_service_namespace="shop",response_code=~"5.."}',
    ]);
  });

  it('is known for each of four gateways, by the names that their GatewayClasses have', () => {
    const names = gateways.flatMap(({ controllerNames }) => controllerNames);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names)
      expect(gatewayOf([name])).toMatchObject({ controllerNames: expect.arrayContaining([name]) });
    expect(gateways.map(({ name }) => name)).toEqual(['Traefik', 'Istio', 'NGINX Gateway Fabric', 'Cilium']);
  });
});

describe('what a preset reads', () => {
  const reading = { window: 60_000, perSecond: 1000, needs: 'it must be scraped' } as const;
  const parts = (given: Readonly<Record<string, number>>) => new Map(Object.entries(given));
  it('is a share, a rate, seconds, or counts', () => {
    expect(readPreset(parts({ requests: 120, errors: 3 }), { type: 'ErrorRate', ...reading })).toEqual({
      type: 'Number',
      value: 0.025,
      samples: 120,
    });
    expect(readPreset(parts({ requests: 120 }), { type: 'RequestRate', ...reading })).toMatchObject({
      value: 2,
    });
    expect(readPreset(parts({ requests: 120, latency: 250 }), { type: 'Latency', ...reading })).toMatchObject(
      {
        value: 0.25,
      },
    );
    const counts = parts({ requests: 12, errors: 1, 'stable-requests': 100, 'stable-errors': 2 });
    expect(readPreset(counts, { type: 'Compare', ...reading })).toEqual({
      type: 'Counts',
      counts: { canary: { requests: 12, errors: 1 }, stable: { requests: 100, errors: 2 } },
    });
  });

  it('is no data where nothing was counted, and says what may be missing', () => {
    for (const type of ['ErrorRate', 'RequestRate', 'Latency', 'Compare'] as const) {
      expect(readPreset(parts({ requests: 0, errors: 0 }), { type, ...reading })).toMatchObject({
        type: 'NoData',
        message: expect.stringContaining('it must be scraped'),
      });
    }
    expect(readPreset(parts({ requests: 3 }), { type: 'Latency', ...reading })).toMatchObject({
      type: 'NoData',
    });
  });
});
