/**
 * `npm test`: every tier, one after another, and what each counted.
 *
 *   npm test                   all tiers
 *   npm test -- unit api       these tiers only
 *
 * A tier whose prerequisites are missing on this machine is named with what is missing, and is not counted as passed.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { type BinaryName, findBinaries } from '../cluster/binaries/index.ts';
import { requiredBinaries } from '../cluster/index.ts';
import { missingForRealNode } from '../cluster/node/prerequisites.ts';

interface Tier {
  readonly name: 'unit' | 'api' | 'faults' | 'e2e';
  /** What the machine lacks for this tier, in words for a person; empty when it can run. */
  readonly missing: () => Promise<readonly string[]>;
  /** Programs of Kubernetes that it runs. Got beforehand, since building them takes minutes and no test should wait. */
  readonly binaries: readonly BinaryName[];
}

interface Count {
  readonly tier: string;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly seconds: number;
  /** Each failed test by name, with the first words of its failure. */
  readonly failures: readonly string[];
}

/** What is read of vitest's JSON report. */
interface Results {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly message?: string;
    readonly assertionResults: readonly {
      readonly fullName: string;
      readonly status: string;
      readonly failureMessages?: readonly string[] | null;
    }[];
  }[];
}

const nothing = async (): Promise<readonly string[]> => [];

const tiers: readonly Tier[] = [
  { name: 'unit', missing: nothing, binaries: [] },
  { name: 'api', missing: nothing, binaries: [...requiredBinaries('simulated:2'), 'kubectl'] },
  { name: 'faults', missing: nothing, binaries: [...requiredBinaries('none'), 'kubectl'] },
  { name: 'e2e', missing: missingForRealNode, binaries: [...requiredBinaries('real'), 'kubectl'] },
];

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !tiers.some((tier) => tier.name === name));
if (unknown.length > 0) {
  console.error(
    `no such tier: ${unknown.join(', ')}; the tiers are ${tiers.map((tier) => tier.name).join(', ')}`,
  );
  process.exit(2);
}

const runnable: Tier[] = [];
const lacking: string[] = [];
for (const tier of tiers) {
  if (wanted.length > 0 && !wanted.includes(tier.name)) continue;
  const missing = await tier.missing();
  if (missing.length === 0) runnable.push(tier);
  else lacking.push(`${tier.name}: not run, this machine lacks ${missing.join('; ')}`);
}
// All at once: what has to be built is built side by side.
await findBinaries([...new Set(runnable.flatMap((tier) => tier.binaries))]);
const counts: Count[] = [];
for (const tier of runnable) counts.push(await run(tier.name));

const sum = (of: (count: Count) => number): number => counts.reduce((total, count) => total + of(count), 0);
console.log('');
for (const { tier, passed, failed, skipped, seconds } of counts) {
  console.log(`${tier}: ${passed} passed, ${failed} failed, ${skipped} skipped in ${seconds} s`);
}
for (const line of lacking) console.log(line);
for (const { tier, failures } of counts)
  for (const failure of failures) console.log(`\nFAILED ${tier}: ${failure}`);
if (counts.some(({ failures }) => failures.length > 0)) console.log('');
console.log(`${sum((count) => count.passed)} passed, ${sum((count) => count.failed)} failed`);
process.exitCode = sum((count) => count.failed) > 0 || counts.length === 0 ? 1 : 0;

/** Runs one tier in a process of its own. A run that dies before it could count is one failure. */
async function run(tier: string): Promise<Count> {
  const directory = await mkdtemp(join(tmpdir(), 'mainstay-test-'));
  const file = join(directory, 'results.json');
  const started = performance.now();
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  const child = spawn('vitest', ['run', '--project', tier, ...reporters], { stdio: 'inherit' });
  const forward = (signal: NodeJS.Signals): void => void child.kill(signal);
  process.on('SIGINT', forward).on('SIGTERM', forward);
  const code = await new Promise<number>((resolve) => {
    child.on('exit', (status) => resolve(status ?? 1));
    child.on('error', () => resolve(1));
  });
  process.off('SIGINT', forward).off('SIGTERM', forward);
  const seconds = Math.round((performance.now() - started) / 1000);
  try {
    const results = JSON.parse(await readFile(file, 'utf8')) as Results;
    const failures = failuresIn(results);
    // A suite that fails outside its tests (a hook, an import) fails the run without a failed test.
    const failed = results.numFailedTests === 0 && code !== 0 ? 1 : results.numFailedTests;
    return {
      tier,
      passed: results.numPassedTests,
      failed,
      skipped: results.numPendingTests,
      seconds,
      failures,
    };
  } catch {
    const failures = [`the run ended with exit code ${code} before it could count`];
    return { tier, passed: 0, failed: 1, skipped: 0, seconds, failures };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** Last in the output, since what stands in the middle of a long one is not found. */
function failuresIn({ testResults }: Results): readonly string[] {
  return testResults.flatMap(({ name, status, message, assertionResults }) => {
    const failed = assertionResults.filter((test) => test.status === 'failed');
    if (status === 'failed' && failed.length === 0)
      return [`${relative('.', name)}\n${beginning(message ?? '')}`];
    return failed.map(
      ({ fullName, failureMessages }) =>
        `${relative('.', name)} > ${fullName}\n${beginning(failureMessages?.join('\n') ?? '')}`,
    );
  });
}

function beginning(text: string): string {
  return text.split('\n').slice(0, 25).join('\n').slice(0, 3000);
}
