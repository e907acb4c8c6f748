import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import {
  annotations as deploymentAnnotations,
  labels as deploymentLabels,
  finalizer,
} from '../../crds/deployment/names.ts';
import { annotations as policyAnnotations, labels as policyLabels } from '../../crds/policy/names.ts';
import { annotations, finalizers, labels, verbs } from '../../crds/project/names.ts';
import { installObjects } from '../../manifests/install.ts';
import { codeIn, page, pages, root, section, tableIn } from './pages.ts';

const npm = z
  .object({ scripts: z.record(z.string(), z.string()) })
  .parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')));
const folders = readdirSync(root, { withFileTypes: true }).flatMap((entry) =>
  entry.isDirectory() ? [entry.name] : [],
);
const marks: readonly string[] = [
  ...[
    labels,
    annotations,
    finalizers,
    deploymentLabels,
    deploymentAnnotations,
    policyLabels,
    policyAnnotations,
  ].flatMap((names) => Object.values(names)),
  finalizer,
];
/** Written for all of a group, its version, and who reports events. */
const groupForms = [
  'mainstay.dev/v1alpha1',
  'mainstay.dev/project',
  'mainstay.dev/deployment',
  'mainstay.dev/policy',
];
const installed = installObjects();

describe('what the pages name is there', () => {
  const all = pages.map((page) => [page.path, page] as const);

  it.each(all)('%s: npm scripts', (_, { text }) => {
    const named = [...text.matchAll(/npm run (?:-\S+ )*([a-z][a-z0-9:-]*)/g)].map((match) => match[1] ?? '');
    expect(named.filter((name) => npm.scripts[name] === undefined)).toEqual([]);
  });

  it.each(all)('%s: files of the repository', (path, { text }) => {
    const named = [...text.matchAll(/`([^`\s]+)`/g)]
      .map((match) => match[1] ?? '')
      .filter((name) => folders.some((folder) => name.startsWith(`${folder}/`)) && !/[*<>{}$…]/.test(name));
    // As the README of a folder says it, or from the root.
    const missing = named.filter(
      (name) => !existsSync(join(root, name)) && !existsSync(join(root, path, '..', name)),
    );
    expect(missing.filter((name) => !name.startsWith('dist/') && !name.startsWith('config/'))).toEqual([]);
  });

  it.each(all)('%s: marks of mainstay.dev', (_, { text }) => {
    const named = [...text.matchAll(/(?<![\w.@/-])mainstay\.dev\/[a-z0-9-]+/g)].map(([mark]) => mark);
    expect(named.filter((mark) => ![...marks, ...groupForms].includes(mark))).toEqual([]);
  });

  it.each(all)('%s: verbs of our own', (_, { text }) => {
    const named = [...text.matchAll(/`(use-[a-z]+)`/g)].map((match) => match[1] ?? '');
    expect(named.filter((verb) => !Object.values<string>(verbs).includes(verb))).toEqual([]);
  });
});

describe('what is installed is named', () => {
  const security = pages.filter(({ path }) => path.startsWith('docs/') || path === 'manifests/README.md');
  const said = security.map(({ text }) => text).join('\n');

  const policies = installed
    .filter(({ kind }) => kind === 'ValidatingAdmissionPolicy')
    .map(({ metadata }) => metadata.name);
  const policiesIn = (path: string, title: string) =>
    tableIn(section(page(path), title)).map(([name]) => codeIn(name));

  it('each admission policy, where the installation is described', () => {
    const described = policiesIn('manifests/README.md', 'The admission policies');
    expect(described.toSorted()).toEqual(policies.toSorted());
  });

  it('no admission policy that is not installed, where the concepts are', () => {
    const guards = policiesIn('docs/concepts.md', 'Admission guards');
    expect(guards.length).toBeGreaterThan(3);
    for (const guard of guards) expect(policies).toContain(guard);
  });

  it('each role for people', () => {
    const roles = installed.filter(
      ({ kind, metadata }) => kind === 'ClusterRole' && metadata.name.startsWith('mainstay-project-'),
    );
    expect(roles.length).toBeGreaterThan(0);
    for (const { metadata } of roles) expect(said).toContain(`\`${metadata.name}\``);
  });
});
