import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { download } from './download.ts';
import type { Release } from './releases.ts';

const program = Buffer.from(`#!/bin/sh\necho hello\n${'# padding\n'.repeat(20_000)}`);
const sha256 = (content: Buffer): string => createHash('sha256').update(content).digest('hex');

describe('downloading a program', () => {
  let directory: string;
  let server: Server;
  let base: string;
  let answers: Record<string, (request: IncomingMessage, response: ServerResponse) => void>;
  let ranges: (string | undefined)[];

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'mainstay-download-'));
    ranges = [];
    answers = {
      '/program': (request, response) => serve(program, request, response),
      '/program.sha256': (_, response) => void response.end(sha256(program)),
    };
    server = createServer((request, response) => {
      const answer = answers[request.url ?? ''];
      if (request.url === '/program') ranges.push(request.headers.range);
      if (answer === undefined) response.writeHead(404).end('not here');
      else answer(request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    base = `http://127.0.0.1:${address.port}`;
  });

  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    rmSync(directory, { recursive: true, force: true });
  });

  const release = (): Release => ({
    url: `${base}/program`,
    checksum: { kind: 'file', url: `${base}/program.sha256` },
  });
  const get = (from: Release = release(), resumes = 3, stallMilliseconds = 20_000): Promise<string> =>
    download({
      name: 'program',
      release: from,
      directory,
      progress: () => {},
      resumes,
      stallMilliseconds,
    });

  it('gives an executable file whose checksum is the published one', async () => {
    const path = await get();
    expect(readFileSync(path)).toEqual(program);
    expect(statSync(path).mode & 0o111).toBe(0o111);
    expect(execFileSync(path, { encoding: 'utf8' })).toBe('hello\n');
  });

  it('keeps nothing of a file with a wrong checksum, and names both', async () => {
    answers['/program.sha256'] = (_, response) => void response.end('0'.repeat(64));
    await expect(get()).rejects.toThrow(`wrong checksum: sha256 is ${sha256(program)}, published is 000`);
    answers['/program.sha256'] = (_, response) => void response.end(sha256(program));
    await get();
    expect(ranges).toEqual([undefined, undefined]);
  });

  it('refuses a checksum file that holds none, such as a page of an error', async () => {
    answers['/program.sha256'] = (_, response) => void response.end('<html>Sign in</html>');
    await expect(get()).rejects.toThrow('program.sha256: holds no SHA-256');
    expect(ranges).toEqual([]);
  });

  it('goes on where a transfer was cut', async () => {
    answers['/program'] = (request, response) => {
      if (request.headers.range === undefined) cut(program, 50_000, response);
      else serve(program, request, response);
    };
    expect(readFileSync(await get())).toEqual(program);
    expect(ranges).toHaveLength(2);
    expect(ranges[1]).toMatch(/^bytes=[1-9]\d*-$/);
  });

  it('goes on where an earlier process was cut, and fails when it is cut for good', async () => {
    answers['/program'] = (_, response) => cut(program, 50_000, response);
    await expect(get(release(), 0)).rejects.toThrow(`${base}/program: `);
    answers['/program'] = (request, response) => serve(program, request, response);
    expect(readFileSync(await get())).toEqual(program);
    expect(ranges[1]).toMatch(/^bytes=[1-9]\d*-$/);
  });

  it('starts again from a server that knows no ranges', async () => {
    writeFileSync(join(directory, 'program.download'), program.subarray(0, 1000));
    answers['/program'] = (_, response) => void response.end(program);
    expect(readFileSync(await get())).toEqual(program);
  });

  it('does not wait for ever on a transfer that stands still', async () => {
    answers['/program'] = (request, response) => {
      if (request.headers.range !== undefined) return serve(program, request, response);
      response.writeHead(200, { 'content-length': program.length });
      response.write(program.subarray(0, 70_000));
    };
    expect(readFileSync(await get(release(), 3, 1000))).toEqual(program);
    expect(ranges).toHaveLength(2);
  });

  it('says at once which address refused', async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await expect(get()).rejects.toThrow(`${base}/program.sha256: connect ECONNREFUSED`);
  });

  it('says which address has no such file', async () => {
    await expect(get({ ...release(), url: `${base}/elsewhere` })).rejects.toThrow(
      `${base}/elsewhere: answered 404`,
    );
  });

  it('takes the program out of an archive, checked by a list of checksums', async () => {
    const source = join(directory, 'etcd-v1-linux-amd64');
    mkdirSync(source);
    writeFileSync(join(source, 'etcd'), program);
    writeFileSync(join(source, 'README.md'), 'not wanted');
    const archive = join(directory, 'etcd.tar.gz');
    execFileSync('tar', ['-czf', archive, '-C', directory, 'etcd-v1-linux-amd64']);
    const packed = readFileSync(archive);
    answers['/etcd.tar.gz'] = (request, response) => serve(packed, request, response);
    answers['/SHA256SUMS'] = (_, response) =>
      void response.end(`${'1'.repeat(64)}  other.tar.gz\n${sha256(packed)}  etcd.tar.gz\n`);
    const path = await get({
      url: `${base}/etcd.tar.gz`,
      checksum: { kind: 'list', url: `${base}/SHA256SUMS`, file: 'etcd.tar.gz' },
      member: 'etcd-v1-linux-amd64/etcd',
    });
    expect(readFileSync(path)).toEqual(program);
  });

  it('takes the checksum from the description of a GitHub release', async () => {
    const describe = (digest: string) => (_: IncomingMessage, response: ServerResponse) =>
      void response.end(JSON.stringify({ assets: [{ name: 'program', digest }] }));
    const checksum = { kind: 'github', url: `${base}/release`, asset: 'program' } as const;
    answers['/release'] = describe(`sha256:${'2'.repeat(64)}`);
    await expect(get({ ...release(), checksum })).rejects.toThrow('wrong checksum');
    answers['/release'] = describe(`sha256:${sha256(program)}`);
    expect(readFileSync(await get({ ...release(), checksum }))).toEqual(program);
  });
});

function serve(content: Buffer, request: IncomingMessage, response: ServerResponse): void {
  const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
  if (start === 0) {
    response.writeHead(200, { 'content-length': content.length }).end(content);
  } else if (start >= content.length) {
    response.writeHead(416).end();
  } else {
    response.writeHead(206, { 'content-length': content.length - start }).end(content.subarray(start));
  }
}

/** Announces everything, sends a part, and closes the connection. */
function cut(content: Buffer, length: number, response: ServerResponse): void {
  response.writeHead(200, { 'content-length': content.length });
  response.write(content.subarray(0, length), () => setTimeout(() => response.destroy(), 20));
}
