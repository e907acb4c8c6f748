import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, copyFile, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** One entry of an image's only layer. */
export type ImageEntry =
  | { readonly path: string; readonly file: string; readonly mode?: number }
  | { readonly path: string; readonly text: string; readonly mode?: number }
  | { readonly path: string; readonly link: string }
  | { readonly path: string; readonly directory: true; readonly mode?: number };

export interface ImageSpec {
  /** As pods name it; a name without a registry is one of `docker.io/library`. */
  readonly name: string;
  readonly entries: readonly ImageEntry[];
  readonly entrypoint?: readonly string[];
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** `uid` or `uid:gid`; names are not looked up. */
  readonly user?: string;
  readonly workingDirectory?: string;
}

/**
 * Writes an image as a docker-archive that `ctr images import` and `buildah pull` read: no registry, no engine.
 * The same entries give the same bytes.
 */
export async function writeImage(spec: ImageSpec, archive: string): Promise<void> {
  const work = await mkdtemp(join(tmpdir(), 'mainstay-image-'));
  try {
    const root = join(work, 'root');
    await mkdir(root);
    for (const entry of spec.entries) await place(root, entry);
    await tar(join(work, 'layer.tar'), root, '.');
    const layer = await sha256(join(work, 'layer.tar'));
    const config = JSON.stringify({
      architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
      os: 'linux',
      created: '1970-01-01T00:00:00Z',
      config: {
        Entrypoint: spec.entrypoint ?? null,
        Cmd: spec.command ?? null,
        Env: Object.entries({ PATH: '/usr/local/bin:/usr/bin:/bin', ...spec.environment }).map(
          ([name, value]) => `${name}=${value}`,
        ),
        User: spec.user ?? '',
        WorkingDir: spec.workingDirectory ?? '/',
      },
      rootfs: { type: 'layers', diff_ids: [`sha256:${layer}`] },
      history: [{ created: '1970-01-01T00:00:00Z', created_by: 'mainstay' }],
    });
    const configName = `${createHash('sha256').update(config).digest('hex')}.json`;
    await writeFile(join(work, configName), config);
    const manifest = [{ Config: configName, RepoTags: [qualified(spec.name)], Layers: ['layer.tar'] }];
    await writeFile(join(work, 'manifest.json'), JSON.stringify(manifest));
    await mkdir(dirname(archive), { recursive: true });
    await tar(archive, work, 'manifest.json', configName, 'layer.tar');
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** An image name with its registry and tag spelt out, as containerd stores it. */
function qualified(name: string): string {
  const tagged = name.includes(':', name.lastIndexOf('/') + 1) ? name : `${name}:latest`;
  const first = tagged.split('/')[0] ?? '';
  if (!tagged.includes('/')) return `docker.io/library/${tagged}`;
  return first.includes('.') || first.includes(':') || first === 'localhost' ? tagged : `docker.io/${tagged}`;
}

async function place(root: string, entry: ImageEntry): Promise<void> {
  const target = join(root, entry.path);
  await mkdir(dirname(target), { recursive: true });
  if ('link' in entry) return await symlink(entry.link, target);
  if ('directory' in entry) await mkdir(target, { recursive: true });
  else if ('text' in entry) await writeFile(target, entry.text);
  else await copyFile(entry.file, target);
  await chmod(target, entry.mode ?? ('text' in entry ? 0o644 : 0o755));
}

async function tar(archive: string, directory: string, ...names: readonly string[]): Promise<void> {
  const reproducible = ['--sort=name', '--mtime=@0', '--owner=0', '--group=0', '--numeric-owner'];
  await execute('tar', [...reproducible, '-C', directory, '-cf', archive, ...names]);
}

async function sha256(file: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(file))
    .digest('hex');
}
