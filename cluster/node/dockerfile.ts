import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { unpackDebianPackages } from './debianPackages.ts';
import { findProgram } from './prerequisites.ts';

const execute = promisify(execFile);

/** Node's image is Debian 12 with Node in it; these packages are what a program run by Node needs of it. */
const debianPackages = [
  'base-files',
  'coreutils',
  'dash',
  'gcc-12-base',
  'libacl1',
  'libatomic1',
  'libattr1',
  'libc6',
  'libgcc-s1',
  'libgmp10',
  'libpcre2-8-0',
  'libselinux1',
  'libstdc++6',
];

/** The name that a Dockerfile gives the base image, which is made here since no registry can be reached. */
const nodeBaseImage = 'docker.io/library/node:26-bookworm-slim';

export interface DockerfileBuild {
  readonly dockerfile: string;
  readonly context: string;
  /** Name and tag of the image, with its registry: what pods will name. */
  readonly name: string;
  /** The `node` binary that the base image holds. */
  readonly node: string;
  /** Where the docker-archive is written. */
  readonly archive: string;
  readonly target?: string;
  readonly signal?: AbortSignal;
}

/**
 * Builds a Dockerfile whose base is `node:26-bookworm-slim` with buildah and no registry: the base is put together from
 * Debian packages and a Node binary, then the file is built with pulling forbidden.
 *
 * Needs root, buildah and Debian's package archive; rejects with what buildah or apt said.
 */
export async function buildDockerfile(build: DockerfileBuild): Promise<void> {
  for (const [program, debianPackage] of [
    ['buildah', 'buildah'],
    ['apt-get', 'apt'],
    ['dpkg-deb', 'dpkg'],
  ] as const) {
    if ((await findProgram(program)) === undefined) {
      throw new Error(`${program} is missing: install the Debian package ${debianPackage}`);
    }
  }
  const work = await mkdtemp(join(tmpdir(), 'mainstay-buildah-'));
  // vfs and chroot: neither overlay mounts nor namespaces are needed, so it builds inside a container too.
  const store = ['--root', join(work, 'storage'), '--runroot', join(work, 'run'), '--storage-driver', 'vfs'];
  const buildah = async (...words: readonly string[]): Promise<string> => {
    const options = { maxBuffer: 64 << 20, env: { ...process.env, BUILDAH_ISOLATION: 'chroot' } };
    const { stdout } = await execute('buildah', [...store, ...words], {
      ...options,
      ...(build.signal && { signal: build.signal }),
    });
    return stdout.trim();
  };
  try {
    const root = await nodeRoot(join(work, 'base'), build.node);
    const container = await buildah('from', 'scratch');
    await buildah('add', '--quiet', container, root, '/');
    await buildah('config', '--env', 'PATH=/usr/local/bin:/usr/bin:/bin', '--cmd', 'node', container);
    await buildah('commit', '--quiet', '--rm', container, nodeBaseImage);
    await rm(join(work, 'base'), { recursive: true });
    const target = build.target === undefined ? [] : ['--target', build.target];
    const words = ['--pull-never', '--file', build.dockerfile, '--tag', build.name, ...target, build.context];
    await buildah('build', ...words);
    await rm(build.archive, { force: true });
    await buildah('push', '--quiet', build.name, `docker-archive:${build.archive}:${build.name}`);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** A root folder with Debian's packages unpacked, Node in `/usr/local/bin`, and the users that Node's image has. */
async function nodeRoot(directory: string, node: string): Promise<string> {
  const root = join(directory, 'root');
  await unpackDebianPackages(debianPackages, join(directory, 'packages'), root);
  await mkdir(join(root, 'usr/local/bin'), { recursive: true });
  for (const documentation of ['usr/share/doc', 'usr/share/man', 'usr/share/locale']) {
    await rm(join(root, documentation), { recursive: true, force: true });
  }
  await cp(node, join(root, 'usr/local/bin/node'));
  await writeFile(
    join(root, 'etc/passwd'),
    'root:x:0:0:root:/root:/bin/sh\nnode:x:1000:1000::/home/node:/bin/sh\n',
  );
  await writeFile(join(root, 'etc/group'), 'root:x:0:\nnode:x:1000:\n');
  return root;
}
