import { isIP } from 'node:net';

/** An address as a number of its family's width. */
export interface Address {
  readonly family: 4 | 6;
  readonly value: bigint;
}

/** A range of addresses that share a prefix. */
interface Range {
  readonly family: 4 | 6;
  readonly prefix: number;
  readonly value: bigint;
}

/** @throws where the text is no IPv4 or IPv6 address. */
export function parseAddress(text: string): Address {
  switch (isIP(text)) {
    case 4:
      return { family: 4, value: joined(text.split('.').map(Number), 8n) };
    case 6:
      return { family: 6, value: joined(groupsOf(text), 16n) };
    default:
      throw new Error(`${JSON.stringify(text)} is no IP address`);
  }
}

/** Host bits are allowed and mean nothing. @throws where the text is no CIDR. */
export function parseRange(text: string): Range {
  const match = /^([^/]+)\/(\d{1,3})$/.exec(text);
  const [, address = '', length = ''] = match ?? [];
  if (match === null) throw new Error(`${JSON.stringify(text)} is no CIDR`);
  const { family, value } = parseAddress(address);
  const prefix = Number(length);
  if (prefix > width(family)) throw new Error(`${JSON.stringify(text)} is no CIDR: its prefix is too long`);
  return { family, prefix, value: top(value, family, prefix) };
}

/** Whether the address lies in the range. Addresses of another family never do. */
export function contains(range: Range, address: Address): boolean {
  return range.family === address.family && top(address.value, range.family, range.prefix) === range.value;
}

/** Whether all of `inner` lies in `outer`. */
export function covers(outer: Range, inner: Range): boolean {
  return (
    outer.family === inner.family &&
    outer.prefix <= inner.prefix &&
    top(inner.value << BigInt(width(inner.family) - inner.prefix), outer.family, outer.prefix) === outer.value
  );
}

/** The first `prefix` bits. */
function top(value: bigint, family: 4 | 6, prefix: number): bigint {
  return value >> BigInt(width(family) - prefix);
}

function width(family: 4 | 6): number {
  return family === 4 ? 32 : 128;
}

function joined(parts: readonly number[], bits: bigint): bigint {
  return parts.reduce((value, part) => (value << bits) | BigInt(part), 0n);
}

/** The eight groups of an IPv6 address, `::` and a trailing IPv4 part written out. */
function groupsOf(text: string): readonly number[] {
  if (text.includes('%')) throw new Error(`${text} has a zone`);
  const [left = '', right] = text.split('::');
  const groups = (part: string): readonly number[] =>
    part === ''
      ? []
      : part.split(':').flatMap((group) => (group.includes('.') ? pair(group) : [parseInt(group, 16)]));
  if (right === undefined) return groups(left);
  const [head, tail] = [groups(left), groups(right)];
  return [...head, ...Array<number>(8 - head.length - tail.length).fill(0), ...tail];
}

function pair(text: string): readonly number[] {
  const [a = 0, b = 0, c = 0, d = 0] = text.split('.').map(Number);
  return [a * 256 + b, c * 256 + d];
}
