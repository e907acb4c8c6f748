import { protocolOf } from '../../../../crds/project/environment.ts';
import type { Port } from '../../../../crds/project/schema.ts';

/** Ports as a rule lists them; undefined: all. */
export type Ports = readonly Port[] | undefined;

/**
 * The ports that `wanted` names and none of `offered` allows, as a person reads them (`8443/TCP`). `wanted` undefined means
 * "whatever the other side offers": then the answer is `all` where nothing at all is offered, else nothing.
 *
 * A name stands for a number that only the called pod knows. Where one side gives the name and the other a number, they
 * may be the same, so nothing is reported.
 */
export function uncovered(wanted: Ports, offered: readonly Ports[]): 'all' | readonly string[] {
  if (offered.length === 0) return wanted === undefined ? 'all' : wanted.map(describe);
  const listed = offered.flatMap((ports) => ports ?? []);
  if (wanted === undefined || offered.includes(undefined)) return [];
  return wanted.flatMap((port) => gaps(port, listed));
}

function gaps(wanted: Port, offered: readonly Port[]): readonly string[] {
  const protocol = protocolOf(wanted);
  const sameProtocol = offered.filter((rule) => protocolOf(rule) === protocol);
  const named = sameProtocol.some(({ port }) => typeof port === 'string');
  if (typeof wanted.port === 'string') {
    const known = sameProtocol.some(({ port }) => port === wanted.port || typeof port === 'number');
    return known ? [] : [describe(wanted)];
  }
  if (named) return [];
  const missing: string[] = [];
  const last = wanted.endPort ?? wanted.port;
  let next = wanted.port;
  for (const [from, to] of ranges(sameProtocol)) {
    if (from > last) break;
    if (from > next) missing.push(describe({ protocol, port: next, endPort: from - 1 }));
    next = Math.max(next, to + 1);
  }
  if (next <= last) missing.push(describe({ protocol, port: next, endPort: last }));
  return missing;
}

function ranges(ports: readonly Port[]): readonly (readonly [number, number])[] {
  return ports
    .flatMap(({ port, endPort }) => (typeof port === 'number' ? [[port, endPort ?? port] as const] : []))
    .sort(([a], [b]) => a - b);
}

function describe(rule: Port): string {
  const { port, endPort } = rule;
  const range = endPort === undefined || endPort === port ? `${port}` : `${port}-${endPort}`;
  return `${range}/${protocolOf(rule)}`;
}
