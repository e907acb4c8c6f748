import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import {
  badGeese,
  goodGeese,
  gooseDefinition,
  gooseOf,
} from '../../../controllers/policy/defaulting/goose.ts';
import { customKindsOf, defaulted } from '../../../controllers/policy/defaulting/index.ts';
import { deploymentKind } from '../../../crds/deployment/kind.ts';
import { policyKind } from '../../../crds/policy/kind.ts';
import { projectKind } from '../../../crds/project/kind.ts';
import { customResourceDefinition } from '../../../crds/structural/customResourceDefinition.ts';
import { isApiError } from '../../../operator/client/apiError.ts';
import { eventually } from '../../eventually.ts';
import { openServer, type Server } from '../crds/server.ts';
import { sharedKubeconfig } from '../sharedServer.ts';
import { Stage } from './stage.ts';

/** What the API server makes of objects of custom kinds, ours and others', and which it refuses: offline it is the same. */

const definitions = [projectKind, deploymentKind, policyKind].map(customResourceDefinition);
const root = join(import.meta.dirname, '../../..');
const corpus = join(root, 'test/api/crds/deployment/corpus');

let server: Server;
let stage: Stage;

beforeAll(async () => {
  stage = await Stage.open();
  server = await openServer(sharedKubeconfig());
  for (const definition of definitions) await server.install(definition);
  await stage.client.request({
    method: 'POST',
    path: '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
    body: gooseDefinition,
  });
  await eventually(() => stage.client.request({ method: 'GET', path: '/apis/example.com/v1/geese' }));
});
afterAll(async () => {
  for (const definition of [...definitions, gooseDefinition]) {
    await stage.client
      .request({
        method: 'DELETE',
        path: `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${definition.metadata.name}`,
      })
      .catch(() => undefined);
  }
  await server[Symbol.asyncDispose]();
  await stage[Symbol.asyncDispose]();
});

type Manifest = Readonly<Record<string, unknown>>;

const kinds = [...definitions, gooseDefinition].flatMap((definition) => customKindsOf({ ...definition }));

function offline(manifest: Manifest) {
  const kind = kinds.find((one) => one.apiVersion === manifest.apiVersion && one.kind === manifest.kind);
  if (kind === undefined) throw new Error(`unknown: ${String(manifest.kind)}`);
  const { object, problems } = defaulted(manifest, kind);
  return {
    kind,
    object: comparable(object),
    refusals: problems.filter(({ weight }) => weight === 'Refused'),
  };
}

/** What would be made of it; a text says why nothing would. */
async function online(manifest: Manifest): Promise<unknown> {
  const { kind } = offline(manifest);
  const within = kind.namespaced ? '/namespaces/default' : '';
  try {
    const made = await stage.client.request<Manifest>({
      method: 'POST',
      path: `/apis/${kind.apiVersion}${within}/${kind.resource}`,
      query: { dryRun: 'All', fieldValidation: 'Ignore' },
      body: manifest,
    });
    return comparable(made);
  } catch (error) {
    if (!isApiError(error) || error.status !== 422) throw error;
    return error.message;
  }
}

/** Without what only the server knows. */
function comparable({ metadata, ...others }: Manifest): unknown {
  const {
    uid: _,
    creationTimestamp: __,
    generation: ___,
    managedFields: ____,
    ...known
  } = metadata as Manifest;
  return { ...others, metadata: known };
}

describe("somebody else's kind", () => {
  it.each(goodGeese)('is what the API server makes of it: %s', async (_, spec) => {
    expect(offline(gooseOf(spec)).object).toEqual(await online(gooseOf(spec)));
  });

  it.each(badGeese)('is refused where the API server refuses it: %s', async (_, spec) => {
    expect(await online(gooseOf(spec))).toEqual(expect.any(String));
    expect(offline(gooseOf(spec)).refusals).not.toEqual([]);
  });

  it('has the metadata and the status that the API server leaves it', async () => {
    const manifest = {
      ...gooseOf({ size: 1 }),
      metadata: { name: 'a', labels: {}, annotations: { a: 'b' }, creationTimestamp: null, color: 'red' },
      status: { a: 'b' },
    };
    expect(offline(manifest).object).toEqual(await online(manifest));
  });
});

describe('a kind of ours', () => {
  const examples = [
    ...yamlIn(join(root, 'examples')),
    ...yamlIn(join(root, 'examples/deployment')),
    ...yamlIn(corpus).map(
      (manifest): Manifest => ({
        ...manifest,
        apiVersion: manifest.kind === 'Deployment' ? 'mainstay.dev/v1alpha1' : manifest.apiVersion,
      }),
    ),
  ].filter(({ apiVersion }) => apiVersion === 'mainstay.dev/v1alpha1');

  it.each(
    examples.map((manifest) => [`${String(manifest.kind)} ${nameOf(manifest)}`, manifest] as const),
  )('is what the API server makes of it: %s', async (_, manifest) => {
    const placed = offline(manifest).kind.namespaced ? inDefault(manifest) : manifest;
    expect(offline(placed).object).toEqual(await online(placed));
    expect(offline(placed).refusals).toEqual([]);
  });

  it('keeps the nulls of a pod template, of which the API server makes nothing either', async () => {
    const nulls = { volumes: null, initContainers: null, nodeSelector: null };
    const template = {
      metadata: { labels: { a: 'b' }, annotations: null },
      spec: { ...nulls, containers: [{ name: 'a', image: 'a', ports: null, env: null }] },
    };
    const manifest = inDefault({
      apiVersion: 'mainstay.dev/v1alpha1',
      kind: 'Deployment',
      metadata: { name: 'nulls' },
      spec: { selector: { matchLabels: { a: 'b' } }, template, paused: null, traffic: null },
    });
    const made = await online(manifest);
    expect(offline(manifest).object).toEqual(made);
    expect(made).toMatchObject({ spec: { template: { spec: nulls } } });
    expect(made).not.toMatchObject({ spec: { traffic: null } });
  });
});

function yamlIn(folder: string): readonly Manifest[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.yaml'))
    .flatMap((file) => parseAllDocuments(readFileSync(join(folder, file), 'utf8')))
    .map((document): Manifest => document.toJS());
}

function inDefault(manifest: Manifest): Manifest {
  return { ...manifest, metadata: { ...(manifest.metadata as Manifest), namespace: 'default' } };
}

function nameOf({ metadata }: Manifest): string {
  return String((metadata as Manifest).name);
}
