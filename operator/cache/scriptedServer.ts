import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { KubernetesObject } from '../resources/object.ts';
import { defineResource } from '../resources/resource.ts';

export interface Widget extends KubernetesObject {
  readonly size: string;
}

export const widgets = defineResource<Widget>({
  group: 'example.com',
  version: 'v1',
  kind: 'Widget',
  plural: 'widgets',
  scope: 'Cluster',
});

type Fault = (request: IncomingMessage, response: ServerResponse, url: URL) => void;

/**
 * An API server for tests of faults: lists and watches of widgets as the real one does them, but for the requests that a
 * test answers itself.
 */
export class ScriptedServer implements AsyncDisposable {
  readonly #server: Server;
  readonly #objects = new Map<string, Widget>();
  #events: { readonly version: number; readonly line: string }[] = [];
  readonly #watches = new Set<ServerResponse>();
  readonly #faults: Record<'list' | 'watch', Fault[]> = { list: [], watch: [] };
  #version = 100;
  #uids = 0;
  /** The URLs asked for, so far. */
  readonly requests: URL[] = [];

  private constructor() {
    this.#server = createServer((request, response) => this.#answer(request, response));
  }

  static async start(): Promise<ScriptedServer> {
    const scripted = new ScriptedServer();
    await new Promise<void>((resolve) => scripted.#server.listen(0, '127.0.0.1', resolve));
    return scripted;
  }

  get url(): URL {
    const { port } = this.#server.address() as AddressInfo;
    return new URL(`http://127.0.0.1:${port}`);
  }

  get lists(): readonly URL[] {
    return this.requests.filter((url) => !url.searchParams.has('watch'));
  }

  get watches(): readonly URL[] {
    return this.requests.filter((url) => url.searchParams.has('watch'));
  }

  /** Watches that are open now. */
  get openWatches(): number {
    return this.#watches.size;
  }

  /** What a list would say. */
  get content(): readonly Widget[] {
    return [...this.#objects.values()];
  }

  put(name: string, size: string): Widget {
    const before = this.#objects.get(name);
    const uid = before?.metadata.uid ?? `uid-${++this.#uids}`;
    const widget: Widget = {
      apiVersion: 'example.com/v1',
      kind: 'Widget',
      metadata: { name, uid, resourceVersion: String(++this.#version) },
      size,
    };
    this.#objects.set(name, widget);
    this.#emit(before === undefined ? 'ADDED' : 'MODIFIED', widget);
    return widget;
  }

  delete(name: string): void {
    const before = this.#objects.get(name);
    if (before === undefined) return;
    this.#objects.delete(name);
    const metadata = { ...before.metadata, resourceVersion: String(++this.#version) };
    this.#emit('DELETED', { ...before, metadata });
  }

  bookmark(): void {
    const object = {
      apiVersion: 'example.com/v1',
      kind: 'Widget',
      metadata: { resourceVersion: String(this.#version) },
    };
    this.sendToWatches(eventLine('BOOKMARK', object));
  }

  /** Answers the next list, or watch, in this way. */
  next(what: 'list' | 'watch', ...faults: readonly Fault[]): void {
    this.#faults[what].push(...faults);
  }

  sendToWatches(bytes: string | Uint8Array): void {
    for (const watch of this.#watches) watch.write(bytes);
  }

  /** Ends every open watch: as at its timeout, or with a TCP reset. */
  endWatches(how: 'cleanly' | 'reset'): void {
    for (const watch of this.#watches) {
      if (how === 'cleanly') watch.end();
      else watch.socket?.resetAndDestroy();
    }
  }

  /** Begins a watch as the real server does, and leaves the rest to the test. */
  accept(response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.flushHeaders();
    this.#watches.add(response);
    response.on('close', () => this.#watches.delete(response));
  }

  /** Restores a backup: everything since is undone, and resourceVersions begin again from there. */
  restore(objects: readonly Widget[], version: number): void {
    this.#objects.clear();
    for (const object of objects) this.#objects.set(object.metadata.name, object);
    this.#version = version;
    this.#events = [];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #emit(type: string, widget: Widget): void {
    const line = eventLine(type, widget);
    this.#events.push({ version: this.#version, line });
    this.sendToWatches(line);
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '/', this.url);
    this.requests.push(url);
    const what = url.searchParams.has('watch') ? 'watch' : 'list';
    const fault = this.#faults[what].shift();
    if (fault !== undefined) fault(request, response, url);
    else if (what === 'watch') this.#watch(response, url);
    else this.#list(response, url);
  }

  #watch(response: ServerResponse, url: URL): void {
    this.accept(response);
    const from = Number(url.searchParams.get('resourceVersion'));
    for (const { version, line } of this.#events) if (version > from) response.write(line);
  }

  #list(response: ServerResponse, url: URL): void {
    const limit = Number(url.searchParams.get('limit') ?? Number.POSITIVE_INFINITY);
    const from = Number(url.searchParams.get('continue') ?? 0);
    const items = this.content.slice(from, from + limit);
    const more = from + limit < this.content.length ? { continue: String(from + limit) } : undefined;
    const metadata = { resourceVersion: String(this.#version), ...more };
    answerJson(response, 200, { apiVersion: 'example.com/v1', kind: 'WidgetList', metadata, items });
  }
}

export function eventLine(type: string, object: object): string {
  return `${JSON.stringify({ type, object })}\n`;
}

function answerJson(
  response: ServerResponse,
  status: number,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}

/** A `Status`, as the API server refuses. */
export function refuse(
  status: number,
  reason: string,
  headers: Readonly<Record<string, string>> = {},
): Fault {
  return (_request, response) => {
    const body = {
      apiVersion: 'v1',
      kind: 'Status',
      status: 'Failure',
      code: status,
      reason,
      message: reason,
    };
    answerJson(response, status, body, headers);
  };
}
