import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { build, goFlags } from './build.ts';
import type { GoModule } from './catalog.ts';

/** A stand-in for Go: compiling Kubernetes takes minutes, and that is tried where no cache is filled yet. */
describe('building from Go modules', () => {
  let directory: string;
  let module: GoModule;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'mainstay-build-'));
    module = { name: 'kubernetes', directory: join(directory, 'module') };
    mkdirSync(module.directory);
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  const go = (script: string): string => {
    const path = join(directory, 'go');
    writeFileSync(path, `#!/bin/sh\necho "$PWD: $CGO_ENABLED: $*" >> ${directory}/calls\n${script}\n`);
    chmodSync(path, 0o755);
    return path;
  };
  const working = `
    case "$1" in
      env) echo go1.26.8 ;;
      list) echo one; echo two ;;
      build)
        for word; do case "$word" in @OUT@*/) out="$word" ;; esac; last="$word"; done
        for word; do case "$word" in
          go.etcd.io/*) echo etcd > "$out/server" ;;
          k8s.io/*|sigs.k8s.io/*) echo "\${word##*/}" > "$out/\${word##*/}" ;;
        esac; done ;;
    esac`;
  const run = (names: Parameters<typeof build>[0]['names'], script: string, told: string[] = []) =>
    build({
      names,
      module,
      directory: join(directory, 'out'),
      progress: (line) => told.push(line),
      go: go(script.replaceAll('@OUT@', join(directory, 'out'))),
    });

  it('builds all that is asked for in one go, with the flags that the cache knows it by', async () => {
    const built = await run(['etcd', 'kube-apiserver', 'kwok'], working);
    expect([...built.values()].map((path) => readFileSync(path, 'utf8').trim())).toEqual([
      'etcd',
      'kube-apiserver',
      'kwok',
    ]);
    expect(built.get('etcd')).toBe(join(directory, 'out', 'etcd'));
    const calls = readFileSync(join(directory, 'calls'), 'utf8').trim().split('\n');
    const builds = calls.filter((call) => call.includes(' build '));
    expect(builds).toHaveLength(1);
    expect(builds[0]).toContain(`${module.directory}: 0: build -v ${goFlags().join(' ')} -o`);
    expect(builds[0]).not.toContain('kubelet');
  });

  it('says beforehand how long it will take, and leaves no temporary files', async () => {
    const told: string[] = [];
    await run(['kwok'], working, told);
    expect(told[0]).toMatch(/^building kwok from Go modules: about 5 min/);
    expect(readdirSync(join(directory, 'out')).sort()).toEqual(['build.log', 'kwok']);
  });

  it('shows the end of what the compiler said', async () => {
    const broken = working.replace('build)', 'build) echo "kwok.go:1: undefined: x" >&2; exit 1;');
    await expect(run(['kwok'], broken)).rejects.toThrow(/go build failed:(.|\n)*undefined: x/);
  });

  it('says what is missing without Go, or with one that is too old to get a newer one', async () => {
    const options = {
      names: ['kwok'],
      module,
      directory: join(directory, 'out'),
      progress: () => {},
    } as const;
    await expect(build({ ...options, go: '/nowhere/go' })).rejects.toThrow(
      /there is no Go: Go 1.26 or newer/,
    );
    await expect(run(['kwok'], 'echo go1.19.8')).rejects.toThrow(
      'this machine has go1.19.8: Go 1.26 or newer',
    );
    expect(existsSync(join(directory, 'out'))).toBe(false);
  });
});
