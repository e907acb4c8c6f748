import { afterAll, beforeAll, it } from 'vitest';
import { roleBindings } from '../../../operator/resources/builtin.ts';
import { until } from '../../eventually.ts';
import { done } from '../admission/installed.ts';
import { applyProject, gone, ready } from '../project/installation.ts';
import { grant, type Stage, setStage, user } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await setStage();
});
afterAll(() => stage[Symbol.asyncDispose]());

it("a tenant's forged event, with amounts that are none, keeps nobody from taking access away", async () => {
  const { here, api } = stage;
  const quota = { mode: 'Elastic', hard: { pods: '10' } };
  await applyProject(here, 'el', { owners: [user('tina')], access: [grant('view', 'vic')], quota });
  await ready(here, 'el');
  const tina = api.as('tina');
  const message = 'exceeded quota: mainstay-quota, requested: pods=abc, used: pods=1, limited: pods=1';
  const event = {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: 'forged', namespace: 'el-dev' },
    type: 'Warning',
    reason: 'FailedCreate',
    message,
    involvedObject: { kind: 'ReplicaSet', namespace: 'el-dev', name: 'x' },
    lastTimestamp: `${new Date().toISOString().slice(0, 19)}Z`,
  };
  await until('tina has rights', async () => (await tina.list(event)).status === 200);
  await done(tina.create(event));
  await applyProject(here, 'el', { owners: [user('tina')], quota });
  await gone(here, roleBindings, { namespace: 'el-dev', name: 'mainstay-view' });
  await ready(here, 'el');
});
