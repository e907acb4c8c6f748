import { afterAll, beforeAll, expect, it } from 'vitest';
import { finalizer } from '../../../crds/deployment/names.ts';
import { events, services } from '../../../operator/resources/builtin.ts';
import { eventually } from '../../eventually.ts';
import { FakeGateway } from './fakeGateway.ts';
import { Stage, template } from './stage.ts';

let stage: Stage;
let gateway: FakeGateway | undefined;
beforeAll(async () => {
  stage = await Stage.open();
});
afterAll(async () => {
  await gateway?.stop();
  await stage[Symbol.asyncDispose]();
});

const spec = (image: string, more: object = {}) => ({
  strategy: { type: 'Canary', canary: { steps: [{ weight: 25, pause: {} }] } },
  traffic: {
    ports: [{ name: 'http', port: 80 }],
    gateway: { parentRefs: [{ name: 'public' }], hostnames: ['shop.example.com'] },
    settle: '1s',
    drain: '1s',
  },
  template: template('shop', image),
  ...more,
});
const stalled = () =>
  stage.until('shop', ({ conditions }) =>
    conditions.some(
      ({ type, status, reason }) => type === 'Stalled' && status === 'True' && reason === 'WriteRefused',
    ),
  );
const sizes = async () => (await stage.revisions('shop')).map(({ spec: set }) => set?.replicas);

/** How often each event of this reason was told of a Deployment. */
const toldOf = async (name: string, reason: string) => {
  const { items } = await stage.client.list(events, { namespace: 'default' });
  return items
    .filter((event) => event.regarding?.name === name && event.reason === reason)
    .map(({ series }) => series?.count ?? 1);
};

/** A webhook that nobody answers for, on writes of a resource, until what this gives is called. */
async function webhookDown(group: string, resource: string, operations: readonly string[]) {
  const name = `down.${resource}.example.com`;
  await stage.kubectl.apply([
    {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingWebhookConfiguration',
      metadata: { name },
      webhooks: [
        {
          name,
          clientConfig: { url: 'https://127.0.0.1:1/' },
          rules: [{ apiGroups: [group], apiVersions: ['*'], operations, resources: [resource] }],
          failurePolicy: 'Fail',
          sideEffects: 'None',
          admissionReviewVersions: ['v1'],
        },
      ],
    },
  ]);
  return () => stage.kubectl.run('delete', 'validatingwebhookconfiguration', name);
}
/** Until the API server asks it. */
const asked = (...words: readonly string[]) =>
  eventually(async () => {
    const { stderr } = await stage.kubectl.attempt([...words, '--dry-run=server']);
    expect(stderr).toContain('failed calling webhook');
  });

it('a Service of somebody else that has the name of ours is left alone, and named, until it is to be taken over', async () => {
  const theirs = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web-all', namespace: 'default' },
    spec: { selector: { app: 'theirs' }, ports: [{ name: 'a', port: 81 }] },
  };
  const selector = async () =>
    (await stage.client.get(services, { name: 'web-all', namespace: 'default' })).spec?.selector;
  const web = { traffic: { ports: [{ port: 80 }] }, template: template('web', 'web:1') };
  await stage.kubectl.apply([theirs]);
  await stage.apply('web', web);
  const status = await stage.until(
    'web',
    ({ readyReplicas, conditions }) =>
      readyReplicas === 4 && conditions.some(({ reason }) => reason === 'NameTaken'),
  );
  expect(status.message).toContain('the Service web-all was there before');
  expect(await selector()).toEqual({ app: 'theirs' });
  await stage.apply('web', { ...web, adopt: true });
  await stage.until('web', ({ phase }) => phase === 'Healthy');
  expect(await selector()).toEqual({ app: 'web' });
  // What comes to be there later is somebody's own, though adopt stays in the manifest.
  await stage.stopOperator();
  await stage.kubectl.run('delete', 'service', 'web-all');
  await stage.kubectl.apply([theirs]);
  await stage.startOperator();
  await stage.until('web', ({ conditions }) => conditions.some(({ reason }) => reason === 'NameTaken'));
  expect(await selector()).toEqual({ app: 'theirs' });
  expect(await toldOf('web', 'Obstructed')).toEqual([1, 1]);
  // It is said already, and is no news to a process that starts.
  await stage.startOperator();
  await stage.apply('web', { ...web, adopt: true, replicas: 3 });
  await stage.until('web', ({ readyReplicas, replicas }) => readyReplicas === 3 && replicas === 3);
  await stage.stopOperator();
  expect(await toldOf('web', 'Obstructed')).toEqual([1, 1]);
  expect(await toldOf('web', 'ReconcileFailed')).toEqual([]);
  await stage.startOperator();
});

