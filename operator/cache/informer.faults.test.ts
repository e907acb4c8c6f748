import { expect, onTestFinished, test, vi } from 'vitest';
import { HttpClient } from '../client/httpClient.ts';
import { keyOf } from '../resources/object.ts';
import { openConnection } from '../transport/connection.ts';
import { FileCredentials } from '../transport/credentials.ts';
import type { Change } from './change.ts';
import { Informer, type InformerOptions } from './informer.ts';
import type { ReflectorState } from './reflectorState.ts';
import { eventLine, refuse, ScriptedServer, type Widget, widgets } from './scriptedServer.ts';

/** An informer of a server's widgets whose waits are short; both end with the test. */
async function follow(options: Partial<InformerOptions<Widget>> = {}) {
  const server = await ScriptedServer.start();
  server.put('first', 'small');
  const connection = openConnection({
    server: server.url,
    namespace: 'default',
    credentials: new FileCredentials({}),
  });
  const client = new HttpClient(connection, { fieldManager: 'test' });
  const states: ReflectorState[] = [];
  const informer = new Informer<Widget>(client, {
    resource: widgets,
    onState: (state) => states.push(state),
    ...options,
    reflector: { backoff: { base: 2, limit: 10 }, ...options.reflector },
  });
  const changes: Change<Widget>[] = [];
  informer.onChange((change) => changes.push(change));
  const stop = new AbortController();
  const start = () => {
    const running = informer.run(stop.signal);
    onTestFinished(async () => {
      stop.abort();
      await running;
      await connection.close();
      await server[Symbol.asyncDispose]();
    });
    return running;
  };
  return { server, informer, states, changes, start, stop };
}

/** Whatever happened, the cache comes to be what the server has, and goes on following it. */
async function expectAlive(server: ScriptedServer, informer: Informer<Widget>): Promise<void> {
  const size = `later-${Math.random()}`;
  server.put('later', size);
  await vi.waitFor(() => expect(new Set(informer.list())).toEqual(new Set(server.content)), {
    timeout: 5000,
    interval: 5,
  });
  expect(informer.get(keyOf({ name: 'later' }))?.size).toBe(size);
}

async function watching(server: ScriptedServer): Promise<void> {
  await vi.waitFor(() => expect(server.openWatches).toBe(1), { timeout: 5000, interval: 2 });
}

test('what is there is listed page by page, what comes is followed', async () => {
  const { server, informer, changes, start } = await follow({ reflector: { pageSize: 2 } });
  for (const name of ['a', 'b', 'c', 'd']) server.put(name, 'small');
  start();
  await informer.synced;
  expect(informer.size).toBe(5);
  expect(server.lists.length).toBe(3);
  expect(changes.every((change) => change.initial)).toBe(true);
  server.delete('a');
  await expectAlive(server, informer);
  expect(changes.filter(({ type }) => type === 'Deleted').map(({ object }) => object.metadata.name)).toEqual([
    'a',
  ]);
  expect(changes.at(-1)?.initial).toBe(false);
});

test.each(['cleanly', 'reset'] as const)('a watch that ends %s is resumed where it stopped', async (how) => {
  const { server, informer, start } = await follow();
  start();
  await watching(server);
  const seen = server.put('second', 'small');
  await vi.waitFor(() => expect(informer.size).toBe(2));
  server.endWatches(how);
  await vi.waitFor(() => expect(server.watches.length).toBe(2));
  expect(server.watches.at(-1)?.searchParams.get('resourceVersion')).toBe(seen.metadata.resourceVersion);
  await expectAlive(server, informer);
  expect(server.lists.length).toBe(1);
});

test('what changes while the watch is away is not missed', async () => {
  const { server, informer, start } = await follow();
  start();
  await watching(server);
  server.put('second', 'small');
  await vi.waitFor(() => expect(informer.size).toBe(2));
  server.endWatches('reset');
  server.delete('first');
  server.put('second', 'large');
  await expectAlive(server, informer);
});

test('after an outage everything is listed again, even if the server answers with older resourceVersions', async () => {
  const { server, informer, start } = await follow();
  const backup = server.content;
  start();
  await watching(server);
  for (const size of ['a', 'b', 'c', 'd']) server.put('lost', size);
  await vi.waitFor(() => expect(informer.get(keyOf({ name: 'lost' }))?.size).toBe('d'));
  server.next('watch', refuse(503, 'ServiceUnavailable'));
  server.restore(backup, 101);
  server.endWatches('reset');
  await vi.waitFor(() => expect(server.lists.length).toBe(2));
  await expectAlive(server, informer);
  expect(informer.get(keyOf({ name: 'lost' }))).toBeUndefined();
});

