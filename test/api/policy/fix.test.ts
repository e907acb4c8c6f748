import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { labels } from '../../../crds/policy/names.ts';
import { eventually } from '../../eventually.ts';
import { FixWorld } from './fixWorld.ts';
import type { Manifest } from './stage.ts';
import { app, job, pod } from './workloads.ts';

/** Fixes of what is there: asked of the API server, and made by the operator. */

/** Never aborted. */
const forGood = new AbortController().signal;
const space = 'policy-fixes';
let world: FixWorld;

beforeAll(async () => {
  world = await FixWorld.open(space);
});

afterAll(() => world[Symbol.asyncDispose]());

describe('Suggest', () => {
  it('says what would be changed, and changes nothing', async () => {
    const object = app('Deployment', space, 'suggested', 'any/1');
    const before = await world.bad(object, ['token-suggested']);
    const found = await world.operator.reasonOf('token-suggested', object);
    expect(found).toMatchObject({
      reason: 'Suggested',
      kind: 'Deployment',
      namespace: space,
      name: 'suggested',
    });
    expect(found.patch).toBe(
      [
        'apiVersion: apps/v1',
        'kind: Deployment',
        'metadata:',
        '  name: suggested',
        `  namespace: ${space}`,
        'spec:',
        '  template:',
        '    spec:',
        '      automountServiceAccountToken: false',
        '',
      ].join('\n'),
    );
    await world.isUntouched(before);
    expect(world.operator.fixes.statusOf('token-suggested')).toMatchObject({
      pending: 0,
      suggested: 1,
      stuck: 0,
    });
  });

  it('says of what cannot be changed what it would be, made anew', async () => {
    const objects = [pod(space, 'bare', 'any/1'), job(space, 'once', 'any/1')];
    for (const object of objects) {
      const { metadata } = await world.bad(object, ['token-suggested']);
      const found = await world.operator.reasonOf('token-suggested', object);
      expect(found.reason).toBe('Immutable');
      expect(found.patch).toMatch(
        /^apiVersion: .*\n(.*\n)*spec:\n( +template:\n +spec:\n)? +automountServiceAccountToken: false\n$/,
      );
      expect((await world.read(object)).metadata.uid).toBe(metadata.uid);
    }
  });
});

describe('Apply', () => {
  it('changes the object once for all its Policies, under its own name, and tells before and after', async () => {
    const object = app('Deployment', space, 'applied', 'any/1');
    const { metadata } = await world.bad(object, ['token', 'team']);
    await eventually(async () => expect(await world.mounts(object)).toBe(false));
    const after = await world.read(object);
    expect(after.metadata.labels).toEqual({ team: 'shop', [labels.fixed]: 'true' });
    expect(after.metadata.generation).toBe((metadata.generation ?? 0) + 1);
    const managers = after.metadata.managedFields?.map(({ manager }) => manager);
    expect(managers).toContain('mainstay-fix');
    const { note } = await world.eventOf(object, 'Fixed');
    expect(note).toBe(
      'Policies team, token: metadata.labels.team: nothing → "shop"; spec.template.spec.automountServiceAccountToken: nothing → false',
    );
  });

  it('nothing to do means nothing written', async () => {
    const object = app('Deployment', space, 'good', 'any/1');
    await world.stage.make(object);
    await world.stage.change(object, {
      spec: { template: { spec: { automountServiceAccountToken: false } } },
    });
    const before = await world.read(object);
    await world.operator.violates(world.stage, object, ['token']);
    const found = await world.operator.reasonOf('token', object);
    expect(found.reason).toBe('ChangesNothing');
    await world.isUntouched(before);
  });

  it('two that want different things of one field are made one after the other', async () => {
    const object = app('Deployment', space, 'torn', 'any/1');
    world.operator.scan(object, ({ metadata: { labels: of = {} } }) => [
      ...(of.tier === undefined ? ['tier-a'] : []),
      ...(of.tier === 'a' || of.tier === undefined ? ['tier-b'] : []),
    ]);
    await world.stage.make(object);
    await eventually(async () => expect((await world.read(object)).metadata.labels?.tier).toBe('b'));
    const notes = (
      await eventually(async () => {
        const fixed = (await world.eventsOf(object)).filter(({ reason }) => reason === 'Fixed');
        expect(fixed).toHaveLength(2);
        return fixed;
      })
    ).map(({ note }) => note);
    expect(notes.toSorted()).toEqual([
      'Policy tier-a: metadata.labels.tier: nothing → "a"',
      'Policy tier-b: metadata.labels.tier: "a" → "b"',
    ]);
  });

  it('of what is too much to be kept it is said that it cannot be taken back', async () => {
    const object: Manifest = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'large', namespace: space },
      data: { a: 'x'.repeat(10_000), b: 'small' },
    };
    await world.stage.make(object);
    await world.operator.violates(world.stage, object, ['emptied']);
    const { note } = await world.eventOf(object, 'Fixed');
    expect(note).toMatch(
      /^Policy emptied \(too much to be kept: emptied cannot take it back\): data.a: "x+… → ""/,
    );
    const { spec } = world.candidate('emptied');
    expect((await world.operator.fixes.revert('emptied', spec.match, 'r-6', forGood)).message).toBe(
      `0 taken back; 1 of which what was before had no room: ConfigMap ${space}/large`,
    );
  });

  it('what would change again and again is not begun', async () => {
    const object = app('Deployment', space, 'restless', 'any/1');
    const before = await world.bad(object, ['restless']);
    expect(await world.operator.reasonOf('restless', object)).toMatchObject({
      reason: 'NotSettling',
      message: expect.stringContaining('would change spec.replicas again and again'),
    });
    await world.isUntouched(before);
  });

  it('what the API server refuses is told with why, and holds up no other Policy', async () => {
    const object = app('Deployment', space, 'refused', 'any/1');
    await world.bad(object, ['impossible', 'token']);
    expect(await world.operator.reasonOf('impossible', object)).toMatchObject({
      reason: 'Refused',
      message: expect.stringContaining('image'),
    });
    await eventually(async () => expect(await world.mounts(object)).toBe(false));
  });
});
