/**
 * The few shapes of DER (ITU-T X.690) that an X.509 certificate is made of.
 *
 * Node's crypto reads certificates and cannot write them. A certificate for a test cluster is a handful of nested
 * lists, and writing those is less than asking every machine for an `openssl` of the right version.
 */
export const der = {
  sequence: (...items: readonly Buffer[]): Buffer => tagged(0x30, ...items),
  set: (...items: readonly Buffer[]): Buffer => tagged(0x31, ...items),
  boolean: (value: boolean): Buffer => tagged(0x01, Buffer.from([value ? 0xff : 0x00])),
  /** A non-negative integer, from its big-endian bytes. */
  integer: (bytes: Buffer): Buffer => tagged(0x02, shortestInteger(bytes)),
  bitString: (bytes: Buffer, unusedBits = 0): Buffer => tagged(0x03, Buffer.from([unusedBits]), bytes),
  octetString: (...items: readonly Buffer[]): Buffer => tagged(0x04, ...items),
  objectIdentifier: (dotted: string): Buffer => tagged(0x06, objectIdentifierBytes(dotted)),
  utf8String: (text: string): Buffer => tagged(0x0c, Buffer.from(text, 'utf8')),
  time: (date: Date): Buffer => time(date),
  /** `[number] EXPLICIT`: a wrapper around a whole value. */
  explicit: (number: number, ...items: readonly Buffer[]): Buffer => tagged(0xa0 | number, ...items),
  /** `[number] IMPLICIT` of a primitive type: the tag stands in for the type's own. */
  implicit: (number: number, bytes: Buffer): Buffer => tagged(0x80 | number, bytes),
} as const;

function tagged(tag: number, ...items: readonly Buffer[]): Buffer {
  const content = Buffer.concat(items);
  return Buffer.concat([Buffer.from([tag]), lengthBytes(content.length), content]);
}

function lengthBytes(length: number): Buffer {
  if (length < 0x80) return Buffer.from([length]);
  const bytes: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return Buffer.from([0x80 | bytes.length, ...bytes]);
}

/** DER wants the fewest bytes, and a leading zero where the top bit would say "negative". */
function shortestInteger(bytes: Buffer): Buffer {
  let start = 0;
  while (start < bytes.length - 1 && bytes[start] === 0) start += 1;
  const shortest = bytes.subarray(start);
  return (shortest[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.from([0]), shortest]) : shortest;
}

function objectIdentifierBytes(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return Buffer.from([first * 40 + second, ...rest.flatMap(base128)]);
}

function base128(value: number): readonly number[] {
  const bytes = [value % 128];
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128)) {
    bytes.unshift(0x80 | (rest % 128));
  }
  return bytes;
}

/** RFC 5280: UTCTime until 2049, GeneralizedTime from then on, both in whole seconds. */
function time(date: Date): Buffer {
  const digits = date
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replace(/[-:T]/g, '');
  return date.getUTCFullYear() < 2050
    ? tagged(0x17, Buffer.from(digits.slice(2)))
    : tagged(0x18, Buffer.from(digits));
}
