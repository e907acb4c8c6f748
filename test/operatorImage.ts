import { readFileSync } from 'node:fs';
import { build } from 'esbuild';

const dockerfile = readFileSync(new URL('../Dockerfile', import.meta.url), 'utf8');

/** How Node runs in the operator's image: flags and environment, as the Dockerfile has them. */
export const image: {
  readonly flags: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
} = {
  flags: flagsOf(/^ENTRYPOINT (\[.*\])$/m.exec(dockerfile)?.[1] ?? '[]'),
  environment: Object.fromEntries(
    [...dockerfile.matchAll(/^ENV (\w+)=(\S+)$/gm)].map(([, name = '', value = '']) => [name, value]),
  ),
};

function flagsOf(entrypoint: string): readonly string[] {
  const words = JSON.parse(entrypoint) as readonly string[];
  const flags = words.filter((word) => word.startsWith('--'));
  if (flags.length === 0) throw new Error('the Dockerfile says no ENTRYPOINT with flags of Node');
  return flags;
}

/**
 * Bundles programs, by name, as the operator's image has it (`npm run bundle`): what is loaded only where it is needed
 * lies in files of its own, and costs nothing where it is not.
 */
export async function bundle(programs: Readonly<Record<string, string>>, directory: string): Promise<void> {
  await build({
    entryPoints: Object.entries(programs).map(([out, path]) => ({ in: path, out })),
    outdir: directory,
    // Modules, whatever package.json lies above.
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    platform: 'node',
    target: 'node26',
    format: 'esm',
    minifyWhitespace: true,
    minifySyntax: true,
    banner: {
      js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
    },
    logLevel: 'warning',
  });
}
