import { afterAll, beforeAll, expect, it } from 'vitest';
import { jobs } from '../../../operator/index.ts';
import { Stage, template } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.open();
});
afterAll(() => stage[Symbol.asyncDispose]());

const spec = (image: string, job: object, more: object = {}) => ({
  strategy: {
    type: 'Canary',
    canary: {
      steps: [
        { weight: 25, analysis: {} },
        { weight: 50, pause: {} },
      ],
    },
  },
  analysis: { metrics: [{ name: 'smoke', job: { template: job }, failureLimit: 1, ...more }] },
  template: template('shop', image),
});
const smoke = (more: object = {}) => ({
  spec: { restartPolicy: 'Never', containers: [{ name: 'smoke', image: 'smoke:1' }], ...more },
});
const made = async () =>
  (await stage.client.list(jobs, { namespace: 'default', labelSelector: 'mainstay.dev/deployment=shop' }))
    .items;

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

it('is made where nothing else happens: the only pod of a canary has come, and none has to go', async () => {
  const alone = (image: string) => ({
    ...spec(image, smoke()),
    replicas: 1,
    strategy: { type: 'Canary', canary: { steps: [{ weight: 50, analysis: {} }] } },
    template: template('alone', image),
  });
  await stage.apply('alone', alone('alone:1'));
  await stage.healthy('alone', 1);
  await stage.apply('alone', alone('alone:2'));
  await stage.healthy('alone', 2);
});

it('a Job that the API server refuses is an error of its metric, in the server’s own words, and onError decides', async () => {
  const wrong = smoke({ containers: [{ name: 'smoke', image: 'smoke:1', imagePullPolicy: 'Sometimes' }] });
  await stage.apply('shop', spec('shop:3', wrong, { onError: 'Pause' }));
  const status = await stage.until('shop', ({ phase }) => phase === 'Paused');
  expect(status.paused).toMatchObject({ reason: 'AnalysisPaused' });
  expect(status.message).toContain('metric smoke had an error: ');
  expect(status.message).toContain('imagePullPolicy');
  await stage.apply('shop', spec('shop:4', wrong, { onError: 'Fail' }));
  const back = await stage.until('shop', ({ phase }) => phase === 'RolledBack');
  expect(back.failed).toMatchObject({ reason: 'MetricFailed' });
  expect(await made()).toHaveLength(1);
});
