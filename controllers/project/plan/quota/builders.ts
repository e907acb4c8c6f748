import type { Hard, LiveQuota, QuotaEnvironment, QuotaInput } from './types.ts';

/** A quota that is enforced as it stands, with this in use. */
export function settled(hard: Hard, used: Hard = {}): LiveQuota {
  return { hard, enforced: hard, used: { ...zeros(hard), ...used }, resourceVersion: '7' };
}

/** A namespace of our own making without a quota yet, unless told otherwise. */
export function environment(
  name: string,
  given: Partial<Omit<QuotaEnvironment, 'name'>> = {},
): QuotaEnvironment {
  return { name, weight: 1, empty: given.live === undefined, ...given };
}

export function quotaInput(
  hard: Hard | undefined,
  environments: readonly QuotaEnvironment[],
  given: Partial<QuotaInput> & { readonly mode?: 'Elastic' | 'Static' } = {},
): QuotaInput {
  const { mode = 'Static', ...rest } = given;
  return { quota: hard && { hard, mode }, environments, now: 1_000_000, ...rest };
}

function zeros(hard: Hard): Hard {
  return Object.fromEntries(Object.keys(hard).map((resource) => [resource, '0']));
}
