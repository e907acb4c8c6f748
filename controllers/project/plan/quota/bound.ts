import { amountOf } from './shares.ts';
import type { Hard, LiveQuota } from './types.ts';

/** What one namespace may count for in one resource, as far as it can be told from an old view. Amounts in 10⁻⁹. */
export interface Bound {
  /** At least the true max(spec.hard, status.hard, status.used); holds for certain only where `known`. */
  readonly amount: bigint;
  readonly used: bigint;
  /** `spec.hard`; undefined where the quota does not name the resource, or there is none. */
  readonly current: bigint | undefined;
  /**
   * False from when the resource is first limited until the quota controller has counted what is in use. A quota that
   * does not name the resource counts for nothing, and is known.
   */
  readonly known: boolean;
  /** A write to it may be on its way. */
  readonly unanswered: boolean;
}

/** What is seen of one namespace's quota. */
interface View {
  readonly live?: LiveQuota | undefined;
  readonly attempted?: Hard | undefined;
  readonly empty?: boolean;
}

/** See the proof at `planQuota`. */
export function boundOf(resource: string, { live, attempted, empty = false }: View): Bound {
  const used = amountOf(live?.used, resource);
  const named = live !== undefined && Object.hasOwn(live.hard, resource);
  const tried = attempted !== undefined && Object.hasOwn(attempted, resource);
  const counted = live?.enforced !== undefined && Object.hasOwn(live.enforced, resource);
  const limited = named || tried;
  const found = limited && !counted && empty ? inNewNamespace(resource) : 0n;
  const amounts = [
    amountOf(live?.hard, resource),
    amountOf(live?.enforced, resource),
    amountOf(attempted, resource),
    used,
    found,
  ];
  return {
    amount: amounts.reduce((a, b) => (a > b ? a : b)),
    used,
    current: named ? amountOf(live.hard, resource) : undefined,
    known: !limited || counted || empty,
    unanswered: tried,
  };
}

/** Kubernetes puts one ConfigMap (kube-root-ca.crt) and one ServiceAccount (default) into every namespace. */
function inNewNamespace(resource: string): bigint {
  return /^(count\/)?(configmaps|serviceaccounts)$/.test(resource) ? 1_000_000_000n : 0n;
}
