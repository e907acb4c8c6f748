/** How Kubernetes calls the resource of a kind, for nearly all of its kinds: `Ingress` is `ingresses`. */
export function pluralOf(kind: string): string {
  const name = kind.toLowerCase();
  return /[^aeiou]y$/.test(name) ? `${name.slice(0, -1)}ies` : `${name}${name.endsWith('s') ? 'es' : 's'}`;
}
