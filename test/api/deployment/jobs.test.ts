import { afterAll, beforeAll, expect, it } from 'vitest';
import { jobs } from '../../../operator/index.ts';
import { Stage, template } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.open();
});
afterAll(() => stage[Symbol.asyncDispose]());

const spec = (image: string, job: object) => ({
  strategy: {
    type: 'Canary',
    canary: {
      steps: [
        { weight: 25, analysis: {} },
        { weight: 50, pause: {} },
      ],
    },
  },
  analysis: { metrics: [{ name: 'smoke', job: { template: job }, failureLimit: 1 }] },
  template: template('shop', image),
});
const smoke = (more: object = {}) => ({
  spec: { restartPolicy: 'Never', containers: [{ name: 'smoke', image: 'smoke:1' }], ...more },
});
const made = async () => (await stage.client.list(jobs, { namespace: 'default' })).items;

it('a canary goes on once the Job of its analysis has succeeded, which is made once', async () => {
  await stage.apply('shop', spec('shop:1', smoke()));
  await stage.healthy('shop', 1);
  expect(await made()).toEqual([]);
  await stage.apply('shop', spec('shop:2', smoke()));
  await stage.until('shop', ({ phase, step }) => phase === 'Paused' && step?.index === 2);
  const [job, ...others] = await made();
  expect(others).toEqual([]);
  expect(job?.status?.succeeded).toBe(1);
  const environment = job?.spec?.template.spec?.containers[0]?.env?.map(({ name }) => name);
  expect(environment).toEqual(['MAINSTAY_STABLE_HASH', 'MAINSTAY_CANARY_HASH']);
  expect(job?.metadata?.ownerReferences).toMatchObject([{ kind: 'Deployment', name: 'shop' }]);
});

it('a Job that the API server refuses is an error of its metric, in the server’s own words', async () => {
  const wrong = smoke({ containers: [{ name: 'smoke', image: 'smoke:1', imagePullPolicy: 'Sometimes' }] });
  await stage.apply('shop', spec('shop:3', wrong));
  const status = await stage.until('shop', ({ analysis }) => analysis?.[0]?.result === 'Error');
  expect(status.analysis?.[0]?.message).toContain('imagePullPolicy');
  expect(await made()).toHaveLength(1);
});
