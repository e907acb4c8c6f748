import fc from 'fast-check';
import { type Json, merged } from './json.ts';

export interface Pod {
  readonly apiVersion: 'v1';
  readonly kind: 'Pod';
  readonly metadata: Json & {
    readonly name: string;
    readonly namespace?: string;
    readonly annotations: Readonly<Record<string, string>>;
  };
  readonly spec: Json & {
    readonly containers: readonly Container[];
    readonly initContainers: readonly Container[];
  };
  readonly [field: string]: unknown;
}

export type Container = Json & { readonly name: string };

/** Pods that are good by the Pod Security Standards. */
export function good(): fc.Arbitrary<Pod> {
  const either = <T>(weight: number, usual: T, ...others: readonly T[]) =>
    fc.oneof(
      { weight, arbitrary: fc.constant(usual) },
      { weight: 1, arbitrary: fc.constantFrom(...(others.length > 0 ? others : [usual])) },
    );
  return fc
    .record({
      os: either<string | undefined>(5, undefined, 'linux', 'windows'),
      hostUsers: either<boolean | undefined>(3, undefined, false, true),
      nonRootAt: fc.constantFrom('pod', 'containers', 'both'),
      seccompAt: fc.constantFrom('pod', 'containers', 'both'),
      profile: either<Json>(
        4,
        { type: 'RuntimeDefault' },
        { type: 'Localhost', localhostProfile: 'web.json' },
      ),
      names: fc.constantFrom(['web'], ['web', 'helper']),
      init: fc.constantFrom([], [], ['setup'], ['proxy'], ['setup', 'proxy']),
      volumes: fc.subarray(allowedVolumes, { maxLength: 3 }),
      container: fc.subarray<Json>(neutral, { maxLength: 3 }),
      spec: fc.subarray<Json>(neutralOfPods, { maxLength: 2 }),
    })
    .map(({ os, hostUsers, nonRootAt, seccompAt, profile, names, init, volumes, container, spec }) => {
      const of = (at: string) => ({
        ...(nonRootAt === at || nonRootAt === 'both' ? { runAsNonRoot: true } : {}),
        ...(seccompAt === at || seccompAt === 'both' ? { seccompProfile: profile } : {}),
      });
      const containerOf = (name: string): Container =>
        container.reduce<Container>((all, one) => ({ ...merged(all, one), name }), {
          name,
          image: 'registry.example.com/web:1',
          ...(name === 'proxy' ? { restartPolicy: 'Always' } : {}),
          securityContext: {
            allowPrivilegeEscalation: false,
            capabilities: { drop: ['ALL'] },
            ...of('containers'),
          },
        });
      return {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'pod', annotations: {} },
        spec: {
          ...spec.reduce<Json>(merged, {
            ...(os === undefined ? {} : { os: { name: os } }),
            ...(hostUsers === undefined ? {} : { hostUsers }),
            securityContext: of('pod'),
            volumes,
          }),
          containers: names.map(containerOf),
          initContainers: init.map(containerOf),
        },
      };
    });
}

export const handlers = (host: string): readonly Json[] => [
  { httpGet: { port: 80, path: '/', host } },
  { tcpSocket: { port: 80, host } },
];

/** What no control is about. */
const neutral: Json[] = [
  { ports: [{ containerPort: 8080 }] },
  { livenessProbe: handlers('')[0], readinessProbe: { tcpSocket: { port: 80 } } },
  { lifecycle: { preStop: { exec: { command: ['true'] } }, postStart: { httpGet: { port: 80 } } } },
  { securityContext: { readOnlyRootFilesystem: true, privileged: false, procMount: 'Default' } },
  { securityContext: { runAsUser: 1000, runAsGroup: 0 } },
  { securityContext: { seLinuxOptions: { level: 's0:c1,c2', type: 'container_t' } } },
  { securityContext: { appArmorProfile: { type: 'RuntimeDefault' } } },
  { securityContext: { windowsOptions: { runAsUserName: 'app', hostProcess: false } } },
  { securityContext: { capabilities: { add: ['NET_BIND_SERVICE'] } } },
];

const neutralOfPods: Json[] = [
  { hostNetwork: false, hostPID: false, hostIPC: false },
  { securityContext: { runAsUser: 1, fsGroup: 0, supplementalGroups: [0] } },
  { securityContext: { seLinuxOptions: { type: 'container_engine_t' } } },
  { securityContext: { appArmorProfile: { type: 'Localhost', localhostProfile: 'web' } } },
  { securityContext: { sysctls: [{ name: 'net.ipv4.tcp_rmem', value: '1 2 3' }] } },
  { securityContext: { windowsOptions: { runAsUserName: 'app' } } },
  { shareProcessNamespace: true },
];

const allowedVolumes: Json[] = [
  { name: 'a', configMap: { name: 'web' } },
  { name: 'b', csi: { driver: 'csi.example.com' } },
  { name: 'c', downwardAPI: { items: [{ path: 'l', fieldRef: { fieldPath: 'metadata.labels' } }] } },
  { name: 'd', emptyDir: {} },
  {
    name: 'e',
    ephemeral: {
      volumeClaimTemplate: {
        spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
      },
    },
  },
  { name: 'f', persistentVolumeClaim: { claimName: 'web' } },
  { name: 'g', projected: { sources: [{ configMap: { name: 'web' } }] } },
  { name: 'h', secret: { secretName: 'web' } },
  { name: 'i' },
];
