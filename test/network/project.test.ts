import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import * as z from 'zod';
import { planNetworkPolicies } from '../../controllers/project/plan/network/index.ts';
import type { Neighbour } from '../../controllers/project/plan/network/neighbour.ts';
import { addressRanges } from '../../controllers/project/plan/network/ranges.ts';
import { networkSettings } from '../../controllers/project/plan/network/settings.ts';
import { type ProjectSpec, projectSpec } from '../../crds/project/schema.ts';
import { allows, type World } from './evaluator.ts';
import { type Call, intended, type Outside, type Place } from './meaning.ts';

// The walls by meaning: what the planned NetworkPolicies let through, as an evaluator of the NetworkPolicy API tells it, is
// what the Projects say, as their documentation tells it.

const settings = networkSettings.parse({
  clusterRanges: {
    pods: ['10.244.0.0/16', 'fd12::/48'],
    services: ['10.96.0.0/16'],
    nodes: ['10.10.0.0/24'],
  },
  gateways: [{ namespace: 'gateways', podLabels: { app: 'gateway' } }, { cidr: '10.10.0.5/32' }],
  apiServer: { addresses: ['10.96.0.1', '10.10.0.2/32'] },
});
const ranges = addressRanges(settings);

const [all4, all6, ten, card] = ['0.0.0.0/0', '::/0', '10.0.0.0/8', '203.0.113.0/24'];
const outside: Readonly<Record<string, Outside>> = {
  '1.1.1.1': { is: 'internet', callable: [all4], admitted: [all4] },
  '203.0.113.9': { is: 'internet', callable: [all4, card], admitted: [all4, card] },
  '2606:4700::1111': { is: 'internet', callable: [all6], admitted: [all6] },
  '64:ff9b::101:101': { is: 'internet', callable: [all6], admitted: [all6] },
  '10.9.0.9': { callable: [all4, ten], admitted: [all4, ten] },
  'fd00:9::9': { callable: [all6], admitted: [all6] },
  '64:ff9b::a09:9': { callable: [all6], admitted: [all6] },
  '10.10.0.7': { callable: [], admitted: [all4, ten] },
  '10.10.0.5': { is: 'gateway', callable: [], admitted: [all4, ten] },
  '10.10.0.2': { is: 'apiServer', callable: [], admitted: [all4, ten] },
  '10.96.0.1': { is: 'apiServer', callable: [], admitted: [] },
  '10.96.3.4': { callable: [], admitted: [] },
  '169.254.169.254': { callable: [], admitted: [all4, '169.254.169.254/32'] },
  '64:ff9b::a9fe:a9fe': { callable: [], admitted: [all6] },
  'fd00:ec2::254': { callable: [], admitted: [all6] },
  'fe80::1': { callable: [], admitted: [all6] },
  '2002:af4:1::1': { callable: [], admitted: [all6] },
};
const strangers = [
  { namespace: 'kube-system', labels: { 'k8s-app': 'kube-dns' } },
  { namespace: 'kube-system', labels: { 'k8s-app': 'metrics' } },
  { namespace: 'gateways', labels: { app: 'gateway' } },
  { namespace: 'gateways', labels: { app: 'other' } },
  { namespace: 'monitoring', labels: { 'app.kubernetes.io/name': 'prometheus' } },
  { namespace: 'monitoring', labels: { app: 'api' } },
  { namespace: 'wild', labels: { app: 'api' } },
];
const namespaceLabels: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  monitoring: { team: 'ops' },
};

interface Scene {
  readonly specs: ReadonlyMap<string, ProjectSpec>;
  readonly places: readonly Place[];
  readonly world: World;
}

