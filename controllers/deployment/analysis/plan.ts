import { milliseconds } from '../../../crds/deployment/defaults.ts';
import type { Analysis } from '../../../crds/deployment/schema.ts';
import { type Check, elapsed, type PrometheusSource, type Source, type WebHeader } from './check.ts';
import { isProblem, type PresetTarget, type Problem, type RevisionTarget } from './presets/gateway.ts';
import { gatewayOf } from './presets/gateways.ts';
import { countedParts, partsQuery, quantile } from './presets/query.ts';
import { seconds } from './prometheus/promql.ts';
import { fillTemplate, templateProblem } from './prometheus/template.ts';
import { parseThreshold } from './threshold.ts';
import type { Verdict } from './verdict.ts';
import { parseJsonPath } from './web/jsonPath.ts';

type Metric = Analysis['metrics'][number];

/** The rollout that is to be measured. */
export interface AnalysisTarget {
  readonly namespace: string;
  readonly stable: AnalysedRevision;
  readonly canary: AnalysedRevision;
  /** What presets need; absent without a gateway. */
  readonly traffic?: Pick<PresetTarget, 'route' | 'port'> & {
    /** Of the GatewayClasses that the route's Gateways have; undefined while one is not known. */
    readonly controllerNames: readonly string[] | undefined;
  };
  /** Absent before a rollout begins. */
  readonly comparison?: {
    /** Milliseconds since the epoch: both revisions have been asked at this weight since then. */
    readonly since: number;
    /** How many of them the rollout has. */
    readonly comparisons: number;
  };
}

export interface AnalysedRevision extends RevisionTarget {
  readonly replicaSet: string;
}

/** An analysis as it can be run, and what of it cannot be: to be told before a rollout begins. */
export interface AnalysisPlan {
  /** Milliseconds. */
  readonly interval: number;
  /** Metrics of Jobs are not among them. */
  readonly checks: readonly Check[];
  readonly problems: readonly { readonly metric: string; readonly problem: string }[];
}

/** Metrics as checks. Pure; an analysis that the API server has taken seldom has problems beyond those of the gateway. */
export function planAnalysis(analysis: Analysis, target: AnalysisTarget): AnalysisPlan {
  const interval = Math.max(milliseconds(analysis.interval), shortestInterval);
  const checks: Check[] = [];
  const problems: { metric: string; problem: string }[] = [];
  for (const metric of analysis.metrics) {
    if (metric.job !== undefined) continue;
    const planned = planMetric(metric, { analysis, target, window: windowOf(interval) });
    if (isProblem(planned)) problems.push({ metric: metric.name, problem: planned.problem });
    else checks.push(planned);
  }
  return { interval, checks, problems };
}

/** Whatever a spec says: no tenant makes the operator ask more often. */
const shortestInterval = 1000;
/** Milliseconds of an answer, where a metric says nothing. */
const defaultTimeout = 10_000;
const longestTimeout = 60_000;

/** What says where a request ends and whom it is for. */
const reservedHeaders = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/**
 * How far `{{interval}}` and presets look back: four intervals, and a minute at least, so that `rate()` has two samples
 * of what is scraped every 30 s.
 */
function windowOf(interval: number): number {
  return Math.max(4 * interval, 60_000);
}

interface Setting {
  readonly analysis: Analysis;
  readonly target: AnalysisTarget;
  readonly window: number;
}

function planMetric(metric: Metric, setting: Setting): Check | Problem {
  const { comparison } = setting.target;
  const verdict = verdictOf(metric, comparison?.comparisons);
  if (isProblem(verdict)) return verdict;
  const source = sourceOf(metric, setting);
  if (isProblem(source)) return source;
  const asked = metric.web?.timeout === undefined ? undefined : milliseconds(metric.web.timeout);
  return {
    metric: metric.name,
    ...(metric.compare === undefined || comparison === undefined ? {} : { since: comparison.since }),
    // Until Prometheus has scraped twice, it has nothing of what is new.
    ...(source.type === 'Prometheus' ? { grace: setting.window } : {}),
    source,
    verdict,
    timeout: Math.min(asked ?? defaultTimeout, longestTimeout),
  };
}

function verdictOf({ max, min, compare, preset, web }: Metric, comparisons = 1): Verdict | Problem {
  if (compare !== undefined) {
    const margin = parseThreshold(compare.maxIncrease);
    if (preset !== 'error-rate') return { problem: 'compare is for preset: error-rate alone' };
    if (margin === undefined || margin.value < 0 || margin.value >= 1) {
      return { problem: 'compare.maxIncrease must be at least 0% and less than 100%' };
    }
    const { confidence = 0.95 } = compare;
    return { type: 'Compare', maxIncrease: margin.value, confidence, comparisons };
  }
  const bounds = {
    max: max === undefined ? undefined : parseThreshold(max),
    min: min === undefined ? undefined : parseThreshold(min),
  };
  if (bounds.max === undefined && bounds.min === undefined) {
    return web === undefined ? { problem: 'needs max or min: nothing says what is good' } : { type: 'Truth' };
  }
  return {
    type: 'Bounds',
    ...(bounds.max === undefined ? {} : { max: bounds.max }),
    ...(bounds.min === undefined ? {} : { min: bounds.min }),
    percent: preset === 'error-rate' || bounds.max?.percent === true || bounds.min?.percent === true,
  };
}

