import { appendFile } from 'node:fs/promises';
import { expect, inject } from 'vitest';
import type { Figure } from '../../bench/report.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The file in which figures wait for the end of the suite (printFigures.ts). */
    figures: string;
  }
}

/** Prints a scenario's line, keeps its figures for the end of the suite, and fails if one misses its limit. */
export async function report(scenario: string, text: string, figures: readonly Figure[]): Promise<void> {
  console.log(`${scenario}: ${text}`);
  await appendFile(inject('figures'), figures.map((figure) => `${JSON.stringify(figure)}\n`).join(''));
  for (const { name, value, limit, better } of figures) {
    if (better === 'lower') expect(value, name).toBeLessThanOrEqual(limit);
    else expect(value, name).toBeGreaterThanOrEqual(limit);
  }
}
