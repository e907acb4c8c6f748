/** The kinds of reports, as a cluster may have them: what their APIs say, without descriptions. */

const count = { type: 'integer' };
const text = { type: 'string' };
const oneOf = (...values: readonly string[]) => ({ type: 'string', enum: values });

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
};

const selector = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };

const report = {
  type: 'object',
  properties: {
    apiVersion: text,
    kind: text,
    metadata: { type: 'object' },
    source: text,
    scope: reference,
    scopeSelector: selector,
    configuration: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
    summary: {
      type: 'object',
      properties: { pass: count, fail: count, warn: count, error: count, skip: count },
    },
    results: {
      type: 'array',
      items: {
        type: 'object',
        required: ['policy'],
        properties: {
          source: text,
          policy: text,
          rule: text,
          category: text,
          severity: oneOf('critical', 'high', 'low', 'medium', 'info'),
          timestamp: {
            type: 'object',
            required: ['nanos', 'seconds'],
            properties: { nanos: count, seconds: count },
          },
          result: oneOf('pass', 'fail', 'warn', 'error', 'skip'),
          scored: { type: 'boolean' },
          resources: { type: 'array', items: reference },
          resourceSelector: selector,
          message: text,
          properties: { type: 'object', additionalProperties: text },
        },
      },
    },
  },
};

export const wgpolicy = definitions('wgpolicyk8s.io', 'v1alpha2', 'PolicyReport');
export const openreports = definitions('openreports.io', 'v1alpha1', 'Report');

function definitions(group: string, version: string, kind: string) {
  return [
    definition(group, version, kind, 'Namespaced'),
    definition(group, version, `Cluster${kind}`, 'Cluster'),
  ];
}

function definition(group: string, version: string, kind: string, scope: 'Namespaced' | 'Cluster') {
  const plural = `${kind.toLowerCase()}s`;
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope,
      names: { kind, plural },
      versions: [{ name: version, served: true, storage: true, schema: { openAPIV3Schema: report } }],
    },
  };
}
