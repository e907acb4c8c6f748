import { eachOf, record, records, text, within } from './json.ts';
import { withPodResources } from './podResources.ts';
import { isSameAmount } from './quantity.ts';
import type { Defaulter, Json } from './shape.ts';

/** What is filled in of pods, wherever they stand. */
export const podDefaults: Readonly<Record<string, Defaulter>> = {
  'core.v1.PodSpec': (spec) => ({
    dnsPolicy: 'ClusterFirst',
    restartPolicy: 'Always',
    schedulerName: 'default-scheduler',
    securityContext: {},
    terminationGracePeriodSeconds: 30,
    ...spec,
    ...accountOf(spec),
  }),
  'core.v1.Container': container,
  'core.v1.EphemeralContainer': container,
  'core.v1.Probe': (probe) => ({
    timeoutSeconds: 1,
    periodSeconds: 10,
    successThreshold: 1,
    failureThreshold: 3,
    ...probe,
  }),
  'core.v1.HTTPGetAction': (action) => ({ path: '/', scheme: 'HTTP', ...action }),
  'core.v1.ObjectFieldSelector': (selector) => ({ apiVersion: 'v1', ...selector }),
  'core.v1.Volume': (volume) => {
    const image = within(volume, 'image', (source) => ({
      pullPolicy: pullPolicyOf(text(source.reference)),
      ...source,
    }));
    return Object.keys(volume).some((field) => field !== 'name') ? image : { ...image, emptyDir: {} };
  },
  'core.v1.SecretVolumeSource': withMode,
  'core.v1.ConfigMapVolumeSource': withMode,
  'core.v1.DownwardAPIVolumeSource': withMode,
  'core.v1.ProjectedVolumeSource': withMode,
  'core.v1.ServiceAccountTokenProjection': (source) => ({ expirationSeconds: 3600, ...source }),
  'core.v1.HostPathVolumeSource': (source) => ({ type: '', ...source }),
};

function container(given: Json): Json {
  return {
    imagePullPolicy: pullPolicyOf(text(given.image)),
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    ...given,
  };
}

/** 0644. */
function withMode(source: Json): Json {
  return { defaultMode: 420, ...source };
}

/** An image with no tag and no digest is `latest`. */
function pullPolicyOf(image: string): string {
  const tag = /:([^:/@]+)$/.exec(image.replace(/@.*$/, ''))?.[1];
  return tag === 'latest' || (tag === undefined && !image.includes('@')) ? 'Always' : 'IfNotPresent';
}

/** An old name of the same field, which is kept alike. */
function accountOf({ serviceAccountName, serviceAccount }: Json): Json {
  const name = serviceAccountName ?? serviceAccount;
  return name === undefined ? {} : { serviceAccountName: name, serviceAccount: name };
}

/** What is filled in of a pod itself, and not of a template: by its defaults, its creation, and the admission plugins. */
export function podDefaulted(pod: Json): Json {
  const spec = record(pod.spec);
  const annotations = record(record(pod.metadata).annotations);
  const filled = withPodResources(
    eachContainer(spec, (one) => confined(requested(hostPorts(one, spec)), annotations, spec)),
  );
  return {
    ...pod,
    spec: withToken(withTolerations(withPriority({ enableServiceLinks: true, ...filled, ...own(spec) }))),
    status: { phase: 'Pending', qosClass: qualityOf(filled) },
  };
}

function own({ serviceAccountName = 'default', enableServiceLinks = true }: Json): Json {
  return { serviceAccountName, serviceAccount: serviceAccountName, enableServiceLinks };
}

function eachContainer(spec: Json, change: (container: Json) => Json): Json {
  return eachOf(eachOf(spec, 'containers', change), 'initContainers', change);
}

/** A container asks for what it is limited to. */
function requested(given: Json): Json {
  const { limits, requests } = record(given.resources);
  if (limits === undefined) return given;
  return {
    ...given,
    resources: { ...record(given.resources), requests: { ...record(limits), ...record(requests) } },
  };
}

/** On the network of its node, a port is that of the node. */
function hostPorts(given: Json, { hostNetwork }: Json): Json {
  if (hostNetwork !== true) return given;
  return eachOf(given, 'ports', (port) => ({ hostPort: port.containerPort, ...port }));
}

