import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { chmod, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { type Progress, roughTime, throttled } from './progress.ts';
import type { Checksum, Release } from './releases.ts';

const execute = promisify(execFile);

export interface DownloadOptions {
  /** For messages and the name of the finished file. */
  readonly name: string;
  readonly release: Release;
  /** Keeps a download that was cut short, so that the next attempt, even of another process, goes on from there. */
  readonly directory: string;
  readonly progress: Progress;
  /** How often a transfer that was cut short is taken up again, default 5. */
  readonly resumes?: number;
  /** A transfer without a byte for so long counts as cut, default 30,000 ms. */
  readonly stallMilliseconds?: number;
}

/**
 * Downloads a program and checks it against the checksum that its project publishes. Returns the path of the
 * executable file.
 *
 * @throws Error that names the address: no answer, an answer that is no success, cut short too often, or a content that
 *   is not what the checksum says (then nothing is kept of it).
 */
export async function download(options: DownloadOptions): Promise<string> {
  const { name, release, directory } = options;
  await mkdir(directory, { recursive: true });
  const expected = await publishedHash(release.checksum);
  const part = join(directory, `${name}.download`);
  await transfer(part, options);
  const actual = await hashOf(part);
  if (actual !== expected) {
    await rm(part, { force: true });
    throw new Error(`${release.url}: wrong checksum: sha256 is ${actual}, published is ${expected}`);
  }
  const finished = join(directory, name);
  if (release.member === undefined) await rename(part, finished);
  else await unpack(part, release.member, finished);
  await chmod(finished, 0o755);
  return finished;
}

/** Until the file is whole, from wherever it stands. */
async function transfer(part: string, options: DownloadOptions): Promise<void> {
  const { resumes = 5 } = options;
  for (let attempt = 0; ; attempt += 1) {
    const before = await sizeOf(part);
    try {
      return await transferOnce(part, before, options);
    } catch (error) {
      // Only a transfer that got somewhere is worth another try: the rest fails again in the same way.
      const moved = (await sizeOf(part)) > before;
      if (!moved || attempt >= resumes) throw error;
      await delay(100 * 2 ** attempt);
    }
  }
}

async function transferOnce(part: string, offset: number, options: DownloadOptions): Promise<void> {
  const { name, release, progress, stallMilliseconds = 30_000 } = options;
  const stalled = new AbortController();
  const watchdog = setTimeout(() => stalled.abort(new Error('no data')), stallMilliseconds);
  try {
    const response = await get(release.url, offset > 0 ? { range: `bytes=${offset}-` } : {}, stalled.signal);
    // All of it is there already.
    if (response.status === 416) return;
    if (!response.ok) throw new Error(`${release.url}: answered ${response.status}`);
    const resumed = response.status === 206;
    const start = resumed ? offset : 0;
    const total = start + Number(response.headers.get('content-length') ?? 0);
    const megabytes = total > start ? `, ${Math.round(total / 1e6)} MB` : '';
    progress(`downloading ${name}${megabytes}${resumed ? `, from ${Math.round(start / 1e6)} MB on` : ''}`);

    const tell = throttled(progress, 5000);
    const began = performance.now();
    const file = await open(part, resumed ? 'a' : 'w');
    try {
      let done = start;
      for await (const chunk of response.body ?? []) {
        watchdog.refresh();
        await file.write(chunk);
        done += chunk.length;
        tell(() => {
          const left = ((performance.now() - began) / (done - start)) * (total - done);
          return `downloading ${name}: ${percent(done, total)}, about ${roughTime(left)} left`;
        });
      }
      if (total > start && done < total)
        throw new Error(`${release.url}: ended after ${done} of ${total} bytes`);
    } finally {
      await file.close();
    }
  } catch (error) {
    throw named(error, release.url);
  } finally {
    clearTimeout(watchdog);
  }
}

async function publishedHash(checksum: Checksum): Promise<string> {
  const text = await getText(checksum.url);
  const hash = hashIn(text, checksum);
  if (hash === undefined || !/^[0-9a-f]{64}$/.test(hash)) {
    throw new Error(`${checksum.url}: holds no SHA-256 for this file`);
  }
  return hash;
}

function hashIn(text: string, checksum: Checksum): string | undefined {
  switch (checksum.kind) {
    case 'file':
      return text.trim().split(/\s+/)[0];
    case 'list': {
      const lines = text.split('\n').map((line) => line.trim().split(/\s+/));
      return lines.find(([, file]) => file?.replace(/^\*/, '') === checksum.file)?.[0];
    }
    case 'github': {
      const release: { readonly assets?: readonly { readonly name: string; readonly digest?: string }[] } =
        JSON.parse(text);
      const digest = release.assets?.find(({ name }) => name === checksum.asset)?.digest;
      return digest?.startsWith('sha256:') ? digest.slice('sha256:'.length) : undefined;
    }
  }
}

async function getText(url: string): Promise<string> {
  const response = await get(url, {}, AbortSignal.timeout(30_000));
  if (!response.ok) throw new Error(`${url}: answered ${response.status}`);
  return response.text();
}

async function get(url: string, headers: Record<string, string>, signal: AbortSignal): Promise<Response> {
  try {
    return await fetch(url, { headers, signal });
  } catch (error) {
    throw named(error, url);
  }
}

/** fetch says "fetch failed" and hides the reason in the cause. */
function named(error: unknown, url: string): Error {
  if (error instanceof Error && error.message.startsWith(url)) return error;
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const reason = cause instanceof Error ? cause.message || cause.name : String(cause);
  return new Error(`${url}: ${reason}`, { cause: error });
}

async function unpack(archive: string, member: string, finished: string): Promise<void> {
  const folder = join(dirname(archive), `${member.replaceAll('/', '-')}.unpacked`);
  await mkdir(folder, { recursive: true });
  await execute('tar', ['-xzf', archive, '-C', folder, member]);
  await rename(join(folder, member), finished);
  await rm(folder, { recursive: true, force: true });
  await rm(archive, { force: true });
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch {
    return 0;
  }
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

function percent(done: number, total: number): string {
  return total > 0 ? `${Math.floor((done / total) * 100)} %` : `${Math.round(done / 1e6)} MB`;
}
