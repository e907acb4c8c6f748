import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { CertificateAuthority } from '../certificates/authority.ts';
import type { ReapedProcess, Reaper } from '../processes/reaper.ts';
import { createCgroup } from './cgroups.ts';
import {
  cniConfiguration,
  containerdConfiguration,
  foldersIn,
  kubeletConfiguration,
  kubeProxyConfiguration,
  type NodeFolders,
} from './configuration.ts';
import { type ImageEntry, writeImage } from './image.ts';
import type { NodeNetwork } from './network.ts';

const execute = promisify(execFile);

const sandboxImage = 'mainstay.test/pause:1';
/** Debian's static busybox: `sh`, `httpd`, `nc` and the rest. Its `wget` needs a libc that is not in the image. */
export const busyboxImage = 'mainstay.test/busybox:1';

export interface RealNodeOptions {
  readonly name: string;
  /** A folder of its own, which the caller has registered with the reaper. */
  readonly directory: string;
  readonly network: NodeNetwork;
  readonly reaper: Reaper;
  readonly authority: CertificateAuthority;
  /** The path of a kubeconfig for a user and groups. */
  readonly kubeconfigFor: (user: string, groups: readonly string[]) => string;
  readonly binaries: { readonly kubelet: string; readonly 'kube-proxy': string };
}

/** A machine with kubelet, containerd and kube-proxy: real containers with addresses of their own. */
export interface RealNode {
  readonly name: string;
  readonly network: NodeNetwork;
  /** Makes the images of a docker-archive known to the node; pods then need `imagePullPolicy: IfNotPresent` or `Never`. */
  loadImage(archive: string): Promise<void>;
  /** Ends containerd as a crash would, and starts it again; containers go on running. */
  restartContainerd(): Promise<void>;
}

/**
 * Registers with the reaper what `startRealNode` will leave on the machine. To be called before the control plane is
 * started, so that undoing, which goes backwards, ends every process before it takes their network away.
 */
export async function prepareRealNode(
  reaper: Reaper,
  network: NodeNetwork,
  directory: string,
): Promise<void> {
  const program = fileURLToPath(new URL('./tearDown.ts', import.meta.url));
  await reaper.undoAtEnd({
    kind: 'command',
    command: [process.execPath, program, directory, cgroupOf(network)],
  });
}

const cgroupOf = (network: NodeNetwork): string => network.namespace;

/** Starts containerd, kubelet and kube-proxy, and imports the images that every pod stands on. */
export async function startRealNode(options: RealNodeOptions): Promise<RealNode> {
  const { directory, network, reaper } = options;
  const folders = foldersIn(directory);
  await writeConfiguration(options, folders);
  await createCgroup(cgroupOf(network));

  const start = (name: string, ...words: readonly string[]): Promise<ReapedProcess> => {
    const [program = 'nsenter', ...rest] = [...network.enter, ...words];
    return reaper.spawn({ name, command: [program, ...rest], log: join(directory, `${name}.log`) });
  };
  const startContainerd = (): Promise<ReapedProcess> =>
    start('containerd', 'containerd', '--config', join(directory, 'containerd.toml'));
  let containerd = await startContainerd();
  await containerdAnswers(folders);

  const loadImage = async (archive: string): Promise<void> => {
    await execute('ctr', [
      '--address',
      folders.containerdSocket,
      '--namespace',
      'k8s.io',
      'images',
      'import',
      archive,
    ]);
  };
  await loadBaseImages(directory, loadImage);

  const kubelet = ['--config', join(directory, 'kubelet.yaml'), '--root-dir', folders.kubeletRoot];
  const identity = ['--hostname-override', options.name, '--node-ip', network.address];
  const kubeconfig = options.kubeconfigFor(`system:node:${options.name}`, ['system:nodes']);
  await start('kubelet', options.binaries.kubelet, ...kubelet, ...identity, '--kubeconfig', kubeconfig);
  const proxy = ['--config', join(directory, 'kube-proxy.yaml'), '--hostname-override', options.name];
  await start('kube-proxy', options.binaries['kube-proxy'], ...proxy);

  return {
    name: options.name,
    network,
    loadImage,
    async restartContainerd() {
      await containerd.end();
      containerd = await startContainerd();
      await containerdAnswers(folders);
    },
  };
}

async function writeConfiguration(options: RealNodeOptions, folders: NodeFolders): Promise<void> {
  const { directory, network, name, authority } = options;
  const { containerdRoot, containerdState, cniConfiguration: cni, cniData, kubeletRoot, podLogs } = folders;
  for (const folder of [containerdRoot, containerdState, cni, cniData, kubeletRoot, podLogs]) {
    await mkdir(folder, { recursive: true });
  }
  const file = async (path: string, content: string, mode = 0o644): Promise<string> => {
    await writeFile(join(directory, path), content, { mode });
    return join(directory, path);
  };
  const serving = authority.issue({ commonName: name, hosts: [name, network.address] });
  await file('containerd.toml', containerdConfiguration(folders, sandboxImage));
  await file('cni/net.d/10-mainstay.conflist', cniConfiguration(folders, network.bridge, network.podCidr));
  const settings = {
    address: network.address,
    clientCa: await file('client-ca.crt', authority.certificate),
    servingCertificate: await file('kubelet.crt', serving.certificate),
    servingKey: await file('kubelet.key', serving.privateKey, 0o600),
    cgroupRoot: `/${cgroupOf(network)}`,
    clusterDns: network.dnsService,
    folders,
  };
  await file('kubelet.yaml', kubeletConfiguration(settings));
  const proxy = options.kubeconfigFor('system:kube-proxy', []);
  await file('kube-proxy.yaml', kubeProxyConfiguration(proxy, network.podCidr));
}

/** The pause container of every pod, and a busybox for whatever a test wants to run. */
async function loadBaseImages(directory: string, load: (archive: string) => Promise<void>): Promise<void> {
  const { stdout } = await execute('busybox', ['--list']);
  const programs = stdout.split('\n').filter((name) => name !== '' && name !== 'busybox');
  const entries: readonly ImageEntry[] = [
    { path: 'bin/busybox', file: '/bin/busybox' },
    ...programs.map((name) => ({ path: `bin/${name}`, link: 'busybox' })),
    { path: 'tmp', directory: true, mode: 0o1777 },
    { path: 'etc/passwd', text: 'root:x:0:0:root:/:/bin/sh\n' },
  ];
  const images = [
    { name: sandboxImage, entries, entrypoint: ['/bin/sleep', '2147483647'] },
    { name: busyboxImage, entries, command: ['/bin/sh'] },
  ];
  for (const [index, image] of images.entries()) {
    const archive = join(directory, `image-${index}.tar`);
    await writeImage(image, archive);
    await load(archive);
  }
}

/** Waits until containerd answers on its socket. */
async function containerdAnswers(folders: NodeFolders): Promise<void> {
  const deadline = performance.now() + 20_000;
  for (;;) {
    try {
      await execute('ctr', ['--address', folders.containerdSocket, '--timeout', '2s', 'version']);
      return;
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
