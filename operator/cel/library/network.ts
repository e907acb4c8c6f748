import { bool, int, type Kind, member, type Overload, overload, string } from '../functions.ts';
import { opaque } from '../types.ts';
import { CelError, noSuchOverload, OpaqueValue, type Value } from '../value.ts';

const ipType = opaque('net.IP');
const cidrType = opaque('net.CIDR');

/** An address: its bits as a number, 32 or 128 of them. */
class Ip extends OpaqueValue {
  override readonly type = ipType;
  readonly bits: bigint;
  readonly length: 32 | 128;

  constructor(bits: bigint, length: 32 | 128) {
    super();
    this.bits = bits;
    this.length = length;
  }

  override get costSize(): number {
    return this.length / 8;
  }

  override equals(other: Value): boolean | CelError {
    return other instanceof Ip ? this.bits === other.bits && this.length === other.length : noSuchOverload;
  }
}

class Cidr extends OpaqueValue {
  override readonly type = cidrType;
  readonly ip: Ip;
  readonly prefix: number;

  constructor(ip: Ip, prefix: number) {
    super();
    this.ip = ip;
    this.prefix = prefix;
  }

  override get costSize(): number {
    return Math.ceil(this.prefix / 8);
  }

  override equals(other: Value): boolean | CelError {
    return other instanceof Cidr
      ? this.ip.equals(other.ip) === true && this.prefix === other.prefix
      : noSuchOverload;
  }
}

const ip: Kind<Ip> = { type: ipType, is: (value) => value instanceof Ip };
const cidr: Kind<Cidr> = { type: cidrType, is: (value) => value instanceof Cidr };

const property = (id: string, holds: (address: Ip) => boolean) => [member(id, [ip], bool, holds)];
const badIp = (text: string) => new CelError(`IP Address ${JSON.stringify(text)} parse error`);
const badCidr = (text: string) => new CelError(`network address parse error: ${JSON.stringify(text)}`);

/** Addresses and networks of IP. IPv4 within IPv6 and zones are refused. */
export const network: Readonly<Record<string, readonly Overload[]>> = {
  ip: [
    overload('string_to_ip', [string], ip, (text) => parseIp(text) ?? badIp(text)),
    member('cidr_ip', [cidr], ip, (range) => range.ip),
  ],
  isIP: [overload('is_ip', [string], bool, (text) => parseIp(text) !== undefined)],
  'ip.isCanonical': [
    overload('ip_is_canonical', [string], bool, (text) => {
      const parsed = parseIp(text);
      return parsed === undefined ? badIp(text) : formatIp(parsed) === text;
    }),
  ],
  family: [member('ip_family', [ip], int, ({ length }) => (length === 32 ? 4n : 6n))],
  isUnspecified: property('ip_is_unspecified', ({ bits }) => bits === 0n),
  isLoopback: property('ip_is_loopback', isLoopback),
  isLinkLocalMulticast: property('ip_is_link_local_multicast', isLinkLocalMulticast),
  isLinkLocalUnicast: property('ip_is_link_local_unicast', isLinkLocalUnicast),
  isGlobalUnicast: property(
    'ip_is_global_unicast',
    (address) =>
      address.bits !== 0n &&
      !(address.length === 32 && address.bits === 0xffffffffn) &&
      !isLoopback(address) &&
      !isMulticast(address) &&
      !isLinkLocalUnicast(address),
  ),
  string: [
    overload('ip_to_string', [ip], string, formatIp),
    overload('cidr_to_string', [cidr], string, (range) => `${formatIp(range.ip)}/${range.prefix}`),
  ],
  cidr: [overload('string_to_cidr', [string], cidr, (text) => parseCidr(text) ?? badCidr(text))],
  isCIDR: [overload('is_cidr', [string], bool, (text) => parseCidr(text) !== undefined)],
  containsIP: [
    member('cidr_contains_ip_string', [cidr, string], bool, (range, text) => {
      const address = parseIp(text);
      return address === undefined ? badIp(text) : contains(range, address);
    }),
    member('cidr_contains_ip_ip', [cidr, ip], bool, contains),
  ],
  containsCIDR: [
    member('cidr_contains_cidr_string', [cidr, string], bool, (range, text) => {
      const other = parseCidr(text);
      return other === undefined ? badCidr(text) : range.prefix <= other.prefix && contains(range, other.ip);
    }),
    member(
      'cidr_contains_cidr',
      [cidr, cidr],
      bool,
      (range, other) => range.prefix <= other.prefix && contains(range, other.ip),
    ),
  ],
  prefixLength: [member('cidr_prefix_length', [cidr], int, ({ prefix }) => BigInt(prefix))],
  masked: [
    member('cidr_masked', [cidr], cidr, ({ ip: { bits, length }, prefix }) => {
      const host = BigInt(length - prefix);
      return new Cidr(new Ip((bits >> host) << host, length), prefix);
    }),
  ],
};

