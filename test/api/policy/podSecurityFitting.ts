import { type Json, list, record } from './json.ts';
import type { Container, Pod } from './podSecurityGood.ts';

/** Without what an API server would not take, whoever asks. */
export function fitting(pod: Pod): Pod {
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

export function fittingContainer(container: Json, drop: Drop): Json {
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
