import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { deploymentOf, namespaceNames, workloads } from './world.ts';

/** `mainstay check` of a folder, as somebody runs it for the first time. */
export interface Checked {
  readonly manifests: number;
  /** Megabytes of them. */
  readonly megabytes: number;
  /** That it found. */
  readonly violations: number;
  /** From the start of the process to its end, each time. */
  readonly seconds: readonly number[];
}

const mainstay = new URL('../../cli/mainstay.ts', import.meta.url).pathname;

/** Runs it over and over on the same folder of Deployments, of which a fifth violate the pack. */
export function checked(manifests: number, runs: number): Checked {
  const directory = mkdtempSync(join(tmpdir(), 'mainstay-bench-'));
  try {
    const deploy = join(directory, 'deploy');
    const bytes = write(deploy, manifests);
    const each = Array.from({ length: runs }, (_, run) => timed(deploy, join(directory, `cache-${run}`)));
    const violations = each.map(({ text }) => violationsIn(text, manifests));
    return {
      manifests,
      megabytes: bytes / 1e6,
      violations: Math.min(...violations),
      seconds: each.map(({ seconds }) => seconds),
    };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** A folder a namespace, a file a Deployment. Returns their bytes. */
function write(path: string, manifests: number): number {
  let bytes = 0;
  for (const namespace of namespaceNames({ namespaces: manifests / workloads })) {
    mkdirSync(join(path, namespace), { recursive: true });
    for (let workload = 0; workload < workloads; workload += 1) {
      const text = stringify(deploymentOf(namespace, workload), { aliasDuplicateObjects: false });
      writeFileSync(join(path, namespace, `app-${workload}.yaml`), text);
      bytes += text.length;
    }
  }
  return bytes;
}

/** @param cache an empty one: what Node compiles it keeps for the next time, and the first is what counts in CI */
function timed(path: string, cache: string): { readonly seconds: number; readonly text: string } {
  const began = performance.now();
  const { stdout, stderr, status } = spawnSync(process.execPath, [mainstay, 'check', path], {
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
    env: { ...process.env, NODE_COMPILE_CACHE: cache },
  });
  const seconds = (performance.now() - began) / 1000;
  if (status !== 1 || stderr !== '') throw new Error(`mainstay check ended with ${status}: ${stderr}`);
  return { seconds, text: stdout };
}

/** Whatever was quick, and did not find what is there, is no result. */
function violationsIn(text: string, manifests: number): number {
  const found = /^(\d+) objects, \d+ Policies: (\d+) violations, \d+ passed\n$/m.exec(text);
  const objects = new Set(
    [...text.matchAll(/^\S+\.yaml:\d+:\d+: error: (Deployment \S+):/gm)].map(([, name]) => name),
  );
  if (Number(found?.[1]) !== manifests || objects.size !== manifests / 5) {
    throw new Error(
      `mainstay check found ${objects.size} of ${manifests / 5}: ${found?.[0] ?? text.slice(-200)}`,
    );
  }
  return Number(found?.[2]);
}
