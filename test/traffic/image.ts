import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type ImageEntry, writeImage } from '../../cluster/node/image.ts';

/** The test application as pods name it. */
export const applicationImage = 'mainstay.test/application:1';

/**
 * Writes the image of the test application: Node as it runs here, the libraries of this machine that it is linked
 * against, and the application's own files.
 */
export async function writeApplicationImage(archive: string): Promise<void> {
  const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
  const files = ['application.ts', 'behaviour.ts'];
  const entries: readonly ImageEntry[] = [
    { path: 'usr/local/bin/node', file: process.execPath },
    ...(await librariesOf(process.execPath)).map((path) => ({ path: path.slice(1), file: path })),
    ...files.map((name) => ({ path: `application/${name}`, file: here(name) })),
    { path: 'application/package.json', text: '{ "type": "module" }\n' },
    { path: 'tmp', directory: true, mode: 0o1777 },
  ];
  const entrypoint = ['/usr/local/bin/node', '--max-semi-space-size=1', '/application/application.ts'];
  await writeImage({ name: applicationImage, entries, entrypoint, user: '65532:65532' }, archive);
}

/** Absolute paths, the loader's too. */
async function librariesOf(program: string): Promise<readonly string[]> {
  const { stdout } = await promisify(execFile)('ldd', [program]);
  return stdout.split('\n').flatMap((line) => /(?:=> |^\s*)(\/\S+) \(0x/.exec(line)?.[1] ?? []);
}