it('who refuses the finalizer keeps nobody from having pods, and is told of', async () => {
  const mend = await webhookDown('mainstay.dev', 'deployments', ['UPDATE']);
  await eventually(async () => {
    const { stderr } = await stage.kubectl.attempt(['label', 'mdep', 'web', 'a=b', '--dry-run=server']);
    expect(stderr).toContain('failed calling webhook');
  });
  await stage.apply('held', { template: template('held', 'held:1') });
  const status = await stage.until(
    'held',
    ({ readyReplicas, conditions }) =>
      readyReplicas === 4 && conditions.some(({ reason }) => reason === 'WriteRefused'),
  );
  expect(status.message).toContain('cannot patch Deployment default/held');
  await mend();
  await stage.until('held', ({ phase }) => phase === 'Healthy', { within: 60_000 });
  expect((await stage.get('held')).metadata.finalizers).toEqual([finalizer]);
}, 120_000);

it('without Gateway API the pods come all the same, and it is said what is missing', async () => {
  await stage.apply('shop', spec('shop:1'));
  const status = await stage.until(
    'shop',
    ({ message, readyReplicas }) => readyReplicas === 4 && message.includes('Gateway API'),
  );
  expect(status).toMatchObject({ phase: 'Progressing' });
  await stalled();
  await stage.kubectl.run('scale', 'deployments.mainstay.dev/shop', '--replicas=2');
  await eventually(async () => expect(await sizes()).toEqual([2]));
  gateway = await FakeGateway.start(stage.kubectl, stage.client);
  await stage.apply('shop', spec('shop:1', { replicas: 4 }));
  await stage.until('shop', ({ phase }) => phase === 'Healthy', { within: 60_000 });
}, 120_000);

it('a route that cannot be written keeps its weights, and neither scaling nor an abort is held up', async () => {
  const [first] = await stage.revisions('shop');
  const mend = await webhookDown('gateway.networking.k8s.io', 'httproutes', ['UPDATE']);
  await asked('label', 'httproute', 'shop', 'a=b');
  await stage.apply('shop', spec('shop:2'));
  await stalled();
  await eventually(async () => expect(await sizes()).toEqual([4, 1]));
  expect(await gateway?.weights('shop')).toEqual({ [first?.metadata.name ?? '']: 100 });
  const request = { id: 'stop', verb: 'Abort', revision: 2 };
  await stage.apply('shop', spec('shop:2', { replicas: 5, request }));
  await stage.until('shop', ({ lastRequest }) => lastRequest?.outcome === 'Done');
  await eventually(async () => expect((await sizes())[0]).toBe(5));
  await mend();
  await stage.until('shop', ({ phase }) => phase === 'Aborted');
  await eventually(async () => expect(await sizes()).toEqual([5, 0]));
});

it('a revision whose Service is refused gets no traffic, and going back needs none', async () => {
  const [first] = await stage.revisions('shop');
  const mend = await webhookDown('', 'services', ['CREATE']);
  await asked('create', 'service', 'clusterip', 'other', '--tcp=80');
  await stage.apply('shop', spec('shop:3'));
  const { canary } = await stage.until(
    'shop',
    ({ canary: now, message }) => now?.available === 1 && message.includes('cannot apply Service'),
  );
  expect(await gateway?.weights('shop')).toEqual({ [first?.metadata.name ?? '']: 100 });
  const request = { id: 'stop-again', verb: 'Abort', revision: canary?.revision ?? 0 };
  await stage.apply('shop', spec('shop:3', { request }));
  await stage.until('shop', ({ phase }) => phase === 'Aborted');
  await eventually(async () => expect((await sizes()).at(-1)).toBe(0));
  await mend();
});

it('while ReplicaSets cannot be made, what there is is scaled, and the rollout begins once they can', async () => {
  const mend = await webhookDown('apps', 'replicasets', ['CREATE']);
  const dryRun = JSON.stringify({
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name: 'other', namespace: 'default' },
    spec: { selector: { matchLabels: { app: 'other' } }, template: template('other', 'other:1') },
  });
  await eventually(async () => {
    const { stderr } = await stage.kubectl.attempt(['create', '-f', '-', '--dry-run=server'], dryRun);
    expect(stderr).toContain('failed calling webhook');
  });
  await stage.apply('shop', spec('shop:4', { replicas: 3 }));
  await eventually(async () => {
    const { status } = await stage.get('shop');
    expect(status?.message).toContain('cannot create ReplicaSet');
  });
  await eventually(async () => expect((await sizes())[0]).toBe(3));
  await mend();
  await stage.until('shop', ({ phase, canary }) => phase === 'Paused' && canary?.images[0] === 'shop:4', {
    within: 60_000,
  });
}, 120_000);
