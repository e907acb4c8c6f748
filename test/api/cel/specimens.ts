import fc from 'fast-check';
import type { Manifest } from '../admission/people.ts';

/** A kind whose objects may hold anything, so that expressions meet every sort of value. */
export const specimenDefinition: Manifest = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'specimens.cel.test' },
  spec: {
    group: 'cel.test',
    scope: 'Cluster',
    names: { plural: 'specimens', singular: 'specimen', kind: 'Specimen', listKind: 'SpecimenList' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: { spec: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
          },
        },
      },
    ],
  },
};

const word = fc.constantFrom(
  '',
  'a',
  'web',
  'Web-1',
  'ab',
  'nginx:1.25',
  'größe',
  '😀x',
  'a.b.c',
  '10.0.0.1',
  '100m',
  '1Gi',
);
const image = fc.constantFrom(
  'nginx',
  'nginx:latest',
  'registry.example.com/shop/web:1.4.2',
  'ghcr.io/a/b@sha256:00',
);
const container = fc.record(
  {
    name: fc.constantFrom('app', 'sidecar', 'proxy'),
    image,
    ports: fc.array(fc.record({ containerPort: fc.constantFrom(80, 443, 8080), name: word }), {
      maxLength: 2,
    }),
    resources: fc.record(
      {
        requests: fc.dictionary(fc.constantFrom('cpu', 'memory'), fc.constantFrom('100m', '1', '64Mi', 'x')),
      },
      { requiredKeys: [] },
    ),
    privileged: fc.boolean(),
  },
  { requiredKeys: ['name', 'image', 'ports'] },
);

/** The `spec` of a specimen: fields are there or not, and now and then of another type than the others'. */
export const specimen: fc.Arbitrary<Readonly<Record<string, unknown>>> = fc.record(
  {
    replicas: fc.oneof(
      { weight: 4, arbitrary: fc.integer({ min: -1, max: 6 }) },
      { weight: 1, arbitrary: word },
    ),
    share: fc.constantFrom(0.5, 1, 2.25, -3.5),
    name: word,
    enabled: fc.boolean(),
    nothing: fc.constant(null),
    tags: fc.array(word, { minLength: 1, maxLength: 4 }),
    counts: fc.array(fc.integer({ min: -2, max: 5 }), { minLength: 2, maxLength: 4 }),
    labels: fc.dictionary(fc.constantFrom('app', 'team', 'a/b'), word),
    containers: fc.array(container, { minLength: 1, maxLength: 3 }),
    at: fc.constantFrom(
      '2024-02-29T12:30:00Z',
      '2023-01-01T00:00:00.5+02:00',
      '1999-12-31T23:59:59Z',
      'yesterday',
    ),
    lasting: fc.constantFrom('1h30m', '90s', '-5ms', 'long'),
    address: fc.constantFrom('10.0.0.1', '::1', 'fe80::1', '192.168.1.300', '10.0.0.0/8'),
    link: fc.constantFrom('https://example.com:8080/a%20b?x=1&y=2', '/only/path', 'not a url', 'mailto:a@b'),
    version: fc.constantFrom('1.2.3', '2.0.0-rc.1', 'v1.2', '01.2.3'),
    amount: fc.constantFrom('100m', '1.5Gi', '2', '0.5', '1e3', 'abc'),
  },
  {
    requiredKeys: [
      'name',
      'enabled',
      'replicas',
      'tags',
      'counts',
      'labels',
      'at',
      'lasting',
      'share',
      'amount',
    ],
  },
);

/** Objects of Kubernetes' own kinds, which the API server has typed. */
export const builtin: readonly Manifest[] = [
  {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'typed', namespace: 'default', labels: { app: 'web' } },
    spec: {
      replicas: 3,
      selector: { matchLabels: { app: 'web' } },
      template: {
        metadata: { labels: { app: 'web' } },
        spec: {
          containers: [
            {
              name: 'app',
              image: 'registry.example.com/shop/web:1.4.2',
              ports: [{ containerPort: 8080 }],
              resources: { requests: { cpu: '100m', memory: '0.5Gi' } },
              readinessProbe: { httpGet: { path: '/', port: 'http' } },
            },
          ],
        },
      },
    },
  },
  {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'typed', namespace: 'default' },
    spec: {
      selector: { app: 'web' },
      ports: [
        { name: 'a', port: 80, targetPort: 'http' },
        { name: 'b', port: 81, targetPort: 8081 },
      ],
    },
  },
];
