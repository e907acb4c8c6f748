import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse, parseAllDocuments, stringify } from 'yaml';
import type { Target } from './target.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** What runs the operator inside a cluster. In the demo it runs beside the cluster, where no image has to be. */
const workload = ['Deployment', 'PodDisruptionBudget'];

/** Applies the installation's one file, but for what would run a second operator. */
export async function install({ kubectl }: Target): Promise<void> {
  const text = await readFile(join(root, 'manifests/dist/install.yaml'), 'utf8');
  const objects = parseAllDocuments(text).map((document) => document.toJS() as { readonly kind: string });
  await kubectl.apply(objects.filter(({ kind }) => !workload.includes(kind)));
  await kubectl.run('wait', '--for=condition=Established', 'crd/projects.mainstay.dev', '--timeout=30s');
}

export interface RunningOperator {
  /** Rejects, with the end of its log, when the operator ends by itself. */
  readonly ended: Promise<never>;
}

/** Starts `main.ts` with a token of the ServiceAccount that was installed: the rights it has are the rights it gets. */
export async function startOperator(target: Target): Promise<RunningOperator> {
  const { kubectl, directory, reaper } = target;
  const token = await kubectl.run('create', 'token', 'mainstay', '-n', 'mainstay-system', '--duration=24h');
  const administrator = parse(await readFile(target.kubeconfig, 'utf8')) as {
    readonly contexts: readonly Context[];
  };
  const contexts = administrator.contexts.map(({ name, context }) => ({
    name,
    context: { ...context, user: 'mainstay' },
  }));
  const users = [{ name: 'mainstay', user: { token: token.trim() } }];
  const kubeconfig = join(directory, 'operator.yaml');
  await writeFile(kubeconfig, stringify({ ...administrator, contexts, users }), { mode: 0o600 });

  const log = join(directory, 'operator.log');
  const process_ = await reaper.spawn({
    name: 'operator',
    command: [process.execPath, join(root, 'main.ts')],
    log,
    environment: { KUBECONFIG: kubeconfig, MAINSTAY_PROBES_PORT: '0', MAINSTAY_METRICS_PORT: '0' },
    graceMilliseconds: 10_000,
  });
  const ended = process_.exited.then(async ({ code, signal }): Promise<never> => {
    const lines = (await readFile(log, 'utf8').catch(() => '')).trimEnd().split('\n');
    throw new Error(`the operator ended with ${signal ?? `code ${code}`}:\n${lines.slice(-15).join('\n')}`);
  });
  // Nobody may be waiting for it when the demo itself ends it.
  ended.catch(() => undefined);
  return { ended };
}

interface Context {
  readonly name: string;
  readonly context: Readonly<Record<string, string>>;
}
