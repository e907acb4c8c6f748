import { SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { RequestSample } from './exchange.ts';

const tracer = trace.getTracer('operator');

/** Makes a span of a request that is over. */
export function recordSpan({ method, verb, kind, code, host, seconds }: RequestSample): void {
  const attributes = {
    'http.request.method': method,
    'http.response.status_code': Number(code) || 0,
    'server.address': host,
    'k8s.kind': kind,
  };
  const startTime = Date.now() - seconds * 1000;
  const span = tracer.startSpan(`${verb} ${kind}`, { kind: SpanKind.CLIENT, startTime, attributes });
  if (!/^[123]/.test(code)) span.setStatus({ code: SpanStatusCode.ERROR, message: code });
  span.end();
}
