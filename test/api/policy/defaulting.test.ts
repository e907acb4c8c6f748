import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { builtinKind, defaulted } from '../../../controllers/policy/defaulting/index.ts';
import { builtin } from '../../../controllers/policy/defaulting/table.ts';
import { isApiError } from '../../../operator/client/apiError.ts';
import { handMade, refused } from './handMadeManifests.ts';
import { type Manifest, services, workloads } from './manifests.ts';
import { tableOf } from './servedKinds.ts';
import { Stage } from './stage.ts';

/** `DEFAULTING_MANIFESTS` says otherwise, and `SEED=random` tries others. */
const count = Number(process.env.DEFAULTING_MANIFESTS ?? 400);
const namespace = 'defaulting';

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.open();
  await stage.namespace(namespace);
});
afterAll(() => stage[Symbol.asyncDispose]());

describe('the table of kinds', () => {
  it('is what the API server says of itself', async () => {
    const { paths } = await stage.client.request<{
      paths: Readonly<Record<string, { serverRelativeURL: string }>>;
    }>({
      method: 'GET',
      path: '/openapi/v3',
    });
    const versioned = Object.keys(paths).filter((path) => /\/v\d+$/.test(path));
    const documents = await Promise.all(
      versioned.map((path) => stage.client.request({ method: 'GET', path: `/openapi/v3/${path}` })),
    );
    const served = tableOf(documents, builtin);
    // Other tests bring kinds of their own.
    const kinds = Object.entries(served.kinds).filter(([kind]) => kind in builtin.kinds);
    expect(Object.fromEntries(kinds)).toEqual(builtin.kinds);
    for (const [name, fields] of Object.entries(builtin.schemas)) {
      expect(served.schemas[name], name).toEqual(fields);
    }
  });
});

describe('a manifest with its defaults', () => {
  it.each(
    handMade.map((manifest) => [titleOf(manifest), manifest] as const),
  )('is what the API server makes of it: %s', async (_, manifest) => {
    const { object, problems } = defaulted(placed(manifest));
    expect(comparable(object)).toEqual(comparable(await created(manifest)));
    expect(problems.filter(({ weight }) => weight === 'Refused')).toEqual([]);
  });

  it(`is what the API server makes of it, for ${count} others`, { timeout: 300_000 }, async () => {
    const { seed = 0 } = fc.readConfigureGlobal();
    const manifests = [
      ...fc.sample(workloads, { numRuns: Math.ceil(count * 0.85), seed }),
      ...fc.sample(services, { numRuns: Math.floor(count * 0.15), seed }),
    ];
    const refusals: string[] = [];
    const differences: object[] = [];
    for (const manifest of manifests) {
      try {
        const theirs = comparable(await created(manifest));
        const ours = comparable(defaulted(placed(manifest)).object);
        if (!equal(ours, theirs)) differences.push({ manifest, ours, theirs });
      } catch (error) {
        if (!isApiError(error) || error.status >= 500) throw error;
        refusals.push(error.message);
      }
    }
    console.log(`seed ${seed}: ${manifests.length} manifests, of which ${refusals.length} were refused`);
    for (const difference of differences.slice(0, 2)) {
      const { ours, theirs } = difference as { readonly ours: unknown; readonly theirs: unknown };
      expect(ours).toEqual(theirs);
    }
    expect(refusals.length, refusals.join('\n')).toBeLessThan(manifests.length * 0.2);
  });

  it.each(
    refused,
  )('is told to be none where the API server takes no such thing: %s', async (_, manifest, place) => {
    await expect(created(manifest)).rejects.toThrow();
    expect(defaulted(placed(manifest)).problems).toContainEqual(
      expect.objectContaining({
        weight: 'Refused',
        place: place.split('/').map((step) => (/^\d+$/.test(step) ? Number(step) : step)),
      }),
    );
  });
});

function placed(manifest: Manifest): Manifest {
  const { metadata } = manifest;
  return namespaced(manifest) ? { ...manifest, metadata: { ...(metadata as object), namespace } } : manifest;
}

function namespaced({ apiVersion, kind }: Manifest): boolean {
  return builtinKind(String(apiVersion), String(kind))?.namespaced === true;
}

async function created(manifest: Manifest): Promise<Manifest> {
  const { apiVersion, kind } = manifest;
  const { resource } = builtinKind(String(apiVersion), String(kind)) ?? {};
  const root = apiVersion === 'v1' ? '/api/v1' : `/apis/${String(apiVersion)}`;
  const within = namespaced(manifest) ? `/namespaces/${namespace}` : '';
  return stage.client.request({
    method: 'POST',
    path: `${root}${within}/${resource}`,
    query: { dryRun: 'All', fieldValidation: 'Ignore' },
    body: placed(manifest),
  });
}

/** Without what only the server knows, in one order of fields. */
function comparable(object: Manifest): unknown {
  const { metadata, ...others } = object;
  const {
    uid: _,
    creationTimestamp: __,
    generation: ___,
    managedFields: ____,
    finalizers: _____,
    ...known
  } = metadata as Manifest;
  return JSON.parse(
    JSON.stringify({ ...others, metadata: known }, sortedKeys)
      .replaceAll(/"kube-api-access-[a-z0-9]{5}"/g, '"kube-api-access-xxxxx"')
      .replaceAll(/controller-uid":"[-0-9a-f]{36}"/g, 'controller-uid":""')
      .replaceAll(/"clusterIP":"[0-9.]+"/g, '"clusterIP":"*"')
      .replaceAll(/"clusterIPs":\["[0-9.]+"\]/g, '"clusterIPs":["*"]')
      .replaceAll(/"generateName":"([^"]*)","name":"[^"]*"/g, '"name":"$1"')
      .replaceAll(/odePort":\d+/g, 'odePort":0')
      .replaceAll(/"lastPhaseTransitionTime":"[^"]*",/g, ''),
  );
}

function sortedKeys(_: string, value: unknown): unknown {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
    : value;
}

function equal(a: unknown, b: unknown): boolean {
  return JSON.stringify(a, sortedKeys) === JSON.stringify(b, sortedKeys);
}

function titleOf({ kind, metadata }: Manifest): string {
  return `${String(kind)} ${String((metadata as Manifest).name)}`;
}
