import { BlockList, isIP, isIPv6 } from 'node:net';

/**
 * Which addresses the operator may be sent to by what tenants write.
 *
 * `analysis.prometheus.address` and `web.url` are written by whoever may write a Deployment, and it is the operator that
 * sends the request: from its own pod, past the tenant's network policies, and from where a cloud's metadata service, a
 * node's local services and the API server answer. So the address to which a connection is really made is checked each
 * time one is made, after names are resolved: a name that resolves to something else a moment later gains nothing. What is
 * answered is not shown to the tenant either, but for the number asked for and Prometheus' own error messages.
 *
 * May be reached by default: everything but
 * - this host (loopback and unspecified addresses) and the link (169.254.0.0/16, fe80::/10), where metadata services are;
 * - metadata services elsewhere (AWS over IPv6, Azure, Alibaba, Oracle);
 * - multicast, broadcast and reserved addresses;
 * - the API server, by the addresses that it is known by;
 * - the cluster's own pods, nodes and Services, as far as their ranges are known: no wall of theirs is for the operator.
 *
 * An installation refuses more (`deny`, for instance all but the ranges of monitoring) or less (`allow`, which counts over
 * everything else).
 */
export class AddressGuard {
  readonly #allowed = new BlockList();
  readonly #denied = new BlockList();
  readonly #known: readonly (() => Promise<BlockList>)[];

  constructor({ allow = [], deny = [], apiServer = none, cluster = none }: AddressGuardOptions) {
    for (const range of allow) addRange(this.#allowed, range);
    for (const range of [...deniedByDefault, ...deny]) addRange(this.#denied, range);
    this.#known = [apiServer, cluster].map(listed);
  }

  /** Whether a connection to this IP address may be made. */
  async allows(address: string): Promise<boolean> {
    const plain = withoutZone(address);
    if (isIP(plain) === 0) return false;
    const meant = [plain, ...embedded(plain)];
    if (has(this.#allowed, plain)) return true;
    if (meant.some((one) => has(this.#denied, one))) return false;
    for (const known of this.#known) {
      const list = await known();
      if (meant.some((one) => has(list, one))) return false;
    }
    return true;
  }
}

export interface AddressGuardOptions {
  /** Ranges such as `10.1.0.0/16`, or addresses, that may be reached whatever else is said. */
  readonly allow?: readonly string[];
  /** Ranges that may not be reached, besides those that nobody may. */
  readonly deny?: readonly string[];
  /** IP addresses at which the API server answers, as they are known now: the same list for as long as they are the same. */
  readonly apiServer?: Ranges;
  /** Ranges of the cluster's own pods, nodes and Services, alike. */
  readonly cluster?: Ranges;
}

type Ranges = () => Promise<readonly string[]>;

const nothing: readonly string[] = [];
const none: Ranges = () => Promise.resolve(nothing);

/** Ranges as a list to look addresses up in, made anew when they are others. What is no range is none. */
function listed(ranges: Ranges): () => Promise<BlockList> {
  let of = nothing;
  let list = new BlockList();
  return async () => {
    const now = await ranges();
    if (now === of) return list;
    of = now;
    list = new BlockList();
    for (const range of now) if (isRange(range)) addRange(list, range);
    return list;
  };
}

/** Whether a text is a range or an address. */
export function isRange(text: string): boolean {
  try {
    addRange(new BlockList(), text);
    return true;
  } catch {
    return false;
  }
}

const deniedByDefault = [
  '0.0.0.0/8',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '224.0.0.0/3',
  '::/128',
  '::1/128',
  'fe80::/10',
  'fec0::/10',
  'ff00::/8',
  'fd00:ec2::/32',
  'fd20:ce::254/128',
  '168.63.129.16',
  '100.100.100.200',
  '192.0.0.192',
] as const;

/** Throws a RangeError for what is no range. */
function addRange(list: BlockList, range: string): void {
  const [address = '', prefix, ...rest] = range.split('/');
  const bits = isIPv6(address) ? 128 : 32;
  const length = prefix === undefined ? bits : /^[0-9]{1,3}$/.test(prefix) ? Number(prefix) : Number.NaN;
  if (isIP(address) === 0 || rest.length > 0 || !(length <= bits)) {
    throw new RangeError(`${JSON.stringify(range)} is no range of addresses`);
  }
  list.addSubnet(address, length, bits === 128 ? 'ipv6' : 'ipv4');
}

function has(list: BlockList, address: string): boolean {
  return list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}

/** IPv4 addresses that an IPv6 address leads to: mapped, compatible, by NAT64 (64:ff9b::/96) and by 6to4 (2002::/16). */
function embedded(address: string): readonly string[] {
  if (!isIPv6(address)) return [];
  const groups = groupsOf(address);
  const v4 = (high: number, low: number) => [high >> 8, high & 255, low >> 8, low & 255].join('.');
  const at = (index: number) => groups[index] ?? 0;
  const startsWith = (...prefix: number[]) => prefix.every((group, index) => at(index) === group);
  const last = v4(at(6), at(7));
  if (startsWith(0, 0, 0, 0, 0, 0xffff) || startsWith(0, 0, 0, 0, 0, 0)) return [last];
  if (startsWith(0x64, 0xff9b)) return [last];
  return startsWith(0x2002) ? [v4(at(1), at(2))] : [];
}

/** The eight groups of a valid IPv6 address. */
function groupsOf(address: string): readonly number[] {
  // The URL parser writes it without a dotted part.
  const plain = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [head = '', tail] = plain.split('::');
  const parts = (text: string) =>
    text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16));
  const [before, after] = [parts(head), parts(tail ?? '')];
  return [...before, ...new Array<number>(8 - before.length - after.length).fill(0), ...after];
}

function withoutZone(address: string): string {
  return address.replace(/%.*$/, '');
}
