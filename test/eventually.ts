import { setTimeout as pause } from 'node:timers/promises';

/** How long to try, and how often. */
export interface Patience {
  /** Milliseconds; default 30 s. */
  readonly within?: number;
  /** Milliseconds between two attempts. */
  readonly every?: number;
}

/**
 * Tries until it succeeds, and gives that result; when the time is over the last failure is thrown. For conditions of a
 * cluster, which come about in their own time: ample time costs nothing where all is well.
 */
export async function eventually<Result>(
  attempt: () => Result | Promise<Result>,
  { within = 30_000, every = 50 }: Patience = {},
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

/** Tries until the probe is true; the failure says what was waited for. */
export async function until(
  what: string,
  probe: () => boolean | Promise<boolean>,
  { within = 30_000, every }: Patience = {},
): Promise<void> {
  await eventually(
    async () => {
      if (!(await probe())) throw new Error(`not within ${within / 1000} s: ${what}`);
    },
    { within, ...(every !== undefined && { every }) },
  );
}
