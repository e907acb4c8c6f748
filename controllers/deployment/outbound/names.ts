import { Resolver } from 'node:dns/promises';
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';

/** The IP addresses of a host name; rejects where there are none. */
export type ResolveName = (name: string) => Promise<readonly string[]>;

/**
 * Asks the name servers of `/etc/resolv.conf`, with its search list, as a pod's names need. Not the system's resolver:
 * Node asks that in four threads, which a few names that nobody answers would hold for everybody. `/etc/hosts` is not read.
 */
export function createResolver(configuration: ResolverConfiguration = readConfiguration()): ResolveName {
  const resolver = new Resolver({ timeout: 1500, tries: 2 });
  return async (name) => {
    if (isIP(name) !== 0) return [name];
    let refused: unknown;
    for (const candidate of candidates(name, configuration)) {
      try {
        return await addressesOf(resolver, candidate);
      } catch (error) {
        refused = error;
      }
    }
    throw refused;
  };
}

export interface ResolverConfiguration {
  readonly search: readonly string[];
  /** So many dots make a name that is first tried as it is. */
  readonly ndots: number;
}

/** The full names that a name may mean, in the order in which they are tried. */
export function candidates(name: string, { search, ndots }: ResolverConfiguration): readonly string[] {
  if (name.endsWith('.')) return [name];
  const searched = search.map((domain) => `${name}.${domain}`);
  return name.split('.').length - 1 >= ndots ? [name, ...searched] : [...searched, name];
}

/** What a resolv.conf says. */
export function parseConfiguration(text: string): ResolverConfiguration {
  let search: readonly string[] = [];
  let ndots = 1;
  for (const line of text.split('\n')) {
    const [keyword, ...values] = line.trim().split(/\s+/);
    if (keyword === 'search' || keyword === 'domain') search = values;
    if (keyword !== 'options') continue;
    for (const option of values) if (option.startsWith('ndots:')) ndots = Number(option.slice(6)) || ndots;
  }
  return { search, ndots };
}

function readConfiguration(): ResolverConfiguration {
  try {
    return parseConfiguration(readFileSync('/etc/resolv.conf', 'utf8'));
  } catch {
    return { search: [], ndots: 1 };
  }
}

/** IPv4 first: it is what clusters speak most. */
async function addressesOf(resolver: Resolver, name: string): Promise<readonly string[]> {
  const [v4, v6] = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)]);
  const found = [v4, v6].flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
  if (found.length > 0) return found;
  throw v4.status === 'rejected' ? v4.reason : new Error(`${name} has no address`);
}
