import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

/** What a real node needs of the machine, and the Debian package that brings it. */
const programs: Readonly<Record<string, string>> = {
  containerd: 'containerd',
  ctr: 'containerd',
  runc: 'runc',
  ip: 'iproute2',
  nft: 'nftables',
  iptables: 'iptables',
  nsenter: 'util-linux',
  tar: 'tar',
  busybox: 'busybox-static',
};

const plugins = '/usr/lib/cni';

/**
 * What this machine lacks to run a real node (kubelet and containerd), in words for a person; empty when it can.
 */
export async function missingForRealNode(): Promise<readonly string[]> {
  if (process.platform !== 'linux') return ['Linux'];
  const missing: string[] = [];
  if (process.getuid?.() !== 0) missing.push('root');
  const packages = new Set<string>();
  for (const [program, debianPackage] of Object.entries(programs)) {
    if ((await findProgram(program)) === undefined) packages.add(debianPackage);
  }
  if (!(await executable(join(plugins, 'bridge')))) packages.add('containernetworking-plugins');
  if (packages.size > 0) missing.push(`the Debian packages ${[...packages].sort().join(', ')}`);
  return missing;
}

/** The folder of the CNI plug-ins. */
export const cniPlugins = plugins;

/** Where a program lies, or undefined. Looks into the folders for administrators too, which a user's PATH may lack. */
export async function findProgram(name: string): Promise<string | undefined> {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/local/sbin', '/usr/sbin', '/sbin'];
  for (const folder of folders) {
    const path = join(folder, name);
    if (folder !== '' && (await executable(path))) return path;
  }
  return undefined;
}

async function executable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
