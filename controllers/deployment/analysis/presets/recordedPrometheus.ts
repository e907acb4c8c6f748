import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * A series as it was scraped: every 15 s for ten minutes until now, or from a later scrape on, and a few times more while
 * a test runs. For tests.
 */
export interface RecordedSeries {
  /** As an exposition has it: `requests_total{code="200"}`. */
  readonly series: string;
  /** What the first scrape found. */
  readonly from: number;
  /** By how much it rose between two scrapes. */
  readonly rise: number;
  /** Scrapes before the last one. Default 40, which is all. */
  readonly scrapes?: number;
  /** Scrapes before the last one at which the counter began anew, from 0. Default: never. */
  readonly anew?: number;
  /** Scrapes before the last one, from and to, that found nothing. Default: none. */
  readonly missing?: readonly [number, number];
}

/** Scrapes that are still to come. */
const later = 3;

export interface RecordedPrometheus extends AsyncDisposable {
  readonly address: string;
}

export function hasPrometheus(): boolean {
  try {
    execFileSync('prometheus', ['--version'], { stdio: 'ignore' });
    execFileSync('promtool', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** A real Prometheus on loopback that has scraped these series. */
export async function startPrometheus(recorded: readonly RecordedSeries[]): Promise<RecordedPrometheus> {
  const directory = mkdtempSync(join(tmpdir(), 'recorded-prometheus-'));
  const now = Math.floor(Date.now() / 1000);
  const lines = recorded.flatMap(
    ({ series, from, rise, scrapes = 40, anew, missing: [first, last] = [-1, -1] }) =>
      Array.from({ length: scrapes + 1 + later }, (_, index) => index).flatMap((index) => {
        const before = scrapes - index;
        if (before <= first && before >= last) return [];
        const at = now - 15 * (scrapes - index);
        const since = anew === undefined ? -1 : index - (scrapes - anew);
        return `${series} ${since >= 0 ? rise * since : from + rise * index} ${at}`;
      }),
  );
  writeFileSync(join(directory, 'metrics'), `${lines.join('\n')}\n# EOF\n`);
  writeFileSync(join(directory, 'prometheus.yml'), '');
  const data = join(directory, 'data');
  execFileSync('promtool', ['tsdb', 'create-blocks-from', 'openmetrics', join(directory, 'metrics'), data], {
    stdio: 'ignore',
  });
  const port = await freePort();
  const child = spawn(
    'prometheus',
    [
      `--config.file=${join(directory, 'prometheus.yml')}`,
      `--storage.tsdb.path=${data}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--log.level=error',
    ],
    { stdio: 'ignore' },
  );
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const address = `http://127.0.0.1:${port}`;
  const stop = async () => {
    child.kill('SIGKILL');
    await ended;
    rmSync(directory, { recursive: true });
  };
  const until = Date.now() + 20_000;
  while (!(await answers(`${address}/-/ready`))) {
    if (Date.now() > until || child.exitCode !== null) {
      await stop();
      throw new Error('prometheus did not become ready');
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return { address, [Symbol.asyncDispose]: stop };
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).ok;
  } catch {
    return false;
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
