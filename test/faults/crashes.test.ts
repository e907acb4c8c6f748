import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const run = promisify(execFile);
const program = new URL('./crashes/run.ts', import.meta.url).pathname;
/** What is small enough for every run; `npm run crashes` kills far more often. */
const size = ['--kills', '14', '--projects', '4', '--brief'];

test('an operator that is killed at any instant leaves what one leaves that is not', {
  timeout: 400_000,
}, async () => {
  // Each run kills at moments of its own; the seed that it prints brings them back.
  const ended = await run(process.execPath, [program, ...size]).catch(
    (error: { readonly stdout: string; readonly stderr: string }) => error,
  );
  console.log(ended.stdout);
  const figures = ended.stdout.split('\n').filter((line) => line.startsWith('figure '));
  expect(figures.length, ended.stderr).toBe(16);
  expect(figures.filter((line) => !line.endsWith(' ok'))).toEqual([]);
});
