import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, until } from '../../eventually.ts';
import { Stage, template } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.open();
});
afterAll(() => stage[Symbol.asyncDispose]());

const canary = (...steps: readonly object[]) => ({ strategy: { type: 'Canary', canary: { steps } } });
const uids = async (name: string) => new Set((await stage.pods(name)).map(({ metadata }) => metadata.uid));
const images = async (name: string) =>
  (await stage.pods(name)).map(({ spec }) => spec?.containers[0]?.image).sort();

describe('a Deployment', () => {
  it('gets its pods, and says so to kubectl', async () => {
    await stage.apply('plain', { template: template('plain', 'shop:1') });
    const status = await stage.healthy('plain', 1);
    expect(status).toMatchObject({ replicas: 4, readyReplicas: 4, availableReplicas: 4, updatedReplicas: 4 });
    expect(await stage.pods('plain')).toHaveLength(4);
    await stage.kubectl.run(
      'wait',
      '--for=condition=Ready',
      'deployments.mainstay.dev/plain',
      '--timeout=10s',
    );
    const [row] = (await stage.kubectl.run('get', 'mdeploy', 'plain', '--no-headers')).split('\n');
    expect(row).toMatch(/^plain +Healthy +4\/4 +1 +Revision 1 serves everything with 4 pods/);
  });

  it('is scaled as any other', async () => {
    await stage.kubectl.run('scale', 'deployments.mainstay.dev/plain', '--replicas=6');
    await stage.until('plain', ({ phase, readyReplicas }) => phase === 'Healthy' && readyReplicas === 6);
    await stage.kubectl.run('scale', 'deployments.mainstay.dev/plain', '--replicas=2');
    await stage.until('plain', ({ phase, replicas }) => phase === 'Healthy' && replicas === 2);
  });

  it('has its pods counted by another minReadySeconds, and none of them is made anew', async () => {
    const before = await uids('plain');
    await stage.apply('plain', { replicas: 2, minReadySeconds: 1, template: template('plain', 'shop:1') });
    await eventually(async () => {
      const [only, ...others] = await stage.revisions('plain');
      expect([only?.spec?.minReadySeconds, others]).toEqual([1, []]);
    });
    await stage.healthy('plain', 1);
    expect(await uids('plain')).toEqual(before);
  });

  it('takes its pods with it when it is deleted', async () => {
    await stage.kubectl.run('delete', 'deployments.mainstay.dev', 'plain');
    // The garbage collector gets to know a new kind within half a minute.
    const patience = { within: 90_000 };
    await until('the pods are gone', async () => (await stage.pods('plain')).length === 0, patience);
  }, 120_000);
});

describe('a canary', () => {
  const steps = [{ weight: 25, pause: { duration: '1s' } }, { weight: 50, pause: {} }, { weight: 100 }];

  it('goes step by step, waits for a person, and becomes the stable revision with the pods that it has', async () => {
    await stage.apply('shop', { ...canary(...steps), template: template('shop', 'shop:1') });
    await stage.healthy('shop', 1);
    await stage.apply('shop', { ...canary(...steps), template: template('shop', 'shop:2') });
    // The pod that goes is counted until it is gone.
    const paused = await stage.until(
      'shop',
      ({ phase, step, stable }) => phase === 'Paused' && step?.index === 2 && stable?.available === 2,
    );
    expect(paused).toMatchObject({
      weight: { desired: 50, verified: 50, by: 'Replicas' },
      step: { text: '2/3' },
      canary: { revision: 2, available: 2, images: ['shop:2'] },
      stable: { revision: 1, available: 2 },
    });
    expect(await images('shop')).toEqual(['shop:1', 'shop:1', 'shop:2', 'shop:2']);
    const before = (await stage.pods('shop')).filter(({ spec }) => spec?.containers[0]?.image === 'shop:2');
    const request = { id: 'one', verb: 'Promote', revision: 2, step: 2 };
    await stage.apply('shop', { ...canary(...steps), template: template('shop', 'shop:2'), request });
    const status = await stage.healthy('shop', 2);
    expect(status.lastRequest).toMatchObject({ id: 'one', outcome: 'Done' });
    const after = await uids('shop');
    for (const { metadata } of before) expect(after).toContain(metadata.uid);
    await until('all pods are of the new revision', async () =>
      (await images('shop')).every((image) => image === 'shop:2'),
    );
  });

  it('that is aborted leaves the stable revision whole, and is not tried again by a restart', async () => {
    await stage.apply('shop', { ...canary(...steps), template: template('shop', 'shop:3') });
    const { canary: third } = await stage.until(
      'shop',
      ({ phase, step }) => phase === 'Paused' && step?.index === 2,
    );
    const request = { id: 'two', verb: 'Abort', revision: third?.revision ?? 0 };
    await stage.apply('shop', { ...canary(...steps), template: template('shop', 'shop:3'), request });
    await stage.until('shop', ({ phase }) => phase === 'Aborted');
    await eventually(async () => expect(await images('shop')).toEqual(Array(4).fill('shop:2')));
    await stage.startOperator();
    await stage.until('shop', ({ phase, failed }) => phase === 'Aborted' && failed?.ending === 'Aborted');
    expect(await images('shop')).toEqual(Array(4).fill('shop:2'));
  });

  it('whose request is past is told so, and nothing happens', async () => {
    const request = { id: 'three', verb: 'Promote', revision: 1 };
    await stage.apply('shop', { ...canary(...steps), template: template('shop', 'shop:3'), request });
    const { lastRequest } = await stage.until('shop', (status) => status.lastRequest?.id === 'three');
    expect(lastRequest).toMatchObject({ outcome: 'Refused' });
    expect(await images('shop')).toEqual(Array(4).fill('shop:2'));
  });
});

