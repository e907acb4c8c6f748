import type { Figure, Report, Table } from '../report.ts';
import type { AnalysisOutcome } from './analysis.ts';
import type { Part, RolloutContestant } from './contestants.ts';
import type { Failure, Outcome } from './trial.ts';
import { pausesSeconds } from './world.ts';

/** What was seen. */
export interface Seen {
  readonly sizes: readonly number[];
  readonly contestants: Readonly<Partial<Record<Part, RolloutContestant>>>;
  readonly outcomes: readonly Outcome[];
  readonly failures: readonly Failure[];
  readonly analysed: AnalysisOutcome | undefined;
  /** Of the processor, for one plan. */
  readonly planMicroseconds: number;
}

export function reportOf(seen: Seen): Report {
  const { contestants, failures, analysed, planMicroseconds } = seen;
  return {
    title: 'Deployments',
    paragraphs: [
      'Each contestant has a cluster of its own with simulated nodes, and is there before the Deployments are: three ' +
        'replicas each, no gateway. They are installed, 32 writes at a time, and when all is quiet they are all given a new ' +
        `image: 20 %, a pause of 5 s, 60 %, a pause of 5 s, all. Everything runs on one machine, and nobody but Argo Rollouts is ` +
        'kept from asking the API server as often as it likes.',
      Object.values(contestants)
        .map(({ name, description }) => `- ${name}: ${description}`)
        .join('\n'),
      ...failures.map(
        ({ contestant, size, message }) => `${contestant.name} failed at ${size} Deployments: ${message}`,
      ),
    ],
    tables: [
      turnTable(seen),
      operatorTable(seen),
      ...(analysed === undefined ? [] : [analysisTable(analysed)]),
    ],
    figures: [
      { name: 'failed', value: failures.length, unit: 'turns', limit: 0, better: 'lower' },
      { name: 'plan', value: planMicroseconds, unit: 'us', limit: 100, better: 'lower' },
      ...figuresOf(seen),
      ...(analysed === undefined ? [] : analysisFigures(analysed)),
    ],
  };
}

function turnTable({ outcomes }: Seen): Table {
  return {
    caption: 'From the first write of somebody until the last Deployment is done with it:',
    header: [
      '',
      'Deployments',
      'installed s',
      'updated s',
      'API server CPU s',
      'operator CPU s',
      'peak RSS MB',
      'RSS MB',
    ],
    rows: outcomes.map(({ contestant, size, installed, updated, use }) => [
      contestant.name,
      String(size),
      installed.seconds.toFixed(1),
      updated.seconds.toFixed(1),
      (installed.apiServer + updated.apiServer).toFixed(0),
      use?.cpuSeconds.toFixed(1) ?? '',
      use?.peak.toFixed(0) ?? '',
      use?.resident.toFixed(0) ?? '',
    ]),
  };
}

function operatorTable({ outcomes }: Seen): Table {
  return {
    caption: 'What an operator asks for an update of one Deployment, and what it does when all are done:',
    header: [
      '',
      'Deployments',
      'writes',
      'of them status',
      'dry runs',
      'events',
      'events repeated',
      'CPU at rest',
      'writes of a restart',
      'events of a restart',
    ],
    rows: outcomes.flatMap(({ contestant, size, updated: { requests }, events, steady }) => {
      if (requests === undefined) return [];
      const each = (count: number) => (count / size).toFixed(2);
      return [
        [
          contestant.name,
          String(size),
          each(requests.mutating),
          each(statusWrites(requests.byKind, contestant)),
          each(requests.dryRuns),
          each(requests.events),
          String(events?.repeated ?? ''),
          steady === undefined ? '' : `${(steady.rest.cpu * 100).toFixed(2)} %`,
          String(steady?.restart.requests.mutating ?? ''),
          String(steady?.restart.requests.events ?? ''),
        ],
      ];
    }),
  };
}

function statusWrites(byKind: ReadonlyMap<string, number>, { resource }: RolloutContestant): number {
  const status = `${resource.plural}/status`;
  return [...byKind].reduce((sum, [kind, count]) => (kind.includes(status) ? sum + count : sum), 0);
}

