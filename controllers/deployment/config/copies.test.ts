import { expect, it } from 'vitest';
import { ApiError } from '../../../operator/client/apiError.ts';
import type { Client } from '../../../operator/client/client.ts';
import type { Secret } from '../../../operator/resources/builtin.ts';
import type { Deployment } from '../deployment.ts';
import type { Reference } from './references.ts';
import { Snapshots } from './snapshots.ts';

const deployment = {
  apiVersion: 'mainstay.dev/v1alpha1',
  kind: 'Deployment',
  metadata: { name: 'shop', namespace: 'team', uid: 'u1' },
  spec: {
    configSnapshots: { enabled: true, secrets: ['key'] },
    template: { spec: { containers: [{ name: 'main', envFrom: [{ secretRef: { name: 'key' } }] }] } },
  },
} as unknown as Deployment;

/** A namespace with the Secret `key`, which can be deleted and made again. */
function namespace() {
  let made = 0;
  let now = 0;
  const objects = new Map<string, Secret>();
  const put = (secret: Pick<Secret, 'metadata' | 'data' | 'type' | 'immutable'>) => {
    made += 1;
    const metadata = { ...secret.metadata, uid: `uid-${made}` };
    const object: Secret = { apiVersion: 'v1', kind: 'Secret', ...secret, metadata };
    objects.set(object.metadata.name, object);
    return object;
  };
  const make = (password: string) =>
    put({ metadata: { name: 'key' }, type: 'Opaque', data: { user: 'me', password } });
  const client = {
    get: async (_: unknown, { name }: { readonly name: string }) => {
      const found = objects.get(name);
      if (found === undefined) throw new ApiError({ verb: 'get', kind: 'Secret', name }, 404, {});
      return found;
    },
    list: async () => ({ items: [...objects.values()].filter(({ metadata }) => metadata.labels) }),
    create: async (_: unknown, secret: Secret) => put(secret),
  } as unknown as Client;
  const versionOf = (_: unknown, { name }: Reference) => objects.get(name)?.metadata.uid;
  let snapshots = new Snapshots(client, { versionOf }, () => now);
  return {
    objects,
    make,
    /** As which copy pods are given the Secret, once it has not changed for a while. */
    copy: async () => {
      for (;;) {
        const frozen = await snapshots.freeze(deployment, [], new AbortController().signal);
        now += 10_000;
        if (frozen.state === 'Changing') continue;
        if (frozen.state !== 'Known') throw new Error(frozen.state);
        return frozen.deployment.spec.template.spec?.containers[0]?.envFrom?.[0]?.secretRef?.name ?? '';
      }
    },
    restart: () => {
      snapshots = new Snapshots(client, { versionOf }, () => now);
    },
  };
}

it('a Secret that is deleted and made again is a change only where it has something else', async () => {
  const { make, copy, objects, restart } = namespace();
  make('one');
  const first = await copy();
  make('one');
  expect(await copy()).toBe(first);
  restart();
  expect(await copy()).toBe(first);
  make('two');
  const second = await copy();
  expect(second).not.toBe(first);
  expect(objects.get(second)?.data).toMatchObject({ password: 'two' });
  make('one');
  expect(await copy()).toBe(first);
});

it('what is in a Secret cannot be tried out by the name of its copy', async () => {
  const names = await Promise.all(
    [0, 1].map(async (skipped) => {
      const { make, copy } = namespace();
      for (let time = 0; time <= skipped; time += 1) make('one');
      return copy();
    }),
  );
  expect(new Set(names).size).toBe(2);
});

it.each<[string, (copy: Secret) => Secret]>([
  ['that can be changed', ({ immutable: _, ...copy }) => copy],
  ['that is going', (copy) => ({ ...copy, metadata: { ...copy.metadata, deletionTimestamp: 'now' } })],
  ['of another source', (copy) => ({ ...copy, metadata: { ...copy.metadata, name: 'keys-0123456789' } })],
])('a copy %s is not taken for one of it', async (_, changed) => {
  const { make, copy, objects } = namespace();
  make('one');
  const first = await copy();
  const stored = objects.get(first);
  if (stored === undefined) throw new Error('there is no copy');
  const other = changed(stored);
  objects.delete(first);
  objects.set(other.metadata.name, other);
  make('one');
  const second = await copy();
  expect(second).toMatch(/^key-[0-9a-f]{10}$/);
  expect(second).not.toBe(other.metadata.name);
});
