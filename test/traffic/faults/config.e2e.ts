import { afterAll, beforeAll, expect, test } from 'vitest';
import { deployments } from '../../../controllers/deployment/deployment.ts';
import type { DeploymentStatus } from '../../../crds/deployment/schema.ts';
import { eventually, until } from '../../eventually.ts';
import { report } from '../figures.ts';
import { noneFailed, tell } from '../judgement.ts';
import { rollout } from '../objects.ts';
import { shareOf, within } from '../records.ts';
import { RolloutStage } from '../rolloutStage.ts';
import { now } from '../shop.ts';

const name = 'shop';
/** Of the Project's environment: the operator writes configuration nowhere else. */
const namespace = 'store-prod';
const revisionHistoryLimit = 1;

let stage: RolloutStage;
beforeAll(async () => {
  stage = await RolloutStage.open();
  const project = { podSecurity: 'baseline', environments: [{ name: 'prod' }] };
  await stage.kubectl.apply([
    {
      apiVersion: 'mainstay.dev/v1alpha1',
      kind: 'Project',
      metadata: { name: 'store' },
      spec: project,
    },
  ]);
  await stage.kubectl.run('wait', '--for=condition=Ready', 'project/store', '--timeout=60s');
});
afterAll(async () => stage?.[Symbol.asyncDispose]());

test('a changed ConfigMap is rolled out as a revision, and a rollback brings the old contents back', async () => {
  await setSecret('one');
  await setColor('red');
  await deploy();
  await healthy(1);
  expect(await stage.ask(name)).toMatchObject({ status: 200, revision: 'red-one' });
  const load = stage.load(name, { rate: 60 });

  await setColor('green');
  const half = await paused(2);
  await until('enough requests', () => within(load.records, { from: half }).length >= 300);
  const share = shareOf(within(load.records, { from: half }), 'green-one');
  await promote(2);
  const green = await healthy(2);
  await until('enough requests', () => within(load.records, { from: green }).length >= 100);

  const asked = now();
  await deploy({ request: { id: 'back', verb: 'Rollback', revision: 1 } });
  const back = await reached(({ phase }) => phase === 'RolledBack');
  await until('enough requests', () => within(load.records, { from: back }).length >= 100);
  const records = await load.stop();
  await report(
    'config snapshots',
    `${(100 * share).toFixed(0)} % new contents at weight 50; back to the old ones ${((back - asked) / 1000).toFixed(1)} s after it was asked for; ${tell(records)}`,
    noneFailed('config-snapshots', records),
  );
  expect(shareOf(within(records, { from: green, to: asked }), 'green-one')).toBe(1);
  expect(shareOf(within(records, { from: back }), 'red-one')).toBe(1);
});

test('so is a Secret that is named, and copies that no revision has any more are collected', async () => {
  const changes = [() => setColor('blue'), () => setColor('black'), () => setSecret('two')];
  for (const [index, change] of changes.entries()) {
    await change();
    await paused(3 + index);
    await promote(3 + index);
    await healthy(3 + index);
  }
  await eventually(async () => expect(await stage.ask(name)).toMatchObject({ revision: 'black-two' }));
  // Of the revision that serves, and of the one before it, which is all that the history holds.
  await eventually(async () => {
    expect(await copies('configmaps')).toEqual(['black']);
    expect(await copies('secrets')).toEqual(['one', 'two']);
  });
});

const settings = { apiVersion: 'v1', metadata: { name: 'settings', namespace } };

async function setColor(color: string): Promise<void> {
  await stage.kubectl.apply([{ ...settings, kind: 'ConfigMap', data: { color } }]);
}

async function setSecret(word: string): Promise<void> {
  await stage.kubectl.apply([{ ...settings, kind: 'Secret', stringData: { word } }]);
}

/** What is in both is what the pods answer with. */
async function deploy(more: object = {}): Promise<void> {
  const env = [
    { name: 'COLOR', valueFrom: { configMapKeyRef: { name: 'settings', key: 'color' } } },
    { name: 'WORD', valueFrom: { secretKeyRef: { name: 'settings', key: 'word' } } },
    { name: 'REVISION', value: '$(COLOR)-$(WORD)' },
  ];
  const steps = [{ weight: 50, pause: {} }, { weight: 100 }];
  const object = rollout({
    name,
    revision: '',
    replicas: 2,
    container: { env },
    parent: stage.shop.gateway.reference,
    spec: {
      revisionHistoryLimit,
      configSnapshots: { enabled: true, secrets: ['settings'] },
      strategy: { type: 'Canary', canary: { steps } },
      ...more,
    },
  });
  await stage.kubectl.apply([{ ...object, metadata: { name, namespace } }]);
}

async function promote(revision: number): Promise<void> {
  await deploy({ request: { id: `promote-${revision}`, verb: 'Promote', revision, step: 1 } });
}

/** Gives the time. */
async function reached(what: (status: DeploymentStatus) => boolean): Promise<number> {
  await eventually(
    async () => {
      const { metadata, status } = await stage.client.get(deployments, { name, namespace });
      if (status?.observedGeneration === metadata.generation && status !== undefined && what(status)) return;
      throw new Error(stage.operator.ended ?? `${name} is ${JSON.stringify(status)}`);
    },
    { within: 60_000 },
  );
  return now();
}

function paused(revision: number): Promise<number> {
  return reached(({ phase, canary }) => phase === 'Paused' && canary?.revision === revision);
}

function healthy(revision: number): Promise<number> {
  return reached(({ phase, stable }) => phase === 'Healthy' && stable?.revision === revision);
}

/** What is in the copies that there are. */
async function copies(kind: 'configmaps' | 'secrets'): Promise<readonly string[]> {
  const { items } = await stage.kubectl.get<{
    readonly items: readonly { readonly data: { readonly color?: string; readonly word?: string } }[];
  }>(kind, '-n', namespace, '-l', `mainstay.dev/deployment=${name}`);
  return items
    .map(({ data: { color, word = '' } }) => color ?? Buffer.from(word, 'base64').toString())
    .toSorted();
}