describe('a template', () => {
  const resources = (cpu: string) => ({ resources: { requests: { cpu } } });

  it('that the server takes for the same is no new revision, and no pod is made anew', async () => {
    await stage.apply('same', { template: template('same', 'shop:1', resources('1000m')) });
    await stage.healthy('same', 1);
    const before = await uids('same');
    const explicit = {
      ...resources('1'),
      imagePullPolicy: 'IfNotPresent',
      terminationMessagePath: '/dev/termination-log',
    };
    await stage.apply('same', { template: template('same', 'shop:1', explicit) });
    const { generation } = (await stage.get('same')).metadata;
    await stage.until('same', ({ observedGeneration }) => observedGeneration === generation);
    expect((await stage.healthy('same', 1)).revision).toBe(1);
    expect(await uids('same')).toEqual(before);
    expect(await stage.revisions('same')).toHaveLength(1);
  });

  it("that cannot work is told of in the server's own words, and what runs goes on", async () => {
    const bad = {
      ports: [{ containerPort: 80, name: 'a' }],
      volumeMounts: [{ name: 'nowhere', mountPath: '/a' }],
    };
    await stage.apply('same', { template: template('same', 'shop:2', bad) });
    const status = await stage.until('same', ({ phase }) => phase === 'Invalid');
    expect(status.message).toContain('volumeMounts[0].name: Not found: "nowhere"');
    expect(status.conditions.find(({ type }) => type === 'Stalled')?.status).toBe('True');
    expect(await images('same')).toEqual(Array(4).fill('shop:1'));
  });

  it('that comes back is the revision that it was, with a new number', async () => {
    await stage.apply('same', { template: template('same', 'shop:2') });
    await stage.healthy('same', 2);
    await stage.apply('same', { template: template('same', 'shop:1', resources('1')) });
    await stage.healthy('same', 3);
    expect(await stage.revisions('same')).toHaveLength(2);
  });
});

describe('Recreate', () => {
  it('ends all old pods before the first new one', async () => {
    const strategy = { strategy: { type: 'Recreate' } };
    await stage.apply('alone', { ...strategy, template: template('alone', 'shop:1') });
    await stage.healthy('alone', 1);
    await stage.apply('alone', { ...strategy, template: template('alone', 'shop:2') });
    await stage.healthy('alone', 2);
    expect(await images('alone')).toEqual(Array(4).fill('shop:2'));
    const [first, second] = await stage.revisions('alone');
    expect(first?.spec?.replicas).toBe(0);
    expect(second?.spec?.replicas).toBe(4);
  });
});

describe('an operator that starts when all is as it should be', () => {
  it('writes nothing', async () => {
    await stage.stopOperator();
    const before = (await stage.written()).length;
    await stage.startOperator();
    // What comes last is acted on last.
    await stage.apply('last', { template: template('last', 'shop:1'), replicas: 1 });
    await stage.healthy('last', 1);
    const after = (await stage.written()).slice(before);
    expect(after.filter((name) => !name.startsWith('last'))).toEqual([]);
  });
});
