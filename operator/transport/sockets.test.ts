import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { openConnection } from './connection.ts';
import { ConnectionError, SilenceError } from './connectionError.ts';
import { FileCredentials } from './credentials.ts';
import type { HttpRequest } from './http.ts';

/** A server that can forget the connections there are, and a connection to it. */
async function forgetfulServer(searchInterval?: number) {
  const forgotten = new Set<Socket>();
  const sockets = new Set<Socket>();
  const streams: ServerResponse[] = [];
  let silent = false;
  const server = createServer((request, response) => {
    if (silent || forgotten.has(request.socket)) return;
    if (request.url === '/slow') setTimeout(() => response.end('{}'), 100);
    else if (request.url === '/watch') {
      response.write('{}\n');
      streams.push(response);
    } else response.end('{}');
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
  });
  server.keepAliveTimeout = 0;
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const connection = openConnection({
    server: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
    namespace: 'default',
    credentials: new FileCredentials({}),
    ...(searchInterval === undefined ? {} : { limits: { searchInterval } }),
  });
  onTestFinished(async () => {
    await connection.close();
    server.closeAllConnections();
    server.close();
  });
  /** The answer's text, or the message of why there is none, as by a client whose deadline that is. */
  const ask = async (path: string, timeout = 2000, pool: HttpRequest['pool'] = 'requests') => {
    const deadline = new AbortController();
    const timer = setTimeout(
      () => deadline.abort(new ConnectionError('deadline', connection.server)),
      timeout,
    );
    try {
      const answer = await connection.send({ method: 'GET', path, pool, signal: deadline.signal });
      return await answer.text();
    } catch (error) {
      return String(error);
    } finally {
      clearTimeout(timer);
    }
  };
  /** What a watch brings, and how it ends. */
  const watch = async () => {
    const stop = new AbortController();
    const answer = await connection.send({
      method: 'GET',
      path: '/watch',
      pool: 'watches',
      signal: stop.signal,
    });
    const state = { text: '', ended: '', stop };
    const read = async () => {
      for await (const chunk of answer.chunks()) state.text += Buffer.from(chunk).toString();
    };
    read().then(
      () => {
        state.ended = 'by the server';
      },
      (error: unknown) => {
        state.ended = String(error);
      },
    );
    await expect.poll(() => state.text).toBe('{}\n');
    return state;
  };
  return {
    ask,
    watch,
    streams,
    forget: () => {
      for (const socket of sockets) forgotten.add(socket);
    },
    silence: (yes: boolean) => {
      silent = yes;
    },
  };
}

test('one request without an answer finds every connection that is open at our end only', async () => {
  const here = await forgetfulServer();
  const watch = await here.watch();
  // Five connections that wait for a request.
  await Promise.all(Array.from({ length: 5 }, () => here.ask('/slow')));
  // The pool takes them back in a turn of their own.
  await pause(50);
  here.forget();
  expect(await here.ask('/', 300)).toContain('did not answer in time');
  await expect.poll(() => watch.ended).toContain('ended before its answer did');
  const began = performance.now();
  expect(await Promise.all(Array.from({ length: 5 }, () => here.ask('/')))).toEqual(Array(5).fill('{}'));
  await here.watch();
  expect(performance.now() - began).toBeLessThan(300);
});

test('a watch that was silent for too long finds them too', async () => {
  const here = await forgetfulServer();
  const watches = [await here.watch(), await here.watch()] as const;
  await pause(20);
  here.streams[0]?.write('{}\n');
  await expect.poll(() => watches[0].text).toBe('{}\n{}\n');
  await pause(20);
  watches[0].stop.abort(new SilenceError('silent for too long'));
  await expect.poll(() => watches[1].ended).toContain('ended before its answer did');
});

test('what still says something is kept', async () => {
  const here = await forgetfulServer();
  const [quiet, lively] = [await here.watch(), await here.watch()];
  const unanswered = here.ask('/', 300);
  await pause(100);
  here.silence(true);
  const late = here.ask('/', 300);
  await pause(50);
  here.streams[1]?.write('{}\n');
  expect(await unanswered).toBe('{}');
  expect(await late).toContain('did not answer in time');
  await expect.poll(() => quiet.ended).toContain('ended before its answer did');
  await pause(50);
  expect(lively).toMatchObject({ text: '{}\n{}\n', ended: '' });
});

test('who is stopped by its own caller says nothing about connections', async () => {
  const here = await forgetfulServer();
  const [one, other] = [await here.watch(), await here.watch()];
  one.stop.abort(new Error('no longer wanted'));
  await expect.poll(() => one.ended).toContain('no longer wanted');
  await pause(50);
  expect(other.ended).toBe('');
});

test('a server that says nothing at all is not asked for new connections again and again', async () => {
  const here = await forgetfulServer(500);
  const first = await here.watch();
  here.silence(true);
  await here.ask('/', 20);
  await expect.poll(() => first.ended).not.toBe('');
  here.silence(false);
  const second = await here.watch();
  here.silence(true);
  const began = performance.now();
  while (performance.now() < began + 300) {
    await here.ask('/', 20);
    expect(second.ended).toBe('');
  }
  // It is in its turn, though nobody asks any more.
  await expect.poll(() => second.ended).toContain('ended before its answer did');
  expect(performance.now()).toBeGreaterThan(began + 400);
});

test('a deadline holds for a request that waits for its connection', async () => {
  // Accepts, and never begins with TLS.
  const server = createTcpServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const connection = openConnection({
    server: new URL(`https://127.0.0.1:${(server.address() as AddressInfo).port}`),
    namespace: 'default',
    credentials: new FileCredentials({}),
  });
  onTestFinished(async () => {
    await connection.close();
    server.close();
  });
  const deadline = new AbortController();
  setTimeout(() => deadline.abort(new Error('too late')), 100);
  const began = performance.now();
  await expect(connection.send({ method: 'GET', path: '/', signal: deadline.signal })).rejects.toThrow(
    'too late',
  );
  expect(performance.now() - began).toBeLessThan(2000);
});
