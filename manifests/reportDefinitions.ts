/**
 * The definitions of the two kinds of reports, for clusters that have neither: written here, from what the two APIs say.
 * Fields that they do not name are kept, so that whoever else writes reports loses nothing.
 */

const keepsUnknown = { 'x-kubernetes-preserve-unknown-fields': true } as const;
const text = { type: 'string' } as const;
const count = { type: 'integer' } as const;
const anything = { type: 'object', ...keepsUnknown } as const;
const oneOf = (...values: readonly string[]) => ({ type: 'string', enum: values }) as const;

const reference = {
  type: 'object',
  properties: {
    apiVersion: text,
    fieldPath: text,
    kind: text,
    name: text,
    namespace: text,
    resourceVersion: text,
    uid: text,
  },
  'x-kubernetes-map-type': 'atomic',
} as const;

const result = {
  type: 'object',
  required: ['policy'],
  properties: {
    source: text,
    policy: { ...text, description: 'The policy that was violated.' },
    rule: text,
    category: text,
    severity: oneOf('critical', 'high', 'low', 'medium', 'info'),
    timestamp: {
      type: 'object',
      required: ['nanos', 'seconds'],
      properties: { nanos: { ...count, format: 'int32' }, seconds: { ...count, format: 'int64' } },
    },
    result: oneOf('pass', 'fail', 'warn', 'error', 'skip'),
    scored: { type: 'boolean' },
    resources: { type: 'array', items: reference, description: 'What it was found of.' },
    resourceSelector: anything,
    message: { ...text, description: 'What is wrong, and what to do.' },
    properties: { type: 'object', additionalProperties: text },
  },
  ...keepsUnknown,
} as const;

const report = {
  type: 'object',
  properties: {
    apiVersion: text,
    kind: text,
    metadata: { type: 'object' },
    source: text,
    scope: reference,
    scopeSelector: anything,
    configuration: anything,
    summary: {
      type: 'object',
      description: 'How many results there are of each kind.',
      properties: { pass: count, fail: count, warn: count, error: count, skip: count },
    },
    results: { type: 'array', items: result },
  },
  ...keepsUnknown,
} as const;

const columns = [
  ...['Pass', 'Fail', 'Warn', 'Error', 'Skip'].map((name) => ({
    name,
    type: 'integer',
    jsonPath: `.summary.${name.toLowerCase()}`,
  })),
  { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
];

/** PolicyReport and ClusterPolicyReport of `wgpolicyk8s.io`. */
export const wgpolicy = definitions('wgpolicyk8s.io', 'v1alpha2', 'PolicyReport', 'polr');

/** Report and ClusterReport of `openreports.io`. */
export const openreports = definitions('openreports.io', 'v1alpha1', 'Report', 'reps');

function definitions(group: string, version: string, kind: string, short: string) {
  return [
    definition(group, version, kind, short, 'Namespaced'),
    definition(group, version, `Cluster${kind}`, `c${short}`, 'Cluster'),
  ];
}

function definition(
  group: string,
  version: string,
  kind: string,
  short: string,
  scope: 'Namespaced' | 'Cluster',
) {
  const singular = kind.toLowerCase();
  const plural = `${singular}s`;
  const schema = { openAPIV3Schema: report };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope,
      names: { kind, listKind: `${kind}List`, plural, singular, shortNames: [short] },
      versions: [{ name: version, served: true, storage: true, additionalPrinterColumns: columns, schema }],
    },
  };
}
