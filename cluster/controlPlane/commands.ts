import { isIP } from 'node:net';
import type { BinaryPaths } from '../binaries/index.ts';
import type { ControlPlaneFiles } from './files.ts';
import type { Component, ControlPlaneOptions } from './options.ts';

export const defaultServiceCidr = '10.96.0.0/16';
export const defaultBindAddress = '127.0.0.1';

/**
 * etcd is reached by a socket in the cluster's folder: no port to fight over, and nobody but its owner gets at it.
 * The form `unix://name:1` is the one that both etcd and the API server take; it is a file `name:1` in the folder
 * that the program runs in.
 */
export const etcdSocket = 'etcd:1';

type ControlPlaneBinaries = BinaryPaths<
  'etcd' | 'kube-apiserver' | 'kube-controller-manager' | 'kube-scheduler'
>;

/** The command of each component. */
export class ComponentCommands {
  readonly #binaries: ControlPlaneBinaries;
  readonly #files: ControlPlaneFiles;
  readonly #options: ControlPlaneOptions;

  constructor(binaries: ControlPlaneBinaries, files: ControlPlaneFiles, options: ControlPlaneOptions) {
    this.#binaries = binaries;
    this.#files = files;
    this.#options = options;
  }

  etcd(): readonly [string, ...string[]] {
    return this.#command('etcd', this.#binaries.etcd, [
      '--name=cluster',
      `--data-dir=${this.#files.directory}/etcd`,
      // The data is gone with the cluster: nothing to save it for.
      '--unsafe-no-fsync',
      `--listen-client-urls=unix://${etcdSocket}`,
      `--advertise-client-urls=unix://${etcdSocket}`,
      '--listen-peer-urls=unix://peer:1',
      '--initial-advertise-peer-urls=unix://peer:1',
      '--initial-cluster=cluster=unix://peer:1',
      '--log-level=warn',
    ]);
  }

  apiServer(port: number): readonly [string, ...string[]] {
    const file = (name: string): string => this.#files.certificate(name);
    const bindAddress = this.#options.bindAddress ?? defaultBindAddress;
    const audit = [
      `--audit-policy-file=${file('audit-policy.yaml')}`,
      `--audit-log-path=${auditLogPath(this.#files)}`,
      // In megabytes; at the end of a file the log would go on in another.
      '--audit-log-maxsize=100000',
    ];
    return this.#command('apiServer', this.#binaries['kube-apiserver'], [
      `--etcd-servers=unix://${etcdSocket}`,
      `--bind-address=${bindAddress}`,
      `--advertise-address=${bindAddress}`,
      // A loopback address is no endpoint that anybody in the cluster could reach.
      ...(isLoopback(bindAddress) ? ['--endpoint-reconciler-type=none'] : []),
      `--secure-port=${port}`,
      `--tls-cert-file=${file('apiserver.crt')}`,
      `--tls-private-key-file=${file('apiserver.key')}`,
      `--client-ca-file=${file('ca.crt')}`,
      '--authorization-mode=Node,RBAC',
      '--enable-admission-plugins=NodeRestriction',
      '--anonymous-auth=false',
      `--requestheader-client-ca-file=${file('front-proxy-ca.crt')}`,
      '--requestheader-allowed-names=front-proxy-client',
      '--requestheader-extra-headers-prefix=X-Remote-Extra-',
      '--requestheader-group-headers=X-Remote-Group',
      '--requestheader-username-headers=X-Remote-User',
      `--proxy-client-cert-file=${file('front-proxy-client.crt')}`,
      `--proxy-client-key-file=${file('front-proxy-client.key')}`,
      '--enable-aggregator-routing=true',
      '--service-account-issuer=https://kubernetes.default.svc.cluster.local',
      `--service-account-key-file=${file('service-accounts.pub')}`,
      `--service-account-signing-key-file=${file('service-accounts.key')}`,
      `--service-cluster-ip-range=${this.#options.serviceCidr ?? defaultServiceCidr}`,
      `--kubelet-client-certificate=${file('apiserver-kubelet-client.crt')}`,
      `--kubelet-client-key=${file('apiserver-kubelet-client.key')}`,
      `--kubelet-certificate-authority=${file('ca.crt')}`,
      '--kubelet-preferred-address-types=InternalIP',
      '--allow-privileged=true',
      ...(this.#options.auditLog === true ? audit : []),
    ]);
  }

  controllerManager(kubeconfig: string): readonly [string, ...string[]] {
    const file = (name: string): string => this.#files.certificate(name);
    const qps = this.#options.controllerManagerQps ?? 500;
    return this.#command('controllerManager', this.#binaries['kube-controller-manager'], [
      `--kubeconfig=${kubeconfig}`,
      '--secure-port=0',
      '--leader-elect=false',
      '--use-service-account-credentials',
      `--service-account-private-key-file=${file('service-accounts.key')}`,
      `--root-ca-file=${file('ca.crt')}`,
      `--cluster-signing-cert-file=${file('ca.crt')}`,
      `--cluster-signing-key-file=${file('ca.key')}`,
      `--kube-api-qps=${qps}`,
      `--kube-api-burst=${qps * 2}`,
    ]);
  }

  scheduler(kubeconfig: string): readonly [string, ...string[]] {
    return this.#command('scheduler', this.#binaries['kube-scheduler'], [
      `--kubeconfig=${kubeconfig}`,
      '--secure-port=0',
      '--leader-elect=false',
    ]);
  }

  #command(component: Component, program: string, flags: readonly string[]): readonly [string, ...string[]] {
    const extra = this.#options.flags?.[component] ?? [];
    const [first = program, ...rest] = [...(this.#options.commandPrefix ?? []), program, ...flags, ...extra];
    return [first, ...rest];
  }
}

export function auditLogPath(files: ControlPlaneFiles): string {
  return files.log('audit');
}

/** The first address of an IPv4 range: that of the Service `kubernetes`. */
export function firstServiceAddress(cidr: string): string {
  const [network = ''] = cidr.split('/');
  if (isIP(network) !== 4) throw new Error(`serviceCidr ${cidr} is not an IPv4 range such as 10.96.0.0/16`);
  const [a, b, c, d] = network.split('.').map(Number);
  return `${a}.${b}.${c}.${(d ?? 0) + 1}`;
}

function isLoopback(address: string): boolean {
  return address.startsWith('127.') || address === '::1';
}
