import type { Clock } from '../../../operator/queue/clock.ts';
import { AddressGuard } from './addressGuard.ts';
import { apiServerAddresses } from './apiServerAddresses.ts';
import { createResolver, type ResolveName } from './names.ts';
import { createOutbound, type Outbound } from './outbound.ts';

interface OpenOptions {
  readonly clock: Clock;
  /** Ranges that may be reached whatever else is said, and ranges that may not. */
  readonly settings: { readonly allow: readonly string[]; readonly deny: readonly string[] };
  /** Host names and addresses of the API server, besides those of its Service. */
  readonly apiServer: readonly string[];
  /** Connections to one server at a time. */
  readonly connections: number;
  /** Default: the name servers of `/etc/resolv.conf`. */
  readonly resolve?: ResolveName | undefined;
}

/** The way out to servers that tenants name, guarded as an installation says. */
export function openOutbound(options: OpenOptions): Outbound {
  const { clock, settings, apiServer, connections, resolve = createResolver() } = options;
  const hosts = [...apiServer, 'kubernetes.default.svc'];
  const guard = new AddressGuard({
    ...settings,
    apiServer: apiServerAddresses({ hosts, resolve, clock }),
  });
  return createOutbound({ guard, resolve, connections });
}
