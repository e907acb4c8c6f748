/**
 * `npm run demo`: a Kubernetes comes up, Mainstay is installed, the example Projects converge, a wall is torn down and
 * comes back, a good version of an application is promoted and a bad one rolled back, a Policy counts, denies and fixes. It
 * then stays, shows what changes, and takes everything away on Ctrl-C.
 *
 *   --once               end after the story; the exit code says whether it went well
 *   --node NODE          simulated:N (default simulated:2), none, or real: the rollouts are then of real requests
 *                        through a gateway, which needs Linux, root and some Debian packages
 *   --kind               a cluster of kind's, which needs Docker
 *   --context NAME       a cluster that you have, by a context of your kubeconfig
 */
import { parseArgs } from 'node:util';
import { parseNodes } from '../../cluster/index.ts';
import { install } from '../installation.ts';
import { Narrator } from './narrator.ts';
import { startOperator } from './operator.ts';
import { policyHints, tellOfPolicies } from './policies.ts';
import { tellOfAWall, tellOfProjects } from './projects.ts';
import { rolloutHints, tellOfRollouts } from './rollout.ts';
import { existingCluster, kindCluster, ownCluster, type Target, trafficCluster } from './target.ts';
import { shopFile, tellOfTraffic } from './traffic.ts';

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
// What lost against the signal may still be trying.
process.exit();

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
  await using story = new AsyncDisposableStack();
  story.defer(() => over.abort());
  const ending = AbortSignal.any([stop.signal, over.signal]);
  const watching = narrator.watch(target.kubeconfig, ending);
  const ended = Promise.race([operator.ended, watching, aborted(stop.signal)]);

  await Promise.race([tellOfProjects(target, narrator), ended]);
  await Promise.race([tellOfAWall(target, narrator), ended]);
  const going = await Promise.race([tellOfDelivery(target, ending), ended]);
  if (going !== undefined) story.use(going);
  await Promise.race([tellOfPolicies(target, narrator), ended]);

  if (options.once) return;
  narrator.chapter('Over to you. Ctrl-C takes it all away');
  narrator.say(`
  export KUBECONFIG=${target.kubeconfig}
  kubectl get mainstay -A
  kubectl describe project payments
  kubectl explain project.spec.network
  kubectl edit project payments
${policyHints}${hintsOf(target)}`);
  await ended;
}

/** What goes on when it is told. */
async function tellOfDelivery(target: Target, signal: AbortSignal): Promise<AsyncDisposable | undefined> {
  const { rollouts } = target;
  if (rollouts.by === 'Traffic') return tellOfTraffic(target, rollouts.shop, narrator, signal);
  if (rollouts.by === 'Pods') await tellOfRollouts(target, narrator, signal);
  return undefined;
}

function hintsOf(target: Target): string {
  switch (target.rollouts.by) {
    case 'Nothing':
      return '';
    case 'Pods':
      return rolloutHints;
    case 'Traffic':
      return `  $EDITOR ${shopFile(target)}; kubectl apply -f ${shopFile(target)}\n`;
  }
}

async function openTarget(): Promise<Target> {
  opening = true;
  try {
    if (options.context !== undefined) return await existingCluster(options.context);
    if (options.kind) return await kindCluster();
    const nodes = parseNodes(options.node);
    return nodes === 'real' ? await trafficCluster((text) => narrator.say(text)) : await ownCluster(nodes);
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
        node: { type: 'string', default: 'simulated:2' },
      },
    });
    if (values.kind && values.context !== undefined) throw new Error('give either --kind or --context NAME');
    return values;
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}`);
    console.error('usage: npm run demo -- [--once] [--node simulated:N|real|none | --kind | --context NAME]');
    process.exit(2);
  }
}
