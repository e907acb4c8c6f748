import { image } from '../../test/operatorImage.ts';
import type { Figure, Report, Table } from '../report.ts';
import type { Run } from './contestants.ts';

type Runs = Readonly<Record<'mainstay' | 'client-node', readonly Run[]>>;

/** Everything that was measured. */
export interface Results {
  readonly objects: number;
  readonly events: number;
  readonly times: number;
  /** Of one event. */
  readonly eventBytes: number;
  readonly starts: Runs;
  readonly lists: Runs;
  readonly streams: Runs;
  /** The watch without an informer: lines alone, and lines parsed. */
  readonly drained: Run;
  readonly parsed: Run;
  readonly versions: Readonly<Record<string, string>>;
}

/** Tables, and figures as ratios to client-node's informer. */
export function reportOf(results: Results): Report {
  const { objects, events, times, eventBytes, starts, lists, streams, drained, parsed, versions } = results;
  return {
    title: 'The informer beside client-node’s',
    paragraphs: [
      `Both follow all NetworkPolicies of a cluster in a process of their own, by turns, and count each change. What stands
here is the median of ${times} runs (${times * 2 - 1} of the start). Both are bundled by esbuild in the same way and run
with \`${image.flags.join(' ')}\` as the operator's image does, with a pod's token and CA. Each is written
as its documentation shows; ours drops \`managedFields\` and lists page by page, which is its default.`,
      `**Start**: from the start of the process until an empty list is taken. **List**: ${number(objects)} NetworkPolicies of
some 1.5 kB from a real API server. **Watch**: ${number(events)} changes to these, each an event of ${number(eventBytes)} bytes.
A real API server sends only some thousand in a second, so its list was recorded, and a server of our own sends the
changes over TLS, a record each, as fast as they are taken. A client that only splits them into lines takes
${number(perSecond(drained))} a second, ${number(perCpuSecond(drained))} a second of its processor: the source is not the
limit. One that parses each line as well, and forgets it, takes ${number(perCpuSecond(parsed))} a second of its processor.
The rest is the keeping: most of it is the garbage collector, which moves what stays and finds what it replaced.`,
    ],
    tables: [
      table('Start:', starts, [
        ['time', 'ms', startUp],
        ['processor', 'ms', startCpu],
        ['memory (RSS)', 'MB', (run) => run.synced.rss],
      ]),
      table(`List of ${number(objects)} objects:`, lists, [
        ['time', 's', (run) => run.listing / 1000],
        ['processor', 's', listCpu],
        ['longest stall of the event loop', 'ms', listStall],
        ['memory at its peak (RSS)', 'MB', peakRss],
        ['memory at rest (RSS)', 'MB', restRss],
      ]),
      table(`Watch of ${number(events)} events:`, streams, [
        ['events a second', '', perSecond],
        ['events a second of processor', '', perCpuSecond],
        ['longest stall of the event loop', 'ms', (run) => run.applied?.last.stall ?? Number.NaN],
        ['memory at its peak (RSS)', 'MB', peakRss],
      ]),
    ],
    figures: [
      ratio('events-per-second', streams, perSecond, 1.1, 'higher'),
      ratio('events-per-cpu-second', streams, perCpuSecond, 1.1, 'higher'),
      {
        name: 'list-longest-stall',
        value: median(lists.mainstay, listStall),
        unit: 'ms',
        limit: 50,
        better: 'lower',
      },
      ratio('watch-peak-memory', streams, peakRss, 0.7, 'lower'),
      // Page by page the server has more to do; what it buys is that no page fills the memory or stops the event loop.
      ratio('list-time', lists, (run) => run.listing, 1.2, 'lower'),
      ratio('list-processor', lists, listCpu, 0.8, 'lower'),
      ratio('list-peak-memory', lists, peakRss, 0.7, 'lower'),
      ratio('list-rest-memory', lists, restRss, 0.7, 'lower'),
      ratio('start-up-time', starts, startUp, 1, 'lower'),
      ratio('start-up-processor', starts, startCpu, 0.8, 'lower'),
      ratio('start-up-memory', starts, (run) => run.synced.rss, 1, 'lower'),
    ],
    versions,
  };
}

type Measure = (run: Run) => number;

const startUp: Measure = (run) => run.startUp;
const startCpu: Measure = (run) => run.synced.cpu * 1000;
const listCpu: Measure = (run) => run.rested.cpu;
const peakRss: Measure = (run) => run.rested.peakRss;
const restRss: Measure = (run) => run.rested.rss;
/** Whichever was longer: while it listed, or as it came to rest. */
const listStall: Measure = (run) => Math.max(run.synced.stall, run.rested.stall);

const perSecond: Measure = ({ applied }) =>
  applied === undefined ? Number.NaN : (applied.events * 1000) / (applied.last.at - applied.first.at);

const perCpuSecond: Measure = ({ applied }) =>
  applied === undefined ? Number.NaN : applied.events / (applied.last.cpu - applied.first.cpu);

function ratio(name: string, runs: Runs, measure: Measure, limit: number, better: Figure['better']): Figure {
  const value = median(runs.mainstay, measure) / median(runs['client-node'], measure);
  return { name, value, unit: '× client-node', limit, better };
}

function table(
  caption: string,
  runs: Runs,
  rows: readonly (readonly [name: string, unit: string, Measure])[],
): Table {
  const cell = (of: readonly Run[], unit: string, measure: Measure) =>
    `${number(median(of, measure))} ${unit}`.trim();
  return {
    caption,
    header: ['', 'mainstay', 'client-node'],
    rows: rows.map(([name, unit, measure]) => [
      name,
      cell(runs.mainstay, unit, measure),
      cell(runs['client-node'], unit, measure),
    ]),
  };
}

function median(runs: readonly Run[], measure: Measure): number {
  const sorted = runs.map(measure).toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

function number(value: number): string {
  const digits = Number.isInteger(value) || value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}
