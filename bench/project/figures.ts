import type { KubernetesObject } from '../../operator/index.ts';
import { type Contestant, mainstay } from '../contestant.ts';
import type { Figure, Report, Table } from '../report.ts';
import type { Rest, Restart } from '../steady.ts';
import { differences } from './sameObjects.ts';
import type { Convergence, Drift } from './trial.ts';

/** What one contestant did in one scene. */
export interface Outcome {
  readonly contestant: Contestant;
  readonly size: number;
  readonly convergence: Convergence;
  /** CPU seconds of the API server meanwhile. */
  readonly apiServer: number;
  /** What it made of the first Projects, to be compared. */
  readonly made: readonly KubernetesObject[];
  readonly steady?: Steady;
}

/** What followed the convergence. */
export interface Steady {
  readonly rest: Rest;
  readonly drift: Drift;
  readonly restart: Restart;
  readonly restAgain: Rest;
}

/** A contestant that could not do it, in its own words. */
export interface Failure {
  readonly contestant: Contestant;
  readonly size: number;
  readonly message: string;
}

/** Tables and figures of what was seen, in the order in which it was. */
export function reportOf(
  sizes: readonly number[],
  outcomes: readonly Outcome[],
  failures: readonly Failure[],
  contestants: readonly Contestant[],
): Report {
  const turnsOf = (name: string, size: number) =>
    outcomes.filter((outcome) => outcome.contestant.name === name && outcome.size === size);
  const fastest = (name: string, size: number) =>
    turnsOf(name, size).toSorted((a, b) => a.convergence.seconds - b.convergence.seconds)[0];
  const share = (outcome: Outcome) => {
    const floors = floorsBeside(outcome, outcomes).map(({ convergence }) => convergence.objectsPerSecond);
    return outcome.convergence.objectsPerSecond / (floors.reduce((sum, one) => sum + one, 0) / floors.length);
  };
  const convergences: Table = {
    caption:
      'From the start of the program until the last of the Projects, which were there before, is Ready:',
    header: [
      '',
      'Projects',
      'seconds',
      'objects/s',
      'of the floor beside it',
      'CPU s',
      'API server CPU s',
      'peak RSS MB',
    ],
    rows: outcomes.map((outcome) => [
      outcome.contestant.name,
      String(outcome.size),
      outcome.convergence.seconds.toFixed(1),
      outcome.convergence.objectsPerSecond.toFixed(0),
      share(outcome).toFixed(2),
      outcome.convergence.use.cpuSeconds.toFixed(1),
      outcome.apiServer.toFixed(1),
      outcome.convergence.use.peak.toFixed(0),
    ]),
  };
  const steady: Table = {
    caption: `Then, at ${sizes.at(-1)} Projects:`,
    header: [
      '',
      'CPU at rest',
      'RSS at rest MB',
      'wall back, median ms',
      'p99 ms',
      'writes of a restart',
      'quiet after s',
      'RSS after a restart MB',
      'its peak MB',
    ],
    rows: outcomes.flatMap(({ contestant, steady }) =>
      steady === undefined
        ? []
        : [
            [
              contestant.name,
              `${(steady.rest.cpu * 100).toFixed(2)} %`,
              steady.rest.resident.toFixed(0),
              steady.drift.median.toFixed(1),
              steady.drift.p99.toFixed(1),
              String(steady.restart.requests.mutating),
              steady.restart.quietAfter?.toFixed(1) ?? '',
              steady.restAgain.resident.toFixed(0),
              steady.restart.use.peak.toFixed(0),
            ],
          ],
    ),
  };
  return {
    title: 'Projects',
    paragraphs: [
      'Each contestant has a cluster of its own, in which Mainstay is installed (all but its Deployment) and the ' +
        'Projects are there before it starts: two environments each, 20 objects in all. It has exactly the rights of ' +
        'the operator. Everything runs on one machine, so that what a contestant uses is taken from the API server.',
      contestants.map(({ name, description }) => `- ${name}: ${description}`).join('\n'),
      ...sameness(outcomes),
      ...failures.map(
        ({ contestant, size, message }) => `${contestant.name} failed at ${size} Projects: ${message}`,
      ),
    ],
    tables: [convergences, steady],
    figures: figuresOf(sizes, outcomes, fastest, (size) => median(turnsOf('Mainstay', size).map(share))),
  };
}

