import { isAlreadyExists } from '../client/apiError.ts';
import type { Client, RequestOptions } from '../client/client.ts';
import { type Lease, leases } from '../resources/builtin.ts';

/**
 * Marks that a process was here before any other: by a second Lease, `<name>-installed`, that is made once and never
 * renewed. True if it was made by this call, so that nobody can have held the lease of that name before.
 *
 * It is asked for only by who finds no lease, and needs no right but to create Leases, which making the lease needs too.
 * Rejects if the server neither made it nor had it.
 */
export async function markInstallation(
  client: Pick<Client, 'create'>,
  lease: { readonly namespace: string; readonly name: string },
  by: Pick<NonNullable<Lease['spec']>, 'holderIdentity' | 'acquireTime'>,
  options: RequestOptions,
): Promise<boolean> {
  const { namespace } = lease;
  const mark: Lease = {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { namespace, name: `${lease.name}-installed` },
    spec: by,
  };
  try {
    await client.create(leases, mark, options);
    return true;
  } catch (error) {
    if (isAlreadyExists(error)) return false;
    throw error;
  }
}