test.each([
  ['410 when the watch is opened', refuse(410, 'Expired')],
  ['500', refuse(500, 'InternalError')],
  ['503', refuse(503, 'ServiceUnavailable')],
  ['a proxy’s page', (_request, response) => response.writeHead(502).end('<html>Bad gateway</html>')],
  ['a reset before the answer', (request) => request.socket.resetAndDestroy()],
  ['forbidden for a while', refuse(403, 'Forbidden')],
] satisfies [string, Parameters<ScriptedServer['next']>[1]][])('%s: listed again', async (_name, fault) => {
  const { server, informer, start } = await follow();
  server.next('watch', fault, fault, fault);
  start();
  await vi.waitFor(() => expect(server.lists.length).toBe(4));
  await watching(server);
  await expectAlive(server, informer);
});

test('a page of too many bytes is asked for again with fewer objects, and the small ones after it with more', async () => {
  const { server, informer, start } = await follow({ reflector: { pageSize: 16, pageBytes: 2500 } });
  for (let index = 0; index < 8; index++) server.put(`large-${index}`, 'x'.repeat(3000));
  for (let index = 0; index < 40; index++) server.put(`small-${index}`, 'small');
  start();
  await informer.synced;
  expect(new Set(informer.list())).toEqual(new Set(server.content));
  const limits = server.lists.map((url) => Number(url.searchParams.get('limit')));
  expect(limits.slice(0, 3)).toEqual([16, 4, 1]);
  expect(limits.at(-1)).toBeGreaterThan(4);
  await expectAlive(server, informer);
});

test('410 in the midst of a watch: listed again', async () => {
  const { server, informer, start } = await follow();
  start();
  await watching(server);
  server.put('second', 'small');
  await vi.waitFor(() => expect(informer.size).toBe(2));
  server.sendToWatches(
    eventLine('ERROR', { kind: 'Status', code: 410, reason: 'Expired', message: 'too old' }),
  );
  await vi.waitFor(() => expect(server.lists.length).toBe(2));
  await expectAlive(server, informer);
});

test('410 on page 2: listed again, without pages', async () => {
  const { server, informer, start } = await follow({ reflector: { pageSize: 1 } });
  server.put('second', 'small');
  server.next('list', (request, response, url) => {
    server.next('list', refuse(410, 'Expired'));
    const items = [server.content[0]];
    const metadata = { resourceVersion: '101', continue: '1' };
    response.end(JSON.stringify({ kind: 'WidgetList', apiVersion: 'example.com/v1', metadata, items }));
    expect(url.searchParams.get('limit')).toBe('1');
    expect(request.method).toBe('GET');
  });
  start();
  await expectAlive(server, informer);
  expect(server.lists[2]?.searchParams.has('limit')).toBe(false);
});

test('429 on a watch: resumed after Retry-After, without a list', async () => {
  const { server, informer, states, start } = await follow();
  server.next('watch', refuse(429, 'TooManyRequests', { 'retry-after': '0.05' }));
  start();
  await watching(server);
  await expectAlive(server, informer);
  expect(server.lists.length).toBe(1);
  const [waiting] = states.filter((state) => state.phase === 'Waiting');
  expect(waiting?.delay).toBeGreaterThanOrEqual(50);
});

test.each([
  ['half a line of JSON', '{"type":"MODIFIED","obj\n'],
  ['another type', eventLine('EXPLODED', { metadata: { name: 'x', resourceVersion: '7' } })],
  ['no metadata', eventLine('ADDED', {})],
  ['no object', '{"type":"ADDED"}\n'],
  ['null', 'null\n'],
  ['binary', Buffer.from([0xff, 0xfe, 0x00, 0x0a])],
])('a malformed line in the watch (%s): listed again', async (_name, bytes) => {
  const { server, informer, start } = await follow();
  start();
  await watching(server);
  server.sendToWatches(bytes);
  await vi.waitFor(() => expect(server.lists.length).toBe(2));
  await expectAlive(server, informer);
});

test.each([
  ['cut short', '{"kind":"WidgetList","items":['],
  ['no list', '{"kind":"Widget"}'],
  ['items that are none', '{"kind":"WidgetList","metadata":{"resourceVersion":"5"},"items":[null,3]}'],
])('a malformed list (%s) is asked for again', async (_name, body) => {
  const { server, informer, start } = await follow();
  server.next(
    'list',
    (_request, response) => response.end(body),
    (_request, response) => response.end(body),
  );
  start();
  await expectAlive(server, informer);
});

test('a connection that is open at our end only is given up once the server has shown that it sends bookmarks', async () => {
  const { server, informer, start } = await follow({ reflector: { idleTimeout: 100 } });
  start();
  await watching(server);
  // Silent from the beginning: a server without bookmarks may be. Another, with bookmarks, is given up meanwhile.
  const other = await follow({ reflector: { idleTimeout: 100 } });
  other.start();
  await watching(other.server);
  other.server.bookmark();
  await vi.waitFor(() => expect(other.server.lists.length).toBe(2), { timeout: 5000 });
  expect(server.watches.length).toBe(1);
  server.bookmark();
  await vi.waitFor(() => expect(server.lists.length).toBe(2), { timeout: 5000 });
  await expectAlive(server, informer);
});

