import { fileURLToPath } from 'node:url';

/**
 * Every program that a cluster may need, where its official build is published, and which package builds it.
 * The versions fit together; the `go.mod` of each folder beside this file pins the same ones (a test compares them).
 */
export const versions = {
  kubernetes: 'v1.36.3',
  etcd: 'v3.6.8',
  kwok: 'v0.8.0',
  coredns: 'v1.15.0',
  traefik: 'v3.6.12',
} as const;

export type BinaryName =
  | 'etcd'
  | 'kube-apiserver'
  | 'kube-controller-manager'
  | 'kube-scheduler'
  | 'kubectl'
  | 'kubelet'
  | 'kube-proxy'
  | 'kwok'
  | 'coredns'
  | 'traefik';

/** The programs of a control plane. */
export const controlPlaneBinaries = [
  'etcd',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
] as const satisfies readonly BinaryName[];

/** Where one program comes from. */
interface CatalogEntry {
  readonly name: BinaryName;
  readonly version: string;
  /** The Go module (a folder beside this file) and the package in it that builds the program. */
  readonly module: GoModule;
  readonly goPackage: string;
}

/** A folder with a go.mod and a go.sum, which pin every version and content. */
export interface GoModule {
  readonly name: 'kubernetes' | 'coredns' | 'traefik';
  readonly directory: string;
}

const kubernetesModule: GoModule = {
  name: 'kubernetes',
  directory: fileURLToPath(new URL('./kubernetes', import.meta.url)),
};
const corednsModule: GoModule = {
  name: 'coredns',
  directory: fileURLToPath(new URL('./coredns', import.meta.url)),
};
/** Pins the Gateway API too, whose definitions Traefik is compiled against. */
export const traefikModule: GoModule = {
  name: 'traefik',
  directory: fileURLToPath(new URL('./traefik', import.meta.url)),
};

export const catalog: Readonly<Record<BinaryName, CatalogEntry>> = {
  etcd: entry('etcd', versions.etcd, 'go.etcd.io/etcd/server/v3'),
  'kube-apiserver': kubernetes('kube-apiserver'),
  'kube-controller-manager': kubernetes('kube-controller-manager'),
  'kube-scheduler': kubernetes('kube-scheduler'),
  kubectl: kubernetes('kubectl'),
  kubelet: kubernetes('kubelet'),
  'kube-proxy': kubernetes('kube-proxy'),
  kwok: entry('kwok', versions.kwok, 'sigs.k8s.io/kwok/cmd/kwok'),
  coredns: entry('coredns', versions.coredns, 'github.com/coredns/coredns', corednsModule),
  traefik: entry('traefik', versions.traefik, 'github.com/traefik/traefik/v3/cmd/traefik', traefikModule),
};

function kubernetes(name: BinaryName): CatalogEntry {
  return entry(name, versions.kubernetes, `k8s.io/kubernetes/cmd/${name}`);
}

function entry(
  name: BinaryName,
  version: string,
  goPackage: string,
  module: GoModule = kubernetesModule,
): CatalogEntry {
  return { name, version, module, goPackage };
}
