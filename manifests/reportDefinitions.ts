/**
 * The definitions of the two kinds of reports, for clusters that have neither: written here, from what the two APIs say.
 * Fields that they do not name are kept, so that whoever else writes reports loses nothing.
 */

const keepsUnknown = { 'x-kubernetes-preserve-unknown-fields': true } as const;
const text = { type: 'string' } as const;
const count = { type: 'integer' } as const;
const anything = { type: 'object', ...keepsUnknown } as const;

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

/**
 * Of no type, so that the API server looks at none of it: a report may have thousands of results, and to look at each field
 * of each costs it four times what all else of a write does. Who writes reports knows how.
 */
const results = {
  description:
    'A list of what was found. Of each: source, who found it; policy, and rule, which are violated; category; ' +
    'severity: critical, high, medium, low or info; result: pass, fail, warn, error or skip; scored; resources, a list ' +
    'of what it was found of (apiVersion, kind, namespace, name, uid), or resourceSelector; message, what is wrong and ' +
    'what to do; timestamp, of seconds and nanos; properties, more texts by name.',
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
    results,
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
