import { build } from 'esbuild';

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
