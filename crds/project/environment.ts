/** The namespace of an environment: the one it names, else `<project>-<environment>`. */
export function namespaceOf(
  projectName: string,
  environment: { readonly name: string; readonly namespace?: string | undefined },
): string {
  return environment.namespace ?? `${projectName}-${environment.name}`;
}
