import { describe, expect, it } from 'vitest';
import { validatingOf } from '../../controllers/policy/compile/builders.ts';
import { compile } from '../../controllers/policy/compile/index.ts';
import { codeIn, page, section, tableIn } from '../docs/pages.ts';
import { facts } from './judged.ts';
import { packPolicies } from './packs.ts';

/** What the pages of the packs say of each Policy is so. */

const policies = packPolicies();

describe.each(['best-practices', 'network', 'rbac', 'supply-chain'])('policies/%s/README.md', (pack) => {
  const { text } = page(`policies/${pack}/README.md`);
  const [head = ''] = text.match(/^\| Policy .*$/m) ?? [];
  const columns = head
    .slice(1, -1)
    .split('|')
    .map((cell) => cell.trim());
  const cell = (row: readonly string[], column: string) => row[columns.indexOf(column)] ?? '';
  const rows = tableIn(text).map((row) => ({
    name: /^\[([a-z-]+)\]\(\1\.yaml\)$/.exec(cell(row, 'Policy'))?.[1],
    severity: cell(row, 'severity'),
    params: codeIn(cell(row, 'params')),
    fix: cell(row, 'fix') === 'yes',
  }));
  const own = policies.filter(({ file }) => file.startsWith(`${pack}/`));

  it('names each Policy, how bad a violation is, and whether it fixes', () => {
    const said = rows.map(({ name, severity, fix }) => ({ name, severity, fix }));
    expect(said).toEqual(
      own.map(({ name, spec }) => ({ name, severity: spec.severity, fix: spec.fix !== undefined })),
    );
  });

  it('names the parameters, if it has a column for them', () => {
    const said = columns.includes('params') ? rows.map(({ name, params }) => [name, params]) : [];
    const known = own.map(({ name, spec }) => [name, Object.keys(spec.params ?? {})[0]]);
    expect(said).toEqual(columns.includes('params') ? known : []);
  });

  it('says what it cannot check', () => {
    expect(section(page(`policies/${pack}/README.md`), 'What it cannot check').length).toBeGreaterThan(100);
  });
});

it('the page of the packs leads to each', () => {
  const packs = new Set(policies.map(({ file }) => file.split('/')[0]));
  const { text } = page('policies/README.md');
  for (const pack of packs) expect(text).toContain(`](${pack}/README.md)`);
});

it('the page of the packs says how many objects of the API server they come to', () => {
  const applied = policies.filter(({ name }) => name !== 'removed-api');
  const candidates = applied.map(
    ({ name, spec }) => ({ name, spec, enforcement: 'Audit', proven: true }) as const,
  );
  const objects = validatingOf(compile(candidates, facts));
  const ofPods = objects.filter(({ spec }) =>
    spec.matchConstraints.resourceRules.some(({ resources }) => resources.includes('pods')),
  );
  const { text } = page('policies/README.md');
  const [, all, met] = /are (\d+) objects in the API server, of which a pod meets (\d+)/.exec(text) ?? [];
  expect([all, met]).toEqual([`${objects.length}`, `${ofPods.length}`]);
});
