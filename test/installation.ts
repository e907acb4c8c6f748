import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parse, parseAllDocuments, stringify } from 'yaml';
import { kinds } from '../crds/kinds.ts';
import { eventually } from './eventually.ts';
import type { Kubectl } from './kubectl.ts';

const root = fileURLToPath(new URL('../', import.meta.url));

/** The operator's program. */
export const operatorProgram = `${root}main.ts`;

/** What runs the operator inside a cluster. */
const workload = ['Deployment', 'PodDisruptionBudget'];

/** Applies the installation's one file, but for what would run the operator in the cluster: here it runs beside it. */
export async function install(kubectl: Kubectl): Promise<void> {
  const text = await readFile(`${root}manifests/dist/install.yaml`, 'utf8');
  const objects = parseAllDocuments(text).map((document) => document.toJS() as { readonly kind: string });
  await kubectl.apply(objects.filter(({ kind }) => !workload.includes(kind)));
  for (const { plural, group } of kinds) await untilEstablished(kubectl, `${plural}.${group}`);
}

/** Until objects of the definition can be made. `kubectl wait` fails as long as it has no status at all. */
export async function untilEstablished(kubectl: Kubectl, definition: string): Promise<void> {
  await eventually(() =>
    kubectl.run('wait', '--for=condition=Established', `crd/${definition}`, '--timeout=30s'),
  );
}

/**
 * Writes a kubeconfig with a token of the operator's ServiceAccount, made from an administrator's: whoever uses it has
 * exactly the rights that were installed.
 */
export async function writeOperatorKubeconfig(
  kubectl: Kubectl,
  administrator: string,
  path: string,
): Promise<void> {
  const token = await kubectl.run('create', 'token', 'mainstay', '-n', 'mainstay-system', '--duration=24h');
  const kubeconfig = parse(await readFile(administrator, 'utf8')) as {
    readonly contexts: readonly Context[];
  };
  const contexts = kubeconfig.contexts.map(({ name, context }) => ({
    name,
    context: { ...context, user: 'mainstay' },
  }));
  const users = [{ name: 'mainstay', user: { token: token.trim() } }];
  await writeFile(path, stringify({ ...kubeconfig, contexts, users }), { mode: 0o600 });
}

interface Context {
  readonly name: string;
  readonly context: Readonly<Record<string, string>>;
}
