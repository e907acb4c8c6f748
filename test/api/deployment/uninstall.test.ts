import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { appsDeployments } from '../../../controllers/deployment/handover/appsDeployment.ts';
import { finalizer } from '../../../crds/deployment/names.ts';
import { configMaps, isNotFound } from '../../../operator/index.ts';
import { eventually, until } from '../../eventually.ts';
import { install } from '../../installation.ts';
import { Stage, template } from './stage.ts';

const installation = fileURLToPath(new URL('../../../manifests/dist/install.yaml', import.meta.url));

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.open();
  await install(stage.kubectl);
});
afterAll(() => stage[Symbol.asyncDispose]());

let before: readonly (string | undefined)[];
const uids = async () => (await stage.pods('shop')).map(({ metadata }) => metadata.uid);
const owners = async () =>
  (await stage.revisions('shop')).flatMap(({ metadata }) =>
    (metadata.ownerReferences ?? []).map(({ apiVersion }) => apiVersion),
  );

it('a Deployment is held from the moment on that it is made, by the API server itself', async () => {
  const made = (name: string, finalizers?: readonly string[]) =>
    JSON.stringify({
      apiVersion: 'mainstay.dev/v1alpha1',
      kind: 'Deployment',
      metadata: { name, namespace: 'default', ...(finalizers && { finalizers }) },
      spec: { selector: { matchLabels: { app: name } }, template: template(name, 'shop:1') },
    });
  const finalizersOf = async (manifest: string) => {
    const asked = ['create', '-f', '-', '--dry-run=server', '-o', 'jsonpath={.metadata.finalizers}'];
    const { stdout } = await stage.kubectl.attempt(asked, manifest);
    return stdout;
  };
  await eventually(async () => expect(await finalizersOf(made('held'))).toBe(`["${finalizer}"]`));
  const other = 'example.com/other';
  expect(await finalizersOf(made('both', [other]))).toBe(`["${other}","${finalizer}"]`);
  expect(await finalizersOf(made('again', [finalizer]))).toBe(`["${finalizer}"]`);
});

it('pods run on when all of the installation is deleted while the operator is down', async () => {
  await stage.apply('shop', { replicas: 3, template: template('shop', 'shop:1') });
  await stage.healthy('shop', 1);
  before = await uids();
  expect(before).toHaveLength(3);
  await stage.stopOperator();
  await stage.kubectl.run('delete', '-f', installation, '--ignore-not-found', '--wait=false');
  await until('the Deployment is being deleted with its definition', async () => {
    const { metadata } = await stage.get('shop');
    return metadata.deletionTimestamp !== undefined;
  });
  const rest = ['namespace/mainstay-system', 'crd/projects.mainstay.dev'];
  await stage.kubectl.run('wait', '--for=delete', ...rest, '--timeout=60s');
  await garbageIsCollected('once');
  expect(await uids()).toEqual(before);
  expect(await owners()).toEqual(['mainstay.dev/v1alpha1']);
});

it('an operator that is installed again gives them to apps/v1, and the definition goes', async () => {
  await install(stage.kubectl);
  await stage.startOperator();
  await eventually(async () => expect(await owners()).toEqual(['apps/v1']));
  await until('the definition is gone', async () => {
    const { code } = await stage.kubectl.attempt(['get', 'crd', 'deployments.mainstay.dev']);
    return code !== 0;
  });
  await garbageIsCollected('twice');
  expect(await uids()).toEqual(before);
  const { spec } = await stage.client.get(appsDeployments, { name: 'shop', namespace: 'default' });
  expect(spec).toMatchObject({ replicas: 3, selector: { matchLabels: { app: 'shop' } } });
});

/** Waits until the garbage collector has come by once more: what has lost its owner before is gone by then. */
async function garbageIsCollected(time: 'once' | 'twice'): Promise<void> {
  const namespace = 'default';
  const [owner, owned] = [`owner-${time}`, `owned-${time}`];
  const object = { apiVersion: 'v1', kind: 'ConfigMap' };
  const { metadata } = await stage.client.create(configMaps, {
    ...object,
    metadata: { namespace, name: owner },
  });
  const ownerReferences = [{ ...object, name: owner, uid: metadata.uid ?? '' }];
  await stage.client.create(configMaps, { ...object, metadata: { namespace, name: owned, ownerReferences } });
  await stage.client.delete(configMaps, { namespace, name: owner });
  await until('the garbage collector has come by', () =>
    stage.client.get(configMaps, { namespace, name: owned }).then(
      () => false,
      (error: unknown) => {
        if (isNotFound(error)) return true;
        throw error;
      },
    ),
  );
}
