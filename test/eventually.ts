import { setTimeout as pause } from 'node:timers/promises';

/**
 * Tries until it succeeds, and gives that result; after the time (default 30 s) the last failure is thrown. For
 * conditions of a cluster, which come about in their own time.
 */
export async function eventually<Result>(
  attempt: () => Result | Promise<Result>,
  { within = 30_000, every = 100 }: { readonly within?: number; readonly every?: number } = {},
): Promise<Result> {
  const deadline = performance.now() + within;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await pause(every);
    }
  }
}
