import type { Source } from './source.ts';

/** What evaluating an expression costs, in the API server's units. */
export interface Cost {
  /** On an object as large as they come: some sixty items in each list. */
  readonly usual: number;
  /** On whatever somebody sends: what a single expression may cost at most before it is broken off. */
  readonly worst: number;
}

/** The API server's limit of one expression. */
const limitEach = 1_000_000;

/** By how deep its loops stand within each other; what a function costs grows with the text that it reads. */
export function costOf({ nesting, calls }: Pick<Source, 'nesting' | 'calls'>): Cost {
  const usual = Math.min(limitEach, 100 * 60 ** nesting);
  return { usual, worst: nesting > 0 ? limitEach : calls.size > 0 ? 200_000 : 1000 };
}
