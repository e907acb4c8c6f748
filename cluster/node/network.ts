import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { UndoStep } from '../processes/protocol.ts';

const execute = promisify(execFile);

/**
 * The network of one real node: a network namespace with a bridge for its pods, and a cable to the host, so that the
 * host reaches the API server and the pods by their addresses. Rules that kube-proxy makes stay inside, several clusters
 * stand beside each other, and deleting the namespace removes all.
 */
export interface NodeNetwork {
  /** Name of the network namespace. */
  readonly namespace: string;
  /** What a command is prefixed with to run inside. Not `ip netns exec`: it hides the cgroup mounts. */
  readonly enter: readonly string[];
  readonly bridge: string;
  /** The bridge's address: the node's, and the API server's. */
  readonly address: string;
  readonly podCidr: string;
  readonly serviceCidr: string;
  /** The first address of the Service range, which is the API server's inside the cluster. */
  readonly kubernetesService: string;
  readonly dnsService: string;
}

const bridge = 'mainstay0';

/**
 * Makes the network, on the first of 200 address ranges that is free on this machine. Needs root. Each step that undoes
 * it is registered as soon as the namespace is ours: a name that is another's must not be undone.
 */
export async function createNetwork(undoAtEnd: (step: UndoStep) => Promise<void>): Promise<NodeNetwork> {
  const taken = await routes();
  for (let number = 20; number < 220; number += 1) {
    const network = describe(number);
    if (taken.includes(`10.245.${number}.`) || taken.includes(`10.244.${number}.`)) continue;
    if (!(await added(network.namespace))) continue;
    // Undone last first: the cable is cut before the namespace goes, which would keep it until its last process ended.
    await undoAtEnd(tolerant(`ip netns delete ${network.namespace}`));
    await undoAtEnd(tolerant(`ip link delete ${cable(number)}`));
    await connect(network, number);
    return network;
  }
  throw new Error('no free address range for a node: 10.245.20.0/24 to 10.245.219.0/24 are all in use');
}

/** What is gone already needs no undoing. */
const tolerant = (command: string): UndoStep => ({
  kind: 'command',
  command: ['sh', '-c', `${command} 2>/dev/null || true`],
});

function describe(number: number): NodeNetwork {
  const namespace = `mainstay-${number}`;
  return {
    namespace,
    enter: ['nsenter', `--net=/run/netns/${namespace}`],
    bridge,
    address: `10.245.${number}.1`,
    podCidr: `10.245.${number}.0/24`,
    serviceCidr: '10.97.0.0/24',
    kubernetesService: '10.97.0.1',
    dnsService: '10.97.0.10',
  };
}

const cable = (number: number): string => `mainstay-${number}h`;

/** `ip netns add` refuses a name that exists: whoever adds it first has it. */
async function added(namespace: string): Promise<boolean> {
  try {
    await execute('ip', ['netns', 'add', namespace]);
    return true;
  } catch (error) {
    if (error instanceof Error && error.message.includes('File exists')) return false;
    throw error;
  }
}

async function connect(network: NodeNetwork, number: number): Promise<void> {
  const host = `10.244.${number}.1`;
  const node = `10.244.${number}.2`;
  const inside = (...words: readonly string[]): Promise<unknown> =>
    execute('ip', ['-netns', network.namespace, ...words]);
  await execute('ip', [
    'link',
    'add',
    cable(number),
    'type',
    'veth',
    'peer',
    'name',
    'uplink',
    'netns',
    network.namespace,
  ]);
  await execute('ip', ['address', 'add', `${host}/30`, 'dev', cable(number)]);
  await execute('ip', ['link', 'set', cable(number), 'up']);
  await inside('link', 'set', 'lo', 'up');
  await inside('address', 'add', `${node}/30`, 'dev', 'uplink');
  await inside('link', 'set', 'uplink', 'up');
  await inside('link', 'add', bridge, 'type', 'bridge');
  await inside('address', 'add', `${network.address}/24`, 'dev', bridge);
  await inside('link', 'set', bridge, 'up');
  // kube-proxy rewrites Service addresses on their way out; without a route there is no way out.
  await inside('route', 'add', network.serviceCidr, 'dev', bridge);
  const [command = '', ...words] = network.enter;
  await execute(command, [...words, 'sh', '-c', 'echo 1 >/proc/sys/net/ipv4/ip_forward']);
  await execute('ip', ['route', 'add', network.podCidr, 'via', node]);
}

async function routes(): Promise<string> {
  const { stdout } = await execute('ip', ['-4', 'route', 'show', 'table', 'all']);
  return stdout;
}
