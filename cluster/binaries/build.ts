import { execFile } from 'node:child_process';
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Reaper } from '../processes/reaper.ts';
import { type BinaryName, catalog, type GoModule, versions } from './catalog.ts';
import { type Progress, roughTime } from './progress.ts';

const execute = promisify(execFile);

/**
 * The flags of every build. The same for all, or packages that two programs share are compiled twice. Without the
 * version a node reports `v0.0.0-master`.
 */
export function goFlags(): readonly string[] {
  const [major, minor] = versions.kubernetes.slice(1).split('.');
  const version = 'k8s.io/component-base/version';
  const variables = [
    `-X ${version}.gitVersion=${versions.kubernetes}`,
    `-X ${version}.gitMajor=${major}`,
    `-X ${version}.gitMinor=${minor}`,
  ];
  return ['-trimpath', `-ldflags=-s -w ${variables.join(' ')}`];
}

export interface BuildOptions {
  /** Programs of one module. */
  readonly names: readonly BinaryName[];
  readonly module: GoModule;
  /** A folder of this build's own. */
  readonly directory: string;
  readonly progress: Progress;
  /** The Go command, default `go`. */
  readonly go?: string;
}

/**
 * Builds programs from the Go modules that `go.mod` and `go.sum` pin, and returns where each lies. From nothing, a
 * control plane takes about five minutes on two cores; with Go's own cache filled, seconds.
 *
 * @throws Error if there is no Go that can do it, or with the end of the compiler's output.
 */
export async function build(options: BuildOptions): Promise<ReadonlyMap<BinaryName, string>> {
  const { names, module, directory, progress, go = 'go' } = options;
  await requireGo(go);
  await mkdir(directory, { recursive: true });
  const packages = names.map((name) => catalog[name].goPackage);
  const list = names.join(', ');
  progress(`building ${list} from Go modules: about 5 min on two cores, less if some of it was built before`);

  // Under a reaper: a compiler that nobody waits for any more must not go on.
  const reaper = await Reaper.start();
  try {
    const temporary = join(directory, 'go-tmp');
    await reaper.undoAtEnd({ kind: 'directory', path: temporary });
    await mkdir(temporary, { recursive: true });
    const log = join(directory, 'build.log');
    await rm(log, { force: true });
    const environment = { ...goEnvironment, GOTMPDIR: temporary };
    const run = async (...args: readonly string[]): Promise<void> => {
      const process = await reaper.spawn({
        name: 'go',
        command: [go, ...args],
        log,
        workingDirectory: module.directory,
        environment,
      });
      const stop = report(log, list, progress, total);
      const { code } = await process.exited.finally(stop);
      if (code !== 0) throw new Error(`go ${args[0]} failed:\n${(await tail(log)).join('\n')}`);
    };
    let total: number | undefined;
    // Gets the sources of what is built and no more, and says how much that is.
    await run('list', '-deps', ...packages);
    total = (await linesOf(log)).filter((line) => !isDownload(line)).length;
    await rm(log);
    await run('build', '-v', ...goFlags(), '-o', `${directory}/`, ...packages);
  } finally {
    await reaper.stop();
  }
  return rightlyNamed(names, directory);
}

/** Every call of Go: nothing is linked against this machine's libraries, and nothing but what `go.sum` pins is taken. */
export const goEnvironment = { CGO_ENABLED: '0', GOFLAGS: '-mod=readonly', GOWORK: 'off' } as const;

/** @throws Error that says which Go is needed, if there is none that can do it. */
export async function requireGo(go = 'go'): Promise<void> {
  const need = 'Go 1.26 or newer is needed (https://go.dev/dl; from 1.21 on, Go gets the newer one itself)';
  let version: string;
  try {
    version = (await execute(go, ['env', 'GOVERSION'])).stdout.trim();
  } catch {
    throw new Error(`there is no Go: ${need}`);
  }
  const [major = 0, minor = 0] = version.replace(/^go/, '').split('.').map(Number.parseFloat);
  if (major === 1 && minor < 21) throw new Error(`this machine has ${version}: ${need}`);
}

/** Every 10 s, from what Go writes: a line for each module that it gets, then one for each package that it compiles. */
function report(log: string, list: string, progress: Progress, total: number | undefined): () => void {
  const began = performance.now();
  const timer = setInterval(async () => {
    const lines = await linesOf(log);
    const got = lines.filter(isDownload).length;
    if (total === undefined) {
      if (got > 0) progress(`getting the sources of ${list}: ${got} modules so far`);
      return;
    }
    const compiled = lines.length - got;
    // The last tenth of the time goes into linking.
    const share = Math.min(0.9, (compiled / total) * 0.9);
    const left =
      share > 0.05 ? `, about ${roughTime(((performance.now() - began) / share) * (1 - share))} left` : '';
    progress(`building ${list}: ${compiled} of at most ${total} packages${left}`);
  }, 10_000);
  return () => clearInterval(timer);
}

function isDownload(line: string): boolean {
  return line.startsWith('go: downloading');
}

/** Go names a program after its package's folder: etcd's is `server`. */
async function rightlyNamed(
  names: readonly BinaryName[],
  directory: string,
): Promise<ReadonlyMap<BinaryName, string>> {
  const built = new Map<BinaryName, string>();
  for (const name of names) {
    const path = join(directory, name);
    const goName =
      catalog[name].goPackage
        .replace(/\/v\d+$/, '')
        .split('/')
        .at(-1) ?? name;
    if (goName !== name) await rename(join(directory, goName), path);
    built.set(name, path);
  }
  return built;
}

async function linesOf(path: string): Promise<readonly string[]> {
  try {
    return (await readFile(path, 'utf8')).trimEnd().split('\n');
  } catch {
    return [];
  }
}

async function tail(path: string): Promise<readonly string[]> {
  return (await linesOf(path)).slice(-20);
}
