/**
 * An operator, people who change things without a pause, and fault after fault: what a day brings, in minutes.
 *
 *     npm run soak                              10 minutes
 *     npm run soak -- --minutes 2 --seed 42     the same faults and changes again
 *
 * Ends with a line for each figure beside its limit, and with 1 if one falls short.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { printFigures } from '../../bench/report.ts';
import { type CachedVersions, serverVersions, unreconciled, type Versions } from './agreement.ts';
import { Churn, randomFrom } from './churn.ts';
import { troubles } from './soakFaults.ts';
import type { Look } from './soakOperator.ts';
import { openStage } from './stage.ts';

const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '10' }, seed: { type: 'string' } },
});
const minutes = Number(values.minutes);
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
if (!(minutes > 0) || !Number.isInteger(seed)) throw new Error('--minutes and --seed are numbers');
console.log(`soak of ${minutes} minutes, seed ${seed}`);

/** Milliseconds in which all must be well once the faults have ended. */
const patience = 60_000;

/**
 * Seconds that a recovery may take. A watch that stops before its first bookmark is given up 16 s after it began. A key
 * that failed all through five faults in a row, up to 17 s, waits for as long again, since its wait doubles.
 */
const slowestAllowed = 30;

/** Milliseconds of a recovery that is told. */
const worthALine = 5000;

await using stage = await openStage();
const namespace = await stage.namespace();
const { proxy, kubeconfig } = await stage.proxy();
await using _ = proxy;
const random = randomFrom(seed);
const churn = new Churn(stage.direct, namespace, randomFrom(seed + 1));
await churn.fill();

let restarts = -1;
let ending = false;
let operator = start();

const kinds = Object.entries(troubles(random));
const counts = new Map<string, number>();
const samples: Look[] = [];
let differences = 0;
let lost = 0;
let slowest = 0;
const end = performance.now() + minutes * 60_000;
while (performance.now() < end) {
  const quiet = new AbortController();
  const churning = churn.run(quiet.signal, { through: true });
  const names: string[] = [];
  for (let fault = 0; fault < 5; fault += 1) {
    const [name, begin] = kinds[Math.floor(random() * kinds.length)] ?? raise('there is no trouble');
    counts.set(name, (counts.get(name) ?? 0) + 1);
    names.push(name);
    const over = await begin(proxy, stage.cluster);
    await pause(200 + random() * 2500);
    await over();
    // Now and then one comes upon another, before all is well again.
    await pause(random() * 800);
  }
  quiet.abort();
  await churning;
  await settle(names);
}
ending = true;
operator.kill('SIGKILL');

/** Waits until all is well after these faults, and takes a sample of the memory. */
async function settle(names: readonly string[]): Promise<void> {
  const began = performance.now();
  let last: readonly string[] = [];
  for (;;) {
    const [look, truth, undone] = await Promise.all([
      ask('look'),
      serverVersions(stage.direct, namespace),
      unreconciled(stage.direct, namespace),
    ]);
    const differing = look === undefined ? ['no operator'] : differencesOf(look.versions, truth);
    const took = performance.now() - began;
    if ((differing.length > 0 || undone.length > 0) && took < patience) {
      last = [...differing.map((name) => `cached ${name}`), ...undone];
      await pause(50);
      continue;
    }
    differences += differing.length;
    lost += undone.length;
    slowest = Math.max(slowest, took);
    if (took > worthALine) {
      const time = (took / 1000).toFixed(1);
      console.log(`well ${time} s after: ${names.join(', ')}. The last was: ${last.join(', ')}`);
    }
    if (differing.length > 0) console.log(`the cache differs: ${differing.join(', ')}`);
    if (undone.length > 0) console.log(`not reconciled: ${undone.join(', ')}`);
    const weighed = await ask('weigh');
    if (weighed !== undefined) samples.push(weighed);
    return;
  }
}

function differencesOf(cached: CachedVersions, truth: CachedVersions): readonly string[] {
  const of = (left: Versions, right: Versions) =>
    [...new Set([...Object.keys(left), ...Object.keys(right)])].filter((name) => left[name] !== right[name]);
  return [
    ...of(cached.sources, truth.sources),
    ...of(cached.copies, truth.copies),
    ...of(cached.secrets, truth.secrets),
  ];
}

/** Starts the operator, again if it ends by itself. */
function start(): ChildProcess {
  restarts += 1;
  const program = new URL('./soakOperator.ts', import.meta.url);
  const child = fork(program, [kubeconfig, namespace], { execArgv: ['--expose-gc'] });
  child.on('exit', (code, signal) => {
    if (ending) return;
    console.log(`the operator ended with ${signal ?? code}`);
    operator = start();
  });
  return child;
}

async function ask(question: 'look' | 'weigh'): Promise<Look | undefined> {
  if (!operator.connected) return undefined;
  operator.send(question);
  const answer = once(operator, 'message', { signal: AbortSignal.timeout(10_000) });
  const [look]: Look[] = await answer.catch(() => []);
  return look;
}

function raise(message: string): never {
  throw new Error(message);
}

for (const [name, count] of counts) console.log(`${String(count).padStart(5)} × ${name}`);

/** What comes first is the process warming up, and what grows for ever still grows after that. */
const warm = samples.slice(Math.floor(samples.length / 4));
const half = Math.ceil(warm.length / 2);
const growth = (of: (look: Look) => number) => {
  const median = (looks: readonly Look[]) =>
    looks.map(of).toSorted((a, b) => a - b)[Math.floor(looks.length / 2)];
  return (median(warm.slice(-half)) ?? 0) - (median(warm.slice(0, half)) ?? 0);
};
const faults = [...counts.values()].reduce((sum, count) => sum + count, 0);
const most = (limit: number) => ({ limit, better: 'lower' }) as const;
const least = (limit: number) => ({ limit, better: 'higher' }) as const;
const good = printFigures([
  { name: 'cache-differences', value: differences, unit: 'objects', ...most(0) },
  { name: 'lost-reconciles', value: lost, unit: 'objects', ...most(0) },
  { name: 'slowest-recovery', value: slowest / 1000, unit: 's', ...most(slowestAllowed) },
  { name: 'restarts', value: restarts, unit: 'times', ...most(0) },
  { name: 'rss-growth', value: growth(({ rss }) => rss), unit: 'MB', ...most(20) },
  { name: 'heap-growth', value: growth(({ heap }) => heap), unit: 'MB', ...most(5) },
  { name: 'faults-injected', value: faults, unit: 'faults', ...least(Math.floor(minutes * 10)) },
  { name: 'changes-by-people', value: churn.count, unit: 'changes', ...least(Math.floor(minutes * 300)) },
]);
if (!good) process.exitCode = 1;
