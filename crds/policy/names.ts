/** The names that the kind Policy sets and reads, in the cluster and in expressions. */

export const labels = {
  /** On everything that Policies are compiled into, so that it is found again; the object's name says what is in it. */
  compiled: 'mainstay.dev/policies',
  /** `true` on a ClusterRole: what it lets read, Policies look at. */
  aggregateToPolicy: 'mainstay.dev/aggregate-to-policy',
  /** `true` on a ClusterRole: what it lets change, fixes change. */
  aggregateToFixes: 'mainstay.dev/aggregate-to-fixes',
  /** On an object that a fix changed: `true`, or `reverted` once all of that was taken back. */
  fixed: 'mainstay.dev/fixed',
} as const;

/** How the names begin of what Policies are compiled into. No guard that comes with the installation is called so. */
export const compiledPrefix = 'mainstay-policy-';

/**
 * All names that there are in a cluster for what Policies are compiled into. RBAC narrows by whole names: with these the
 * operator can be kept from every other admission policy, the guards of its own installation among them.
 */
export const compiledNames: readonly string[] = Array.from(
  { length: 256 },
  (_, number) => `${compiledPrefix}${number}`,
);

/** By which the API server is asked whether it takes what Policies are compiled into. Never made. */
export const triedName = `${compiledPrefix}tried`;

/** By which the API server is asked whether it judges by what stands. */
export const probeName = `${compiledPrefix}probe`;

export const annotations = {
  /** On what Policies are compiled into: their names, separated by commas, for whoever meets it in a cluster. */
  policies: 'mainstay.dev/policies',
  /** On a compiled policy: what it was made of, so that a Policy that no longer compiles keeps what compiled last. */
  origins: 'mainstay.dev/compiled-from',
  /** On what Policies are compiled into: what is in it, by which it is told from what had its name before. */
  content: 'mainstay.dev/content',
  /** Hash of what we desired when we last applied the object. */
  desired: 'mainstay.dev/desired',
  /** On an object that fixes changed: what they changed, when, and how often; by it they are taken back. */
  fixes: 'mainstay.dev/fixes',
} as const;

/** Words that CEL keeps to itself: none is the name of a variable. */
export const reservedWords = [
  'true',
  'false',
  'null',
  'in',
  'as',
  'break',
  'const',
  'continue',
  'else',
  'for',
  'function',
  'if',
  'import',
  'let',
  'loop',
  'package',
  'namespace',
  'return',
  'var',
  'void',
  'while',
] as const;

/** Namespaces that no Policy matches unless it names them: a mistake in a Policy must not hold up the cluster, or its own repair. */
export const exemptNamespaces = ['kube-system', 'kube-node-lease', 'mainstay-system'] as const;

/**
 * The field manager of what the operator changes for fixes, and the beginning of that by which it asks what they would
 * change.
 */
export const fixManager = 'mainstay-fix';

/** RBAC verbs of our own, checked on `policies`: who holds `fix` changes what people made, which the operator does not without. */
export const verbs = { fix: 'fix' } as const;
