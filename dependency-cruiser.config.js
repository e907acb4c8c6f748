// The direction of imports, as docs/architecture.md draws it.
const only = (from, allowed, comment) => ({
  name: `${from}-imports`,
  severity: 'error',
  comment,
  from: { path: `^${from}/`, pathNot: '\\.test\\.ts$' },
  to: {
    path: '^(crds|operator|controllers|cli|manifests|cluster|test|bench|examples|(main|settings)\\.ts)',
    pathNot: `^(${[from, ...allowed].join('|')})/`,
  },
});

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    only('crds', [], 'Schemas know nothing of ours.'),
    only('operator', [], 'The runtime knows Kubernetes and none of our kinds.'),
    only('cluster', [], 'A Kubernetes for tests knows nothing of ours.'),
    only('controllers', ['crds', 'operator'], 'Controllers stand on the schemas and the runtime.'),
    only('cli', ['crds', 'controllers', 'operator'], 'The command line judges as the operator does.'),
    only('manifests', ['crds'], 'What is installed is described from the schemas alone.'),
    {
      name: 'controllers-apart',
      severity: 'error',
      comment: 'Controllers meet only in the API server.',
      from: { path: '^controllers/([^/]+)/' },
      to: { path: '^controllers/([^/]+)/', pathNot: '^controllers/$1/' },
    },
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    { name: 'not-to-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'no-development-dependency-at-run-time',
      severity: 'error',
      from: { path: '^(operator|controllers|cli|(main|settings)\\.ts)', pathNot: '\\.test\\.ts$' },
      to: { dependencyTypes: ['npm-dev'] },
    },
    {
      name: 'no-index-of-undici',
      severity: 'error',
      comment:
        'Its index loads fetch, WebSocket and mocks too: 8 MB of a process that uses none of them. Import the part.',
      from: { path: '^(operator|controllers|(main|settings)\\.ts)', pathNot: '\\.test\\.ts$' },
      to: { path: '^node_modules/undici/index', dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    includeOnly:
      '^(crds|operator|controllers|cli|manifests|cluster|test|bench|examples|(main|settings)\\.ts|node_modules)',
    // The peers stand on packages of their own, which are not installed here.
    exclude: { path: '/dist/|^bench/peers/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
