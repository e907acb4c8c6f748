/** The names that the kind Policy sets and reads, in the cluster and in expressions. */

export const labels = {
  /** On everything that Policies are compiled into, so that it is found again; the object's name says what is in it. */
  compiled: 'mainstay.dev/policies',
} as const;

export const annotations = {
  /** On what Policies are compiled into: their names, separated by commas, for whoever meets it in a cluster. */
  policies: 'mainstay.dev/policies',
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
