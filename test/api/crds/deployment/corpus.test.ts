import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { rollingUpdateOf } from '../../../../crds/deployment/defaults.ts';
import { deploymentKind } from '../../../../crds/deployment/kind.ts';
import type { Deployment } from '../../../../crds/deployment/schema.ts';
import { customResourceDefinition } from '../../../../crds/structural/customResourceDefinition.ts';
import { HttpClient } from '../../../../operator/client/httpClient.ts';
import type { AppsDeployment, ReplicaSet } from '../../../../operator/resources/builtin.ts';
import { connect } from '../../../../operator/transport/connect.ts';
import { sharedKubeconfig } from '../../sharedServer.ts';
import { openServer, type Server } from '../server.ts';

/** Manifests of `apps/v1` as kubectl, kustomize, Helm and libraries write them: with our `apiVersion` they mean the same. */

const folder = join(import.meta.dirname, 'corpus');
const corpus = readdirSync(folder).map((file) => [file, readFileSync(join(folder, file), 'utf8')] as const);
const definition = customResourceDefinition(deploymentKind);
const ours = 'mainstay.dev/v1alpha1';
const kind = 'deployments.mainstay.dev';

let server: Server;
let connection: Awaited<ReturnType<typeof connect>>;
let client: HttpClient;

beforeAll(async () => {
  server = await openServer(sharedKubeconfig(), 'namespaces/default/deployments');
  await server.install(definition);
  connection = await connect({ kubeconfig: sharedKubeconfig() });
  client = new HttpClient(connection, { fieldManager: 'corpus-test' });
});
afterAll(async () => {
  await server.uninstall(definition);
  await server[Symbol.asyncDispose]();
  await connection.close();
});

it('there is a corpus', () => {
  expect(corpus.length).toBeGreaterThan(10);
});

describe.for(corpus)('%s', ([, text]) => {
  const moved = movedOver(text);
  const { name } = manifestOf(text).metadata;

  it.for([
    ['applied', []],
    ['applied by the server', ['--server-side']],
  ] as const)('is taken with its apiVersion changed, %s', async ([, words]) => {
    const { code, text: said } = await server.kubectl(
      ['apply', '--dry-run=server', ...words, '-f', '-'],
      moved,
    );
    expect(said).toContain(`deployment.mainstay.dev/${name}`);
    expect(code).toBe(0);
  });

  it('means the same', async () => {
    const theirs = await create<AppsDeployment>('apps/v1', 'deployments', manifestOf(text));
    const { spec } = await create<Deployment>(ours, 'deployments', manifestOf(moved));
    expect(await meaningOf(name, spec)).toEqual(meaningOfApps(theirs.spec));
  });

  it('as the server gives it back, every default written out, means the same again', async () => {
    const theirs = await create<AppsDeployment>('apps/v1', 'deployments', manifestOf(text));
    const { spec, status } = theirs;
    const exported = { apiVersion: ours, kind: 'Deployment', metadata: { name }, spec, status };
    const taken = await create<Deployment>(ours, 'deployments', exported);
    expect(await meaningOf(name, taken.spec)).toEqual(meaningOfApps(spec));
  });

  it('applied again changes nothing', async () => {
    const apply = () => server.kubectl(['apply', '-f', '-'], moved);
    const version = () =>
      server.kubectl([
        'get',
        kind,
        name,
        '-o',
        'jsonpath={.metadata.resourceVersion} {.metadata.generation}',
      ]);
    expect(await apply()).toMatchObject({ code: 0 });
    const first = await version();
    expect(await apply()).toMatchObject({ code: 0 });
    expect(await version()).toEqual(first);
    await server.remove({ apiVersion: ours, metadata: { name } });
  });
});

describe('what kubectl create deployment prints today', () => {
  it('is taken with its apiVersion changed', async () => {
    const words = ['create', 'deployment', 'web', '--image=nginx', '--port=80', '--replicas=3'];
    const printed = await server.kubectl([...words, '--dry-run=client', '-o', 'yaml']);
    const { code, text } = await server.kubectl(
      ['apply', '--dry-run=server', '-f', '-'],
      movedOver(printed.text),
    );
    expect(text).toContain('deployment.mainstay.dev/web created');
    expect(code).toBe(0);
  });
});

describe('a name that stands twice, which apps/v1 takes with a warning', () => {
  const twice = (containers: string) =>
    movedOver(corpus.find(([file]) => file === 'bounds.yaml')?.[1] ?? '').replace('image: app', containers);

  it.for([
    ['a variable', 'env: [{ name: A, value: "1" }, { name: A, value: "2" }]', 'env[1]'],
    ['a port', 'ports: [{ containerPort: 80 }, { containerPort: 80 }]', 'ports[1]'],
  ] as const)('%s: is refused, and named', async ([, containers, field]) => {
    const words = ['apply', '--dry-run=server', '-f', '-'];
    const { code, text } = await server.kubectl(words, twice(containers));
    expect(text).toContain(`spec.template.spec.containers[0].${field}: Duplicate value`);
    expect(code).toBe(1);
  });
});

interface Manifest {
  readonly apiVersion: string;
  readonly metadata: { readonly name: string };
}

function movedOver(text: string): string {
  return text.replace(/(apiVersion"?: "?)apps\/v1/, `$1${ours}`);
}

/** As kubectl reads it, to which `0755` is an octal number. */
function manifestOf(text: string): Manifest {
  return parse(text, { version: '1.1' });
}

/** With nothing kept, and unknown fields refused. */
function create<Answer>(apiVersion: string, plural: string, body: Manifest): Promise<Answer> {
  return client.request<Answer>({
    method: 'POST',
    path: `/apis/${apiVersion}/namespaces/default/${plural}`,
    query: { dryRun: 'All', fieldValidation: 'Strict' },
    body: { ...body, metadata: { ...body.metadata, namespace: 'default' } },
  });
}

/** What a spec of ours comes to: its template as the API server completes that of a ReplicaSet. */
async function meaningOf(name: string, spec: Deployment['spec']): Promise<object> {
  const { replicas, minReadySeconds, selector, template } = spec;
  const { progressDeadlineSeconds, revisionHistoryLimit, paused, strategy } = spec;
  const replicaSet = await create<ReplicaSet>('apps/v1', 'replicasets', {
    apiVersion: 'apps/v1',
    ...{ kind: 'ReplicaSet', spec: { replicas, minReadySeconds, selector, template } },
    metadata: { name },
  });
  return withoutNulls({
    replicas,
    minReadySeconds,
    progressDeadlineSeconds,
    revisionHistoryLimit,
    paused,
    type: strategy.type,
    bounds: strategy.type === 'RollingUpdate' ? rollingUpdateOf(strategy) : undefined,
    selector: replicaSet.spec?.selector,
    template: replicaSet.spec?.template,
  });
}

function meaningOfApps(spec: AppsDeployment['spec']): object {
  return withoutNulls({
    replicas: spec?.replicas,
    minReadySeconds: spec?.minReadySeconds ?? 0,
    progressDeadlineSeconds: spec?.progressDeadlineSeconds,
    revisionHistoryLimit: spec?.revisionHistoryLimit,
    paused: spec?.paused ?? false,
    type: spec?.strategy?.type,
    bounds: spec?.strategy?.rollingUpdate,
    selector: spec?.selector,
    template: spec?.template,
  });
}

function withoutNulls(value: object): object {
  return JSON.parse(JSON.stringify(value, (_, inner: unknown) => (inner === null ? undefined : inner)));
}
