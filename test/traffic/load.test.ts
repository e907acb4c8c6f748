import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { Load } from './load.ts';

describe('a load', () => {
  let server: Server;
  let connections: number;
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  async function serve(listener: RequestListener): Promise<string> {
    connections = 0;
    server = createServer(listener).on('connection', () => (connections += 1));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }
  const welcome: RequestListener = (_, response) => response.setHeader('x-revision', 'a').end('a');

  it('keeps its rate and ends by itself', async () => {
    const url = await serve(welcome);
    const began = Date.now();
    const records = await Load.start({ url, rate: 200, seconds: 0.4 }).finished();
    expect(records).toHaveLength(80);
    const sent = records.map(({ sentAt }) => sentAt).toSorted((a, b) => a - b);
    expect((sent.at(-1) ?? 0) - (sent[0] ?? 0)).toBeGreaterThan(300);
    expect(Math.abs((sent[0] ?? 0) - began)).toBeLessThan(200);
    expect(records[0]).toMatchObject({ kind: 'answered', status: 200, revision: 'a' });
  });

  it('does not wait for a server that is slow', async () => {
    const url = await serve((request, response) => setTimeout(() => welcome(request, response), 300));
    const records = await Load.start({ url, rate: 100, seconds: 0.2 }).finished();
    expect(records).toHaveLength(20);
    // The timers of Node may be a millisecond early.
    for (const { latency } of records) expect(latency).toBeGreaterThan(298);
  });

  it('uses connections of both kinds in turn', async () => {
    const url = await serve(welcome);
    const records = await Load.start({ url, rate: 100, seconds: 0.2 }).finished();
    expect(records.filter(({ connection }) => connection === 'fresh')).toHaveLength(10);
    expect(connections).toBeGreaterThan(10);
    expect(connections).toBeLessThan(20);
  });

  it('can do with kept connections, or with fresh ones', async () => {
    const url = await serve(welcome);
    await Load.start({ url, rate: 100, seconds: 0.1, connections: 'fresh' }).finished();
    expect(connections).toBe(10);
    await Load.start({ url, rate: 20, seconds: 0.2, connections: 'kept' }).finished();
    expect(connections).toBeLessThan(14);
  });

  it('records what got no answer, by what went wrong', async () => {
    const url = await serve((request, response) => {
      if (request.headers['x-try'] === 'reset') request.socket.resetAndDestroy();
      else if (request.headers['x-try'] === 'break off') response.write('a', () => response.destroy());
    });
    const errorsOf = async (word: string) => {
      const options = { url, rate: 20, seconds: 0.1, headers: { 'x-try': word }, timeoutMilliseconds: 100 };
      const records = await Load.start(options).finished();
      return records.map((record) => (record.kind === 'unanswered' ? record.error : record.status));
    };
    expect(await errorsOf('reset')).toEqual(['ECONNRESET', 'ECONNRESET']);
    expect(await errorsOf('break off')).toEqual(['ECONNRESET', 'ECONNRESET']);
    expect(await errorsOf('silence')).toEqual(['TimeoutError', 'TimeoutError']);
  });

  it('sends nothing more once it is stopped, and still waits for what it sent', async () => {
    const url = await serve((request, response) => setTimeout(() => welcome(request, response), 100));
    const load = Load.start({ url, rate: 100, seconds: 60 });
    const records = await load.stop();
    expect(records.map(({ kind }) => kind)).toEqual(['answered']);
    expect(load.records).toBe(records);
  });
});
