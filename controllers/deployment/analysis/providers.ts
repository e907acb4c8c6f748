import { unlessAborted } from '../../../operator/queue/aborted.ts';
import type { Clock } from '../../../operator/queue/clock.ts';
import type { Outbound, OutboundAnswer, OutboundRequest } from '../outbound/outbound.ts';
import { OutboundError } from '../outbound/outboundError.ts';
import type { PrometheusSource, Source, WebSource } from './check.ts';
import { elapsed } from './check.ts';
import { readPreset } from './presets/reading.ts';
import { readNumber, readParts } from './prometheus/answer.ts';
import { seconds } from './prometheus/promql.ts';
import { type Reading, unreadable } from './reading.ts';
import { Lanes } from './sampling/lanes.ts';
import { SharedAnswers } from './sampling/sharedAnswers.ts';
import { MissingSecretError, type SecretValues } from './secretValues.ts';
import { readAnswer } from './web/answer.ts';

/** Asks what is to be measured. Never rejects: whatever goes wrong is a reading. */
export type Ask = (source: Source, question: Question) => Promise<Reading>;

export interface Question {
  /** Of the Deployment, and of the Secrets that its checks name. */
  readonly namespace: string;
  /** Milliseconds since the check counts. */
  readonly elapsed: number;
  /** Milliseconds until the signal aborts. */
  readonly timeout: number;
  readonly signal: AbortSignal;
  /** Called when a request is sent for it: the end of its waiting. Not called where another's answer serves. */
  readonly onSent?: () => void;
}

export interface ProvidersOptions {
  readonly clock: Clock;
  readonly outbound: Outbound;
  readonly secrets: SecretValues;
}

/** Requests to one server at a time. */
export const concurrency = 16;
/** Milliseconds for which the same query to the same Prometheus is answered from one request. */
const moment = 1000;

/** Prometheus and web services over HTTP. */
export function createProviders({ clock, outbound, secrets }: ProvidersOptions): Ask {
  const lanes = new Lanes(concurrency);
  const shared = new SharedAnswers<OutboundAnswer>(clock, moment);
  const send: Means['send'] = (request, { namespace, onSent }) => {
    const { origin } = request.url;
    let asked = false;
    const work = () => {
      asked = true;
      onSent?.();
      return unlessAborted(outbound.send(request), request.signal);
    };
    const turn = { server: origin, asker: namespace, signal: request.signal };
    return lanes.run(turn, work).catch((error: unknown) => {
      if (!request.signal.aborted || asked) throw error;
      throw new TurnError(`was not asked: it is slow, and ${lanes.waiting(origin)} more checks wait for it`);
    });
  };
  return async (source, question) => {
    try {
      return source.type === 'Prometheus'
        ? await askPrometheus(source, question, { send, shared, secrets })
        : await askWeb(source, question, { send, secrets });
    } catch (error) {
      return unreadable(explain(error, source, question));
    }
  };
}

interface Means {
  readonly send: (request: OutboundRequest, question: Question) => Promise<OutboundAnswer>;
  readonly shared: SharedAnswers<OutboundAnswer>;
  readonly secrets: SecretValues;
}

async function askPrometheus(source: PrometheusSource, question: Question, means: Means): Promise<Reading> {
  const { namespace, signal, timeout } = question;
  const { credentials } = source;
  const authorization =
    credentials === undefined
      ? undefined
      : await unlessAborted(means.secrets.authorization(namespace, credentials), signal);
  const query = source.query.replaceAll(elapsed, seconds(question.elapsed));
  const body = new URLSearchParams({ query, timeout: seconds(timeout) }).toString();
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    ...(authorization === undefined ? {} : { authorization }),
  };
  // Whoever may not ask is not told what others, who may, were answered.
  const answer = await means.shared.get(JSON.stringify([source.url, authorization, body]), () =>
    means.send({ url: new URL(source.url), method: 'POST', headers, body, signal }, question),
  );
  if (credentials !== undefined && (answer.status === 401 || answer.status === 403)) {
    means.secrets.expire(namespace, credentials.name);
  }
  const reading = readPrometheus(source, answer);
  const secret = authorization?.split(' ').at(-1) ?? '';
  if (!('message' in reading) || secret === '') return reading;
  // No message repeats what was sent to prove who asks, nor a part of it where the message is cut.
  return readPrometheus(source, { ...answer, body: answer.body.replaceAll(secret, '(withheld)') });
}

function readPrometheus({ reading }: PrometheusSource, answer: OutboundAnswer): Reading {
  if (reading.type === 'Number') return readNumber(answer);
  const parts = readParts(answer);
  return 'type' in parts ? parts : readPreset(parts, reading);
}

async function askWeb(source: WebSource, question: Question, means: Omit<Means, 'shared'>): Promise<Reading> {
  const { namespace, signal } = question;
  const { body, path } = source;
  const headers: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' };
  for (const header of source.headers) {
    headers[header.name] =
      'secret' in header
        ? await unlessAborted(means.secrets.value(namespace, header.secret), signal)
        : header.value;
  }
  const url = new URL(source.url);
  const request = body === undefined ? { method: 'GET' as const } : { method: 'POST' as const, body };
  return readAnswer(await means.send({ ...request, url, headers, signal }, question), path);
}

/** For people, with the server's name and nothing of the path or the query, in which secrets are found. */
function explain(error: unknown, { url }: Source, { signal, timeout }: Question): string {
  if (error instanceof MissingSecretError) return error.message;
  const { origin } = new URL(url);
  if (error instanceof OutboundError || error instanceof TurnError) return `${origin} ${error.message}`;
  if (signal.aborted) return `${origin} did not answer within ${timeout / 1000} s`;
  return `${origin} could not be asked`;
}

/** It was never one's turn. */
class TurnError extends Error {
  override readonly name = 'TurnError';
}
