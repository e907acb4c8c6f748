import { CelList } from './collections.ts';
import { Bytes, Optional, type Value } from './value.ts';

/**
 * What one function may make at most. An object has 3 MB; but a text put between all characters of another is as long as both
 * multiplied, and costs as little as one. Whoever writes objects must not come by all memory so.
 */
const longestText = 5_000_000;
const longestList = 1_000_000;
/** What the functions of an evaluation may make together, in bytes or so: a loop may keep all of it to the end. */
const mostMade = 40_000_000;
/** Of an element: a reference, and a number. */
const bytesOfElement = 32;

/** @throws RangeError, which ends the evaluation, as what costs too much does */
export function boundText(length: number): void {
  if (length > longestText) throw new RangeError(`comes to a text of more than ${longestText} characters`);
}

/** @throws RangeError */
export function boundList(size: number): void {
  if (size > longestList) throw new RangeError(`comes to a list of more than ${longestList} elements`);
}

/**
 * What an evaluation has made, together with what a call makes now, which is nothing where that gives back what it was given.
 *
 * @throws RangeError
 */
export function withMade(made: number, args: readonly Value[], result: Value): number {
  if (args.some((arg) => arg === result || (arg instanceof Optional && arg.value === result))) return made;
  const sum = made + sizeOf(result);
  if (sum > mostMade) throw new RangeError(`makes more than ${mostMade} bytes`);
  return sum;
}

/** A list that only joins two others holds no elements of its own. */
function sizeOf(value: Value): number {
  if (typeof value === 'string') return value.length;
  if (value instanceof Bytes) return value.data.length;
  return value instanceof CelList ? value.size * bytesOfElement : 0;
}

/** As one text. */
export function joined(parts: readonly string[], separator: string): string {
  boundText(parts.reduce((length, part) => length + part.length, (parts.length - 1) * separator.length));
  return parts.join(separator);
}
