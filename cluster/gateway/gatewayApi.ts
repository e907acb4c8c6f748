import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { goEnvironment, requireGo } from '../binaries/build.ts';
import { traefikModule } from '../binaries/catalog.ts';
import type { AdminApi } from '../controlPlane/adminApi.ts';

const execute = promisify(execFile);

const goModule = 'sigs.k8s.io/gateway-api';
const group = '/apis/gateway.networking.k8s.io/v1';

/** The Gateway that routes name as their parent. */
export const gatewayReference = { name: 'public', namespace: 'gateways' } as const;

/**
 * Defines the kinds of the Gateway API's standard channel and waits until the API server serves them. The definitions
 * are files of the Go module that Traefik is built with, so that the two fit, and `go.sum` vouches for them.
 *
 * @throws Error if there is no Go, or the module cannot be had from its proxy.
 */
export async function defineGatewayApi(api: AdminApi): Promise<void> {
  const definitions = await readDefinitions();
  for (const definition of definitions) {
    await api.create('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', definition);
  }
  await served(api, definitions);
}

/** A GatewayClass of Traefik's and one Gateway, open to routes of every namespace. */
export async function addGatewayObjects(api: AdminApi, port: number): Promise<void> {
  const { name, namespace } = gatewayReference;
  await api.create(`${group}/gatewayclasses`, {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'GatewayClass',
    metadata: { name: 'traefik' },
    spec: { controllerName: 'traefik.io/gateway-controller' },
  });
  await api.create('/api/v1/namespaces', {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: namespace },
  });
  await api.create(`${group}/namespaces/${namespace}/gateways`, {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'Gateway',
    metadata: { name, namespace },
    spec: {
      gatewayClassName: 'traefik',
      listeners: [{ name: 'web', port, protocol: 'HTTP', allowedRoutes: { namespaces: { from: 'All' } } }],
    },
  });
}

/** Waits until the controller says that the Gateway is programmed. */
export async function gatewayProgrammed(api: AdminApi): Promise<void> {
  const { name, namespace } = gatewayReference;
  await until('the Gateway is programmed', async () => {
    const text = await api.request('GET', `${group}/namespaces/${namespace}/gateways/${name}`);
    const gateway = JSON.parse(text) as {
      readonly status?: {
        readonly conditions?: readonly { readonly type: string; readonly status: string }[];
      };
    };
    const conditions = gateway.status?.conditions ?? [];
    return conditions.some(({ type, status }) => type === 'Programmed' && status === 'True');
  });
}

interface Definition {
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly names: { readonly plural: string };
    readonly versions: readonly { readonly name: string; readonly served: boolean }[];
  };
}

async function readDefinitions(): Promise<readonly Definition[]> {
  await requireGo();
  const { stdout } = await execute('go', ['mod', 'download', '-json', goModule], {
    cwd: traefikModule.directory,
    env: { ...process.env, ...goEnvironment },
  });
  const { Dir } = JSON.parse(stdout) as { readonly Dir: string };
  const folder = join(Dir, 'config/crd/standard');
  const files = (await readdir(folder)).filter((file) => file.endsWith('.yaml'));
  return Promise.all(
    files.map(async (file) => parse(await readFile(join(folder, file), 'utf8')) as Definition),
  );
}

async function served(api: AdminApi, definitions: readonly Definition[]): Promise<void> {
  for (const { metadata, spec } of definitions) {
    for (const { name, served } of spec.versions) {
      const path = `/apis/gateway.networking.k8s.io/${name}/${spec.names.plural}`;
      if (served) await until(`${metadata.name} ${name} is served`, () => api.answers(path));
    }
  }
}

async function until(what: string, condition: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 60_000;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`not within 60 s: ${what}`);
    await delay(50);
  }
}
