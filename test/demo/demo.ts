/**
 * `npm run demo`: a Kubernetes comes up, Mainstay is installed, the example Projects converge, a wall is torn down and
 * comes back. It then stays, shows what changes, and takes everything away on Ctrl-C.
 *
 *   --once               end after the story; the exit code says whether it went well
 *   --nodes NODES        simulated:N (default simulated:2), real or none
 *   --kind               a cluster of kind's, which needs Docker
 *   --context NAME       a cluster that you have, by a context of your kubeconfig
 */
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { parseNodes } from '../../cluster/index.ts';
import { eventually } from '../eventually.ts';
import { install } from '../installation.ts';
import { Narrator } from './narrator.ts';
import { startOperator } from './operator.ts';
import { existingCluster, kindCluster, ownCluster, type Target } from './target.ts';

const examples = fileURLToPath(new URL('../../examples/', import.meta.url));
const projects = ['ledger', 'payments', 'storefront'];

const options = readOptions();
const stop = new AbortController();
let opening = false;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => {
    // What a cluster needs may take minutes to build. Nothing has to be waited for: whatever has been started ends with us.
    if (opening) process.exit(130);
    stop.abort();
  });
}
const narrator = new Narrator();

try {
  await tell();
} catch (error) {
  if (!stop.signal.aborted) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
if (stop.signal.aborted) {
  console.log('Everything is gone again.');
  if (options.once) process.exitCode = 130;
}

async function tell(): Promise<void> {
  narrator.chapter('A Kubernetes of its own');
  await using target = await openTarget();
  narrator.done(`${target.description}: ready`);
  stop.signal.throwIfAborted();

  narrator.chapter('Mainstay is installed');
  await install(target.kubectl);
  narrator.done(
    'kubectl apply -f manifests/dist/install.yaml: definitions, guards, the rights of the operator',
  );
  const operator = await startOperator(target);
  narrator.done(
    'the operator runs beside the cluster, as its ServiceAccount and with no more rights than that',
  );
  const over = new AbortController();
  using story = new DisposableStack();
  story.defer(() => over.abort());
  const watching = narrator.watch(target.kubeconfig, AbortSignal.any([stop.signal, over.signal]));
  const ended = Promise.race([operator.ended, watching, aborted(stop.signal)]);

  narrator.chapter('The example Projects: kubectl apply -f examples/');
  await Promise.race([converge(target), ended]);
  console.log(`\n${await target.kubectl.run('get', 'projects')}`);

  narrator.chapter('Somebody tears down a wall of payments');
  await Promise.race([tearDownAWall(target), ended]);

  if (options.once) return;
  narrator.chapter('Over to you. Ctrl-C takes it all away');
  console.log(`
  export KUBECONFIG=${target.kubeconfig}
  kubectl get mainstay -A
  kubectl describe project payments
  kubectl explain project.spec.network
  kubectl edit project payments
`);
  await ended;
}

async function converge({ kubectl }: Target): Promise<void> {
  // The kind is new to the API server, which may refuse it for a moment.
  await eventually(() => kubectl.run('apply', '-f', examples));
  const names = projects.map((name) => `project/${name}`);
  try {
    await kubectl.run('wait', '--for=condition=Ready', ...names, '--timeout=120s');
  } catch (error) {
    throw new Error(
      `${error instanceof Error ? error.message : error}\n${await kubectl.run('get', 'projects')}`,
    );
  }
}

/** A member of the team may not; whoever acts as the operator itself may, and does not get far. */
async function tearDownAWall({ kubectl }: Target): Promise<void> {
  const namespace = ['-n', 'payments-prod'];
  const first = ['get', 'networkpolicies', ...namespace, '-o', 'jsonpath={.items[0].metadata.name}'];
  const name = await kubectl.run(...first);
  const remove = ['delete', 'networkpolicy', name, ...namespace];

  console.log(`  $ kubectl ${remove.join(' ')} --as=mallory --as-group=payments-team`);
  const refused = await kubectl.attempt([...remove, '--as=mallory', '--as-group=payments-team']);
  if (refused.code === 0) throw new Error('a member of the team could delete a wall');
  console.log(`  ${refused.stderr.trim()}`);

  const uid = () => kubectl.run('get', 'networkpolicy', name, ...namespace, '-o', 'jsonpath={.metadata.uid}');
  const before = await uid();
  const operator = '--as=system:serviceaccount:mainstay-system:mainstay';
  console.log(`  $ kubectl ${remove.join(' ')} ${operator}`);
  await kubectl.run(...remove, '--wait=false', operator);
  await eventually(async () => {
    if ((await uid()) === before) throw new Error(`${name} has not been deleted`);
  });
  narrator.done(`${name} is back`);
}

async function openTarget(): Promise<Target> {
  opening = true;
  try {
    if (options.context !== undefined) return await existingCluster(options.context);
    if (options.kind) return await kindCluster();
    return await ownCluster(parseNodes(options.nodes));
  } finally {
    opening = false;
  }
}

/** Rejects when the signal aborts; never resolves. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        once: { type: 'boolean', default: false },
        kind: { type: 'boolean', default: false },
        context: { type: 'string' },
        nodes: { type: 'string', default: 'simulated:2' },
      },
    });
    if (values.kind && values.context !== undefined) throw new Error('give either --kind or --context NAME');
    return values;
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}`);
    console.error(
      'usage: npm run demo -- [--once] [--nodes simulated:N|real|none | --kind | --context NAME]',
    );
    process.exit(2);
  }
}
