import type { Client } from '../../../operator/client/client.ts';
import { type Clock, sleep } from '../../../operator/queue/clock.ts';
import { endpointSlices } from '../../../operator/resources/builtin.ts';
import { SharedAnswers } from '../analysis/sampling/sharedAnswers.ts';
import type { ResolveName } from './names.ts';

export interface ApiServerAddressesOptions {
  /** Names and addresses by which the API server is known, as URLs and environment variables have them. */
  readonly hosts: readonly string[];
  readonly resolve: ResolveName;
  /** The addresses behind its Service. */
  readonly endpoints: () => Promise<readonly string[]>;
  readonly clock: Clock;
}

/** Milliseconds for which names are not resolved again. */
const fresh = 60_000;
/** Milliseconds for which checks wait for them: name servers that are slow must not hold up those who need none. */
const patience = 2000;

/**
 * The IP addresses at which the API server answers: those of its names and those behind its Service. They are looked up once
 * a minute at most, and only when asked for. What cannot be looked up keeps the addresses that it had.
 */
export function apiServerAddresses({
  hosts,
  resolve,
  endpoints,
  clock,
}: ApiServerAddressesOptions): () => Promise<readonly string[]> {
  const known = new Map<string, readonly string[]>();
  let all: readonly string[] = [];
  const shared = new SharedAnswers<void>(clock, fresh);
  const names = new Set(hosts.map((host) => host.replace(/^\[|\]$/g, '')));
  const look = async () => {
    const found = [...names].map(async (name) => known.set(name, await resolve(name)));
    const behind = endpoints().then((addresses) => known.set('its endpoints', addresses));
    await Promise.race([Promise.allSettled([...found, behind]), sleep(clock, patience)]);
  };
  return async () => {
    await shared.get('names', look);
    const now = [...known.values()].flat();
    if (now.join() !== all.join()) all = now;
    return all;
  };
}

/** The addresses behind the API server's Service. */
export async function endpointsOfApiServer(client: Pick<Client, 'list'>): Promise<readonly string[]> {
  const { items } = await client.list(endpointSlices, {
    namespace: 'default',
    labelSelector: 'kubernetes.io/service-name=kubernetes',
  });
  return items.flatMap(({ endpoints }) => (endpoints ?? []).flatMap(({ addresses }) => addresses)).toSorted();
}
