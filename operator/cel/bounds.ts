/**
 * What one function may make at most. An object has 3 MB; but a text put between all characters of another is as long as both
 * multiplied, and costs as little as one. Whoever writes objects must not come by all memory so.
 */
const longestText = 5_000_000;
const longestList = 1_000_000;

/** @throws RangeError, which ends the evaluation, as what costs too much does */
export function boundText(length: number): void {
  if (length > longestText) throw new RangeError(`comes to a text of more than ${longestText} characters`);
}

/** @throws RangeError */
export function boundList(size: number): void {
  if (size > longestList) throw new RangeError(`comes to a list of more than ${longestList} elements`);
}

/** As one text. */
export function joined(parts: readonly string[], separator: string): string {
  boundText(parts.reduce((length, part) => length + part.length, (parts.length - 1) * separator.length));
  return parts.join(separator);
}
