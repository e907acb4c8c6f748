import { afterAll, beforeAll, expect, it } from 'vitest';
import { isConflict } from '../../../operator/client/apiError.ts';
import { eventually, until } from '../../eventually.ts';
import { type Content, Operator } from './fixStage.ts';
import { FixWorld } from './fixWorld.ts';
import type { Manifest } from './stage.ts';
import { app } from './workloads.ts';

/** Fixes that somebody undoes. */

const space = 'policy-fixes-undone';
let world: FixWorld;

beforeAll(async () => {
  world = await FixWorld.open(space);
});

afterAll(() => world[Symbol.asyncDispose]());

const replicasOf = (object: Manifest) => async () => (await world.read(object)).spec.replicas;

it('by somebody who writes the object whole is given up, and told with who it was', async () => {
  const object = app('Deployment', space, 'fought', 'any/1');
  await world.stage.make(object);
  const { metadata, spec } = await world.read(object);
  // A controller that knows nothing of merging: what it writes is all that there is to be.
  let undone = 0;
  const keep = (live: Content) =>
    world.stage.client
      .request({
        method: 'PUT',
        path: `/apis/apps/v1/namespaces/${space}/deployments/fought`,
        query: { fieldManager: 'keeper' },
        body: {
          apiVersion: 'apps/v1',
          kind: 'Deployment',
          metadata: { name: 'fought', namespace: space, resourceVersion: live.metadata.resourceVersion },
          spec,
        },
      })
      .then(() => {
        undone += 1;
      })
      .catch(unlessConflict);
  world.operator.watch(object, (live, isGone) => {
    if (!isGone && live.spec.replicas === 1) void keep(live);
  });
  world.operator.scan(object, ({ spec: { replicas } }) => (replicas === 1 ? [] : ['fewer']));
  const found = await eventually(async () => {
    const one = await world.operator.reasonOf('fewer', object);
    if (one.reason !== 'UndoneAgain') throw new Error(`${one.reason}: ${one.message}`);
    return one;
  });
  expect(found.message).toContain('made 3 times, and each time keeper took it back (spec.replicas)');
  expect((await world.eventOf(object, 'FixStopped')).note).toContain('keeper');
  expect(world.operator.fixes.statusOf('fewer')).toMatchObject({ stuck: 1 });
  await until('it is as it was', async () => (await replicasOf(object)()) === spec.replicas);
  expect(undone).toBe(3);
  expect((await world.read(object)).metadata.uid).toBe(metadata.uid);
});

it('by a controller of Kubernetes itself, too, and what the object remembers is enough', async () => {
  const object = { ...app('Deployment', space, 'scaled', 'any/1') } as Manifest & { readonly spec: object };
  await world.stage.make({ ...object, spec: { ...object.spec, replicas: 2 } });
  const scaler: Manifest = {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'scaled', namespace: space },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'scaled' },
      minReplicas: 2,
      maxReplicas: 3,
    },
  };
  await world.stage.make(scaler);
  world.operator.scan(object, ({ spec: { replicas } }) => (replicas === 1 ? [] : ['fewer-scaled']));
  const stopped = (who: Operator) =>
    eventually(
      async () => {
        const one = await who.reasonOf('fewer-scaled', object);
        if (one.reason !== 'UndoneAgain') throw new Error(`${one.reason}: ${one.message}`);
        return one;
      },
      { within: 100_000 },
    );
  expect((await stopped(world.operator)).message).toContain(
    'kube-controller-manager took it back (spec.replicas)',
  );
  // A process that knows nothing but what the object says.
  await using next = await Operator.start();
  next.follow(world.candidates, world.compiled);
  await next.violates(world.stage, object, ['fewer-scaled']);
  await stopped(next);
  expect((await world.read(object)).spec.replicas).toBe(2);
  await world.stage.remove(scaler);
});

function unlessConflict(error: unknown): void {
  if (!isConflict(error)) throw error;
}
