import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from '../../eventually.ts';
import { Stage, template } from './stage.ts';

/** A quality service of the team's own: what a canary is asked about. */
let errors = 0;
const service = createServer((_, response) => {
  response.setHeader('content-type', 'application/json').end(JSON.stringify({ errors }));
});
let url: string;
let stage: Stage;
beforeAll(async () => {
  service.listen(0, '127.0.0.1');
  await once(service, 'listening');
  url = `http://127.0.0.1:${(service.address() as AddressInfo).port}/`;
  stage = await Stage.open();
});
afterAll(async () => {
  await stage[Symbol.asyncDispose]();
  service.close();
});

const spec = (image: string) => ({
  strategy: {
    type: 'Canary',
    canary: {
      steps: [
        { weight: 25, analysis: { duration: '3s' } },
        { weight: 50, pause: {} },
      ],
    },
  },
  analysis: {
    interval: '1s',
    metrics: [{ name: 'errors', web: { url, jsonPath: '$.errors' }, max: 0.01, failureLimit: 2 }],
  },
  template: template('shop', image),
});
const images = async () =>
  (await stage.pods('shop')).map(({ spec: pod }) => pod?.containers[0]?.image).sort();

it('a canary whose metric passes goes on, and status says what was measured', async () => {
  await stage.apply('shop', spec('shop:1'));
  await stage.healthy('shop', 1);
  await stage.apply('shop', spec('shop:2'));
  const status = await stage.until('shop', ({ phase, step }) => phase === 'Paused' && step?.index === 2);
  expect(status.analysis).toMatchObject([{ name: 'errors', result: 'Pass', value: '0' }]);
});

it('a canary whose metric fails is rolled back by itself, and says why', async () => {
  errors = 0.5;
  const status = await stage.until('shop', ({ phase }) => phase === 'RolledBack');
  expect(status.failed).toMatchObject({ revision: 2, reason: 'MetricFailed', ending: 'RolledBack' });
  expect(status.message).toContain('errors');
  await eventually(async () => expect(await images()).toEqual(Array(4).fill('shop:1')));
  const [row] = (await stage.kubectl.run('get', 'mdeploy', 'shop', '--no-headers')).split('\n');
  expect(row).toMatch(/^shop +RolledBack /);
});

it('what was rolled back is tried again when somebody asks for it', async () => {
  errors = 0;
  const request = { id: 'again', verb: 'Retry', revision: 2 };
  await stage.apply('shop', { ...spec('shop:2'), request });
  await stage.until('shop', ({ phase, step }) => phase === 'Paused' && step?.index === 2);
  expect(await images()).toEqual(['shop:1', 'shop:1', 'shop:2', 'shop:2']);
});

it('an analysis that cannot be run is told of before anything moves', async () => {
  const bad = spec('shop:3');
  const web = { url, jsonPath: '$.errors', headers: [{ name: 'Host', value: 'other' }] };
  const metrics = [{ name: 'errors', web, max: 0.01 }];
  await stage.apply('shop', { ...bad, analysis: { ...bad.analysis, metrics } });
  const status = await stage.until('shop', ({ conditions }) =>
    conditions.some(({ type, status: is }) => type === 'Stalled' && is === 'True'),
  );
  expect(status.message).toContain('metric errors: web.headers: Host is set by the operator');
  expect(await images()).not.toContain('shop:3');
});

it('a Service of the cluster is not asked, since the operator stands behind no wall of the tenant’s', async () => {
  const range = await stage.kubectl.run(
    'get',
    'servicecidr',
    'kubernetes',
    '-o',
    'jsonpath={.spec.cidrs[0]}',
  );
  const address = range.replace(/\.0\/\d+$/, '.200');
  const good = spec('shop:4');
  const metrics = [{ name: 'errors', web: { url: `http://${address}/`, jsonPath: '$.errors' }, max: 0.01 }];
  await stage.apply('shop', { ...good, analysis: { ...good.analysis, metrics } });
  const status = await stage.until('shop', ({ analysis }) => analysis?.[0]?.result === 'Error');
  expect(status.analysis?.[0]?.message).toContain('the cluster’s own pods, nodes and Services');
});
