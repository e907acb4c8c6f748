import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { controlPlaneBinaries, findBinaries } from '../binaries/index.ts';
import { type ControlPlane, startControlPlane } from '../controlPlane/controlPlane.ts';
import type { ControlPlaneOptions } from '../controlPlane/options.ts';
import { createWorkspace } from '../processes/workspace.ts';
import { addDns, dnsImage } from './dns.ts';
import { writeImage } from './image.ts';
import { createNetwork, type NodeNetwork } from './network.ts';
import { missingForRealNode } from './prerequisites.ts';
import { prepareRealNode, type RealNode, startRealNode } from './realNode.ts';

/** A control plane and one real node, in a network namespace of their own that this machine reaches by its address. */
export interface RealCluster extends AsyncDisposable {
  readonly controlPlane: ControlPlane;
  readonly node: RealNode;
  /** The path of the administrator's kubeconfig. */
  readonly kubeconfig: string;
  stop(): Promise<void>;
}

const nodeName = 'node-1';
const port = 6443;

/**
 * Starts a cluster whose pods are real containers, with DNS. Needs Linux, root and some Debian packages.
 *
 * @throws Error that names what this machine lacks.
 */
export async function startRealCluster(
  options: Omit<ControlPlaneOptions, 'bindAddress' | 'port' | 'serviceCidr' | 'commandPrefix'> = {},
): Promise<RealCluster> {
  const missing = await missingForRealNode();
  if (missing.length > 0) throw new Error(`a real node cannot run here: it lacks ${missing.join('; ')}`);
  const binaries = await findBinaries([...controlPlaneBinaries, 'kubelet', 'kube-proxy', 'coredns']);
  const workspace = await createWorkspace();
  const { reaper } = workspace;
  try {
    const network = await createNetwork((step) => reaper.undoAtEnd(step));
    const directory = join(workspace.directory, 'node');
    await mkdir(directory, { mode: 0o711 });
    await prepareRealNode(reaper, network, directory);
    const controlPlane = await startControlPlane(inNetwork(network, options), workspace);
    // The API server speaks to the kubelet in the name of this user: logs, exec and port-forward depend on it.
    await controlPlane.api.create('/apis/rbac.authorization.k8s.io/v1/clusterrolebindings', {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: 'kube-apiserver-kubelet-client' },
      roleRef: {
        apiGroup: 'rbac.authorization.k8s.io',
        kind: 'ClusterRole',
        name: 'system:kubelet-api-admin',
      },
      subjects: [
        { apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'kube-apiserver-kubelet-client' },
      ],
    });
    const node = await startRealNode({
      name: nodeName,
      directory,
      network,
      reaper,
      authority: controlPlane.authority,
      kubeconfigFor: (user, groups) => controlPlane.kubeconfigFor(user, groups),
      binaries,
    });
    await addDnsTo(controlPlane, node, directory, binaries.coredns);
    await nodeReady(controlPlane);
    const stop = (): Promise<void> => controlPlane.stop();
    return { controlPlane, node, kubeconfig: controlPlane.kubeconfig, stop, [Symbol.asyncDispose]: stop };
  } catch (error) {
    await reaper.stop();
    throw error;
  }
}

function inNetwork(network: NodeNetwork, options: ControlPlaneOptions): ControlPlaneOptions {
  const [, prefixLength = '24'] = network.podCidr.split('/');
  return {
    ...options,
    bindAddress: network.address,
    port,
    serviceCidr: network.serviceCidr,
    commandPrefix: [...network.enter, '--'],
    flags: {
      ...options.flags,
      controllerManager: [
        '--allocate-node-cidrs',
        `--cluster-cidr=${network.podCidr}`,
        `--node-cidr-mask-size=${prefixLength}`,
        `--service-cluster-ip-range=${network.serviceCidr}`,
        ...(options.flags?.controllerManager ?? []),
      ],
    },
  };
}

async function addDnsTo(
  controlPlane: ControlPlane,
  node: RealNode,
  directory: string,
  coredns: string,
): Promise<void> {
  const archive = join(directory, 'coredns.tar');
  const entries = [{ path: 'coredns', file: coredns }];
  await writeImage({ name: dnsImage, entries, entrypoint: ['/coredns'] }, archive);
  await node.loadImage(archive);
  await addDns(controlPlane.api, node.network.dnsService);
}

async function nodeReady({ api }: ControlPlane): Promise<void> {
  const deadline = performance.now() + 60_000;
  for (;;) {
    const text = await api.request('GET', `/api/v1/nodes/${nodeName}`).catch(() => '{}');
    const node = JSON.parse(text) as {
      readonly status?: {
        readonly conditions?: readonly { readonly type: string; readonly status: string }[];
      };
    };
    const ready = node.status?.conditions?.find((condition) => condition.type === 'Ready');
    if (ready?.status === 'True') return;
    if (performance.now() > deadline) throw new Error(`${nodeName} did not get ready within 60 s`);
    await delay(100);
  }
}
