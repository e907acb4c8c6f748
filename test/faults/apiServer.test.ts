import { expect, test } from 'vitest';
import { configMaps } from '../../operator/index.ts';
import { EtcdSnapshots } from './etcdSnapshots.ts';
import { openStage } from './stage.ts';
import { openTrial } from './trial.ts';

test('the API server is killed, and comes back with its data', async () => {
  await using stage = await openStage();
  const trial = await openTrial(stage, { churnThrough: true });
  for (let round = 0; round < 2; round += 1) {
    await stage.cluster.restartApiServer();
    await trial.moreChanges();
  }
  await trial.settled();
});

test('the API server comes back from an older snapshot: what was made since is gone, and resourceVersions go back', async () => {
  await using stage = await openStage();
  const trial = await openTrial(stage, { churnThrough: true });
  const etcd = await EtcdSnapshots.of(stage.cluster);
  await etcd.take();
  const version = async () => Number((await stage.direct.list(configMaps, { limit: 1 })).resourceVersion);
  const taken = await version();
  await trial.moreChanges(100);
  const late = await version();
  expect(late).toBeGreaterThan(taken);
  await etcd.restore();
  await stage.cluster.restartApiServer();
  expect(await version()).toBeLessThan(late);
  await trial.settled();
});
