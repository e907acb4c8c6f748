import { apiVersionOf, type Bad, type Entry, isOutcome, type Scan } from '../scan/index.ts';
import type { ReportContent, ReportResult, ReportSummary } from './api.ts';

type ShownPolicy = ReturnType<Scan['policies']>[number];

export interface Written extends ReportContent {
  /** Results that had no room. */
  readonly cut: number;
}

/**
 * In bytes of JSON, what all results of a report may come to. etcd takes 1.5 MB for all of an object, and whoever reads
 * reports gets all of them.
 */
const mostBytes = 1_000_000;

export interface ContentOptions {
  /** How an object would be made good, as YAML; undefined where nothing is suggested. */
  readonly fixOf?: (policy: string, entry: Entry) => string | undefined;
  /** Bytes that the results may come to. Default 1,000,000. */
  readonly most?: number;
}

/**
 * What a report says of these objects: what is bad in full, the worst first, and of the rest how much it is. Undefined
 * where there is nothing to say.
 */
export function contentOf(
  entries: Iterable<Entry>,
  policies: readonly ShownPolicy[],
  { fixOf = () => undefined, most = mostBytes }: ContentOptions = {},
): Written | undefined {
  const summary = { pass: 0, fail: 0, warn: 0, error: 0, skip: 0 };
  const found: Placed[] = [];
  let isMatched = false;
  for (const entry of entries) {
    for (const policy of policies) {
      const standing = entry.standings[policy.column];
      if (!isOutcome(standing)) continue;
      isMatched = true;
      summary.pass += standing.passes;
      for (const verdict of standing.bad) {
        const result = shownResult(verdict, policy);
        summary[result] += 1;
        found.push({ entry, policy, verdict, result });
      }
    }
  }
  return isMatched ? { summary, ...fitting(found.toSorted(worstFirst), fixOf, most) } : undefined;
}

interface Placed {
  readonly entry: Entry;
  readonly policy: ShownPolicy;
  readonly verdict: Bad;
  readonly result: ReportResult['result'];
}

function shownResult({ result }: Bad, { enforcement }: ShownPolicy): keyof ReportSummary & Placed['result'] {
  return result === 'fail' && enforcement === 'Warn' ? 'warn' : result;
}

/** As many of the first as have room. */
function fitting(
  placed: readonly Placed[],
  fixOf: NonNullable<ContentOptions['fixOf']>,
  most: number,
): Pick<Written, 'results' | 'cut'> {
  const results: ReportResult[] = [];
  let bytes = 0;
  for (const one of placed) {
    const result = resultOf(one, fixOf);
    bytes += Buffer.byteLength(JSON.stringify(result)) + 1;
    if (bytes > most) break;
    results.push(result);
  }
  return { results, cut: placed.length - results.length };
}

const severities = ['critical', 'high', 'medium', 'low', 'info'];
const results = ['fail', 'error', 'warn', 'skip'];

/** What is alike in that is in an order that is always the same, so that the same findings make the same report. */
function worstFirst(a: Placed, b: Placed): number {
  return (
    severities.indexOf(a.policy.spec.severity) - severities.indexOf(b.policy.spec.severity) ||
    results.indexOf(a.result) - results.indexOf(b.result) ||
    compare(a.policy.name, b.policy.name) ||
    compare(a.verdict.rule, b.verdict.rule) ||
    compare(a.entry.resource.group, b.entry.resource.group) ||
    compare(a.entry.resource.kind, b.entry.resource.kind) ||
    compare(a.entry.name, b.entry.name) ||
    compare(a.entry.uid, b.entry.uid)
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function resultOf(
  { entry, policy, verdict, result }: Placed,
  fixOf: NonNullable<ContentOptions['fixOf']>,
): ReportResult {
  const { resource, namespace, name, uid } = entry;
  const { severity, controls = [] } = policy.spec;
  const category = controls[0]?.framework;
  const fix = verdict.result === 'fail' ? fixOf(policy.name, entry) : undefined;
  const properties = {
    ...(controls.length > 0 && {
      controls: controls.map(({ framework, id }) => `${framework} ${id}`).join(', '),
    }),
    ...(verdict.result === 'skip' && exceptionOf(verdict)),
    ...(fix !== undefined && { fix }),
  };
  return {
    source: 'Mainstay',
    policy: policy.name,
    rule: verdict.rule,
    ...(category !== undefined && { category }),
    severity,
    result,
    ...((result === 'fail' || result === 'error') && { scored: true }),
    resources: [
      {
        apiVersion: apiVersionOf(resource),
        kind: resource.kind,
        ...(namespace !== '' && { namespace }),
        name,
        uid,
      },
    ],
    message: verdict.message,
    ...(Object.keys(properties).length > 0 && { properties }),
  };
}

/** What let it through, until when, and what it hides. */
function exceptionOf({
  exception,
  hidden,
}: Bad & { readonly result: 'skip' }): Readonly<Record<string, string>> {
  const { name, reason, expires } = exception;
  return { exception: name, reason, ...(expires !== undefined && { expires }), hidden };
}
