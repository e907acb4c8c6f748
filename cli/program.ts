/**
 * `mainstay check`: Policies on manifests, without a cluster, by the same judge as in one.
 *
 * In the order of reading: `commandLine.ts` what is asked; `sources.ts`, `documents.ts` (`values.ts`, `places.ts`),
 * `manifests.ts` what is read; `kinds.ts`, `policies.ts`, `namespaces.ts` what it means; `judging.ts`, `blame.ts` what is found,
 * and where; `frameworks.ts` what that is to a framework; `report.ts`, `output/` what is said of it; `cases.ts` the tests of
 * Policies.
 */
import process from 'node:process';
import { inspect } from 'node:util';
import { testCases } from './cases.ts';
import { check } from './check.ts';
import { commandOf, UsageError, usage } from './commandLine.ts';
import { exitCodes } from './report.ts';

// Whoever reads only the beginning, as `head` does, has seen enough.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

try {
  const { text, exitCode } = run(process.argv.slice(2));
  process.stdout.write(text);
  process.exitCode = exitCode;
} catch (error) {
  // A mistake of ours is no verdict either.
  const said = error instanceof UsageError ? error.message : inspect(error);
  process.stderr.write(`${said}\n`);
  process.exitCode = exitCodes.unjudged;
}

function run(args: readonly string[]): { readonly text: string; readonly exitCode: number } {
  const command = commandOf(args);
  switch (command.name) {
    case 'help':
      return { text: usage, exitCode: exitCodes.clean };
    case 'check':
      return check(command, Date.now());
    case 'test':
      return testCases(command.paths, Date.now());
  }
}
