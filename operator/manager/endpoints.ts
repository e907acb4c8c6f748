import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

// An import of `node:http` asks the module for all that it exports, and so loads the WebSocket and the second undici that
// Node brings: 40 ms at the start of every operator.
const { createServer } = process.getBuiltinModule('node:http');

export interface ListenOptions {
  /** Default: all addresses, as the kubelet asks from outside. */
  readonly host?: string;
  /** 0 takes a free one. */
  readonly port: number;
}

/** Answers a GET of one path. */
export type Endpoint = () => Promise<{
  readonly status: number;
  readonly type: string;
  readonly body: string;
}>;

/** Serves the endpoints by path until `close`. Rejects if it cannot listen. */
export async function serve(
  endpoints: Readonly<Record<string, Endpoint>>,
  listen: ListenOptions,
): Promise<Listening> {
  const server = createServer((request, response) => {
    void answer(endpoints, request, response);
  });
  server.keepAliveTimeout = 5000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port: listen.port, ...(listen.host === undefined ? {} : { host: listen.host }) }, () =>
      resolve(),
    );
  });
  // A connection that cannot be accepted (too many open files) costs one probe, not the process.
  server.on('error', () => {});
  // What serves a probe keeps no process alive.
  server.unref();
  return { port: portOf(server), close: () => close(server) };
}

export interface Listening {
  readonly port: number;
  close(): Promise<void>;
}

async function answer(
  endpoints: Readonly<Record<string, Endpoint>>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  // Not by `URL`: it throws on what anybody may send, as `GET //`.
  const [path = ''] = (request.url ?? '').split('?', 1);
  const endpoint = Object.hasOwn(endpoints, path) ? endpoints[path] : undefined;
  if (endpoint === undefined) {
    response.writeHead(404, { 'content-type': 'text/plain' }).end('not found\n');
    return;
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.writeHead(405, { allow: 'GET, HEAD' }).end();
    return;
  }
  try {
    const { status, type, body } = await endpoint();
    response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(body);
  } catch {
    response.writeHead(500, { 'content-type': 'text/plain' }).end('internal error\n');
  }
}

function portOf(server: Server): number {
  const address: AddressInfo | string | null = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
