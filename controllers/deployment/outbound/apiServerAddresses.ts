import { type Clock, sleep } from '../../../operator/queue/clock.ts';
import { SharedAnswers } from '../analysis/sampling/sharedAnswers.ts';
import type { ResolveName } from './names.ts';

export interface ApiServerAddressesOptions {
  /** Names and addresses by which the API server is known, as URLs and environment variables have them. */
  readonly hosts: readonly string[];
  readonly resolve: ResolveName;
  readonly clock: Clock;
}

/** Milliseconds for which names are not resolved again. */
const fresh = 60_000;
/** Milliseconds for which checks wait for them: name servers that are slow must not hold up those who need none. */
const patience = 2000;

/**
 * The IP addresses at which the API server answers, looked up once a minute at most, and only when asked for. A name that
 * does not resolve keeps the addresses that it had.
 */
export function apiServerAddresses({
  hosts,
  resolve,
  clock,
}: ApiServerAddressesOptions): () => Promise<readonly string[]> {
  const known = new Map<string, readonly string[]>();
  const shared = new SharedAnswers<void>(clock, fresh);
  const names = new Set(hosts.map((host) => host.replace(/^\[|\]$/g, '')));
  const look = async () => {
    const found = [...names].map(async (name) => known.set(name, await resolve(name)));
    await Promise.race([Promise.allSettled(found), sleep(clock, patience)]);
  };
  return async () => {
    await shared.get('names', look);
    return [...known.values()].flat();
  };
}
