/** `npm run cluster -- up|down|status|kubeconfig|kubectl`: a cluster that stays until it is taken down. */
import { fork, spawn } from 'node:child_process';
import { openSync } from 'node:fs';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { findBinaries } from './binaries/index.ts';
import type { HolderAnswer, HolderRequest } from './holder.ts';
import { parseNodes, requiredBinaries } from './index.ts';
import { isHolder, type RunningCluster, RunningClusters } from './running.ts';

const usage = `Usage: npm run cluster -- <command> [--name NAME]

  up [--nodes simulated:N|real|none] [--port PORT] [--audit-log]
              start a cluster that stays until it is taken down (default: simulated:2)
  down        remove it and all that belongs to it
  status      say which clusters run, or whether the named one does
  kubeconfig  print the path of the administrator's kubeconfig
  kubectl …   run kubectl against it

Several clusters may run at once, each with a name of its own (default: "default").`;

/** Something that the person at the keyboard can put right: shown without a stack. */
class UsageError extends Error {}

const clusters = new RunningClusters();

try {
  await main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}

async function main([command, ...rest]: readonly string[]): Promise<void> {
  switch (command) {
    case 'up':
      return up(rest);
    case 'down':
      return down(nameIn(rest));
    case 'status':
      return status(rest);
    case 'kubeconfig':
      console.log((await running(nameIn(rest))).kubeconfig);
      return;
    case 'kubectl':
      return kubectl(rest);
    case undefined:
    case 'help':
    case '--help':
      console.log(usage);
      return;
    default:
      throw new UsageError(`There is no command "${command}".\n\n${usage}`);
  }
}

async function up(args: readonly string[]): Promise<void> {
  const values = parse(args, {
    name: { type: 'string', default: 'default' },
    nodes: { type: 'string', default: 'simulated:2' },
    port: { type: 'string' },
    'audit-log': { type: 'boolean', default: false },
  });
  const name = checkedName(String(values.name));
  const nodes = usageChecked(() => parseNodes(String(values.nodes)));
  const port = values.port === undefined ? {} : { port: checkedPort(String(values.port)) };
  const existing = await clusters.find(name);
  if (existing !== undefined) {
    console.log(`The cluster "${name}" runs already.\n`);
    return explain(existing);
  }
  // Here and not in the holder, so that progress is seen.
  await findBinaries(requiredBinaries(nodes));
  const began = performance.now();
  await startHolder({ name, options: { nodes, ...port, auditLog: values['audit-log'] === true } });
  console.log(`Ready after ${((performance.now() - began) / 1000).toFixed(1)} s.\n`);
  explain(await running(name));
}

async function startHolder(request: HolderRequest): Promise<void> {
  const log = openSync(await clusters.logOf(request.name), 'w');
  const holder = fork(fileURLToPath(new URL('./holder.ts', import.meta.url)), [request.name], {
    detached: true,
    stdio: ['ignore', log, log, 'ipc'],
  });
  const answer = await new Promise<HolderAnswer>((resolve, reject) => {
    holder.once('message', (message: HolderAnswer) => resolve(message));
    holder.once('error', reject);
    holder.once('exit', async () =>
      resolve({ ready: false, message: `It ended early; see ${await clusters.logOf(request.name)}` }),
    );
    holder.send(request);
  });
  holder.unref();
  if (!answer.ready) throw new Error(`The cluster did not start.\n${answer.message}`);
}

async function down(name: string): Promise<void> {
  const cluster = await clusters.find(name);
  if (cluster === undefined) {
    console.log(`There is no cluster "${name}" to take down.`);
    return;
  }
  process.kill(cluster.pid, 'SIGTERM');
  const deadline = Date.now() + 120_000;
  while (await isHolder(cluster.pid)) {
    if (Date.now() > deadline)
      throw new Error(`Process ${cluster.pid} does not end; see ${await clusters.logOf(name)}`);
    await delay(100);
  }
  await clusters.remove(name);
  console.log(`The cluster "${name}" is gone.`);
}

async function status(args: readonly string[]): Promise<void> {
  const { name } = parse(args, { name: { type: 'string' } });
  const found = (await clusters.list()).filter((cluster) => name === undefined || cluster.name === name);
  if (found.length === 0) {
    console.log(name === undefined ? 'No cluster runs.' : `No cluster "${name}" runs.`);
    process.exitCode = 1;
  }
  for (const { name, url, nodes, since, kubeconfig } of found) {
    console.log(`${name}: ${url}, nodes ${nodes}, since ${since}, kubeconfig ${kubeconfig}`);
  }
}

async function kubectl(args: readonly string[]): Promise<void> {
  const [named, ...others] = args[0] === '--name' ? args.slice(1) : ['default', ...args];
  const { kubeconfig } = await running(checkedName(named ?? ''));
  const { kubectl } = await findBinaries(['kubectl']);
  const child = spawn(kubectl, others, { stdio: 'inherit', env: { ...process.env, KUBECONFIG: kubeconfig } });
  // It is in the same process group: Ctrl-C reaches it, and it decides.
  process.on('SIGINT', () => {});
  process.exitCode = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

function explain({ name, kubeconfig, url }: RunningCluster): void {
  const option = name === 'default' ? '' : ` --name ${name}`;
  console.log(`API server:  ${url}
Kubeconfig:  export KUBECONFIG=${kubeconfig}
kubectl:     npm run -s cluster -- kubectl${option} get nodes
Remove it:   npm run cluster -- down${option}`);
}

async function running(name: string): Promise<RunningCluster> {
  const cluster = await clusters.find(name);
  if (cluster !== undefined) return cluster;
  const option = name === 'default' ? '' : ` --name ${name}`;
  throw new Error(`No cluster "${name}" runs. Start it with: npm run cluster -- up${option}`);
}

function nameIn(args: readonly string[]): string {
  return checkedName(String(parse(args, { name: { type: 'string', default: 'default' } }).name));
}

type Flags = NonNullable<NonNullable<Parameters<typeof parseArgs>[0]>['options']>;

function parse(args: readonly string[], options: Flags): Record<string, unknown> {
  return usageChecked(() => parseArgs({ args: [...args], options, allowPositionals: false }).values);
}

function usageChecked<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : error}\n\n${usage}`);
  }
}

function checkedName(name: string): string {
  if (/^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/.test(name)) return name;
  throw new UsageError(`The name "${name}" must be of at most 40 lower-case letters, digits and dashes.`);
}

function checkedPort(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
  throw new UsageError(`The port "${text}" is no number from 1 to 65535.`);
}
