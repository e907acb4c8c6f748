/**
 * What of the operator looks at what is there, alone: so that the time counts from the moment when its caches are full.
 * It prints a line of JSON for each moment that counts, and takes a line of input for a Policy that changes.
 */
import { createInterface } from 'node:readline';
import { addPolicyReports } from '../../controllers/policy/reports/index.ts';
import { createScan } from '../../controllers/policy/scan/index.ts';
import { connect, createLog, Manager } from '../../operator/index.ts';
import { giveBackWhenIdle } from '../../operator/manager/idleMemory.ts';
import { monotonicClock } from '../../operator/queue/clock.ts';
import { benchFacts, restrictedPack } from './packs.ts';

const root = process.env.BENCH_ROOT ?? '.';
const manager = new Manager({
  connection: await connect(),
  fieldManager: 'mainstay',
  userAgent: 'mainstay-scan',
  log: createLog({ level: 'warn' }),
});
const scan = createScan(manager, { changed: () => {} });
addPolicyReports(manager, scan);
giveBackWhenIdle({ clock: monotonicClock });

const policies = restrictedPack(root);
const facts = benchFacts();
const tell = (what: string) => console.log(JSON.stringify({ what, at: Date.now() }));

/** Tells when all caches are full, and when all has been looked at. */
function watchProgress(): void {
  let full = false;
  const timer = setInterval(() => {
    const figures = scan.figures();
    const pending = figures.reduce((sum, one) => sum + one.pending, 0);
    const isThrough = figures.every((one) => one.isThrough);
    if (!full && (pending > 0 || isThrough)) {
      full = true;
      tell('full');
    }
    if (!full || pending > 0 || !isThrough) return;
    clearInterval(timer);
    tell('looked');
  }, 10);
}

const stop = new AbortController();
process.once('SIGTERM', () => stop.abort());
const running = manager.run(stop.signal);
scan.follow(policies, facts);
watchProgress();

createInterface({ input: process.stdin }).on('line', (name) => {
  const others = policies.filter((policy) => policy.name !== name);
  const changed = policies
    .filter((policy) => policy.name === name)
    .map((policy) => ({
      ...policy,
      spec: {
        ...policy.spec,
        exceptions: [{ name: 'bench', match: { names: ['nobody'] }, reason: 'a change' }],
      },
    }));
  scan.follow([...others, ...changed], facts);
  watchProgress();
});
await running;
// Its input would keep it.
process.exit(0);
