/**
 * IP ranges. Two ranges of one family are disjoint, equal, or one lies inside the other; there is no overlap by half. So
 * "this range without those" is always the range itself with a list of exceptions, or nothing.
 */
export interface Cidr {
  readonly family: 4 | 6;
  /** The first address; the bits behind the prefix are zero. */
  readonly base: bigint;
  readonly prefix: number;
}

/** The range that a text such as `10.0.0.0/8`, `fd00::/8` or a bare address means; undefined where it means none. */
export function parseCidr(text: string): Cidr | undefined {
  const slash = text.indexOf('/');
  const address = parseAddress(slash < 0 ? text : text.slice(0, slash));
  if (address === undefined) return undefined;
  const bits = bitsOf(address.family);
  const length = slash < 0 ? String(bits) : text.slice(slash + 1);
  if (!/^(0|[1-9][0-9]{0,2})$/.test(length) || Number(length) > bits) return undefined;
  return rangeOf(address.family, address.value, Number(length));
}

/** For ranges written in the code or checked by a schema. Throws a RangeError on a text that is none. */
export function cidr(text: string): Cidr {
  const parsed = parseCidr(text);
  if (parsed === undefined) throw new RangeError(`${JSON.stringify(text)} is no CIDR`);
  return parsed;
}

/** The canonical text: RFC 5952 for IPv6, never the dotted form. */
export function formatCidr({ family, base, prefix }: Cidr): string {
  return `${family === 4 ? formatV4(base) : formatV6(base)}/${prefix}`;
}

/** Whether all of `inner` lies in `outer`. A range contains itself. */
export function contains(outer: Cidr, inner: Cidr): boolean {
  if (outer.family !== inner.family || outer.prefix > inner.prefix) return false;
  return rangeOf(inner.family, inner.base, outer.prefix).base === outer.base;
}

/** What a NetworkPolicy's `ipBlock` says; every exception lies strictly inside. */
export interface Block {
  readonly range: Cidr;
  readonly except: readonly Cidr[];
}

/** `range` without `holes`, or undefined where nothing is left. The exceptions are disjoint, joined where they touch, and in order. */
export function without(range: Cidr, holes: readonly Cidr[]): Block | undefined {
  if (holes.some((hole) => contains(hole, range))) return undefined;
  const except = joined(holes.filter((hole) => contains(range, hole)));
  return except.some((hole) => hole.prefix === range.prefix) ? undefined : { range, except };
}

/** The same set of addresses in the fewest ranges, in order of family and address. */
export function joined(ranges: readonly Cidr[]): readonly Cidr[] {
  const kept: Cidr[] = [];
  for (const range of [...ranges].sort(byAddress)) {
    const last = kept.at(-1);
    if (last !== undefined && contains(last, range)) continue;
    kept.push(range);
    joinTail(kept);
  }
  return kept;
}

/** The smallest range that holds all of these, which are of one family and at least one. */
export function commonRange(ranges: readonly [Cidr, ...Cidr[]]): Cidr {
  const [first, ...others] = ranges;
  return others.reduce((common, range) => {
    let prefix = Math.min(common.prefix, range.prefix);
    while (
      rangeOf(range.family, range.base, prefix).base !== rangeOf(common.family, common.base, prefix).base
    ) {
      prefix -= 1;
    }
    return rangeOf(common.family, common.base, prefix);
  }, first);
}

/** The range of IPv6 addresses under which a translator with this /96 prefix reaches `v4` (RFC 6052). */
export function translated(prefix96: Cidr, v4: Cidr): Cidr {
  return { family: 6, base: prefix96.base | v4.base, prefix: 96 + v4.prefix };
}

function joinTail(kept: Cidr[]): void {
  for (;;) {
    const right = kept.at(-1);
    const left = kept.at(-2);
    if (right === undefined || left === undefined) return;
    if (right.family !== left.family || right.prefix !== left.prefix || right.prefix === 0) return;
    const parent = rangeOf(right.family, right.base, right.prefix - 1);
    if (!contains(parent, left)) return;
    kept.splice(-2, 2, parent);
  }
}

function byAddress(a: Cidr, b: Cidr): number {
  if (a.family !== b.family) return a.family - b.family;
  if (a.base !== b.base) return a.base < b.base ? -1 : 1;
  return a.prefix - b.prefix;
}

function bitsOf(family: 4 | 6): number {
  return family === 4 ? 32 : 128;
}

function rangeOf(family: 4 | 6, address: bigint, prefix: number): Cidr {
  const host = BigInt(bitsOf(family) - prefix);
  return { family, base: (address >> host) << host, prefix };
}

function parseAddress(text: string): { family: 4 | 6; value: bigint } | undefined {
  const family = text.includes(':') ? 6 : 4;
  const value = family === 4 ? parseV4(text) : parseV6(text);
  return value === undefined ? undefined : { family, value };
}

function parseV4(text: string): bigint | undefined {
  const octets = text.split('.');
  if (octets.length !== 4) return undefined;
  let value = 0n;
  for (const octet of octets) {
    // A leading zero is refused: some parsers read it as octal.
    if (!/^(0|[1-9][0-9]{0,2})$/.test(octet) || Number(octet) > 255) return undefined;
    value = (value << 8n) | BigInt(octet);
  }
  return value;
}

function parseV6(text: string): bigint | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map((half, index) => parseGroups(half, index === halves.length - 1));
  if (head === undefined) return undefined;
  if (halves.length === 1) return head.length === 8 ? join(head) : undefined;
  if (tail === undefined || head.length + tail.length > 7) return undefined;
  return join([...head, ...new Array<bigint>(8 - head.length - tail.length).fill(0n), ...tail]);
}

/** The 16-bit groups of one side of `::`; the last two may be written as an IPv4 address. */
function parseGroups(text: string, last: boolean): bigint[] | undefined {
  if (text === '') return [];
  const groups: bigint[] = [];
  const parts = text.split(':');
  for (const [index, part] of parts.entries()) {
    if (/^[0-9a-fA-F]{1,4}$/.test(part)) groups.push(BigInt(`0x${part}`));
    else {
      const v4 = last && index === parts.length - 1 ? parseV4(part) : undefined;
      if (v4 === undefined) return undefined;
      groups.push(v4 >> 16n, v4 & 0xffffn);
    }
  }
  return groups;
}

function join(groups: readonly bigint[]): bigint {
  return groups.reduce((value, group) => (value << 16n) | group, 0n);
}

function formatV4(value: bigint): string {
  return [24n, 16n, 8n, 0n].map((shift) => ((value >> shift) & 0xffn).toString()).join('.');
}

function formatV6(value: bigint): string {
  const groups = Array.from({ length: 8 }, (_, index) =>
    ((value >> BigInt(112 - 16 * index)) & 0xffffn).toString(16),
  );
  // The first of the longest runs of at least two zero groups becomes `::`.
  let start = 0;
  let length = 0;
  for (let from = 0; from < 8; from += 1) {
    let to = from;
    while (groups[to] === '0') to += 1;
    if (to - from > length) [start, length] = [from, to - from];
  }
  if (length < 2) return groups.join(':');
  return `${groups.slice(0, start).join(':')}::${groups.slice(start + length).join(':')}`;
}
