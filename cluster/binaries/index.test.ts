import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BinaryCache } from './cache.ts';
import { type BinaryName, catalog, versions } from './catalog.ts';
import { type BinarySources, findBinaries } from './index.ts';
import { releaseBase, releaseOf } from './releases.ts';

describe('finding the programs of Kubernetes', () => {
  let directory: string;
  let cache: BinaryCache;
  let asked: string[];
  let sources: BinarySources;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'mainstay-binaries-'));
    cache = new BinaryCache(join(directory, 'cache'));
    asked = [];
    sources = {
      environment: {},
      cache,
      progress: () => {},
      download: async ({ name, directory: into }) => {
        asked.push(`download ${name}`);
        mkdirSync(into, { recursive: true });
        return executable(join(into, name), 'downloaded');
      },
      build: async ({ names, directory: into }) => {
        asked.push(`build ${names.join(' ')}`);
        mkdirSync(into, { recursive: true });
        return new Map(names.map((name) => [name, executable(join(into, name), 'built')]));
      },
    };
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  const refused: BinarySources['download'] = ({ name }) => {
    asked.push(`download ${name}`);
    return Promise.reject(new Error('https://dl.k8s.io/: connect ECONNREFUSED'));
  };

  it('takes what KUBEBUILDER_ASSETS holds, and only the rest from elsewhere', async () => {
    const assets = join(directory, 'assets');
    mkdirSync(assets);
    executable(join(assets, 'etcd'), 'mine');
    const paths = await findBinaries(['etcd', 'kwok'], {
      ...sources,
      environment: { KUBEBUILDER_ASSETS: assets },
    });
    expect(readFileSync(paths.etcd, 'utf8')).toBe('mine');
    expect(asked).toEqual(['download kwok']);
  });

  it('takes a single program that envtest names, and says so when it cannot be run', async () => {
    const environment = { TEST_ASSET_KUBE_APISERVER: executable(join(directory, 'mine'), 'mine') };
    expect(await findBinaries(['kube-apiserver'], { ...sources, environment })).toEqual({
      'kube-apiserver': join(directory, 'mine'),
    });
    const wrong = { TEST_ASSET_KUBE_APISERVER: join(directory, 'missing') };
    await expect(findBinaries(['kube-apiserver'], { ...sources, environment: wrong })).rejects.toThrow(
      'TEST_ASSET_KUBE_APISERVER names',
    );
  });

  it('gets a program once: the next time it is in the cache', async () => {
    const first = await findBinaries(['etcd'], sources);
    expect(await findBinaries(['etcd'], sources)).toEqual(first);
    expect(asked).toEqual(['download etcd']);
  });

  it('gets a program once for two that ask at the same time', async () => {
    await Promise.all([findBinaries(['etcd'], sources), findBinaries(['etcd'], sources)]);
    expect(asked).toEqual(['download etcd']);
  });

  it('builds, in one go, what cannot be downloaded, and asks a host that failed only once', async () => {
    const paths = await findBinaries(['kube-apiserver', 'kube-scheduler'], { ...sources, download: refused });
    expect(readFileSync(paths['kube-scheduler'], 'utf8')).toBe('built');
    expect(asked).toEqual(['download kube-apiserver', 'build kube-apiserver kube-scheduler']);
  });

  it('builds nothing that was not asked for', async () => {
    await findBinaries(['kwok'], { ...sources, download: refused });
    expect(asked.at(-1)).toBe('build kwok');
    expect(existsSync(join(await cache.directoryOf('kubelet'), 'kubelet'))).toBe(false);
  });

  it('says for every source why it could not help, and what would', async () => {
    const build = () => Promise.reject(new Error('there is no Go: Go 1.26 or newer is needed'));
    const failing = findBinaries(['etcd'], { ...sources, download: refused, build });
    await expect(failing).rejects.toThrow(/no way here to get etcd(.|\n)*ECONNREFUSED(.|\n)*no Go/);
    await expect(failing).rejects.toThrow('KUBEBUILDER_ASSETS');
  });

  it('knows where each official build is published', () => {
    const urls = (['etcd', 'kube-apiserver', 'kwok', 'coredns', 'traefik'] as const).map(
      (name) => releaseOf(name, 'https://', 'linux', 'arm64')?.url,
    );
    expect(urls).toEqual([
      `https://github.com/etcd-io/etcd/releases/download/${versions.etcd}/etcd-${versions.etcd}-linux-arm64.tar.gz`,
      `https://dl.k8s.io/release/${versions.kubernetes}/bin/linux/arm64/kube-apiserver`,
      `https://github.com/kubernetes-sigs/kwok/releases/download/${versions.kwok}/kwok-linux-arm64`,
      `https://github.com/coredns/coredns/releases/download/${versions.coredns}/coredns_1.15.0_linux_arm64.tgz`,
      `https://github.com/traefik/traefik/releases/download/${versions.traefik}/traefik_${versions.traefik}_linux_arm64.tar.gz`,
    ]);
    expect(releaseOf('kube-apiserver', 'https://', 'darwin', 'arm64')).toBeUndefined();
    const base = releaseBase({ MAINSTAY_RELEASES: 'http://mirror:8080/k8s/' });
    expect(releaseOf('kubectl', base, 'darwin', 'x64')?.url).toBe(
      `http://mirror:8080/k8s/dl.k8s.io/release/${versions.kubernetes}/bin/darwin/amd64/kubectl`,
    );
  });

  it('builds the versions that it downloads', () => {
    const requirements: Readonly<Record<BinaryName, string>> = {
      etcd: 'go.etcd.io/etcd/server/v3',
      kwok: 'sigs.k8s.io/kwok',
      coredns: 'github.com/coredns/coredns',
      traefik: 'github.com/traefik/traefik/v3',
      'kube-apiserver': 'k8s.io/kubernetes',
      'kube-controller-manager': 'k8s.io/kubernetes',
      'kube-scheduler': 'k8s.io/kubernetes',
      'kube-proxy': 'k8s.io/kubernetes',
      kubectl: 'k8s.io/kubernetes',
      kubelet: 'k8s.io/kubernetes',
    };
    for (const { name, version, module, goPackage } of Object.values(catalog)) {
      const text = readFileSync(join(module.directory, 'go.mod'), 'utf8');
      expect(text).toMatch(
        new RegExp(`${requirements[name].replaceAll('.', '\\.')} ${version.replaceAll('.', '\\.')}\\b`),
      );
      expect(text).toContain(goPackage);
    }
  });
});

function executable(path: string, content: string): string {
  writeFileSync(path, content);
  chmodSync(path, 0o755);
  return path;
}
