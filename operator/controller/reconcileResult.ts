import type { ReconcileResult } from './reconciler.ts';

/** What is wrong with a reconcile's result, or `undefined`. The types allow only right ones; what runs may be JavaScript. */
export function flawOf(result: unknown): string | undefined {
  if (typeof result !== 'object' || result === null || Array.isArray(result)) {
    return `resolved with ${describe(result)} instead of an object`;
  }
  const { requeueAfter }: ReconcileResult | { readonly requeueAfter?: unknown } = result;
  if (requeueAfter === undefined) return undefined;
  if (typeof requeueAfter !== 'number' || !Number.isFinite(requeueAfter) || requeueAfter < 0) {
    return `resolved with requeueAfter ${describe(requeueAfter)} instead of milliseconds from now`;
  }
  return undefined;
}

/** Not the value itself, unless it is a number: it may be anything, a Secret too. */
function describe(value: unknown): string {
  if (typeof value === 'number') return String(value);
  if (value === null) return 'null';
  return Array.isArray(value) ? 'an array' : typeof value;
}