const top = ({ bits, length }: Ip, count: number): bigint => bits >> BigInt(length - count);

function isLoopback(address: Ip): boolean {
  return address.length === 32 ? top(address, 8) === 127n : address.bits === 1n;
}

function isMulticast(address: Ip): boolean {
  return address.length === 32 ? top(address, 4) === 0xen : top(address, 8) === 0xffn;
}

function isLinkLocalMulticast(address: Ip): boolean {
  return address.length === 32 ? top(address, 24) === 0xe00000n : (top(address, 16) & 0xff0fn) === 0xff02n;
}

function isLinkLocalUnicast(address: Ip): boolean {
  return address.length === 32 ? top(address, 16) === 0xa9fen : top(address, 10) === 0x3fan;
}

function contains({ ip: { bits, length }, prefix }: Cidr, address: Ip): boolean {
  const host = BigInt(length - prefix);
  return length === address.length && bits >> host === address.bits >> host;
}

function parseCidr(text: string): Cidr | undefined {
  const slash = text.lastIndexOf('/');
  const address = slash === -1 ? undefined : parseIp(text.slice(0, slash));
  const digits = text.slice(slash + 1);
  if (address === undefined || !/^(?:0|[1-9]\d{0,2})$/.test(digits)) return undefined;
  return Number(digits) <= address.length ? new Cidr(address, Number(digits)) : undefined;
}

function parseIp(text: string): Ip | undefined {
  if (!text.includes(':')) {
    const bits = parseIpv4(text);
    return bits === undefined ? undefined : new Ip(bits, 32);
  }
  const bits = parseIpv6(text);
  // An IPv4 address within IPv6 may be written two ways, so neither is taken.
  return bits === undefined || bits >> 32n === 0xffffn ? undefined : new Ip(bits, 128);
}

function parseIpv4(text: string): bigint | undefined {
  const parts = text.split('.');
  if (parts.length !== 4) return undefined;
  let bits = 0n;
  for (const part of parts) {
    if (!/^(?:0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255) return undefined;
    bits = (bits << 8n) | BigInt(part);
  }
  return bits;
}

function parseIpv6(text: string): bigint | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [head, tail] = [groups(halves[0] ?? '', halves.length === 1), groups(halves[1] ?? '', true)];
  if (head === undefined || tail === undefined) return undefined;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  const all = [...head, ...Array.from({ length: missing }, () => 0n), ...tail];
  return all.reduce((bits, group) => (bits << 16n) | group, 0n);
}

/** The groups between colons; the last may be an IPv4 address. */
function groups(text: string, last: boolean): readonly bigint[] | undefined {
  if (text === '') return [];
  const parts = text.split(':');
  const found: bigint[] = [];
  for (const [index, part] of parts.entries()) {
    if (last && index === parts.length - 1 && part.includes('.')) {
      const bits = parseIpv4(part);
      if (bits === undefined) return undefined;
      found.push(bits >> 16n, bits & 0xffffn);
    } else if (/^[0-9a-fA-F]{1,4}$/.test(part)) found.push(BigInt(`0x${part}`));
    else return undefined;
  }
  return found;
}

function formatIp({ bits, length }: Ip): string {
  const group = (size: bigint, count: number) =>
    Array.from(
      { length: count },
      (_, index) => (bits >> (size * BigInt(count - 1 - index))) & ((1n << size) - 1n),
    );
  if (length === 32) return group(8n, 4).join('.');
  const words = group(16n, 8);
  const zeros = longestZeros(words);
  const text = (part: readonly bigint[]) => part.map((word) => word.toString(16)).join(':');
  if (zeros.length < 2) return text(words);
  return `${text(words.slice(0, zeros.start))}::${text(words.slice(zeros.start + zeros.length))}`;
}

function longestZeros(words: readonly bigint[]): { readonly start: number; readonly length: number } {
  let longest = { start: 0, length: 0 };
  for (let start = 0; start < words.length; start++) {
    let end = start;
    while (words[end] === 0n) end++;
    if (end - start > longest.length) longest = { start, length: end - start };
  }
  return longest;
}
