import fc from 'fast-check';

/** Pods as people write them, good and bad by the Pod Security Standards, all of which an API server takes. */

export type Json = { readonly [field: string]: unknown };

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

/** A change that may make a good pod a bad one. */
interface Edit {
  readonly spec?: Json;
  readonly annotations?: Readonly<Record<string, string>>;
  /** Of one container, whichever is the `which`-th of all. */
  readonly container?: Json;
  readonly everyContainer?: Json;
  readonly volume?: Json;
}

/** Two in five are left good; the others get up to three edits. */
export const pods = (): fc.Arbitrary<Pod> =>
  fc
    .tuple(
      good(),
      fc.oneof(
        { weight: 2, arbitrary: fc.constant([]) },
        { weight: 3, arbitrary: fc.array(fc.tuple(edits(), fc.nat(7)), { minLength: 1, maxLength: 3 }) },
      ),
    )
    .map(([pod, all]) => fitting(all.reduce((edited, [edit, which]) => applied(edited, edit, which), pod)));

/** A container to debug with, good or bad. */
export const ephemeralContainers = (): fc.Arbitrary<Container> =>
  fc.array(edits(), { maxLength: 2 }).map((all) => {
    const edited = all.reduce<Json>(
      (container, edit) => merged(container, edit.container ?? edit.everyContainer ?? {}),
      { image: 'debug:1', securityContext: hardened },
    );
    // What only containers that serve have.
    const { ports, lifecycle, livenessProbe, readinessProbe, startupProbe, ...others } = edited;
    // The pod is on Linux, with the users of its host.
    return { ...fittingContainer(others, { windowsOptions: true, procMount: true }), name: 'debug' };
  });

const hardened = {
  allowPrivilegeEscalation: false,
  runAsNonRoot: true,
  capabilities: { drop: ['ALL'] },
  seccompProfile: { type: 'RuntimeDefault' },
};

function good(): fc.Arbitrary<Pod> {
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

const handlers = (host: string): readonly Json[] => [
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

/** One control is as likely as the next. */
function edits(): fc.Arbitrary<Edit> {
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

function applied(
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

/** Without what an API server would not take, whoever asks. */
function fitting(pod: Pod): Pod {
  const { os, volumes } = pod.spec;
  const windows = record(os).name === 'windows';
  const linux = record(os).name === 'linux';
  const annotated = Object.keys(pod.metadata.annotations).length > 0;
  const all = [...pod.spec.containers, ...pod.spec.initContainers];
  const isHostProcess = (of: unknown) =>
    record(record(record(of).securityContext).windowsOptions).hostProcess === true;
  const hostProcess = !linux && (isHostProcess(pod.spec) || all.some(isHostProcess));
  const spec: Json = hostProcess ? { ...pod.spec, hostNetwork: true } : pod.spec;
  const inHost = ['hostNetwork', 'hostPID', 'hostIPC'].some(
    (field) => spec[field] === true && !(windows && field !== 'hostNetwork'),
  );
  const hostUsers = inHost || windows ? undefined : spec.hostUsers;
  const drop = {
    windowsOptions: linux,
    appArmorProfile: windows || annotated,
    procMount: windows || hostUsers !== false,
    sysctls: windows || inHost,
    ...Object.fromEntries((windows ? linuxOnly : []).map((field) => [field, true])),
  };
  let port = 8000;
  const container = (one: Container): Container => {
    const fits = fittingContainer(one, drop);
    const serves = one.name !== 'setup';
    const windowsOptions = record(record(fits.securityContext).windowsOptions);
    return {
      ...fits,
      name: one.name,
      ...(hostProcess
        ? {
            securityContext: {
              ...record(fits.securityContext),
              windowsOptions: { ...windowsOptions, hostProcess: true },
            },
          }
        : {}),
      ports: list(fits.ports).map((given) => {
        port += 1;
        const { hostPort } = record(given);
        const own =
          spec.hostNetwork === true || (typeof hostPort === 'number' && hostPort > 0) ? port : hostPort;
        return {
          containerPort: port,
          ...(own === undefined || spec.hostNetwork === true ? {} : { hostPort: own }),
        };
      }),
      ...(serves
        ? {}
        : {
            lifecycle: undefined,
            livenessProbe: undefined,
            readinessProbe: undefined,
            startupProbe: undefined,
          }),
    };
  };
  const of = (field: string) => (windows ? undefined : spec[field]);
  return {
    ...pod,
    metadata: { ...pod.metadata, annotations: windows ? {} : pod.metadata.annotations },
    spec: {
      ...spec,
      hostUsers,
      hostPID: of('hostPID'),
      hostIPC: of('hostIPC'),
      shareProcessNamespace: spec.hostPID === true ? undefined : of('shareProcessNamespace'),
      securityContext: fittingContext(record(spec.securityContext), drop),
      volumes: list(volumes),
      containers: pod.spec.containers.map(container),
      initContainers: pod.spec.initContainers.map(container),
    },
  };
}

/** What a pod for Windows may not say. */
const linuxOnly = [
  'allowPrivilegeEscalation',
  'capabilities',
  'fsGroup',
  'privileged',
  'readOnlyRootFilesystem',
  'runAsGroup',
  'runAsUser',
  'seccompProfile',
  'seLinuxOptions',
  'supplementalGroups',
];

type Drop = Readonly<Record<string, boolean>>;

function fittingContainer(container: Json, drop: Drop): Json {
  const { livenessProbe, readinessProbe, startupProbe, lifecycle, ...others } = container;
  const { postStart, preStop } = record(lifecycle);
  const probes = { livenessProbe, readinessProbe, startupProbe };
  return {
    ...others,
    ...mapped(probes, oneHandler),
    lifecycle: lifecycle === undefined ? undefined : mapped({ postStart, preStop }, oneHandler),
    securityContext: fittingContext(record(container.securityContext), drop),
  };
}

/** Of what came from several edits, the last. */
function oneHandler(handler: unknown): unknown {
  const last = Object.entries(record(handler)).at(-1);
  return last === undefined ? undefined : Object.fromEntries([last]);
}

function mapped(fields: Json, change: (value: unknown) => unknown): Json {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, change(value)]));
}

function fittingContext(context: Json, drop: Drop): Json {
  const kept = Object.fromEntries(Object.entries(context).filter(([field]) => drop[field] !== true));
  const mightGain =
    kept.privileged === true ||
    list(record(kept.capabilities).add).some((name) => String(name).endsWith('SYS_ADMIN'));
  const gains = mightGain && kept.allowPrivilegeEscalation === false;
  return {
    ...kept,
    ...(gains ? { allowPrivilegeEscalation: undefined } : {}),
    ...Object.fromEntries(
      ['seccompProfile', 'appArmorProfile'].flatMap((field) => {
        const { type, localhostProfile } = record(kept[field]);
        return type === undefined
          ? []
          : [[field, type === 'Localhost' ? { type, localhostProfile } : { type }]];
      }),
    ),
  };
}

/** Objects field by field; what is undefined is taken out. */
function merged(base: Json, change: Json): Json {
  const all = { ...base };
  for (const [field, value] of Object.entries(change)) {
    const isNested = isRecord(value) && isRecord(base[field]);
    all[field] = isNested ? merged(record(base[field]), value) : value;
  }
  return all;
}

function isRecord(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function record(value: unknown): Json {
  return isRecord(value) ? value : {};
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