function sourceOf(metric: Metric, setting: Setting): Source | Problem {
  const { web, query, preset } = metric;
  if (web !== undefined) {
    const path = parseJsonPath(web.jsonPath);
    if (path === undefined)
      return { problem: `web.jsonPath ${JSON.stringify(web.jsonPath)} is no path such as $.errors.rate` };
    if (!URL.canParse(web.url)) return { problem: 'web.url is no URL' };
    const ours = web.headers?.find(({ name }) => reservedHeaders.has(name.toLowerCase()));
    if (ours !== undefined) return { problem: `web.headers: ${ours.name} is set by the operator` };
    const { namespace, stable, canary } = setting.target;
    const about = { namespace, stable: stable.replicaSet, canary: canary.replicaSet };
    return {
      type: 'Web',
      url: web.url,
      path,
      headers: (web.headers ?? []).flatMap(headerOf),
      ...(web.method === 'POST' ? { body: JSON.stringify(about) } : {}),
    };
  }
  const url = queryUrl(setting.analysis.prometheus?.address);
  if (isProblem(url)) return url;
  const secretRef = setting.analysis.prometheus?.secretRef;
  const credentials =
    secretRef === undefined
      ? {}
      : {
          credentials: {
            name: secretRef.name,
            ...(secretRef.key === undefined ? {} : { key: secretRef.key }),
          },
        };
  const at = { type: 'Prometheus' as const, url: url.href, ...credentials };
  if (preset !== undefined) {
    const measured = presetOf(metric, preset, setting);
    return isProblem(measured) ? measured : { ...at, ...measured };
  }
  if (query === undefined) return { problem: 'has none of preset, query, web and job' };
  const problem = templateProblem(query);
  if (problem !== undefined) return { problem: `query: ${problem}` };
  const { namespace, stable, canary } = setting.target;
  const values = { namespace, stable: stable.replicaSet, canary: canary.replicaSet, window: setting.window };
  return { ...at, query: fillTemplate(query, values), reading: { type: 'Number' } };
}

function presetOf(
  { compare, quantile: share = 0.99 }: Metric,
  preset: NonNullable<Metric['preset']>,
  { target, window }: Setting,
): Pick<PrometheusSource, 'query' | 'reading'> | Problem {
  const { traffic } = target;
  if (traffic === undefined)
    return { problem: `preset: ${preset} needs traffic.gateway, whose metrics it reads` };
  if (traffic.controllerNames === undefined)
    return { problem: 'the Gateway and its GatewayClass are not known yet' };
  const gateway = gatewayOf(traffic.controllerNames);
  if (isProblem(gateway)) return gateway;
  if (traffic.route.kind === 'GRPCRoute' && preset === 'error-rate') {
    return { problem: 'preset: error-rate counts HTTP codes, which gRPC does not fail with; write a query' };
  }
  const of: PresetTarget = { ...target, route: traffic.route, port: traffic.port };
  const canary = gateway.metrics(of, of.canary);
  const reading = { window, perSecond: gateway.perSecond, needs: gateway.needs };
  if (compare !== undefined) {
    const stable = gateway.metrics(of, of.stable);
    const against = countedParts(stable, elapsed);
    const query = partsQuery({
      ...countedParts(canary, elapsed),
      'stable-requests': against.requests,
      'stable-errors': against.errors,
    });
    return { query, reading: { type: 'Compare', ...reading } };
  }
  const { requests, errors } = countedParts(canary, seconds(window));
  switch (preset) {
    case 'error-rate':
      return { query: partsQuery({ requests, errors }), reading: { type: 'ErrorRate', ...reading } };
    case 'request-rate':
      return { query: partsQuery({ requests }), reading: { type: 'RequestRate', ...reading } };
    case 'latency': {
      if (isProblem(canary.durations)) return canary.durations;
      const latency = quantile(share, canary.durations, window);
      return { query: partsQuery({ requests, latency }), reading: { type: 'Latency', ...reading } };
    }
  }
}

/** Below the address, whose path a proxy may need. */
function queryUrl(address: string | undefined): URL | Problem {
  if (address === undefined) return { problem: 'needs analysis.prometheus' };
  if (!URL.canParse(address)) return { problem: 'analysis.prometheus.address is no URL' };
  const url = new URL(address);
  if (url.username !== '' || url.password !== '') {
    return {
      problem: 'analysis.prometheus.address holds credentials; they belong in a Secret, by secretRef',
    };
  }
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/api/v1/query`;
  url.hash = '';
  return url;
}

function headerOf({
  name,
  value,
  valueFrom,
}: NonNullable<NonNullable<Metric['web']>['headers']>[number]): WebHeader[] {
  if (value !== undefined) return [{ name, value }];
  return valueFrom === undefined ? [] : [{ name, secret: valueFrom.secretKeyRef }];
}
