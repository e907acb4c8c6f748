import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import process from 'node:process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { page, pages, root } from '../../docs/pages.ts';
import { packPolicies } from '../../policies/packs.ts';
import { openStage, type Stage } from './stage.ts';
import { shell, stepsOf } from './walkthrough.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
  await commandOnPath(await stage.folder());
});
afterAll(() => stage[Symbol.asyncDispose]());

/** `mainstay`, as somebody has it who has installed it. */
async function commandOnPath(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const command = join(folder, 'mainstay');
  const program = join(root, 'cli/mainstay.ts');
  await writeFile(command, `#!/bin/sh\nexec ${process.execPath} ${program} "$@"\n`);
  await chmod(command, 0o755);
  process.env.PATH = `${folder}${delimiter}${process.env.PATH ?? ''}`;
}

/** What is shown is run, from top to bottom, and prints what is shown. */
describe.each(['write-a-rule', 'roll-out', 'exceptions', 'fixes'])('docs/policy/%s.md', (name) => {
  const steps = stepsOf(page(`docs/policy/${name}.md`));
  let directory: string;
  beforeAll(async () => {
    directory = await stage.folder();
    // As in a clone of the repository.
    await symlink(join(root, 'manifests'), join(directory, 'manifests'));
  });

  it('has something to run', () => {
    expect(steps.length).toBeGreaterThan(3);
  });

  it.each(steps.map((step) => [step.title, step] as const))('%s', async (_, step) => {
    await step.take({ kubeconfig: stage.kubeconfig, directory });
  });
});

describe('a Policy that is shown', () => {
  const shown = pages.flatMap(({ path, blocks }) =>
    blocks.flatMap(({ text, line }) =>
      text.includes('\nkind: Policy\n') &&
      text.includes('apiVersion: mainstay.dev/') &&
      !text.includes('name: broken')
        ? [[`${path}:${line}`, text] as const]
        : [],
    ),
  );

  it.each(shown)('%s is taken by the API server', async (_, text) => {
    const file = join(await stage.folder(), 'policy.yaml');
    await writeFile(file, text);
    const { code, stderr } = await stage.kubectl.attempt(['apply', '--dry-run=server', '-f', file]);
    expect([code, stderr]).toEqual([0, '']);
  });
});

it('the packs, applied as they are, come to be ready', async () => {
  // That one is for files: it matches what no server has any more.
  const packs = packPolicies().filter(({ name }) => name !== 'removed-api');
  await stage.kubectl.run('apply', ...packs.flatMap(({ file }) => ['-f', join(root, 'policies', file)]));
  const names = packs.map(({ name }) => `mpol/${name}`);
  const waited = await stage.kubectl.attempt(['wait', '--for=condition=Ready', ...names, '--timeout=100s']);
  expect([waited.code, waited.stderr]).toEqual([0, '']);
});

it('policies/frameworks/README.md: what of a framework is violated is told together', async () => {
  const block = page('policies/frameworks/README.md').blocks.find(({ language }) => language === 'sh');
  const { code, printed } = await shell(`set -e; ${block?.text ?? ''}`, {
    kubeconfig: stage.kubeconfig,
    directory: await stage.folder(),
  });
  const said = packPolicies().flatMap(({ name, spec }) =>
    (spec.controls ?? [])
      .filter(({ framework }) => framework === 'SOC2')
      .map(({ id }) => expect.stringMatching(`^${id} ${name} Audit \\d+ fail$`)),
  );
  expect(said.length).toBeGreaterThan(20);
  expect(code).toBe(0);
  expect(printed.split('\n')).toEqual(expect.arrayContaining(said));
});
