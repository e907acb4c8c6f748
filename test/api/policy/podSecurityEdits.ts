import fc from 'fast-check';
import { type Json, list, merged, record } from './json.ts';
import { type Container, handlers, type Pod } from './podSecurityGood.ts';

/** A change that may make a good pod a bad one. */
export interface Edit {
  readonly spec?: Json;
  readonly annotations?: Readonly<Record<string, string>>;
  /** Of one container, whichever is the `which`-th of all. */
  readonly container?: Json;
  readonly everyContainer?: Json;
  readonly volume?: Json;
}

/** One control is as likely as the next. */
export function edits(): fc.Arbitrary<Edit> {
  const from = (...all: readonly Edit[]) => fc.constantFrom(...all);
  const context = (securityContext: Json): Edit => ({ container: { securityContext } });
  const ofPod = (securityContext: Json): Edit => ({ spec: { securityContext } });
  const both = (...all: readonly Json[]) => all.flatMap((one) => [ofPod(one), context(one)]);
  const hosts = ['10.0.0.1', 'localhost', '127.0.0.1', '::1', 'example.com'].flatMap(handlers);
  const allowed = ['kernel.shm_rmid_forced', 'net.ipv4.ip_local_reserved_ports', 'net.ipv4.tcp_wmem'];
  const unsafe = ['kernel.msgmax', 'net.core.somaxconn', 'net/ipv4/tcp_syncookies', 'net.ipv4.tcp_mem'];
  return fc.oneof(
    from({ spec: { hostNetwork: true } }, { spec: { hostPID: true } }, { spec: { hostIPC: true } }),
    from(ofPod({ windowsOptions: { hostProcess: true } }), {
      everyContainer: { securityContext: { windowsOptions: { hostProcess: true } } },
    }),
    from(context({ privileged: true })),
    from(
      ...['SYS_ADMIN', 'NET_RAW', 'SYS_TIME', 'ALL', 'CAP_CHOWN', 'chown', 'KILL'].map((name) =>
        context({ capabilities: { add: ['NET_BIND_SERVICE', name] } }),
      ),
    ),
    from(...otherVolumes.map((volume) => ({ volume }))),
    from({ volume: { hostPath: { path: '/' } } }),
    from(
      { container: { ports: [{ containerPort: 80, hostPort: 80 }] } },
      { container: { ports: [{ containerPort: 80 }, { containerPort: 81, hostPort: 81 }] } },
      { container: { ports: [{ containerPort: 80, hostPort: 0 }] } },
    ),
    fc
      .tuple(
        fc.constantFrom(...hosts),
        fc.constantFrom('livenessProbe', 'readinessProbe', 'startupProbe', 'postStart', 'preStop'),
      )
      .map(([handler, at]) => ({
        container: at.endsWith('Probe') ? { [at]: handler } : { lifecycle: { [at]: handler } },
      })),
    from(
      ...both({ appArmorProfile: { type: 'Unconfined' } }),
      ...['unconfined', 'unconfined', 'localhost/web', 'runtime/default'].map((profile) => ({
        annotations: { 'container.apparmor.security.beta.kubernetes.io/web': profile },
      })),
    ),
    from(
      ...both(
        ...[{ type: 'spc_t' }, { user: 'system_u' }, { role: 'system_r' }, { type: 'container_kvm_t' }].map(
          (seLinuxOptions) => ({ seLinuxOptions }),
        ),
      ),
    ),
    from(
      { spec: { hostUsers: false }, ...context({ procMount: 'Unmasked' }) },
      { spec: { hostUsers: false }, everyContainer: { securityContext: { procMount: 'Unmasked' } } },
    ),
    from(...both({ seccompProfile: { type: 'Unconfined' } })),
    from(...both({ seccompProfile: undefined })),
    from(
      ...[...unsafe, ...unsafe, ...allowed].map((name) => ofPod({ sysctls: [{ name, value: '1' }] })),
      ofPod({ sysctls: [allowed[0], unsafe[0]].map((name) => ({ name, value: '1' })) }),
    ),
    from(context({ allowPrivilegeEscalation: true }), context({ allowPrivilegeEscalation: undefined })),
    from(...both({ runAsNonRoot: false }, { runAsNonRoot: undefined })),
    from(...both({ runAsUser: 0 })),
    from(
      ...[undefined, [], ['NET_RAW'], ['all'], ['CAP_ALL'], ['NET_RAW', 'ALL']].map((drop) =>
        context({ capabilities: { drop } }),
      ),
    ),
  );
}

const otherVolumes: readonly Json[] = [
  { hostPath: { path: '/etc' } },
  { nfs: { server: 'nfs.example.com', path: '/' } },
  { iscsi: { targetPortal: '10.0.0.1:3260', iqn: 'iqn.2026-11.com.example:disk', lun: 0 } },
  { gcePersistentDisk: { pdName: 'disk' } },
  { awsElasticBlockStore: { volumeID: 'disk' } },
  { azureDisk: { diskName: 'disk', diskURI: 'https://example.com/disk' } },
  { azureFile: { secretName: 'share', shareName: 'share' } },
  { cephfs: { monitors: ['10.0.0.1'] } },
  { rbd: { monitors: ['10.0.0.1'], image: 'disk' } },
  { cinder: { volumeID: 'disk' } },
  { fc: { targetWWNs: ['500a0982991b8dc5'], lun: 0 } },
  { flexVolume: { driver: 'example.com/driver' } },
  { gitRepo: { repository: 'https://example.com/web.git' } },
  { glusterfs: { endpoints: 'web', path: 'web' } },
  { vsphereVolume: { volumePath: '[disks] web' } },
  { portworxVolume: { volumeID: 'disk' } },
  { scaleIO: { gateway: 'https://example.com', system: 's', secretRef: { name: 'web' }, volumeName: 'web' } },
  { storageos: { volumeName: 'web' } },
  { photonPersistentDisk: { pdID: 'disk' } },
  { image: { reference: 'registry.example.com/data:1' } },
];

export function applied(
  pod: Pod,
  { spec, annotations, container, everyContainer, volume }: Edit,
  which: number,
): Pod {
  const count = pod.spec.containers.length + pod.spec.initContainers.length;
  const edit = (one: Container, index: number): Container => {
    const own = container !== undefined && index === which % count ? merged(one, container) : one;
    return { ...merged(own, everyContainer ?? {}), name: one.name };
  };
  const volumes = [...list(pod.spec.volumes), ...(volume === undefined ? [] : [volume])];
  return {
    ...pod,
    metadata: { ...pod.metadata, annotations: { ...pod.metadata.annotations, ...annotations } },
    spec: {
      ...merged(pod.spec, spec ?? {}),
      volumes: volumes.map((one, index) => ({ ...record(one), name: `volume-${index}` })),
      containers: pod.spec.containers.map(edit),
      initContainers: pod.spec.initContainers.map((one, index) =>
        edit(one, index + pod.spec.containers.length),
      ),
    },
  };
}
