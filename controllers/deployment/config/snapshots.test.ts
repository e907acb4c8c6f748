import { describe, expect, it } from 'vitest';
import { ApiError } from '../../../operator/client/apiError.ts';
import type { Client } from '../../../operator/client/client.ts';
import type { ConfigMap, ReplicaSet } from '../../../operator/resources/builtin.ts';
import type { Deployment } from '../deployment.ts';
import { copyName } from './copies.ts';
import type { Reference } from './references.ts';
import { Snapshots } from './snapshots.ts';

const deployment = {
  apiVersion: 'mainstay.dev/v1alpha1',
  kind: 'Deployment',
  metadata: { name: 'shop', namespace: 'team', uid: 'u1' },
  spec: {
    configSnapshots: { enabled: true },
    template: {
      spec: {
        containers: [
          { name: 'main', envFrom: [{ configMapRef: { name: 'one' } }, { configMapRef: { name: 'two' } }] },
        ],
      },
    },
  },
} as unknown as Deployment;

/** A namespace with the ConfigMaps `one` and `two`, as it is followed and as it is read. */
function namespace(refusal?: ApiError) {
  const state = { now: 0, versions: 0 };
  const reads: string[] = [];
  const objects = new Map<string, ConfigMap & { readonly version: number }>();
  const put = (name: string, data: Readonly<Record<string, string>>) => {
    state.versions += 1;
    const version = state.versions;
    objects.set(name, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data, version });
  };
  put('one', { a: '1' });
  put('two', { b: '1' });
  const client = {
    get: async (_: unknown, { name }: { readonly name: string }) => {
      reads.push(name);
      const found = objects.get(name);
      if (found === undefined) throw new ApiError({ verb: 'get', kind: 'ConfigMap', name }, 404, {});
      return found;
    },
    create: async (_: unknown, { metadata, data }: ConfigMap) => {
      if (refusal !== undefined) throw refusal;
      put(metadata.name, data ?? {});
    },
  } as unknown as Client;
  const versionOf = (_: unknown, { name }: Reference) => objects.get(name)?.version.toString();
  const snapshots = new Snapshots(client, { versionOf }, () => state.now);
  const freeze = (own: readonly ReplicaSet[] = []) =>
    snapshots.freeze(deployment, own, new AbortController().signal);
  const names = async () => {
    const frozen = await freeze();
    if (frozen.state !== 'Known') return frozen.state;
    const [container] = frozen.deployment.spec.template.spec?.containers ?? [];
    return (container?.envFrom ?? []).map(({ configMapRef }) => configMapRef?.name);
  };
  return { state, reads, put, objects, freeze, names };
}

describe('sources that change one after another', () => {
  it('are one change, a moment after the last of them', async () => {
    const { state, put, names } = namespace();
    const before = await names();
    put('one', { a: '2' });
    expect(await names()).toBe('Changing');
    state.now = 900;
    put('two', { b: '2' });
    expect(await names()).toBe('Changing');
    state.now = 2800;
    expect(await names()).toBe('Changing');
    state.now = 2900;
    const after = await names();
    expect(after).toHaveLength(2);
    expect(after).not.toContain(before[0]);
    expect(after).not.toContain(before[1]);
  });

  it('without end are not waited for without end', async () => {
    const { state, put, names } = namespace();
    await names();
    for (let time = 0; time < 5_000; time += 500) {
      state.now = time;
      put('one', { a: String(time) });
      expect(await names()).toBe('Changing');
    }
    state.now = 5_000;
    put('one', { a: 'last' });
    expect(await names()).toHaveLength(2);
  });
});

it('a source that is gone is missing until it is there, and nothing between', async () => {
  const { state, put, objects, names } = namespace();
  await names();
  objects.delete('one');
  expect(await names()).toBe('Changing');
  for (state.now = 2_000; state.now < 100_000; state.now += 30_000) expect(await names()).toBe('Missing');
  put('one', { a: '2' });
  expect(await names()).toBe('Changing');
  state.now += 2_000;
  expect(await names()).toHaveLength(2);
});

it('a copy that somebody has deleted is made anew', async () => {
  const { objects, names } = namespace();
  const before = await names();
  objects.delete(before[0] ?? '');
  expect(await names()).toEqual(before);
  expect(objects.has(before[0] ?? '')).toBe(true);
});

describe('a copy that only another revision has', () => {
  const earlier = (...names: readonly string[]) =>
    ({
      metadata: { name: 'shop-bcd' },
      spec: {
        template: { spec: { containers: [{ envFrom: names.map((name) => ({ configMapRef: { name } })) }] } },
      },
    }) as unknown as ReplicaSet;
  /** The namespace with a third ConfigMap, and how its copy is called. */
  const withThird = () => {
    const here = namespace();
    here.put('three', { c: '1' });
    const source = here.objects.get('three');
    if (source === undefined) throw new Error('there is none');
    return { ...here, copy: copyName(deployment, { kind: 'ConfigMap', name: 'three' }, source) };
  };

  it('is made anew when somebody has deleted it', async () => {
    const { objects, freeze, copy } = withThird();
    await freeze([earlier(copy)]);
    expect(objects.get(copy)?.data).toEqual({ c: '1' });
  });

  it('is lost when its source says something else by now, which is read for once', async () => {
    const { put, objects, reads, freeze, copy } = withThird();
    put('three', { c: '2' });
    await freeze([earlier(copy, 'other-0123456789', 'plain')]);
    const once = reads.length;
    await freeze([earlier(copy, 'other-0123456789', 'plain')]);
    expect([objects.has(copy), reads.slice(once)]).toEqual([false, []]);
    put('three', { c: '1' });
    await freeze([earlier(copy)]);
    expect(objects.has(copy)).toBe(true);
  });
});

it.each([
  [403, 'Forbidden'],
  [422, 'Invalid'],
])('what a copy is refused for is told (%i %s)', async (status, reason) => {
  const words = 'no more than 1 MiB';
  const refusal = new ApiError({ verb: 'create', kind: 'ConfigMap', name: 'one-x' }, status, {
    reason,
    message: words,
  });
  expect(await namespace(refusal).freeze()).toMatchObject({
    state: 'Missing',
    message: expect.stringContaining(words),
  });
});
