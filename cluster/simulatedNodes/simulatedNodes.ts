import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { findBinaries, versions } from '../binaries/index.ts';
import type { ControlPlane } from '../controlPlane/controlPlane.ts';
import { stageFile } from './stages.ts';

/**
 * Adds nodes that exist in the API alone: pods are scheduled to them and report that they run, and no container does.
 * Named `simulated-1`, `simulated-2`, …; resolves when all are Ready.
 */
export async function addSimulatedNodes(controlPlane: ControlPlane, count: number): Promise<void> {
  const { kwok } = await findBinaries(['kwok']);
  const { reaper, files } = controlPlane;
  const stages = join(files.directory, 'stages.yaml');
  await writeFile(stages, stageFile());
  const process = await reaper.spawn({
    name: 'kwok',
    command: [
      kwok,
      `--kubeconfig=${controlPlane.kubeconfigFor('kwok', ['system:masters'])}`,
      `--config=${stages}`,
      `--manage-nodes-with-annotation-selector=${simulated}`,
      '--node-ip=10.63.0.1',
      '--cidr=10.64.0.0/10',
      // Leases are a node's heartbeat, renewed after a quarter of this. A node is lost after 50 s without one.
      `--node-lease-duration-seconds=${count > 100 ? 160 : 40}`,
    ],
    log: files.log('kwok'),
    workingDirectory: files.directory,
    // It looks for its own configuration below the home folder; a user's may say anything.
    environment: { HOME: files.directory },
  });
  for (let number = 1; number <= count; number += 1) {
    await controlPlane.api.create('/api/v1/nodes', simulatedNode(`simulated-${number}`));
  }
  const deadline = Date.now() + 30_000 + count * 100;
  let ended = false;
  void process.exited.then(() => {
    ended = true;
  });
  while ((await readyNodes(controlPlane)) < count) {
    if (ended) throw new Error(`kwok ended while the nodes were starting; see ${process.log}`);
    if (Date.now() > deadline)
      throw new Error(`the simulated nodes did not become Ready; see ${process.log}`);
    await delay(50);
  }
}

const simulated = 'kwok.x-k8s.io/node=fake';

function simulatedNode(name: string): unknown {
  const resources = { cpu: '32', memory: '256Gi', pods: '1000', 'ephemeral-storage': '1Ti' };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      annotations: { 'kwok.x-k8s.io/node': 'fake' },
      labels: {
        'kubernetes.io/hostname': name,
        'kubernetes.io/os': 'linux',
        'kubernetes.io/arch': 'amd64',
        type: 'simulated',
      },
    },
    status: {
      capacity: resources,
      allocatable: resources,
      nodeInfo: {
        architecture: 'amd64',
        operatingSystem: 'linux',
        osImage: 'simulated',
        kernelVersion: 'simulated',
        containerRuntimeVersion: 'simulated://0',
        kubeletVersion: versions.kubernetes,
        kubeProxyVersion: '',
        bootID: '',
        machineID: '',
        systemUUID: '',
      },
    },
  };
}

async function readyNodes({ api }: ControlPlane): Promise<number> {
  const list: NodeList = JSON.parse(await api.request('GET', '/api/v1/nodes?resourceVersion=0'));
  return list.items.filter(({ status }) =>
    status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True'),
  ).length;
}

/** As much of a NodeList as is read here. */
interface NodeList {
  readonly items: readonly {
    readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
  }[];
}
