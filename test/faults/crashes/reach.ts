import type { ProjectSpec } from '../../../crds/project/schema.ts';
import type { NetworkPolicy } from '../../../operator/index.ts';
import { allows, type World, type WorldPod } from '../../network/evaluator.ts';
import { type Call, intended, type Place } from '../../network/meaning.ts';
import { namespaceOf, type Room, type Version } from './rooms.ts';

/** Everybody who might call, or be called. Nobody but the room itself has walls here: what it lets through is asked. */
interface Surroundings {
  readonly places: readonly Place[];
  readonly world: Omit<World, 'policies'>;
}

const ports = [
  { port: 53, protocol: 'UDP' },
  { port: 443, protocol: 'TCP' },
  { port: 8080, protocol: 'TCP' },
  { port: 8443, protocol: 'TCP' },
] as const;

const outside: readonly Place[] = [
  { end: '1.1.1.1', outside: { is: 'internet', callable: [], admitted: [] } },
  { end: '10.9.0.9', outside: { callable: [], admitted: [] } },
  { end: '169.254.169.254', outside: { callable: [], admitted: [] } },
];

/**
 * What the NetworkPolicies of a namespace let through though no spec that people can mean at this instant does. The
 * policies are read by what the API's documentation says of them, the specs by what the Project's says.
 */
export function openings(room: Room): readonly string[] {
  const { places, world } = surroundingsOf(room);
  const own = places.find(({ pod }) => pod?.namespace === room.name);
  if (own === undefined) return [];
  const policies = [...room.policies.values()].map(({ metadata, spec }) => ({
    metadata: { name: metadata.name, namespace: room.name },
    ...(spec === undefined ? {} : { spec }),
  }));
  const calls = places
    .filter((place) => place !== own)
    .flatMap((other) =>
      ports.flatMap((port) => [
        { from: own, to: other, ...port },
        { from: other, to: own, ...port },
      ]),
    );
  return calls
    .filter((call) => happens({ ...world, policies }, call) && !room.versions.some((one) => means(one, call)))
    .map(({ from, to, port, protocol }) => `${from.end} to ${to.end} on ${port}/${protocol}`);
}

function happens(world: World, { from, to, port, protocol }: Call): boolean {
  const end = (place: Place) => (place.pod === undefined ? { ip: place.end } : place.end);
  return allows(world, { from: end(from), to: end(to), port, protocol });
}

/** Other Projects are left out: what they let through is asked of their own namespaces. */
function means({ project, spec }: Version, call: Call): boolean {
  return intended(new Map<string, ProjectSpec>([[project, spec]]), call);
}

function surroundingsOf({ name, versions, policies }: Room): Surroundings {
  const specs = versions.flatMap(({ project, spec }) => [
    ...spec.environments.map((environment) => namespaceOf(project, environment)),
    ...peersIn(spec),
  ]);
  // By name: nobody else ever has a namespace of that name, so that a rule may name it whether it is there or not.
  const known = new Set([name, ...specs, ...[...policies.values()].flatMap(({ spec }) => namedIn(spec))]);
  const pods = [
    ...[...known]
      .filter((one) => one !== 'kube-system')
      .map((namespace) => ({ namespace, labels: { app: 'web' }, ...whose(namespace) })),
    { namespace: 'elsewhere', labels: { app: 'web' } },
    { namespace: 'another-prod', labels: { app: 'web' }, project: 'another', environment: 'prod' },
    { namespace: 'kube-system', labels: { 'k8s-app': 'kube-dns' } },
    { namespace: 'kube-system', labels: { 'k8s-app': 'other' } },
  ];
  const places = pods.map(({ labels, ...pod }, index): Place => {
    const namespaceLabels = { 'kubernetes.io/metadata.name': pod.namespace };
    return {
      end: `${pod.namespace}/pod-${index}`,
      pod: { ...pod, labels: labelsOf(labels), namespaceLabels, namedPorts: { http: 8080 } },
    };
  });
  return {
    places: [...places, ...outside],
    world: {
      namespaces: [...new Set(pods.map(({ namespace }) => namespace))].map((namespace) => ({
        name: namespace,
      })),
      pods: pods.map(
        ({ namespace, labels }, index): WorldPod => ({
          namespace,
          name: `pod-${index}`,
          labels: labelsOf(labels),
          ips: [`10.244.1.${index + 1}`],
        }),
      ),
    },
  };
}

function labelsOf(labels: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(labels).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  );
}

/** Namespaces here are named by Project and environment. */
function whose(namespace: string): { readonly project: string; readonly environment: string } {
  const end = namespace.lastIndexOf('-');
  return { project: namespace.slice(0, end), environment: namespace.slice(end + 1) };
}

/** Every namespace that the rules select by its name, whatever else they say. */
function namedIn(spec: NetworkPolicy['spec']): readonly string[] {
  const peers = [
    ...(spec?.ingress ?? []).flatMap((rule) => rule.from ?? []),
    ...(spec?.egress ?? []).flatMap((rule) => rule.to ?? []),
  ];
  return peers.flatMap(({ namespaceSelector }) => [
    ...Object.values(namespaceSelector?.matchLabels ?? {}),
    ...(namespaceSelector?.matchExpressions ?? []).flatMap(({ values }) => values ?? []),
  ]);
}

/** The namespaces of the peers. Of one that names no environment all are meant: some stand for them. */
function peersIn({ network }: ProjectSpec): readonly string[] {
  const peers = [
    ...(network.ingress ?? []).flatMap(({ from }) => from),
    ...(network.egress ?? []).flatMap(({ to }) => to),
  ];
  return peers.flatMap(({ project, environment }) =>
    project === undefined ? [] : ['dev', 'prod', environment ?? 'test'].map((one) => `${project}-${one}`),
  );
}
