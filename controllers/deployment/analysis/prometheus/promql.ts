/** Pieces of PromQL that hold names which are not ours: everything is quoted, so that no name can end its string. */

/** A matcher of one label's exact value: `pod="a"`. */
export function equals(label: string, value: string): string {
  return `${label}=${quoted(value)}`;
}

/** A matcher of one label by a regular expression, which PromQL anchors at both ends. */
export function matches(label: string, expression: string): string {
  return `${label}=~${quoted(expression)}`;
}

/**
 * A matcher of one label by its possible values. Prometheus looks such up in its index; other expressions it tries on every
 * value that the label has, quickly only where they begin or end with plain text.
 */
export function oneOf(label: string, values: readonly string[]): string {
  const [first = '', ...others] = values;
  return others.length === 0 ? equals(label, first) : matches(label, values.map(literally).join('|'));
}

/** A regular expression (RE2) for this very text. */
export function literally(text: string): string {
  return text.replace(/[\\.+*?()|[\]{}^$]/g, '\\$&');
}

/** The inside of a PromQL string in double quotes. */
export function escaped(text: string): string {
  return text.replace(/[\\"]/g, '\\$&').replace(/\n/g, '\\n');
}

/** A range such as `60s`. */
export function seconds(milliseconds: number): string {
  return `${Math.max(1, Math.round(milliseconds / 1000))}s`;
}

/**
 * Matchers of the pods of one ReplicaSet. Kubernetes names a pod after its ReplicaSet, cut at 58 characters, and five more.
 */
export function podsOf(namespace: string, replicaSet: string): string {
  const prefix = `${replicaSet}-`.slice(0, 58);
  return [equals('namespace', namespace), matches('pod', `${literally(prefix)}[a-z0-9]{5}`)].join(',');
}

function quoted(text: string): string {
  return `"${escaped(text)}"`;
}
