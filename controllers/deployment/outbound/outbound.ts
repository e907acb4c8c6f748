import { isIP } from 'node:net';
import request from 'undici/lib/api/api-request.js';
import buildConnector from 'undici/lib/core/connect.js';
import Agent from 'undici/lib/dispatcher/agent.js';
import type { AddressGuard } from './addressGuard.ts';
import type { ResolveName } from './names.ts';
import { OutboundError } from './outboundError.ts';

/** A request to a server that a tenant named. */
export interface OutboundRequest {
  readonly url: URL;
  readonly method: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal: AbortSignal;
}

export interface OutboundAnswer {
  readonly status: number;
  readonly body: string;
  /** Where a redirect leads. */
  readonly location?: string;
}

/** Sends what checks ask. Rejects with an `OutboundError`, or with the signal's reason. */
export interface Outbound {
  send(request: OutboundRequest): Promise<OutboundAnswer>;
  close(): Promise<void>;
}

export interface OutboundOptions {
  readonly guard: AddressGuard;
  readonly resolve: ResolveName;
  /** Connections to one server at a time. */
  readonly connections: number;
}

/** Bytes of an answer. A query for one number has no need of more. */
const mostBytes = 262_144;

/** Over pooled connections, each made to an address that the guard allows. Redirects are answers like any other. */
export function createOutbound({ guard, resolve, connections }: OutboundOptions): Outbound {
  const agent = new Agent({
    connect: guardedConnector(guard, resolve),
    connections,
    pipelining: 1,
    allowH2: false,
    keepAliveTimeout: 30_000,
    maxHeaderSize: 16_384,
    // The signal is the deadline; these are for a request whose signal never comes.
    headersTimeout: 120_000,
    bodyTimeout: 120_000,
  });
  return {
    async send({ url, method, headers = {}, body, signal }) {
      signal.throwIfAborted();
      try {
        const answer = await request.call(agent, {
          origin: url.origin,
          path: `${url.pathname}${url.search}`,
          method,
          headers: { 'user-agent': 'mainstay', accept: 'application/json', ...headers },
          body: body ?? null,
          signal,
        });
        const { location } = answer.headers;
        const text = await readAtMost(answer.body, mostBytes);
        return { status: answer.statusCode, body: text, ...(typeof location === 'string' && { location }) };
      } catch (error) {
        if (signal.aborted) throw signal.reason;
        throw OutboundError.of(error);
      }
    },
    close: () => agent.destroy(),
  };
}

/** Resolves names itself, so that the address that was checked is the one that is connected to. */
function guardedConnector(guard: AddressGuard, resolve: ResolveName): buildConnector.connector {
  const connect = buildConnector({
    timeout: 10_000,
    allowH2: false,
    lookup: (hostname, options, callback) => {
      allowed(hostname).then(
        (addresses) => {
          const [first] = addresses;
          if (options.all === true) callback(null, [...addresses]);
          else callback(null, first?.address ?? '', first?.family ?? 4);
        },
        (error: Error) => callback(error, ''),
      );
    },
  });
  const allowed = async (hostname: string) => {
    const found = await resolve(hostname);
    const allows = await Promise.all(found.map((address) => guard.allows(address)));
    const addresses = found.filter((_, index) => allows[index] === true);
    if (addresses.length === 0) throw new OutboundError('forbidden');
    return addresses.map((address) => ({ address, family: isIP(address) }));
  };
  return (options, callback) => {
    // Node asks nobody about what is an address already.
    const literal = options.hostname.replace(/^\[|\]$/g, '');
    if (isIP(literal) === 0) {
      connect(options, callback);
      return;
    }
    guard.allows(literal).then(
      (allows) => {
        if (allows) connect(options, callback);
        else callback(new OutboundError('forbidden'), null);
      },
      (error: Error) => callback(error, null),
    );
  };
}

async function readAtMost(
  body: AsyncIterable<Uint8Array> & { destroy(): void },
  most: number,
): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.byteLength;
    if (bytes > most) {
      body.destroy();
      throw new OutboundError('tooLarge');
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
