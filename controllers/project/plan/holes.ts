import type { NetworkPolicy } from '../../../operator/resources/builtin.ts';

/**
 * Whether a NetworkPolicy lets pods reach, or be reached from, beyond its own namespace.
 *
 * In a Strict environment the shipped admission policy refuses such a one. It cannot refuse what was there before the
 * namespace was adopted, or before the environment became Strict: NetworkPolicies are a union, so that is a hole in the
 * wall until somebody removes it.
 */
export function opensWall({ spec }: NetworkPolicy): boolean {
  const ingress: readonly object[] = spec?.ingress ?? [];
  const egress: readonly object[] = spec?.egress ?? [];
  return (
    ingress.some((rule) => isOpen(field(rule, 'from'))) || egress.some((rule) => isOpen(field(rule, 'to')))
  );
}

/** No peers are all peers. */
function isOpen(peers: unknown): boolean {
  if (!Array.isArray(peers) || peers.length === 0) return true;
  return peers.some(
    (peer) =>
      field(peer, 'podSelector') === undefined ||
      field(peer, 'namespaceSelector') !== undefined ||
      field(peer, 'ipBlock') !== undefined,
  );
}

function field(object: object, name: string): unknown {
  return new Map<string, unknown>(Object.entries(object)).get(name);
}
