/** A number to be compared with, and how people write it. */
export interface Threshold {
  readonly value: number;
  /** Written as a percentage: `1%` is 0.01. */
  readonly percent: boolean;
}

/** What `0.3`, `"0.3"` and `"1%"` mean; undefined for a text that is no threshold, which the API server refuses. */
export function parseThreshold(written: number | string): Threshold | undefined {
  if (typeof written === 'number') {
    return Number.isFinite(written) ? { value: written, percent: false } : undefined;
  }
  const match = /^(-?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?)(%?)$/.exec(written);
  const value = Number(match?.[1]);
  if (match === null || !Number.isFinite(value)) return undefined;
  const percent = match[2] === '%';
  return { value: percent ? value / 100 : value, percent };
}

/** With four digits that matter, as in `0.8333%` or `12.5`. */
export function formatNumber(value: number, percent: boolean): string {
  const shown = Number((percent ? value * 100 : value).toPrecision(4));
  return percent ? `${shown}%` : String(shown);
}
