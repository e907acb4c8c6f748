import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Agent, createServer as createHttpsServer, request as httpsRequest, type Server } from 'node:https';
import { connect, createServer, type Socket, type Server as TcpServer } from 'node:net';
import type { CertificateAuthority } from '../../cluster/certificates/authority.ts';
import { type Body, Exchange, type Fault, pass, type SeenRequest } from './exchange.ts';

/** A fault that waits for requests to strike. */
export interface Rule {
  /** How often it has struck. */
  readonly struck: number;
  /** Strikes no more. */
  end(): void;
}

interface ProxyOptions {
  /** Of the real API server. */
  readonly target: URL;
  /** Vouches for the real API server, and at first for the proxy. */
  readonly authority: CertificateAuthority;
}

/**
 * Stands between a client and the API server, on 127.0.0.1, and does to their traffic what networks and servers in
 * trouble do. It ends TLS, so that it reads and changes HTTP; the client's bearer token passes through.
 *
 * Two layers. Before TLS there are connections, which can be reset, frozen and dropped. Behind it there are requests,
 * to each of which the first rule that matches does its fault.
 */
export class FaultProxy implements AsyncDisposable {
  readonly #target: URL;
  readonly #front: TcpServer;
  readonly #back: Server;
  readonly #agent: Agent;
  readonly #backPort: number;
  /** By the port that the back sees its connection come from. */
  readonly #connections = new Map<number, Connection>();
  /** Of every connection, also one that is not or no longer known by a port. */
  readonly #sockets = new Set<Socket>();
  readonly #rules = new Set<ActiveRule>();
  readonly #port: number;

