import { boundText, joined } from '../bounds.ts';
import { CelList } from '../collections.ts';
import { bool, dyn, int, list, member, type Overload, overload, string } from '../functions.ts';
import { regexOf } from '../regex.ts';
import { codePointCount, codePoints } from '../text.ts';
import { CelError, type ListValue, type Value } from '../value.ts';
import { formatText } from './formatText.ts';

const texts = list(string);

/** The functions of strings; offsets count code points. */
export const strings: Readonly<Record<string, readonly Overload[]>> = {
  contains: [member('contains_string', [string, string], bool, (text, part) => text.includes(part))],
  endsWith: [member('ends_with_string', [string, string], bool, (text, end) => text.endsWith(end))],
  startsWith: [member('starts_with_string', [string, string], bool, (text, start) => text.startsWith(start))],
  matches: [
    overload('matches', [string, string], bool, matches),
    member('matches_string', [string, string], bool, matches),
  ],
  find: [member('string_find_string', [string, string], string, find)],
  findAll: [
    member('string_find_all_string', [string, string], texts, (text, pattern) => findAll(text, pattern, -1n)),
    member('string_find_all_string_int', [string, string, int], texts, findAll),
  ],
  charAt: [member('string_char_at_int', [string, int], string, charAt)],
  indexOf: [
    member('string_index_of_string', [string, string], int, (text, part) => indexOf(text, part, 0n)),
    member('string_index_of_string_int', [string, string, int], int, indexOf),
  ],
  lastIndexOf: [
    member('string_last_index_of_string', [string, string], int, (text, part) => {
      if (part === '') return BigInt(codePointCount(text));
      return text.length < part.length ? -1n : lastIndexOf(text, part, BigInt(codePointCount(text) - 1));
    }),
    member('string_last_index_of_string_int', [string, string, int], int, lastIndexOf),
  ],
  lowerAscii: [
    member('string_lower_ascii', [string], string, (text) =>
      text.replace(/[A-Z]+/g, (part) => part.toLowerCase()),
    ),
  ],
  upperAscii: [
    member('string_upper_ascii', [string], string, (text) =>
      text.replace(/[a-z]+/g, (part) => part.toUpperCase()),
    ),
  ],
  replace: [
    member('string_replace_string_string', [string, string, string], string, (text, old, by) =>
      replace(text, old, by, -1n),
    ),
    member('string_replace_string_string_int', [string, string, string, int], string, replace),
  ],
  split: [
    member('string_split_string', [string, string], texts, (text, by) => split(text, by, -1n)),
    member('string_split_string_int', [string, string, int], texts, split),
  ],
  substring: [
    member('string_substring_int', [string, int], string, (text, start) => {
      const points = codePoints(text);
      return isWithin(start, points.length) ? points.slice(Number(start)).join('') : outOfRange(start);
    }),
    member('string_substring_int_int', [string, int, int], string, substring),
  ],
  trim: [member('string_trim', [string], string, trim)],
  join: [
    member('list_join', [texts], string, (items) => join(items, '')),
    member('list_join_string', [texts, string], string, join),
  ],
  format: [member('string_format', [string, list(dyn)], string, formatText)],
  'strings.quote': [overload('strings_quote', [string], string, quote)],
};

const outOfRange = (index: bigint) => new CelError(`index out of range: ${index}`);
const isWithin = (index: bigint, length: number) => index >= 0n && index <= BigInt(length);

function matches(text: string, pattern: string): Value {
  const regex = regexOf(pattern);
  return typeof regex === 'string' ? new CelError(regex) : regex.test(text);
}

function find(text: string, pattern: string): Value {
  const regex = regexOf(pattern);
  return typeof regex === 'string' ? new CelError(`Illegal regex: ${regex}`) : regex.find(text);
}

function findAll(text: string, pattern: string, limit: bigint): Value {
  const regex = regexOf(pattern);
  if (typeof regex === 'string') return new CelError(`Illegal regex: ${regex}`);
  return new CelList(regex.findAll(text, Number(limit)));
}

function charAt(text: string, index: bigint): Value {
  const points = codePoints(text);
  return isWithin(index, points.length) ? (points[Number(index)] ?? '') : outOfRange(index);
}

function indexOf(text: string, part: string, offset: bigint): Value {
  if (part === '') return offset;
  if (offset < 0n) return outOfRange(offset);
  const start = unitsBefore(text, offset);
  const found = start === undefined ? -1 : text.indexOf(part, start);
  return found === -1 ? -1n : BigInt(codePointCount(text.slice(0, found)));
}

function lastIndexOf(text: string, part: string, offset: bigint): Value {
  if (part === '') return offset;
  if (offset < 0n) return outOfRange(offset);
  const start = unitsBefore(text, offset);
  const found = start === undefined ? -1 : text.lastIndexOf(part, start);
  return found === -1 ? -1n : BigInt(codePointCount(text.slice(0, found)));
}

/** Where the code point of that number begins, in UTF-16 units, or undefined where there is none. */
function unitsBefore(text: string, offset: bigint): number | undefined {
  if (offset >= BigInt(text.length)) return undefined;
  let units = 0;
  for (let count = 0n; count < offset; count++) {
    if (units >= text.length) return undefined;
    units += (text.codePointAt(units) ?? 0) > 0xffff ? 2 : 1;
  }
  return units < text.length ? units : undefined;
}

function substring(text: string, start: bigint, end: bigint): Value {
  const points = codePoints(text);
  if (start > end) return new CelError(`invalid substring range. start: ${start}, end: ${end}`);
  if (!isWithin(start, points.length)) return outOfRange(start);
  if (!isWithin(end, points.length)) return outOfRange(end);
  return points.slice(Number(start), Number(end)).join('');
}

function replace(text: string, old: string, by: string, limit: bigint): Value {
  // Nothing stands before and behind each character.
  const parts = old === '' ? ['', ...codePoints(text), ''] : text.split(old);
  const count = limit < 0n || limit >= BigInt(parts.length) ? parts.length - 1 : Number(limit);
  return [joined(parts.slice(0, count + 1), by), ...parts.slice(count + 1)].join(old);
}

function split(text: string, by: string, limit: bigint): ListValue {
  if (limit === 0n) return new CelList([]);
  const parts = by === '' ? codePoints(text) : text.split(by);
  if (limit < 0n || BigInt(parts.length) <= limit) return new CelList(parts);
  const count = Number(limit);
  return new CelList([...parts.slice(0, count - 1), parts.slice(count - 1).join(by)]);
}

/** Go's white space, which is Unicode's. */
function trim(text: string): string {
  const space = '[\\t\\n\\v\\f\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]';
  const start = text.replace(new RegExp(`^${space}+`), '');
  let end = start.length;
  const isSpace = new RegExp(`^${space}$`);
  while (end > 0 && isSpace.test(start[end - 1] ?? '')) end--;
  return start.slice(0, end);
}

function join(items: ListValue, separator: string): Value {
  boundText(items.size);
  const parts: string[] = [];
  for (const item of items) {
    if (typeof item !== 'string') return new CelError('join: invalid input');
    parts.push(item);
  }
  return joined(parts, separator);
}

const escapes: Readonly<Record<string, string>> = {
  '\u0007': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '\\': '\\\\',
  '"': '\\"',
};

function quote(text: string): string {
  return `"${codePoints(text)
    .map((character) => escapes[character] ?? character)
    .join('')}"`;
}
