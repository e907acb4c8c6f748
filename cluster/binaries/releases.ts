import { type BinaryName, catalog } from './catalog.ts';

/** Where the official build of a program is published, and what vouches for it. */
export interface Release {
  readonly url: string;
  readonly checksum: Checksum;
  /** The path of the program in the archive, if the download is a gzipped tar and not the program itself. */
  readonly member?: string;
}

export type Checksum =
  /** A file that is the hash, or starts with it. */
  | { readonly kind: 'file'; readonly url: string }
  /** A file with a line `<hash>  <name>` for each file of the release. */
  | { readonly kind: 'list'; readonly url: string; readonly file: string }
  /** GitHub's description of the release, which has the hash of each asset. For projects that publish no other. */
  | { readonly kind: 'github'; readonly url: string; readonly asset: string };

/**
 * Where downloads come from: `https://` by default. A mirror is the same paths below one address, the host first:
 * `<mirror>/dl.k8s.io/release/v1.36.3/bin/linux/amd64/kubectl`.
 */
export function releaseBase(environment: Readonly<Record<string, string | undefined>> = process.env): string {
  const mirror = environment.MAINSTAY_RELEASES;
  return mirror ? `${mirror.replace(/\/+$/, '')}/` : 'https://';
}

/** Undefined where nothing is published for the platform: Kubernetes' servers are, for Linux alone. */
export function releaseOf(
  name: BinaryName,
  base: string = releaseBase(),
  platform: string = process.platform,
  machine: string = process.arch,
): Release | undefined {
  const { version } = catalog[name];
  const architecture = machine === 'x64' ? 'amd64' : machine;
  const number = version.slice(1);
  switch (name) {
    case 'etcd': {
      if (platform !== 'linux') return undefined;
      const file = `etcd-${version}-${platform}-${architecture}`;
      const folder = `${base}github.com/etcd-io/etcd/releases/download/${version}`;
      return {
        url: `${folder}/${file}.tar.gz`,
        checksum: { kind: 'list', url: `${folder}/SHA256SUMS`, file: `${file}.tar.gz` },
        member: `${file}/etcd`,
      };
    }
    case 'kwok': {
      const asset = `kwok-${platform}-${architecture}`;
      return {
        url: `${base}github.com/kubernetes-sigs/kwok/releases/download/${version}/${asset}`,
        checksum: {
          kind: 'github',
          url: `${base}api.github.com/repos/kubernetes-sigs/kwok/releases/tags/${version}`,
          asset,
        },
      };
    }
    case 'coredns': {
      const file = `coredns_${number}_${platform}_${architecture}.tgz`;
      const url = `${base}github.com/coredns/coredns/releases/download/${version}/${file}`;
      return { url, checksum: { kind: 'file', url: `${url}.sha256` }, member: 'coredns' };
    }
    case 'traefik': {
      const folder = `${base}github.com/traefik/traefik/releases/download/${version}`;
      const file = `traefik_${version}_${platform}_${architecture}.tar.gz`;
      const checksums = `${folder}/traefik_${version}_checksums.txt`;
      return {
        url: `${folder}/${file}`,
        checksum: { kind: 'list', url: checksums, file },
        member: 'traefik',
      };
    }
    default: {
      if (platform !== 'linux' && name !== 'kubectl') return undefined;
      const url = `${base}dl.k8s.io/release/${version}/bin/${platform}/${architecture}/${name}`;
      return { url, checksum: { kind: 'file', url: `${url}.sha256` } };
    }
  }
}
