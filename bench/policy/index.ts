import { versions } from '../../cluster/binaries/index.ts';
import type { Figure, Report, Table } from '../report.ts';
import { type Admission, admission, guards, middle } from './admission.ts';
import { type Background, background } from './background.ts';
import { type Checked, checked } from './check.ts';

export interface PolicyOptions {
  /** Little of everything: shows that the benchmark works, and measures nothing. Default false. */
  readonly quick?: boolean;
  /** One part only. */
  readonly only?: readonly string[];
}

/** What Kyverno says in its page on reports that they take: megabytes for 1,000 pods. */
const kyvernoMegabytes = 25;

/** Everything that is there, looked at with the restricted standard; and how pods are taken meanwhile. Takes some fifteen minutes. */
export async function benchPolicy({
  quick = false,
  only = ['check', 'background', 'admission'],
}: PolicyOptions = {}): Promise<Report> {
  const manifests = only.includes('check') ? checked(quick ? 100 : 1000, quick ? 1 : 5) : undefined;
  const size = quick ? { pods: 600, namespaces: 6 } : { pods: 30_000, namespaces: 300 };
  const looked = only.includes('background') ? await background(size, quick ? 5 : 60) : undefined;
  const turns = quick ? { rounds: 1, single: 50, together: 100 } : { rounds: 5, single: 400, together: 1000 };
  const taken = only.includes('admission') ? await admission(turns) : undefined;
  return {
    title: 'Policy: everything that is there, and what is asked for',
    paragraphs: [
      `The Policies of the Pod Security Standards, restricted (with those of baseline), look at ${size.pods} pods in ${size.namespaces} namespaces: ten workloads each, of which two break some rules. What looks at them runs alone, as the image runs Node; times count from when its caches are full.`,
      'Pods that break no rule are created one after the other, and eight at a time: with no policy in force, with the pack compiled into the API server, and with the same rules behind a plain webhook on the same machine, by turns.',
      '`mainstay check` judges a folder by the same pack, each time as a process of its own that finds nothing compiled by an earlier one, as in CI.',
    ],
    tables: [
      ...(looked === undefined ? [] : [backgroundTable(looked)]),
      ...(taken === undefined ? [] : [admissionTable(taken)]),
      ...(manifests === undefined ? [] : [checkTable(manifests)]),
    ],
    figures: [
      ...(looked === undefined ? [] : backgroundFigures(looked)),
      ...(taken === undefined ? [] : admissionFigures(taken)),
      ...(manifests === undefined ? [] : [checkFigure(manifests)]),
    ],
    versions: { Kubernetes: versions.kubernetes.replace(/^v/, '') },
  };
}

function bytesPerThousand({ reportBytes, size }: Background): number {
  return reportBytes / 1e6 / (size.pods / 1000);
}

function backgroundTable(looked: Background): Table {
  const number = (value: number, digits = 2) => value.toFixed(digits);
  return {
    caption: `${looked.size.pods} pods in ${looked.size.namespaces} namespaces:`,
    header: ['', 'value'],
    rows: [
      ['from start to full caches, s', number(looked.fullAfter)],
      ['from full caches to all looked at, s', number(looked.lookedAfter)],
      ['from full caches to the last report, s', number(looked.reportedAfter)],
      ['CPU for that, s', number(looked.cpu)],
      ['resident at most, MB', number(looked.peak, 0)],
      ['resident at rest, MB', number(looked.resident, 0)],
      ['reports, and writes of them', `${looked.reports}, ${looked.writes}`],
      ['results in them', String(looked.results)],
      ['bytes of reports for 1,000 pods, MB', number(bytesPerThousand(looked))],
      [
        'a new pod until it is reported, median and worst, s',
        `${number(middle(looked.changes))}, ${number(Math.max(...looked.changes))}`,
      ],
      ['a changed Policy until all is looked at, s', number(looked.policyAfter)],
      ['writes of reports for it, which say nothing new', String(looked.policyWrites)],
      ['requests at rest', String(looked.restRequests)],
      ['share of a core at rest', number(looked.restCpu, 3)],
      ['writes after a restart', String(looked.restartWrites)],
    ],
  };
}

function backgroundFigures(looked: Background): readonly Figure[] {
  const most = (name: string, value: number, unit: string, limit: number): Figure => ({
    name: `policy-${name}`,
    value,
    unit,
    limit,
    better: 'lower',
  });
  return [
    most('reported', looked.reportedAfter, 's', 6),
    most('resident', looked.peak, 'MB', 450),
    most('writes-a-namespace', looked.writes / looked.reports, 'writes', 1),
    most('changed-object', Math.max(...looked.changes), 's', 1),
    most('changed-policy-writes', looked.policyWrites, 'writes', 0),
    most('requests-at-rest', looked.restRequests, 'requests', 0),
    most('writes-after-restart', looked.restartWrites, 'writes', 0),
    most('report-megabytes', bytesPerThousand(looked), 'MB/1000', kyvernoMegabytes),
  ];
}

function admissionTable(taken: Admission): Table {
  return {
    caption: 'Creating pods that break no rule:',
    header: ['', 'p50, ms', 'p99, ms', 'a second, eight in flight'],
    rows: guards.map((guard) => [
      { none: 'no policy', mainstay: 'Mainstay', webhook: 'a plain webhook' }[guard],
      middle(taken[guard].latencies).toFixed(2),
      middle(taken[guard].latencies, 0.99).toFixed(2),
      middle(taken[guard].throughput).toFixed(0),
    ]),
  };
}

function admissionFigures({ none, mainstay }: Admission): readonly Figure[] {
  const times = (share: number) => middle(mainstay.latencies, share) / middle(none.latencies, share);
  return [
    { name: 'policy-admission-p50', value: times(0.5), unit: 'times', limit: 1.5, better: 'lower' },
    { name: 'policy-admission-p99', value: times(0.99), unit: 'times', limit: 2, better: 'lower' },
    {
      name: 'policy-admission-throughput',
      value: middle(mainstay.throughput) / middle(none.throughput),
      unit: 'times',
      limit: 0.5,
      better: 'higher',
    },
  ];
}

function checkTable({ manifests, megabytes, violations, seconds }: Checked): Table {
  return {
    caption: `${manifests} manifests, a file each, checked:`,
    header: ['', 'value'],
    rows: [
      ['of them, MB', megabytes.toFixed(1)],
      ['violations found, in a fifth of them', String(violations)],
      ['fastest and median, s', `${Math.min(...seconds).toFixed(2)}, ${middle(seconds).toFixed(2)}`],
    ],
  };
}

function checkFigure({ manifests, seconds }: Checked): Figure {
  return {
    name: `policy-check-${manifests}-manifests`,
    // As all that has several turns: what else goes on makes one slower, and never faster.
    value: Math.min(...seconds),
    unit: 's',
    limit: 2,
    better: 'lower',
  };
}
