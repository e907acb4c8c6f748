import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { check } from '../../cli/check.ts';
import { commandOf } from '../../cli/commandLine.ts';
import { now } from './workplace.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const packs = ['restricted', 'best-practices', 'network', 'rbac', 'supply-chain'];

const answer = z.object({
  results: z.array(
    z.object({
      result: z.string(),
      object: z.object({ kind: z.string(), name: z.string() }),
      place: z.object({ file: z.string() }),
    }),
  ),
  notJudged: z.array(z.unknown()),
  notes: z.array(z.unknown()),
});

describe('examples/', { timeout: 120_000 }, () => {
  it.each(packs.map((pack) => [pack]))('is judged, all of it, by the pack %s', (pack) => {
    const { results, notJudged, notes } = judged(pack);
    expect(notJudged).toEqual([]);
    expect(notes).toEqual([]);
    expect(results.filter(({ result }) => result === 'error')).toEqual([]);
  });

  it('has workloads in every file that the packs are about', () => {
    const files = judged(...packs).results.map(({ place }) => relative(root, place.file));
    expect([...new Set(files)].toSorted()).toEqual([
      'examples/deployment/ab-test.yaml',
      'examples/deployment/blue-green.yaml',
      'examples/deployment/canary.yaml',
      'examples/ledger.yaml',
      'examples/platform.yaml',
      'examples/policies.yaml',
      'examples/rollout.yaml',
    ]);
  });

  it('is found to be as it is written', () => {
    const violated = judged('restricted').results.filter(({ result }) => result === 'fail');
    expect(new Set(violated.map(({ object }) => object.name))).toContain('archive');
  });
});

function judged(...names: readonly string[]) {
  const command = commandOf([
    'check',
    '--output=json',
    ...names.map((name) => `--pack=${name}`),
    `${root}examples`,
  ]);
  if (command.name !== 'check') throw new Error('no check');
  return answer.parse(JSON.parse(check(command, now).text));
}
