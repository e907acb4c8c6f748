import { afterAll, beforeAll, expect, it } from 'vitest';
import { deployments } from '../../../controllers/deployment/deployment.ts';
import { appsDeployments } from '../../../controllers/deployment/handover/appsDeployment.ts';
import { isNotFound } from '../../../operator/index.ts';
import { eventually } from '../../eventually.ts';
import { Stage, template } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.open();
});
afterAll(() => stage[Symbol.asyncDispose]());

const apps = (name: string, image: string, more: object = {}) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, namespace: 'default' },
  spec: { replicas: 3, selector: { matchLabels: { app: name } }, template: template(name, image), ...more },
});
const uids = async (name: string) => (await stage.pods(name)).map(({ metadata }) => metadata.uid);
const formerly = (name: string) =>
  stage.client.get(appsDeployments, { name, namespace: 'default' }).catch((error: unknown) => {
    if (!isNotFound(error)) throw error;
  });
const running = async (name: string, count: number) => {
  await eventually(async () => {
    const pods = await stage.pods(name);
    expect(pods.filter(({ status }) => status?.phase === 'Running')).toHaveLength(count);
  });
  return uids(name);
};

it('takes a running apps/v1 Deployment over, and none of its pods notices', async () => {
  await stage.kubectl.apply([apps('shop', 'shop:1')]);
  const before = await running('shop', 3);
  await stage.apply('shop', { replicas: 3, adopt: true, template: template('shop', 'shop:1') });
  await stage.healthy('shop', 1);
  expect(await formerly('shop')).toBeUndefined();
  expect(await uids('shop')).toEqual(before);
  const [only, ...others] = await stage.revisions('shop');
  expect(others).toEqual([]);
  expect(only?.metadata.ownerReferences).toMatchObject([
    { apiVersion: 'mainstay.dev/v1alpha1', kind: 'Deployment', name: 'shop', controller: true },
  ]);
});

it('rolls out from there as if it had been here always', async () => {
  await stage.apply('shop', { replicas: 3, adopt: true, template: template('shop', 'shop:2') });
  const { stable } = await stage.healthy('shop', 2);
  expect(stable?.images).toEqual(['shop:2']);
  expect(await stage.revisions('shop')).toHaveLength(2);
});

it('takes over once: what somebody makes later is left alone, though adopt stays in the manifest and the operator starts anew', async () => {
  expect((await stage.get('shop')).status?.adopted).toBe(true);
  await stage.kubectl.apply([apps('shop', 'shop:1', { replicas: 0 })]);
  const made = (await formerly('shop'))?.metadata.uid;
  await stage.startOperator();
  await stage.apply('shop', { replicas: 4, adopt: true, template: template('shop', 'shop:2') });
  await stage.until('shop', ({ phase, readyReplicas }) => phase === 'Healthy' && readyReplicas === 4);
  expect((await formerly('shop'))?.metadata.uid).toBe(made);
  await stage.client.delete(appsDeployments, { name: 'shop', namespace: 'default' });
  await eventually(async () => expect(await formerly('shop')).toBeUndefined());
  await eventually(async () => expect(await stage.revisions('shop')).toHaveLength(2));
  await stage.apply('shop', { replicas: 3, template: template('shop', 'shop:2') });
  await stage.until('shop', ({ phase, adopted }) => phase === 'Healthy' && adopted === undefined);
});

it('gives its pods back to apps/v1, and none of them notices', async () => {
  await stage.apply('shop', { replicas: 3, deletionPolicy: 'Release', template: template('shop', 'shop:2') });
  await stage.healthy('shop', 2);
  const before = await uids('shop');
  await stage.client.delete(deployments, { name: 'shop', namespace: 'default' });
  const back = await eventually(async () => {
    const found = await formerly('shop');
    expect(found?.metadata.generation).toBeDefined();
    return found;
  });
  await eventually(async () => {
    const owners = (await stage.revisions('shop')).flatMap(({ metadata }) => metadata.ownerReferences ?? []);
    expect(owners.map(({ uid }) => uid)).toEqual([back?.metadata.uid, back?.metadata.uid]);
  });
  expect(await uids('shop')).toEqual(before);
  const marks = (await stage.revisions('shop')).flatMap(({ metadata }) =>
    Object.keys({ ...metadata.labels, ...metadata.annotations }).filter((name) =>
      name.startsWith('mainstay.dev/'),
    ),
  );
  expect(marks).toEqual([]);
});

it('leaves alone what selects other pods, and says so', async () => {
  await stage.kubectl.apply([
    apps('cart', 'cart:1', {
      selector: { matchLabels: { app: 'cart', tier: 'web' } },
      template: {
        ...template('cart', 'cart:1'),
        metadata: { labels: { app: 'cart', tier: 'web' } },
      },
    }),
  ]);
  const before = await running('cart', 3);
  await stage.apply('cart', { replicas: 3, adopt: true, template: template('cart', 'cart:1') });
  const status = await stage.until('cart', ({ phase }) => phase === 'Invalid');
  expect(status.message).toContain(
    'spec.adopt: Deployment.apps cart selects app=cart,tier=web, and this one app=cart',
  );
  expect(await uids('cart')).toEqual(before);
  expect(await formerly('cart')).toBeDefined();
});

it('takes nothing over for a template that cannot run', async () => {
  await stage.kubectl.apply([apps('desk', 'desk:1')]);
  const before = await running('desk', 3);
  const bad = template('desk', 'desk:1', { imagePullPolicy: 'Sometimes' });
  await stage.apply('desk', { replicas: 3, adopt: true, template: bad });
  await stage.until('desk', ({ phase }) => phase === 'Invalid');
  expect(await formerly('desk')).toBeDefined();
  expect(await uids('desk')).toEqual(before);
});

it('is taken over although the operator died in between', async () => {
  await stage.kubectl.apply([apps('bank', 'bank:1')]);
  const before = await running('bank', 3);
  await stage.stopOperator();
  await stage.apply('bank', { replicas: 3, adopt: true, template: template('bank', 'bank:1') });
  await stage.client.delete(
    appsDeployments,
    { name: 'bank', namespace: 'default' },
    { propagationPolicy: 'Orphan' },
  );
  await eventually(async () => expect(await formerly('bank')).toBeUndefined());
  await stage.startOperator();
  await stage.healthy('bank', 1);
  expect(await uids('bank')).toEqual(before);
});

it('keeps its pods when the definition of the kind is deleted, however it says it is to end', async () => {
  const before = await uids('bank');
  await stage.kubectl.run('delete', 'crd', 'deployments.mainstay.dev', '--wait=false');
  await eventually(async () => expect(await formerly('bank')).toBeDefined());
  await eventually(async () => {
    const owners = (await stage.revisions('bank')).flatMap(({ metadata }) => metadata.ownerReferences ?? []);
    expect(owners.map(({ apiVersion }) => apiVersion)).toEqual(['apps/v1']);
  });
  expect(await uids('bank')).toEqual(before);
});