/** The floor's turns right before and right after this one; where there is none, all of them at this size. */
function floorsBeside(outcome: Outcome, outcomes: readonly Outcome[]): readonly Outcome[] {
  const turns = outcomes.filter(({ size }) => size === outcome.size);
  const isFloor = ({ contestant }: Outcome) => contestant.name === 'floor';
  const at = turns.indexOf(outcome);
  const beside = turns.filter((turn, index) => isFloor(turn) && Math.abs(index - at) <= 1);
  return beside.length > 0 ? beside : turns.filter(isFloor);
}

/** Of an even number, the mean of the two in the middle; undefined of none. */
function median(values: readonly number[]): number | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  const [low, high] = [sorted[Math.floor((sorted.length - 1) / 2)], sorted[Math.floor(sorted.length / 2)]];
  return low === undefined || high === undefined ? undefined : (low + high) / 2;
}

function sameness(outcomes: readonly Outcome[]): readonly string[] {
  const ours = outcomes.find(({ contestant }) => contestant === mainstay);
  if (ours === undefined) return [];
  const others = outcomes.filter((outcome) => outcome.size === ours.size && outcome !== ours);
  const found = others.flatMap(({ contestant, made }) =>
    differences(ours.made, made).map((difference) => `${contestant.name}: ${difference}`),
  );
  return found.length === 0
    ? ['All made the same objects, which was compared at the end of each run.']
    : [`Not all made the same objects:\n\n${found.map((line) => `- ${line}`).join('\n')}`];
}

function figuresOf(
  sizes: readonly number[],
  outcomes: readonly Outcome[],
  fastest: (name: string, size: number) => Outcome | undefined,
  throughput: (size: number) => number | undefined,
): readonly Figure[] {
  const figures: Figure[] = [];
  const add = (
    name: string,
    value: number | undefined,
    unit: string,
    limit: number,
    better: Figure['better'],
  ) => {
    figures.push({ name, value: value ?? Number.NaN, unit, limit, better });
  };
  for (const size of sizes) {
    const ours = fastest('Mainstay', size);
    const theirs = fastest('controller-runtime', size);
    add(`throughput-${size}`, throughput(size), 'of-the-floor', 0.85, 'higher');
    const cpu = ours && theirs && ours.convergence.use.cpuSeconds / theirs.convergence.use.cpuSeconds;
    add(`cpu-${size}`, cpu, 'of-controller-runtime', 1, 'lower');
  }
  const last = outcomes.find(({ contestant, steady }) => contestant === mainstay && steady !== undefined);
  const { steady } = last ?? {};
  const peak = last && steady && Math.max(last.convergence.use.peak, steady.restart.use.peak);
  const resident = steady && Math.max(steady.rest.resident, steady.restAgain.resident);
  add('restart-writes', steady?.restart.requests.mutating, 'requests', 0, 'lower');
  add('restart-quiet', steady?.restart.quietAfter, 's', 5, 'lower');
  add('rss-at-rest', resident, 'MB', 230, 'lower');
  add('rss-peak', peak, 'MB', 350, 'lower');
  add('cpu-at-rest', steady && Math.max(steady.rest.cpu, steady.restAgain.cpu) * 100, '%', 0.3, 'lower');
  add('drift-median', steady?.drift.median, 'ms', 15, 'lower');
  add('drift-p99', steady?.drift.p99, 'ms', 60, 'lower');
  add('drift-lost', steady?.drift.lost, 'walls', 0, 'lower');
  return figures;
}
