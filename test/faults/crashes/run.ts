/**
 * 50 Projects are created, changed and deleted while the operator is SIGKILLed 200 times, at random instants and between the
 * writes of one reconcile. Then the cluster is compared with one where nothing was killed, and every instant is judged.
 *
 *     npm run crashes                                        the whole of it
 *     npm run crashes -- --kills 20 --projects 8 --seed 42   less, the same people and moments again
 *     npm run crashes -- --brief                             without Elastic Projects at the end, whose rest takes five minutes
 *     npm run crashes -- --history found.jsonl               and of what is found wrong, all that led to it
 *
 * Ends with a line for each figure beside its limit, and with 1 if one falls short.
 */
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { printFigures } from '../../../bench/report.ts';
import type { Change } from './history.ts';
import { tryCrashes } from './trial.ts';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '200' },
    projects: { type: 'string', default: '50' },
    seed: { type: 'string' },
    brief: { type: 'boolean', default: false },
    history: { type: 'string' },
  },
});
const kills = Number(values.kills);
const projects = Number(values.projects);
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
if (![kills, projects, seed].every(Number.isInteger))
  throw new Error('--kills, --projects and --seed are numbers');
console.log(`${kills} kills, ${projects} Projects, seed ${seed}`);

const began = performance.now();
const elapsed = () => (performance.now() - began) / 1000;
const onKill = (count: number) => {
  if (count % 10 === 0) console.log(`${count} kills after ${elapsed().toFixed(0)} s`);
};
const report = await tryCrashes({ kills, projects, seed, elasticStays: !values.brief, onKill });
const seconds = elapsed();

const { crashed, quiet } = report;
const found = {
  'objects-that-differ': report.differences,
  'objects-of-nobody': report.orphans,
  'namespaces-open': [...quiet.open, ...crashed.open],
  'quota-exceeded': [...quiet.exceeded, ...crashed.exceeded],
  'access-before-walls': [...quiet.early, ...crashed.early],
};
for (const [name, cases] of Object.entries(found)) {
  for (const one of cases.slice(0, 10)) console.log(`${name}: ${one}`);
}
if (values.history !== undefined && report.wrong.length > 0) {
  await writeFile(values.history, report.wrong.map((change) => `${JSON.stringify(told(change))}\n`).join(''));
  console.log(`what led to it is in ${values.history}`);
}
console.log(
  `kills: ${report.kills.AnyTime} at any time, ${report.kills.BetweenWrites} between two writes, ${report.kills.BeforeAnswer} before the answer to one`,
);
const none = { limit: 0, better: 'lower' } as const;
const least = (limit: number) => ({ limit: Math.floor(limit), better: 'higher' }) as const;
const sum = Object.values(report.kills).reduce((all, one) => all + one, 0);
const good = printFigures([
  ...Object.entries(found).map(([name, { length }]) => ({ name, value: length, unit: 'found', ...none })),
  { name: 'kills', value: sum, unit: 'kills', ...least(kills) },
  { name: 'kills-between-two-writes', value: report.kills.BetweenWrites, unit: 'kills', ...least(kills / 8) },
  { name: 'kills-before-an-answer', value: report.kills.BeforeAnswer, unit: 'kills', ...least(kills / 20) },
  { name: 'changes-by-people', value: report.changes, unit: 'changes', ...least(projects * 10) },
  { name: 'objects-compared', value: report.objects, unit: 'objects', ...least(projects * 10) },
  { name: 'instants-checked', value: crashed.instants, unit: 'instants', ...least(projects * 100) },
  { name: 'walls-evaluated', value: crashed.walls, unit: 'times', ...least(projects * 20) },
  { name: 'quota-writes-checked', value: crashed.quotaWrites, unit: 'writes', ...least(projects * 5) },
  { name: 'grants-checked', value: crashed.grants, unit: 'writes', ...least(projects * 10) },
  { name: 'pods-started', value: crashed.pods, unit: 'pods', ...least(projects) },
  { name: 'duration', value: seconds, unit: 's', limit: 3600, better: 'lower' },
]);
if (!good) process.exitCode = 1;

/** One line of a history: what a reader of it needs, and no more. */
function told({ version, type, kind, object }: Change): object {
  const { namespace, name, uid, generation, labels, finalizers, deletionTimestamp } = object.metadata;
  const metadata = { namespace, name, uid, generation, labels, finalizers, deletionTimestamp };
  const content =
    kind === 'Project' || kind === 'ResourceQuota' ? { spec: object.spec, status: object.status } : {};
  return { version, type, kind, metadata, ...content };
}
