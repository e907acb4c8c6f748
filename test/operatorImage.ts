import { readFileSync } from 'node:fs';

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
