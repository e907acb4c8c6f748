import type { Environment, Port } from './schema.ts';

/** The namespace of an environment: the one it names, else `<project>-<environment>`. */
export function namespaceOf(
  projectName: string,
  environment: Pick<Environment, 'name' | 'namespace'>,
): string {
  return environment.namespace ?? `${projectName}-${environment.name}`;
}

/**
 * The protocol of a port: TCP unless given. No default of the schema, since the server would write that into a list,
 * which then differs for ever from what was applied.
 */
export function protocolOf({ protocol }: Pick<Port, 'protocol'>): NonNullable<Port['protocol']> {
  return protocol ?? 'TCP';
}
