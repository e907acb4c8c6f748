/**
 * Writes what people apply: `node manifests/generate.ts`.
 * With `--check` it writes nothing, and exits with 1 when the file on disk is stale.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installYaml } from './install.ts';

/** What `kubectl apply -f` takes. */
export const installFile = fileURLToPath(new URL('dist/install.yaml', import.meta.url));

/** Whether the file on disk is what the charts make now. */
export function isStale(): boolean {
  return readIfThere(installFile) !== installYaml();
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
    mkdirSync(dirname(installFile), { recursive: true });
    writeFileSync(installFile, installYaml());
  } else if (isStale()) {
    console.error('manifests/dist/install.yaml is stale: run npm run generate and commit what it writes');
    process.exitCode = 1;
  }
}