/** All that the Projects make, with pods in it, and the world around. */
function scene(
  specs: ReadonlyMap<string, ProjectSpec>,
  isHeld: (namespace: string) => boolean = () => true,
): Scene {
  const neighbours = new Map<string, Neighbour>();
  for (const [name, spec] of specs) {
    const held = spec.environments
      .map(
        (environment) =>
          [environment.name, { name: environment.namespace ?? `${name}-${environment.name}` }] as const,
      )
      .filter(([, namespace]) => isHeld(namespace.name));
    neighbours.set(name, { name, spec, namespaces: new Map(held) });
  }
  const inside = [...neighbours.values()].flatMap((project) =>
    [...project.namespaces].map(([environment, { name: namespace }]) => ({
      project,
      environment,
      namespace,
    })),
  );
  const policies = inside.flatMap(({ project, environment, namespace }) =>
    planNetworkPolicies({
      project,
      environment,
      settings,
      ranges,
      find: (name) => neighbours.get(name),
    }).policies.map(({ name, spec }) => ({ metadata: { name, namespace }, spec })),
  );
  const pods: Place[] = [
    ...strangers.map((stranger) => ({ ...stranger, project: undefined, environment: undefined })),
    ...inside.flatMap(({ project, environment, namespace }) =>
      ['api', 'web'].map((app) => ({ namespace, labels: { app }, project: project.name, environment })),
    ),
  ].map(({ namespace, labels, project, environment }, index) => ({
    end: `${namespace}/pod-${index}`,
    pod: {
      namespace,
      labels,
      namespaceLabels: { ...namespaceLabels[namespace], 'kubernetes.io/metadata.name': namespace },
      ...(project === undefined ? {} : { project, environment }),
      namedPorts: { http: 8080 },
    },
  }));
  const names = new Set(pods.flatMap(({ pod }) => pod?.namespace ?? []));
  return {
    specs,
    places: [...pods, ...Object.entries(outside).map(([end, what]) => ({ end, outside: what }))],
    world: {
      namespaces: [...names].map((name) => ({ name, labels: namespaceLabels[name] ?? {} })),
      pods: pods.flatMap(({ end, pod }, index) =>
        pod === undefined
          ? []
          : {
              namespace: pod.namespace,
              name: end.slice(pod.namespace.length + 1),
              labels: pod.labels,
              ips: [`10.244.1.${index + 1}`, `fd12::1:${index + 1}`],
              ports: [{ name: 'http', port: 8080 }],
            },
      ),
      policies,
    },
  };
}

function happens({ world }: Scene, { from, to, port, protocol }: Call): boolean {
  const end = (place: Place) => (place.pod === undefined ? { ip: place.end } : place.end);
  return allows(world, { from: end(from), to: end(to), port, protocol });
}

const describeCall = ({ from, to, port, protocol }: Call) =>
  `${from.end} to ${to.end} on ${port}/${protocol}`;
const portsTried = [53, 80, 443, 2379, 6443, 8080, 8443, 9090].flatMap((port) =>
  (['TCP', 'UDP'] as const).map((protocol) => ({ port, protocol })),
);

describe('the examples', () => {
  const directory = new URL('../../examples/', import.meta.url);
  const document = z.object({
    kind: z.string(),
    metadata: z.object({ name: z.string() }),
    spec: z.unknown().optional(),
  });
  const specs = new Map(
    readdirSync(directory)
      .filter((file) => file.endsWith('.yaml'))
      .flatMap((file) => parseAllDocuments(readFileSync(new URL(file, directory), 'utf8')))
      .map((parsed) => document.parse(parsed.toJS()))
      .filter(({ kind }) => kind === 'Project')
      .map(({ metadata, spec }) => [metadata.name, projectSpec.parse(spec)]),
  );
  const examples = scene(specs);
  const calls = examples.places
    .flatMap((from) =>
      examples.places.flatMap((to) => portsTried.map((tried): Call => ({ from, to, ...tried }))),
    )
    .filter(({ from, to }) => from !== to && (from.pod !== undefined || to.pod !== undefined));

  test('everybody reaches whom the Projects allow, and nobody else', () => {
    expect(specs.size).toBeGreaterThan(2);
    const wrong = calls.filter((call) => happens(examples, call) !== intended(specs, call)).map(describeCall);
    expect(wrong).toEqual([]);
  });

  const namespaceOf = ({ end, pod }: Place) => pod?.namespace ?? end;
  const reached = (from: string, to: string, port: number) =>
    calls
      .filter((call) => namespaceOf(call.from) === from && namespaceOf(call.to) === to)
      .filter((call) => call.port === port && call.protocol === 'TCP')
      .map((call) => happens(examples, call));

  test.each([
    ['storefront-prod', 'payments-prod', 8443, true],
    ['storefront-prod', 'payments-prod', 8080, false],
    ['storefront-staging', 'payments-prod', 8443, false],
    ['storefront-prod', 'payments-dev', 8443, false],
    ['payments-prod', 'storefront-prod', 8443, false],
    ['payments-dev', '203.0.113.9', 443, true],
    ['payments-dev', '1.1.1.1', 443, false],
    ['storefront-prod', '1.1.1.1', 443, true],
    ['storefront-prod', '169.254.169.254', 443, false],
    ['wild', 'payments-prod', 8443, false],
    ['10.10.0.5', 'storefront-prod', 8080, true],
    ['payments-dev', 'payments-dev', 9090, true],
  ])('%s to %s on %d: %s', (from, to, port, expected) => {
    expect(new Set(reached(from, to, port))).toEqual(new Set([expected]));
  });
});

