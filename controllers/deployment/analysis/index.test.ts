import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import type { Analysis } from '../../../crds/deployment/schema.ts';
import { monotonicClock } from '../../../operator/queue/clock.ts';
import { keyOf } from '../../../operator/resources/object.ts';
import { openOutbound } from '../outbound/index.ts';
import { createAnalyses } from './index.ts';
import { planAnalysis } from './plan.ts';
import { analysisSettings } from './settings.ts';

/** A Prometheus on loopback, and the analyses of an installation with these settings. */
async function setUp(settings: object) {
  const server = createServer((_request, response) =>
    response.end('{"status":"success","data":{"resultType":"scalar","result":[1,"0.02"]}}'),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const news = Promise.withResolvers<string>();
  const outbound = openOutbound({
    clock: monotonicClock,
    settings: analysisSettings.parse(settings),
    apiServer: ['10.96.0.1'],
    endpoints: () => Promise.resolve([]),
    cluster: () => Promise.resolve([]),
    connections: 4,
    resolve: (name) => Promise.resolve(name === 'prometheus.monitoring' ? ['127.0.0.1'] : [name]),
  });
  const analyses = createAnalyses({
    clock: monotonicClock,
    now: () => Date.now(),
    outbound: outbound.tenants,
    readSecret: () => Promise.resolve(undefined),
    onResult: news.resolve,
  });
  onTestFinished(async () => {
    analyses.stopAll();
    await outbound.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  const written: Analysis = {
    interval: '15s',
    prometheus: { address: `http://prometheus.monitoring:${port}` },
    metrics: [{ name: 'errors', query: 'sum(x)', max: '1%' }],
  };
  const revision = { replicaSet: 'checkout-7c4b', service: 'checkout-7c4b' };
  const { checks, interval } = planAnalysis(written, {
    namespace: 'shop',
    stable: revision,
    canary: revision,
  });
  const since = Date.now();
  const key = keyOf({ namespace: 'shop', name: 'checkout' });
  analyses.run(key, { namespace: 'shop', since, freshFrom: since, interval, checks });
  return { told: await news.promise, view: analyses.views(key).get('errors'), port };
}

test('what a Deployment’s analysis says is measured, and its key is told', async () => {
  const { told, view } = await setUp({ allow: ['127.0.0.0/8'] });
  expect(told).toBe('shop/checkout');
  expect(view).toMatchObject({
    result: 'Fail',
    value: '2%',
    message: '2% is above the maximum of 1%',
    failures: 1,
  });
});

test('unless an installation says otherwise, the operator is sent to no address of its own host', async () => {
  const { view, port } = await setUp({});
  expect(view).toMatchObject({
    result: 'Error',
    failures: 0,
    message: expect.stringContaining(
      `http://prometheus.monitoring:${port} leads to an address that the operator may not`,
    ),
  });
});

test('ranges that are none are refused as the operator starts', () => {
  const { error } = analysisSettings.safeParse({ allow: ['10.0.0.0/8', 'monitoring'] });
  expect(error?.issues[0]).toMatchObject({
    path: ['allow', 1],
    message: expect.stringContaining('no range'),
  });
});