test('a watch that ends as soon as it begins is not hammered', async () => {
  const { server, informer, states, start } = await follow({
    reflector: { backoff: { base: 40, limit: 40 } },
  });
  const hangUp = (_request: unknown, response: Parameters<ScriptedServer['accept']>[0]) => {
    server.accept(response);
    response.end();
  };
  server.next('watch', hangUp, hangUp, hangUp);
  start();
  await vi.waitFor(() => expect(server.watches.length).toBe(4));
  await expectAlive(server, informer);
  expect(states.filter((state) => state.phase === 'Waiting').length).toBe(3);
});

test('an event cut at every byte, with characters of several bytes, arrives whole', async () => {
  const { server, informer, start } = await follow();
  start();
  await watching(server);
  const widget = { ...server.content[0], size: 'größer 🎈 ∞' };
  const object = { ...widget, metadata: { ...widget.metadata, name: 'cut', resourceVersion: '5000' } };
  for (const byte of Buffer.from(eventLine('ADDED', object))) {
    server.sendToWatches(Uint8Array.of(byte));
    await new Promise((resolve) => setImmediate(resolve));
  }
  await vi.waitFor(() => expect(informer.get(keyOf({ name: 'cut' }))?.size).toBe('größer 🎈 ∞'));
});

test('an event of 3 MB arrives', async () => {
  const { server, informer, start } = await follow();
  start();
  await watching(server);
  server.put('huge', 'x'.repeat(3_000_000));
  await vi.waitFor(() => expect(informer.get(keyOf({ name: 'huge' }))?.size.length).toBe(3_000_000));
  await expectAlive(server, informer);
});

test('a handler, an index and a transform that throw hurt nobody else', async () => {
  const errors: string[] = [];
  const log = {
    debug: () => {},
    info: () => {},
    warn: () => {},
    error: (_fields: object, message: string) => errors.push(message),
  };
  const fail = () => {
    throw new Error('broken');
  };
  const { server, informer, changes, start } = await follow({ log, transform: fail });
  informer.onChange(fail);
  informer.onChange(async () => Promise.reject(new Error('broken later')));
  start();
  await expectAlive(server, informer);
  expect(changes.length).toBeGreaterThan(0);
  expect(errors.filter((message) => message === 'a handler threw').length).toBe(2 * changes.length);
  expect(errors).toContain('the transform threw; the object is kept whole');
});

test('an optional resource that is not served is empty, silently, and followed as soon as it is', async () => {
  const said: string[] = [];
  const say = (_fields: object, message: string) => said.push(message);
  const { server, informer, changes, start } = await follow({
    optional: true,
    log: { debug: () => {}, info: say, warn: say, error: say },
  });
  const notServed = refuse(404, 'NotFound');
  server.next('list', notServed, notServed, notServed);
  start();
  await informer.synced;
  expect([informer.size, informer.served, informer.trouble]).toEqual([0, false, undefined]);
  await expectAlive(server, informer);
  expect(informer.served).toBe(true);
  expect(changes.map(({ type, initial }) => [type, initial])).toEqual([
    ['Added', false],
    ['Added', false],
  ]);
  await watching(server);
  await expectAlive(server, informer);
  // Its definition is removed: the server ends the watch, and knows the resource no more.
  server.next('list', notServed, notServed);
  server.next('watch', notServed);
  server.endWatches('cleanly');
  await vi.waitFor(() => expect(changes.filter(({ type }) => type === 'Deleted').length).toBe(2));
  await expectAlive(server, informer);
  const [absent, served] = ['the server does not serve the resource', 'the server serves the resource now'];
  expect(said).toEqual([absent, served, absent, served]);
});

test('an optional resource that is long absent is looked for as soon as somebody says so', async () => {
  const long = 600_000;
  const { server, informer, start } = await follow({
    optional: true,
    reflector: { absence: { base: long, limit: long } },
  });
  server.next('list', refuse(404, 'NotFound'));
  start();
  await informer.synced;
  informer.look();
  await expectAlive(server, informer);
  expect(informer.served).toBe(true);
});

test('a resource that is not served, and is not optional, is trouble', async () => {
  const { server, informer, start } = await follow({
    reflector: { backoff: { base: 60_000, limit: 60_000 } },
  });
  server.next('list', refuse(404, 'NotFound'));
  start();
  await vi.waitFor(() => expect(String(informer.trouble)).toContain('NotFound'));
  expect(informer.hasSynced).toBe(false);
});

test('it ends when told to, in every state', async () => {
  const { server, informer, stop, start } = await follow({
    reflector: { backoff: { base: 60_000, limit: 60_000 } },
  });
  server.next('list', refuse(500, 'InternalError'));
  const running = start();
  await vi.waitFor(() => expect(informer.trouble).toBeDefined());
  stop.abort();
  await running;
  expect(informer.hasSynced).toBe(false);
});

test('objects of the cache cannot be changed by whoever reads them', async () => {
  const { informer, start } = await follow();
  start();
  await informer.synced;
  const [object] = informer.list();
  expect(() => Object.assign(object?.metadata ?? {}, { name: 'other' })).toThrow(TypeError);
});