function figuresOf({ sizes, contestants, outcomes }: Seen): readonly Figure[] {
  const figures: Figure[] = [];
  const add = (name: string, value: number | undefined, unit: string, limit: number | undefined) => {
    // Of what did not take part nothing is told.
    if (value === undefined || limit === undefined) return;
    figures.push({ name, value, unit, limit: Number(limit.toFixed(2)), better: 'lower' });
  };
  for (const size of sizes) {
    const turns = (part: Part) =>
      outcomes.filter((one) => one.size === size && one.contestant === contestants[part]);
    const least = (part: Part, of: (outcome: Outcome) => number | undefined) => {
      const values = turns(part).flatMap((one) => of(one) ?? []);
      return values.length === 0 ? undefined : Math.min(...values);
    };
    const most = (part: Part, of: (outcome: Outcome) => number | undefined) => {
      const values = turns(part).flatMap((one) => of(one) ?? []);
      return values.length === 0 ? undefined : Math.max(...values);
    };
    const times = (factor: number, value: number | undefined) => value && factor * value;
    const share = (ours: number | undefined, theirs: number | undefined) => ours && theirs && ours / theirs;

    const installed = (part: Part) => least(part, (one) => one.installed.seconds);
    const updated = (part: Part) => least(part, (one) => one.updated.seconds);
    add(`installed-${size}`, installed('mainstay'), 's', times(1.2, installed('native')));
    const floor = times(1.2, updated('native'));
    add(`updated-${size}`, updated('mainstay'), 's', floor && floor + pausesSeconds);
    add(`updated-${size}-of-argo`, share(updated('mainstay'), updated('argo')), 'of-Argo-Rollouts', 0.65);
    const writes = most('mainstay', (one) => one.updated.requests?.mutating);
    add(`requests-${size}`, times(1 / size, writes), 'an-update', 12);
    add(
      `events-repeated-${size}`,
      most('mainstay', ({ events }) => events?.repeated),
      'events',
      0,
    );
    const cpu = (part: Part) => least(part, ({ use }) => use?.cpuSeconds);
    add(`cpu-${size}`, share(cpu('mainstay'), cpu('argo')), 'of-Argo-Rollouts', 1);
    const peak = (part: Part) => most(part, ({ use }) => use?.peak);
    add(`rss-peak-${size}`, share(peak('mainstay'), peak('argo')), 'of-Argo-Rollouts', 1);
    const resting = (part: Part) => most(part, ({ steady }) => steady?.rest.resident);
    add(`rss-at-rest-${size}`, share(resting('mainstay'), resting('argo')), 'of-Argo-Rollouts', 1);
    add(
      `cpu-at-rest-${size}`,
      times(
        100,
        most('mainstay', ({ steady }) => steady?.rest.cpu),
      ),
      '%',
      0.3,
    );
    const again = (one: Outcome) =>
      one.steady && one.steady.restart.requests.mutating + one.steady.restart.requests.events;
    add(`restart-writes-${size}`, most('mainstay', again), 'requests', 0);
  }
  return figures;
}

function analysisTable(analysed: AnalysisOutcome): Table {
  const { canaries, seconds, looks, queries, latest, p99, statusWrites, cpu } = analysed;
  return {
    caption:
      'Canaries that are analysed at once every 15 s, by a query of their own and one that all ask, against one Prometheus:',
    header: [
      'canaries',
      'seconds',
      'checks',
      'queries',
      'a second',
      'latest s',
      'p99 s',
      'status writes a second',
      'CPU',
    ],
    rows: [
      [
        String(canaries),
        seconds.toFixed(0),
        String(looks),
        String(queries),
        (queries / seconds).toFixed(0),
        latest.toFixed(2),
        p99.toFixed(2),
        (statusWrites / seconds).toFixed(1),
        `${(cpu * 100).toFixed(0)} %`,
      ],
    ],
  };
}

function analysisFigures({ looks, queries, latest }: AnalysisOutcome): readonly Figure[] {
  return [
    { name: 'analysis-latest-check', value: latest, unit: 's', limit: 2, better: 'lower' },
    // Half of the checks ask what all ask.
    { name: 'analysis-queries', value: queries / looks, unit: 'a-check', limit: 0.6, better: 'lower' },
  ];
}
