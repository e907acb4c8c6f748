import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { type Listening, serve } from './endpoints.ts';
import { Probe } from './probes.ts';

const listening: Listening[] = [];
afterEach(async () => {
  for (const listener of listening.splice(0)) await listener.close();
});

async function serving(endpoints: Parameters<typeof serve>[0]) {
  const listener = await serve(endpoints, { host: '127.0.0.1', port: 0 });
  listening.push(listener);
  return (path: string, init?: RequestInit) => fetch(`http://127.0.0.1:${listener.port}${path}`, init);
}

describe('the endpoints', () => {
  it('answer a probe with one line a check, and fail if one fails', async () => {
    const ready = new Probe();
    let synced = false;
    ready.add('informers', () => {
      if (!synced) throw new Error('not yet listed: pods');
    });
    ready.add('other', async () => {});
    const get = await serving({ '/readyz': ready.endpoint });
    const before = await get('/readyz?verbose');
    expect([before.status, await before.text()]).toEqual([
      503,
      '[-] informers failed: not yet listed: pods\n[+] other ok\nfailed\n',
    ]);
    synced = true;
    const after = await get('/readyz');
    expect([after.status, await after.text()]).toEqual([200, '[+] informers ok\n[+] other ok\nok\n']);
  });

  it('know no other paths and no other methods, and survive what fails', async () => {
    const failing = () => Promise.reject(new Error('secret detail'));
    const get = await serving({ '/metrics': failing });
    expect((await get('/constructor')).status).toBe(404);
    expect((await get('/metrics', { method: 'POST' })).status).toBe(405);
    const failed = await get('/metrics');
    expect([failed.status, await failed.text()]).toEqual([500, 'internal error\n']);
  });

  it('say so when the port is taken', async () => {
    const first = await serve({}, { host: '127.0.0.1', port: 0 });
    listening.push(first);
    await expect(serve({}, { host: '127.0.0.1', port: first.port })).rejects.toThrow('EADDRINUSE');
  });

  it('survive a request line that is no URL', async () => {
    const get = await serving({ '/livez': async () => ({ status: 200, type: 'text/plain', body: 'ok' }) });
    const port = listening.at(-1)?.port ?? 0;
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', () => socket.end('GET // HTTP/1.1\r\nHost: x\r\n\r\n'));
      socket.setEncoding('utf8').once('data', resolve).once('error', reject);
    });
    expect(answer).toContain('404 Not Found');
    expect((await get('/livez')).status).toBe(200);
  });
});
