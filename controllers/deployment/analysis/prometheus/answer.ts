import * as z from 'zod';
import { noData, type Reading, type Unreadable, unreadable } from '../reading.ts';

/** What Prometheus' instant query API says, by status code and body. */
export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
}

const sample = z.tuple([z.number(), z.string()]);
const envelope = z.discriminatedUnion('status', [
  z.object({
    status: z.literal('success'),
    data: z.discriminatedUnion('resultType', [
      z.object({ resultType: z.literal('scalar'), result: sample }),
      z.object({ resultType: z.literal('string'), result: sample }),
      z.object({ resultType: z.literal('matrix'), result: z.array(z.unknown()) }),
      z.object({
        resultType: z.literal('vector'),
        result: z.array(z.object({ metric: z.record(z.string(), z.string()), value: sample.optional() })),
      }),
    ]),
  }),
  z.object({ status: z.literal('error'), errorType: z.string().default(''), error: z.string().default('') }),
]);

/** The one number that a query of a person's answers. */
export function readNumber(answer: HttpAnswer): Reading {
  const found = seriesIn(answer);
  if (!Array.isArray(found)) return found;
  const [first, ...others] = found;
  if (first === undefined) return noData('the query found no series');
  if (others.length > 0) {
    return unreadable(
      `the query found ${found.length} series, ${describe(first)} and others: one number is needed, as sum() or max() give it`,
    );
  }
  return numberOf(first);
}

/**
 * The numbers that a query of our own answers, by their label `part`; those without a series are missing. NaN, which
 * a division by nothing gives, counts as missing too.
 */
export function readParts(answer: HttpAnswer): ReadonlyMap<string, number> | Unreadable {
  const found = seriesIn(answer);
  if (!Array.isArray(found)) return found;
  const parts = new Map<string, number>();
  for (const series of found) {
    const part = series.labels.part;
    if (part === undefined || parts.has(part))
      return unreadable(`the query found ${describe(series)} unasked`);
    const number = numberOf(series);
    if (number.type === 'Error') return number;
    if (number.type === 'Number') parts.set(part, number.value);
  }
  return parts;
}

interface Series {
  readonly labels: Readonly<Record<string, string>>;
  /** As Prometheus writes it; undefined of a native histogram. */
  readonly value: string | undefined;
}

function seriesIn({ status, body }: HttpAnswer): Series[] | Unreadable {
  const parsed = envelope.safeParse(parseJson(body));
  if (parsed.success && parsed.data.status === 'error') {
    const { errorType, error } = parsed.data;
    return unreadable(`Prometheus: ${errorType === '' ? '' : `${errorType}: `}${error}`);
  }
  if (status === 401 || status === 403) {
    return unreadable(`HTTP ${status}: the credentials are missing or refused; see prometheus.secretRef`);
  }
  if (status >= 300 && status < 400) return unreadable(`HTTP ${status}: a redirect, which is not followed`);
  if (status < 200 || status > 299) return unreadable(`HTTP ${status}, without a message of Prometheus`);
  if (!parsed.success || parsed.data.status === 'error') {
    return unreadable('the answer is not that of a Prometheus query API');
  }
  const { data } = parsed.data;
  switch (data.resultType) {
    case 'scalar':
      return [{ labels: {}, value: data.result[1] }];
    case 'vector':
      return data.result.map(({ metric, value }) => ({ labels: metric, value: value?.[1] }));
    case 'matrix':
      return unreadable(
        'the query gives a range of values; one number is needed, as rate() or max_over_time() give it',
      );
    case 'string':
      return unreadable('the query gives a text; one number is needed');
  }
}

function numberOf(series: Series): Reading {
  const { value } = series;
  if (value === undefined) {
    return unreadable('the query gives a histogram; one number is needed, as histogram_quantile() gives it');
  }
  if (value === 'NaN') return noData('the result is NaN: it divides by nothing, or nothing was observed');
  if (/^[+-]?Inf$/.test(value)) return unreadable(`the result is ${value}: does it divide by zero?`);
  const number = Number(value);
  return value.trim() !== '' && Number.isFinite(number)
    ? { type: 'Number', value: number }
    : unreadable('the result is no number');
}

function describe({ labels }: Series): string {
  const some = Object.entries(labels)
    .slice(0, 3)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return `{${some.join(',')}}`;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
