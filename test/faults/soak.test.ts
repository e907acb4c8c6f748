import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const run = promisify(execFile);
const program = new URL('./soak.ts', import.meta.url).pathname;

/** Each run has faults of its own; the seed that it prints brings them back. */
const seed = Math.floor(Math.random() * 2 ** 31);

test('two minutes of random faults and changes leave nothing behind', { timeout: 300_000 }, async () => {
  const ended = await run(process.execPath, [program, '--minutes', '2', '--seed', String(seed)]).catch(
    (error: { readonly stdout: string; readonly stderr: string }) => error,
  );
  console.log(ended.stdout);
  const figures = ended.stdout.split('\n').filter((line) => line.startsWith('figure '));
  expect(figures.length, ended.stderr).toBe(8);
  expect(figures.filter((line) => !line.endsWith(' ok'))).toEqual([]);
});
