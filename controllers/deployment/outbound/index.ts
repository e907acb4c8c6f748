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
  /** The addresses behind the API server's Service. */
  readonly endpoints: () => Promise<readonly string[]>;
  /** The ranges of the cluster's own pods, nodes and Services. */
  readonly cluster: () => Promise<readonly string[]>;
  /** Connections to one server at a time. */
  readonly connections: number;
  /** Default: the name servers of `/etc/resolv.conf`. */
  readonly resolve?: ResolveName | undefined;
}

/** The ways out of the operator, guarded as an installation says. */
export interface WaysOut {
  /** To servers that tenants name. */
  readonly tenants: Outbound;
  /** To the addresses that gateways say they have: often a node's, or a Service's. */
  readonly gateways: Outbound;
  close(): Promise<void>;
}

/** What tenants name leads to nothing of the cluster's own, unless an installation allows it. */
export function openOutbound(options: OpenOptions): WaysOut {
  const { clock, settings, cluster, endpoints, connections, resolve = createResolver() } = options;
  const hosts = [...options.apiServer, 'kubernetes.default.svc'];
  const apiServer = apiServerAddresses({ hosts, endpoints, resolve, clock });
  const open = (guard: AddressGuard) => createOutbound({ guard, resolve, connections });
  const tenants = open(new AddressGuard({ ...settings, apiServer, cluster }));
  const gateways = open(new AddressGuard({ ...settings, apiServer }));
  return {
    tenants,
    gateways,
    close: async () => {
      await Promise.all([tenants.close(), gateways.close()]);
    },
  };
}
