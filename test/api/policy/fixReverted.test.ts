import { afterAll, beforeAll, expect, it } from 'vitest';
import { compile } from '../../../controllers/policy/compile/index.ts';
import { annotations, labels } from '../../../crds/policy/names.ts';
import { eventually } from '../../eventually.ts';
import { Operator } from './fixStage.ts';
import { anyRule, FixWorld, noToken } from './fixWorld.ts';
import { facts, policy } from './stage.ts';
import { app } from './workloads.ts';

/** Fixes that are taken back. */

const denied = 'policy-fixes-denied';
/** Never aborted. */
const forGood = new AbortController().signal;
const space = 'policy-fixes-back';
let world: FixWorld;

beforeAll(async () => {
  world = await FixWorld.open(space);
  await world.stage.namespace(denied);
});

afterAll(() => world[Symbol.asyncDispose]());

const denying = policy('token-denied', denied, {
  fix: { mutations: [noToken], existing: 'Apply' },
  ...anyRule('podSpec.?automountServiceAccountToken.orValue(true) == false'),
});

const revert = (name: string, request: string, by = world.operator) =>
  by.fixes.revert(name, world.candidate(name).spec.match, request, forGood);

it('takes back what nobody has changed since, also after a restart, and is not undone by the fix', async () => {
  const [whole, changed] = [
    app('Deployment', space, 'back', 'any/1'),
    app('Deployment', space, 'changed-since', 'any/1'),
  ];
  const original = await world.bad(whole, ['token', 'team']);
  await world.bad(changed, ['token']);
  for (const object of [whole, changed])
    await eventually(async () => expect(await world.mounts(object)).toBe(false));
  await world.stage.change(changed, { spec: { template: { spec: { automountServiceAccountToken: true } } } });
  await using next = await Operator.start();
  next.follow(world.candidates, world.compiled);
  const { outcome, message } = await revert('token', 'r-1', next);
  expect(outcome).toBe('Done');
  expect(message).toMatch(
    new RegExp(
      `^\\d+ taken back; 1 changed by somebody since and left so: Deployment ${space}/changed-since`,
    ),
  );
  const after = await world.read(whole);
  expect(after.spec).toEqual(original.spec);
  expect(after.metadata.labels, 'of another Policy').toMatchObject({
    team: 'shop',
    [labels.fixed]: 'true',
  });
  expect(await world.mounts(changed)).toBe(true);
  expect((await world.eventOf(whole, 'FixReverted')).note).toContain(
    'automountServiceAccountToken: false → nothing',
  );
  await next.violates(world.stage, whole, ['token']);
  expect(await next.reasonOf('token', whole)).toMatchObject({
    reason: 'Reverted',
    message: expect.stringContaining('r-1'),
  });
  expect((await revert('token', 'r-1', next)).message, 'the same again').toBe(message);
  await revert('team', 'r-2', next);
  expect((await world.read(whole)).metadata.labels).toEqual({ [labels.fixed]: 'reverted' });
});

it('says of what a Policy denies once it is taken back that it was refused', async () => {
  const object = app('Deployment', denied, 'denied', 'any/1');
  await world.stage.make(object);
  const candidates = [...world.candidates, denying];
  const all = compile(candidates, facts());
  const inForce = new Set(world.compiled.objects.map(({ metadata }) => metadata.name));
  await world.stage.put(all.objects.filter(({ metadata }) => !inForce.has(metadata.name)));
  world.operator.follow(candidates, all);
  await world.operator.violates(world.stage, object, ['token-denied']);
  await eventually(async () => expect(await world.mounts(object)).toBe(false));
  const { message } = await world.operator.fixes.revert('token-denied', denying.spec.match, 'r-3', forGood);
  expect(message).toMatch(
    /^0 taken back; 1 refused: Deployment policy-fixes-denied\/denied \(.*Policy token-denied/,
  );
  expect(await world.mounts(object)).toBe(false);
});

it('what an object remembers is its own: a copy of it elsewhere means nothing', async () => {
  const object = app('Deployment', space, 'copied', 'any/1');
  await world.bad(object, ['token']);
  await eventually(async () => expect(await world.mounts(object)).toBe(false));
  const text = (await world.read(object)).metadata.annotations?.[annotations.fixes] ?? '';
  const copy = app('Deployment', space, 'copy', 'any/1', {
    annotations: { [annotations.fixes]: text },
    labels: { [labels.fixed]: 'true' },
  });
  await world.stage.make(copy);
  await world.stage.change(copy, { spec: { template: { spec: { automountServiceAccountToken: false } } } });
  await revert('token', 'r-5');
  expect(await world.mounts(object)).toBeUndefined();
  expect(await world.mounts(copy)).toBe(false);
});
