/** How many code points a string has, which is what CEL counts in. */
export function codePointCount(text: string): number {
  let count = text.length;
  for (let index = 0; index < text.length - 1; index++) {
    if (isHighSurrogate(text.charCodeAt(index))) {
      count--;
      index++;
    }
  }
  return count;
}

/** A string's code points. */
export const codePoints = (text: string): readonly string[] => Array.from(text);

/** How many bytes a string has in UTF-8. */
export const byteLength = (text: string): number => Buffer.byteLength(text, 'utf8');

/** The order of two strings by their code points, which is that of their bytes in UTF-8. */
export function compareText(a: string, b: string): -1 | 0 | 1 {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    const left = a.charCodeAt(index);
    const right = b.charCodeAt(index);
    if (left === right) continue;
    // UTF-16 puts code points beyond its first plane before the last of that plane.
    const surrogates = Number(isSurrogate(left)) - Number(isSurrogate(right));
    if (surrogates !== 0 && Math.max(left, right) >= 0xe000) return surrogates > 0 ? 1 : -1;
    return left < right ? -1 : 1;
  }
  return a.length < b.length ? -1 : 1;
}

const isHighSurrogate = (unit: number) => unit >= 0xd800 && unit <= 0xdbff;
const isSurrogate = (unit: number) => unit >= 0xd800 && unit <= 0xdfff;
