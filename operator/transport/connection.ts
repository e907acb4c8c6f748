import { createSecureContext } from 'node:tls';
import type { Dispatcher } from 'undici';
import buildConnector from 'undici/lib/core/connect.js';
import Pool from 'undici/lib/dispatcher/pool.js';
import { unlessAborted } from '../queue/aborted.ts';
import { Answer } from './answer.ts';
import { ConnectionError, isSilence } from './connectionError.ts';
import type { Credentials, Identity, TlsIdentity } from './credentials.ts';
import type { HttpRequest, HttpResponse } from './http.ts';
import { Sockets } from './sockets.ts';

/**
 * The way to one API server: pools of connections, and who we are to it.
 *
 * Requests and watches have pools of their own, so that a hundred open watches never make a write wait. When a token or
 * a certificate changes, what is open stays open and new connections use the new one.
 */
export interface Connection {
  /** Scheme, host and port, with the path that the kubeconfig's server may have. */
  readonly server: URL;
  /** The kubeconfig context's namespace, or that of the pod we run in; `default` if neither says. */
  readonly namespace: string;
  /**
   * Sends one request and resolves with the head of its answer, whatever its status.
   * Rejects with a `ConnectionError` if there is no answer, or with the signal's reason.
   */
  send(request: HttpRequest): Promise<HttpResponse>;
  /** Ends every connection, open watches too. */
  close(): Promise<void>;
}

/** Limits of a connection; every time in milliseconds. */
export interface ConnectionLimits {
  /** Connections for requests; more requests than that wait. Watches are not limited. Default 64. */
  readonly connections?: number;
  /** TCP and TLS handshake. Default 10,000. */
  readonly connectTimeout?: number;
  /** Until the head of an answer. Default 60,000; a request's own deadline is usually shorter. */
  readonly headersTimeout?: number;
  /** Between two pieces of an answer that should end; watches are exempt. Default 60,000. */
  readonly bodyTimeout?: number;
  /** How long an unused connection is kept. Default 60,000, below the API server's 90,000. */
  readonly keepAlive?: number;
  /**
   * The longest time between two searches for connections that are open at our end only, which a request without an
   * answer sets off. Default 10,000; at first they may follow each other after 1,000.
   */
  readonly searchInterval?: number;
}

/** Who to act as: needs the `impersonate` verb. Tests use it to be a tenant. */
export interface Impersonation {
  readonly user: string;
  readonly groups?: readonly string[] | undefined;
}

export interface ConnectionDescription {
  readonly server: URL;
  readonly namespace: string;
  readonly credentials: Credentials;
  readonly limits?: ConnectionLimits;
  readonly impersonate?: Impersonation;
}

/** A connection to the described server. Nothing is sent until it is used. */
export function openConnection(description: ConnectionDescription): Connection {
  return new PooledConnection(description);
}

interface Pools {
  readonly tls: TlsIdentity;
  readonly requests: Dispatcher;
  readonly watches: Dispatcher;
}

class PooledConnection implements Connection {
  readonly server: URL;
  readonly namespace: string;
  readonly #credentials: Credentials;
  readonly #limits: ConnectionLimits;
  readonly #impersonation: Readonly<Record<string, string | string[]>>;
  readonly #prefix: string;
  readonly #sockets: Sockets;
  /** Pools of earlier certificates, kept until their last answer has ended. */
  readonly #retired = new Set<Pools>();
  #pools: Pools | undefined;
  /** What the credentials came to last. */
  #known: { readonly current: Promise<Identity>; readonly identity: Identity } | undefined;
  #closed = false;

  constructor({ server, namespace, credentials, limits, impersonate }: ConnectionDescription) {
    this.server = server;
    this.namespace = namespace;
    this.#credentials = credentials;
    this.#limits = limits ?? {};
    this.#impersonation = impersonate === undefined ? {} : impersonationHeaders(impersonate);
    this.#sockets = new Sockets(limits?.searchInterval);
    this.#prefix = server.pathname.replace(/\/+$/, '');
  }

