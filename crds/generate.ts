/**
 * Writes what is generated from the schemas: `node crds/generate.ts`.
 * With `--check` it writes nothing, and exits with 1 naming the files that are stale.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import { customResourceDefinitions } from './kinds.ts';
import { referencePage } from './structural/reference.ts';

interface GeneratedFile {
  /** From the root of the repository. */
  readonly path: string;
  readonly content: string;
}

/** What the schemas make: for each kind its definition and its reference page. */
export function generatedFiles(): readonly GeneratedFile[] {
  return customResourceDefinitions().flatMap((definition) => {
    const name = definition.spec.names.singular;
    // Of the version that kubectl reads: to that a bare Off is false.
    const yaml = stringify(definition, { aliasDuplicateObjects: false, lineWidth: 0, version: '1.1' });
    return [
      {
        path: `crds/${name}/generated/${name}.yaml`,
        content: `# Written by npm run generate from crds/${name}/. Do not edit.\n${yaml}`,
      },
      { path: `docs/reference/${name}.md`, content: referencePage(definition) },
    ];
  });
}

/** The generated files whose content on disk is another, or that are not there. */
export function staleFiles(
  root: string,
  files: readonly GeneratedFile[] = generatedFiles(),
): readonly string[] {
  return files
    .filter(({ path, content }) => readIfThere(join(root, path)) !== content)
    .map(({ path }) => path);
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function main(): void {
  const root = fileURLToPath(new URL('..', import.meta.url));
  const stale = staleFiles(root);
  if (process.argv.includes('--check')) {
    if (stale.length === 0) return;
    console.error(`stale, run npm run generate: ${stale.join(', ')}`);
    process.exitCode = 1;
    return;
  }
  for (const { path, content } of generatedFiles()) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  console.log(stale.length === 0 ? 'crds: nothing changed' : `crds: wrote ${stale.join(', ')}`);
}

if (import.meta.main) main();
