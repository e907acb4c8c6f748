import type { Environment, Port } from './schema.ts';

// What is left out within a list. It is no default of the schema: that would be written into the list, which then
// differs for ever from what was applied, and kubectl and Argo CD would always find something to change.

/** The namespace of an environment: the one it names, else `<project>-<environment>`. */
export function namespaceOf(
  projectName: string,
  environment: Pick<Environment, 'name' | 'namespace'>,
): string {
  return environment.namespace ?? `${projectName}-${environment.name}`;
}

/** Whether the environment may take over a namespace that exists: only where it says so. */
export function adopts({ adopt }: Pick<Environment, 'adopt'>): boolean {
  return adopt ?? false;
}

/** The environment's share of the quota in proportion to the others': 1 unless given. */
export function weightOf({ quota }: Pick<Environment, 'quota'>): number {
  return quota?.weight ?? 1;
}

/** The protocol of a port: TCP unless given. */
export function protocolOf({ protocol }: Pick<Port, 'protocol'>): NonNullable<Port['protocol']> {
  return protocol ?? 'TCP';
}