  async send(request: HttpRequest): Promise<HttpResponse> {
    const { signal } = request;
    const identity = await this.#identity(signal);
    try {
      const response = await this.#sendAs(identity, request);
      if (response.status !== 401) return response;
      const renewed = await this.#renewed(identity, signal);
      if (renewed === undefined) return response;
      await response.discard();
      return await this.#sendAs(renewed, request);
    } catch (error) {
      // A server with a new certificate is refused until the new CA is read; nothing was sent, so it may be sent again.
      if (!(error instanceof ConnectionError) || error.kind !== 'tls') throw error;
      const renewed = await this.#renewed(identity, signal);
      if (renewed === undefined) throw error;
      return this.#sendAs(renewed, request);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#sockets.close();
    const all = this.#pools === undefined ? [...this.#retired] : [this.#pools, ...this.#retired];
    this.#pools = undefined;
    this.#retired.clear();
    await Promise.all(all.flatMap(({ requests, watches }) => [requests.destroy(), watches.destroy()]));
  }

  /** Within the request's own time: a plug-in may hang, or wait for a person. */
  async #identity(signal: AbortSignal | undefined): Promise<Identity> {
    try {
      const current = this.#credentials.current();
      if (current === this.#known?.current) return this.#known.identity;
      const identity = await unlessAborted(current, signal);
      this.#known = { current, identity };
      return identity;
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      throw new ConnectionError('credentials', this.server, error);
    }
  }

  /** What the credentials are now, if that is something else than what was refused. */
  async #renewed(refused: Identity, signal: AbortSignal | undefined): Promise<Identity | undefined> {
    this.#credentials.expire();
    const identity = await this.#identity(signal);
    const same = identity.authorization === refused.authorization && sameTls(identity.tls, refused.tls);
    return same ? undefined : identity;
  }

  #sendAs(identity: Identity, request: HttpRequest): Promise<HttpResponse> {
    const { method, path, headers, body = null, signal, beforeSend } = request;
    signal?.throwIfAborted();
    const pools = this.#poolsFor(identity.tls);
    const watching = request.pool === 'watches';
    const { authorization } = identity;
    const explain = (error: unknown, heard: number) => {
      const reason = signal?.aborted ? signal.reason : ConnectionError.from(error, this.server);
      if (isSilence(reason)) this.#sockets.suspect(heard);
      return reason;
    };
    const answer = new Answer({ signal, beforeSend, explain });
    pools[watching ? 'watches' : 'requests'].dispatch(
      {
        method,
        path: this.#prefix + path,
        headers: {
          ...this.#impersonation,
          ...(authorization === undefined ? undefined : { authorization }),
          ...headers,
        },
        body,
        ...(watching ? { bodyTimeout: 0 } : undefined),
      },
      answer,
    );
    return answer.head;
  }

  #poolsFor(tls: TlsIdentity): Pools {
    if (this.#closed) throw new ConnectionError('closed', this.server);
    const current = this.#pools;
    if (current !== undefined && sameTls(current.tls, tls)) return current;
    const pools = this.#open(tls);
    if (current !== undefined) this.#retire(current);
    this.#pools = pools;
    return pools;
  }

  #open(tls: TlsIdentity): Pools {
    try {
      return openPools(this.server.origin, tls, this.#limits, this.#sockets);
    } catch (error) {
      // A certificate or a key that is none.
      throw ConnectionError.from(error, this.server);
    }
  }

  #retire(pools: Pools): void {
    this.#retired.add(pools);
    // A pool that was destroyed meanwhile refuses to close: it is gone either way.
    const gone = () => this.#retired.delete(pools);
    Promise.all([pools.requests.close(), pools.watches.close()]).then(gone, gone);
  }
}

function openPools(origin: string, tls: TlsIdentity, limits: ConnectionLimits, sockets: Sockets): Pools {
  const {
    connectTimeout = 10_000,
    headersTimeout = 60_000,
    bodyTimeout = 60_000,
    keepAlive = 60_000,
  } = limits;
  const common = {
    headersTimeout,
    bodyTimeout,
    keepAliveTimeout: keepAlive,
    keepAliveMaxTimeout: keepAlive,
    connect: sockets.known(
      buildConnector({
        timeout: connectTimeout,
        // HTTP/2 would put all watches on one TCP connection, where one lost packet holds up every one of them.
        allowH2: false,
        keepAlive: true,
        keepAliveInitialDelay: 30_000,
        rejectUnauthorized: !tls.insecure,
        // One for all connections. Each would read the certificates anew, and keep them as often.
        secureContext: createSecureContext({
          ...(tls.ca === undefined ? undefined : { ca: tls.ca }),
          ...(tls.certificate === undefined ? undefined : { cert: tls.certificate }),
          ...(tls.key === undefined ? undefined : { key: tls.key }),
        }),
        ...(tls.serverName === undefined ? undefined : { servername: tls.serverName }),
      }),
    ),
  };
  return {
    tls,
    requests: new Pool(origin, { ...common, connections: limits.connections ?? 64 }),
    watches: new Pool(origin, common),
  };
}

function sameTls(left: TlsIdentity, right: TlsIdentity): boolean {
  return (
    left === right ||
    (left.ca === right.ca &&
      left.certificate === right.certificate &&
      left.key === right.key &&
      left.serverName === right.serverName &&
      left.insecure === right.insecure)
  );
}

function impersonationHeaders({ user, groups = [] }: Impersonation): Record<string, string | string[]> {
  return {
    'impersonate-user': user,
    ...(groups.length === 0 ? undefined : { 'impersonate-group': [...groups] }),
  };
}
