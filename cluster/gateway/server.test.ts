import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freePort } from '../controlPlane/ports.ts';
import { Reaper } from '../processes/reaper.ts';
import { Server } from './server.ts';

describe('a server that a test may break', () => {
  let directory: string;
  let reaper: Reaper;
  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'mainstay-server-'));
    reaper = await Reaper.start();
  });
  afterEach(async () => {
    await reaper.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  async function start(program: (port: number) => string): Promise<Server> {
    const port = await freePort('127.0.0.1');
    const command = [process.execPath, '-e', program(port)] as const;
    const log = join(directory, 'server.log');
    const url = `http://127.0.0.1:${port}`;
    return Server.start(reaper, { process: { name: 'server', command, log }, url, readyPath: '/ready' });
  }
  const answering = (port: number): string =>
    `require('http').createServer((_, response) => response.writeHead(200, { connection: 'close' }).end()).listen(${port}, '127.0.0.1')`;
  const ask = ({ url }: Server): Promise<number> =>
    fetch(url, { signal: AbortSignal.timeout(200) }).then(
      ({ status }) => status,
      (error: Error) => Promise.reject(error.name === 'TimeoutError' ? error : error.cause),
    );

  it('is killed and started again, frozen and thawed', async () => {
    const server = await start(answering);
    expect(await ask(server)).toBe(200);
    server.freeze();
    await expect(ask(server)).rejects.toThrow('timeout');
    server.thaw();
    expect(await ask(server)).toBe(200);
    await server.kill();
    await expect(ask(server)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await server.startAgain();
    expect(await ask(server)).toBe(200);
    await reaper.stop();
    await expect(ask(server)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('says so when it ends while starting, and where its log is', async () => {
    const log = join(directory, 'server.log');
    await expect(start(() => 'process.exit(3)')).rejects.toThrow(
      `server ended with code 3 while starting; its log is ${log}`,
    );
  });
});