  private constructor(target: URL, front: TcpServer, back: Server, authority: CertificateAuthority) {
    this.#target = target;
    this.#front = front;
    this.#back = back;
    this.#port = portOf(front);
    this.#backPort = portOf(back);
    // Many sockets: a hundred watches must not make a request wait here.
    this.#agent = new Agent({ ca: authority.certificate, keepAlive: true, maxSockets: 1000 });
    front.on('connection', (client) => this.#accept(client));
    back.on('request', (request, response) => void this.#serve(request, response));
    // A handshake that a test wants to fail, or a connection that it has cut.
    back.on('tlsClientError', () => {});
  }

  static async start({ target, authority }: ProxyOptions): Promise<FaultProxy> {
    const { certificate, privateKey } = serving(authority);
    const back = createHttpsServer({ cert: certificate, key: privateKey, keepAliveTimeout: 0 });
    const front = createServer();
    await Promise.all([once(back.listen(0, '127.0.0.1'), 'listening'), listen(front, 0)]);
    return new FaultProxy(target, front, back, authority);
  }

  get url(): string {
    return `https://127.0.0.1:${this.#port}`;
  }

  /** Does the fault to every request that matches from now on, `times` times if that is given. */
  on(matches: (request: SeenRequest) => boolean, fault: Fault, times = Number.POSITIVE_INFINITY): Rule {
    const rule: ActiveRule = { matches, fault, left: times, struck: 0, end: () => this.#rules.delete(rule) };
    this.#rules.add(rule);
    return rule;
  }

  /** Ends every rule. What they have done to requests under way stays done. */
  clear(): void {
    this.#rules.clear();
  }

  /** Ends every connection with a TCP reset. */
  resetAll(): number {
    return this.#each(({ client, back }) => {
      client.resetAndDestroy();
      back.destroy();
    });
  }

  /** Carries no more bytes on the connections there are, and ends none: they are open at the client's end only. */
  freezeAll(): number {
    return this.#each(freeze);
  }

  /** Forgets the connections on which nothing is asked, as a firewall does: who uses one later gets a reset. */
  dropIdle(): number {
    return this.#each((connection) => {
      // What is under way from the client to us is no idle connection, though we know of no request yet.
      const quiet = performance.now() - connection.lastByte;
      if (connection.requests > 0 || quiet < 100) return false;
      freeze(connection);
      connection.client.once('data', () => connection.client.resetAndDestroy());
      connection.client.resume();
      return true;
    });
  }

  /** Nothing listens any more; connections that are open stay. */
  refuse(): void {
    this.#front.close();
  }

  /** Listens again, where it did. */
  async listen(): Promise<void> {
    await listen(this.#front, this.#port);
  }

  /** From now on the proxy shows a certificate of that authority. */
  present(authority: CertificateAuthority): void {
    const { certificate, privateKey } = serving(authority);
    this.#back.setSecureContext({ cert: certificate, key: privateKey });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#front.close();
    this.#back.close();
    // Frozen ones would not notice the other's end, and a handshake that nobody goes on with keeps the process alive for
    // two minutes.
    for (const socket of this.#sockets) socket.destroy();
    this.#back.closeAllConnections();
    this.#agent.destroy();
  }

  /** Gives the number of connections to which it was done. */
  #each(act: (connection: Connection) => unknown): number {
    return [...this.#connections.values()].filter((connection) => act(connection) !== false).length;
  }

  #accept(client: Socket): void {
    const back = connect({ port: this.#backPort, host: '127.0.0.1', noDelay: true });
    client.setNoDelay(true);
    const connection: Connection = { client, back, requests: 0, lastByte: performance.now(), frozen: false };
    for (const [one, other] of [
      [client, back],
      [back, client],
    ] as const) {
      this.#sockets.add(one);
      one.on('error', () => {});
      one.on('close', () => {
        this.#sockets.delete(one);
        if (!connection.frozen) other.destroy();
      });
    }
    back.on('connect', () => {
      const port = back.localPort ?? 0;
      this.#connections.set(port, connection);
      client.on('close', () => this.#connections.delete(port));
      client.on('data', () => {
        connection.lastByte = performance.now();
      });
      client.pipe(back);
      back.pipe(client);
    });
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const connection = this.#connections.get(request.socket.remotePort ?? 0);
    if (connection !== undefined) {
      connection.requests += 1;
      response.on('close', () => {
        connection.requests -= 1;
      });
    }
    response.on('error', () => {});
    const seen = seenRequest(request);
    const rule = [...this.#rules].find(({ left, matches }) => left > 0 && matches(seen));
    if (rule !== undefined) {
      rule.left -= 1;
      rule.struck += 1;
    }
    const exchange = new Exchange(seen, response, {
      ask: () => this.#ask(request, response),
      reset: () => {
        connection?.client.resetAndDestroy();
        connection?.back.destroy();
      },
    });
    try {
      await (rule?.fault ?? pass)(exchange);
    } catch {
      // The server, or the client, has gone away; the other one shall see it.
      response.destroy();
    }
  }

  /** Sends the request on as it is. */
  #ask(request: IncomingMessage, response: ServerResponse): Promise<Body> {
    const { hostname, port } = this.#target;
    const { host: _, ...headers } = request.headers;
    return new Promise((resolve, reject) => {
      const onward = httpsRequest({
        agent: this.#agent,
        hostname,
        port,
        method: request.method,
        path: request.url,
        headers,
      });
      onward.on('error', reject);
      onward.on('response', (answer) => resolve(answer));
      response.on('close', () => onward.destroy());
      request.pipe(onward);
    });
  }
}

interface Connection {
  readonly client: Socket;
  readonly back: Socket;
  requests: number;
  /** When the client sent one last. */
  lastByte: number;
  frozen: boolean;
}

interface ActiveRule extends Rule {
  readonly matches: (request: SeenRequest) => boolean;
  readonly fault: Fault;
  left: number;
  struck: number;
}

function freeze(connection: Connection): void {
  const { client, back } = connection;
  connection.frozen = true;
  client.unpipe(back).pause();
  back.unpipe(client).pause();
}

function serving(authority: CertificateAuthority) {
  return authority.issue({ commonName: 'proxy', hosts: ['127.0.0.1', 'localhost'] });
}

function seenRequest({ method = 'GET', url = '/', headers }: IncomingMessage): SeenRequest {
  const { pathname, searchParams } = new URL(url, 'https://proxy');
  const watch = searchParams.has('watch');
  const resource = pathname.split('/').at(method === 'GET' || method === 'POST' ? -1 : -2) ?? '';
  return {
    method,
    path: pathname,
    resource,
    watch,
    list: method === 'GET' && searchParams.has('limit'),
    page: searchParams.has('continue') ? 'later' : 'first',
    selector: searchParams.get('labelSelector') ?? '',
    authorization: headers.authorization ?? '',
  };
}

function listen(server: TcpServer, port: number): Promise<unknown> {
  return once(server.listen(port, '127.0.0.1'), 'listening');
}

function portOf(server: TcpServer): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy listens nowhere');
  return address.port;
}
