/**
 * Writes what people apply: `node manifests/generate.ts`.
 * With `--check` it writes nothing, and exits with 1 when the file on disk is stale.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fixesYaml, installYaml, reportsYaml } from './install.ts';

/** What `kubectl apply -f` takes. */
export const installFile = inDist('install.yaml');

const files = [
  { path: installFile, content: installYaml },
  { path: inDist('fixes.yaml'), content: fixesYaml },
  { path: inDist('report-crds-openreports.yaml'), content: () => reportsYaml('openreports') },
  { path: inDist('report-crds-wgpolicyk8s.yaml'), content: () => reportsYaml('wgpolicy') },
] as const;

/** Whether a file on disk is not what the charts make now. */
export function isStale(): boolean {
  return files.some(({ path, content }) => readIfThere(path) !== content());
}

function inDist(name: string): string {
  return fileURLToPath(new URL(`dist/${name}`, import.meta.url));
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (!process.argv.includes('--check')) {
    for (const { path, content } of files) {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, content());
    }
  } else if (isStale()) {
    console.error('what is in manifests/dist is stale: run npm run generate and commit what it writes');
    process.exitCode = 1;
  }
}