describe('any Projects', () => {
  const port = fc.oneof(
    fc.constantFrom(53, 80, 443, 2379, 6443, 8080, 8443).map((number) => ({ port: number })),
    fc.constant({ port: 'http' }),
    fc.constant({ port: 80, endPort: 8080 }),
    fc.constant({ port: 53, protocol: 'UDP' }),
  );
  const ports = fc.option(fc.array(port, { minLength: 1, maxLength: 2 }), { nil: undefined });
  const project = fc.constantFrom('red', 'green', 'blue', 'ghost');
  const common = fc.oneof(
    { weight: 3, arbitrary: project.map((name) => ({ project: name })) },
    {
      weight: 5,
      arbitrary: fc.record({ project, environment: fc.constantFrom('dev', 'prod') }),
    },
    { weight: 2, arbitrary: fc.constantFrom(all4, all6, ten, card).map((cidr) => ({ cidr })) },
    { weight: 1, arbitrary: fc.constant({ cidr: all4, except: [card] }) },
    { weight: 1, arbitrary: fc.constant({ cidr: '10.244.0.0/16' }) },
    { weight: 1, arbitrary: fc.constant({ cidr: '169.254.169.254/32' }) },
    { weight: 1, arbitrary: fc.constant({ namespaceSelector: {} }) },
    { weight: 1, arbitrary: fc.constant({ namespaceSelector: { matchLabels: { team: 'ops' } } }) },
    { weight: 1, arbitrary: fc.constant({ podSelector: { matchLabels: { app: 'api' } } }) },
    {
      weight: 1,
      arbitrary: fc.constant({ namespaceSelector: {}, podSelector: { matchLabels: { app: 'api' } } }),
    },
  );
  const from = fc.array(
    fc.oneof({ weight: 4, arbitrary: common }, { weight: 1, arbitrary: fc.constant({ gateways: true }) }),
    { minLength: 1, maxLength: 3 },
  );
  const to = fc.array(
    fc.oneof(
      { weight: 4, arbitrary: common },
      { weight: 1, arbitrary: fc.constant({ internet: true }) },
      { weight: 1, arbitrary: fc.constant({ apiServer: true }) },
    ),
    { minLength: 1, maxLength: 3 },
  );
  const defined = <T extends object>(value: T) =>
    Object.fromEntries(Object.entries(value).filter(([, part]) => part !== undefined));
  const network = fc
    .record({
      isolation: fc.constantFrom('Strict', 'Strict', 'Strict', 'Open'),
      ingress: fc.option(fc.array(fc.record({ from, ports }).map(defined), { maxLength: 3 }), {
        nil: undefined,
      }),
      egress: fc.option(fc.array(fc.record({ to, ports }).map(defined), { maxLength: 3 }), {
        nil: undefined,
      }),
    })
    .map(defined);
  const spec = fc
    .record({
      network,
      environments: fc
        .subarray(['dev', 'prod'], { minLength: 1 })
        .chain((names) =>
          fc.tuple(
            ...names.map((name) =>
              fc
                .record({ name: fc.constant(name), network: fc.option(network, { nil: undefined }) })
                .map(defined),
            ),
          ),
        ),
    })
    .map((given) => projectSpec.parse(given));

  test('let through exactly what they say', () => {
    const tally = { through: 0, stopped: 0 };
    fc.assert(
      fc.property(
        fc.record({ red: spec, green: spec, blue: spec }),
        fc.subarray(['red-dev', 'green-prod'], { maxLength: 1 }),
        fc.array(fc.tuple(fc.nat(), fc.nat(), fc.constantFrom(...portsTried)), {
          minLength: 60,
          maxLength: 60,
        }),
        (specs, unheld, picks) => {
          const given = scene(new Map(Object.entries(specs)), (namespace) => !unheld.includes(namespace));
          for (const [i, j, tried] of picks) {
            const [one, two] = [given.places[i % given.places.length], given.places[j % given.places.length]];
            if (one === undefined || two === undefined || one === two) continue;
            if (one.pod === undefined && two.pod === undefined) continue;
            const call = { from: one, to: two, ...tried };
            const expected = intended(given.specs, call);
            tally[expected ? 'through' : 'stopped'] += 1;
            expect(happens(given, call), describeCall(call)).toBe(expected);
          }
        },
      ),
      { numRuns: 1000 },
    );
    // Neither of the two answers is rare.
    expect(Math.min(tally.through, tally.stopped)).toBeGreaterThan(3000);
  }, 60_000);
});