/** A profile of AppArmor that an annotation names, as was done before there was a field, goes into the field. */
function confined(given: Json, annotations: Json, spec: Json): Json {
  const context = record(given.securityContext);
  const profile = profileOf(
    text(annotations[`container.apparmor.security.beta.kubernetes.io/${text(given.name)}`]),
  );
  const ofPod = record(record(spec.securityContext).appArmorProfile);
  const isSaid = context.appArmorProfile !== undefined || JSON.stringify(ofPod) === JSON.stringify(profile);
  if (profile === undefined || isSaid) return given;
  return { ...given, securityContext: { ...context, appArmorProfile: profile } };
}

function profileOf(annotation: string): Json | undefined {
  if (annotation === 'unconfined') return { type: 'Unconfined' };
  if (annotation === 'runtime/default') return { type: 'RuntimeDefault' };
  const [, localhostProfile] = /^localhost\/(.+)$/.exec(annotation) ?? [];
  return localhostProfile === undefined ? undefined : { type: 'Localhost', localhostProfile };
}

function withPriority(spec: Json): Json {
  const known: Readonly<Record<string, number>> = {
    'system-node-critical': 2_000_001_000,
    'system-cluster-critical': 2_000_000_000,
  };
  const name = text(spec.priorityClassName);
  // What another class is worth only the cluster knows.
  if (name !== '' && known[name] === undefined) return spec;
  return { priority: known[name] ?? 0, preemptionPolicy: 'PreemptLowerPriority', ...spec };
}

/** For five minutes a pod stays on a node that does not answer. */
function withTolerations(spec: Json): Json {
  const tolerations = records(spec.tolerations);
  const added = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable']
    .filter(
      (taint) =>
        !tolerations.some(
          ({ key = '', effect = '' }) =>
            (key === '' || key === taint) && (effect === '' || effect === 'NoExecute'),
        ),
    )
    .map((key) => ({ effect: 'NoExecute', key, operator: 'Exists', tolerationSeconds: 300 }));
  return tolerations.length + added.length === 0
    ? spec
    : { ...spec, tolerations: [...tolerations, ...added] };
}

const tokenPath = '/var/run/secrets/kubernetes.io/serviceaccount';
const tokenVolume = 'kube-api-access';

/** The token of its service account, unless it wants none. The server ends the volume's name at random. */
function withToken(spec: Json): Json {
  if (spec.automountServiceAccountToken === false) return spec;
  const volumes = records(spec.volumes);
  const there = volumes.find((volume) => text(volume.name).startsWith(`${tokenVolume}-`));
  const name = there?.name ?? `${tokenVolume}-xxxxx`;
  const mount = { mountPath: tokenPath, name, readOnly: true };
  let mounted = false;
  const mounting = eachContainer(spec, (one) => {
    const mounts = records(one.volumeMounts);
    if (mounts.some(({ mountPath }) => mountPath === tokenPath)) return one;
    mounted = true;
    return { ...one, volumeMounts: [...mounts, mount] };
  });
  return there !== undefined || !mounted
    ? mounting
    : { ...mounting, volumes: [...volumes, tokenVolumeNamed(name)] };
}

function tokenVolumeNamed(name: unknown): Json {
  const namespace = { apiVersion: 'v1', fieldPath: 'metadata.namespace' };
  return {
    name,
    projected: {
      defaultMode: 420,
      sources: [
        { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
        { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
        { downwardAPI: { items: [{ path: 'namespace', fieldRef: namespace }] } },
      ],
    },
  };
}

/** By what the pod asks for and is limited to as a whole, or else its containers. */
function qualityOf(spec: Json): string {
  const amounts = ['cpu', 'memory'];
  const ofPod = record(spec.resources);
  const isWhole = Object.keys({ ...record(ofPod.limits), ...record(ofPod.requests) }).length > 0;
  const resources = isWhole
    ? [ofPod]
    : [...records(spec.containers), ...records(spec.initContainers)].map((one) => record(one.resources));
  const set = (list: unknown) => amounts.filter((name) => !['', '0'].includes(text(record(list)[name])));
  if (resources.every(({ limits, requests }) => set(limits).length + set(requests).length === 0))
    return 'BestEffort';
  const isFull = resources.every(
    ({ limits, requests }) =>
      set(limits).length === amounts.length &&
      amounts.every((name) => isSameAmount(text(record(limits)[name]), text(record(requests)[name]))),
  );
  return isFull ? 'Guaranteed' : 'Burstable';
}
