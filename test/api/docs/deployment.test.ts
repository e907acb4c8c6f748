import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { page, section, tableIn } from '../../docs/pages.ts';
import { FakePrometheus } from './fakePrometheus.ts';
import { openStage, type Stage } from './stage.ts';
import { stepsOf } from './walkthrough.ts';

let stage: Stage;
let prometheus: FakePrometheus;
beforeAll(async () => {
  stage = await openStage();
  prometheus = await FakePrometheus.start(stage.client);
});
afterAll(async () => {
  await prometheus[Symbol.asyncDispose]();
  await stage[Symbol.asyncDispose]();
});

/** What is shown is run, from top to bottom, and prints what is shown. */
describe.each(['canary', 'approval', 'prometheus', 'from-apps'])('docs/deployment/%s.md', (name) => {
  const steps = stepsOf(page(`docs/deployment/${name}.md`));
  let directory: string;
  beforeAll(async () => {
    directory = await stage.folder();
  });

  it('has something to run', () => {
    expect(steps.length).toBeGreaterThan(5);
  });

  it.each(steps.map((step) => [step.title, step] as const))('%s', async (_, step) => {
    const instead = { 'http://prometheus.monitoring:9090': prometheus.address };
    await step.take({ kubeconfig: stage.kubeconfig, directory, instead });
  });
});

describe('what does not carry over from apps/v1', () => {
  const rows = tableIn(section(page('docs/deployment/from-apps.md'), 'What does not carry over'));
  const commands = (cell = '') =>
    [...cell.matchAll(/`(kubectl [^`]+)`/g)].map(([, command = '']) => [command]);
  const run = (command = '') => stage.kubectl.attempt(command.split(' ').slice(1));
  beforeAll(async () => {
    await stage.kubectl.run('delete', 'deployment', 'desk', '--ignore-not-found');
    await stage.kubectl.apply([desk]);
    await stage.kubectl.run('wait', '--for=condition=Ready', 'mdep/desk', '--timeout=60s');
  });

  it.each(rows.flatMap(([before]) => commands(before)))('%s does not find it', async (command = '') => {
    const { stdout, stderr } = await run(`${command}${whole[command.split(' ')[1] ?? ''] ?? ''}`);
    expect(stdout).not.toContain('desk ');
    if (command.includes('deployment/desk')) expect(stderr).toContain('deployments.apps "desk" not found');
  });

  it.each(
    rows
      .flatMap(([, instead]) => commands(instead))
      .filter(([command = '']) => !/ (logs|patch) /.test(command)),
  )('%s does', async (command = '') => {
    const { code, stdout, stderr } = await run(command);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(command.includes('explain') ? /GROUP: +mainstay\.dev/ : /desk/);
  });
});

/** What a command of the page wants to know besides. */
const whole: Readonly<Record<string, string>> = {
  set: ' main=desk:2',
  exec: ' -- true',
  'port-forward': ' 8080',
};

const desk = {
  apiVersion: 'mainstay.dev/v1alpha1',
  kind: 'Deployment',
  metadata: { name: 'desk', namespace: 'default' },
  spec: {
    replicas: 1,
    selector: { matchLabels: { app: 'desk' } },
    template: {
      metadata: { labels: { app: 'desk' } },
      spec: { containers: [{ name: 'main', image: 'desk:1' }] },
    },
  },
};
