import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { page, pageOf, section, tableIn } from '../../docs/pages.ts';
import { FakePrometheus } from './fakePrometheus.ts';
import { openStage, type Stage } from './stage.ts';
import { isLike, shell, stepsOf } from './walkthrough.ts';

let stage: Stage;
let prometheus: FakePrometheus;
/** Where all that `kubectl get mdep -w` prints is kept. */
let story: string;
beforeAll(async () => {
  stage = await openStage();
  prometheus = await FakePrometheus.start(stage.client);
  await stage.kubectl.apply(monitoring);
  story = await stage.folder();
  const watch = 'timeout 600 kubectl get mdep -w > story 2>&1 &';
  await shell(watch, { kubeconfig: stage.kubeconfig, directory: story });
});
afterAll(async () => {
  await prometheus[Symbol.asyncDispose]();
  await stage[Symbol.asyncDispose]();
});

/** What is shown is run, from top to bottom, and prints what is shown. */
describe.each([
  'canary',
  'approval',
  'prometheus',
  'from-apps',
  'from-argo-rollouts',
  'from-flagger',
])('docs/deployment/%s.md', (name) => {
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

describe('docs/deployment/canary.md: kubectl get mdep -w tells the story', () => {
  it.each(['Without a gateway', 'One that is bad'])('%s', async (title) => {
    const { blocks } = pageOf('', section(page('docs/deployment/canary.md'), title));
    const lines = blocks.find(({ language }) => language === '')?.text.split('\n') ?? [];
    expect(lines.length).toBeGreaterThan(2);
    const told = (await readFile(join(story, 'story'), 'utf8')).split('\n');
    let from = 0;
    for (const line of lines) {
      const next = told.findIndex((one, index) => index >= from && isLike(one, [line]));
      expect(next, `${line}\nafter line ${from} of\n${told.join('\n')}`).toBeGreaterThanOrEqual(0);
      from = next + 1;
    }
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

describe('what carries over from apps/v1', () => {
  const run = (...words: readonly string[]) => stage.kubectl.attempt(words);

  it.each([
    ['scale', 'mdep/desk', '--replicas=2'],
    ['describe', 'mdep/desk'],
    ['label', 'mdep/desk', 'tier=web'],
    ['annotate', 'mdep/desk', 'note=x'],
    ['autoscale', 'mdep/desk', '--min=1', '--max=3', '--cpu=80%'],
    ['patch', 'mdep/desk', '--type=merge', '-p', '{"spec":{"replicas":1}}'],
    ['patch', 'mdep/desk', '--type=json', '-p', '[{"op":"replace","path":"/spec/replicas","value":2}]'],
  ])('kubectl %s', async (...words) => {
    expect(await run(...words)).toMatchObject({ code: 0 });
  });

  it('an autoscaler is pointed to the kind', async () => {
    const { stdout } = await run('get', 'hpa', 'desk', '-o', 'jsonpath={.spec.scaleTargetRef.apiVersion}');
    expect(stdout).toBe('mainstay.dev/v1alpha1');
    await stage.kubectl.run('delete', 'hpa', 'desk');
  });

  it('a disruption budget counts its pods', async () => {
    const spec = { maxUnavailable: 1, selector: desk.spec.selector };
    const metadata = { name: 'desk', namespace: 'default' };
    await stage.kubectl.apply([{ apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata, spec }]);
    await stage.kubectl.run('wait', '--for=jsonpath={.status.expectedPods}=2', 'pdb/desk', '--timeout=60s');
  });

  it('a strategic patch does not', async () => {
    const { code, stderr } = await run('patch', 'mdep/desk', '-p', '{"spec":{"replicas":1}}');
    expect([code, stderr]).toEqual([
      1,
      expect.stringContaining('strategic-merge-patch+json is not supported'),
    ]);
  });
});

/** What a command of the page wants to know besides. */
const whole: Readonly<Record<string, string>> = {
  set: ' main=desk:2',
  exec: ' -- true',
  'port-forward': ' 8080',
};

describe('docs/deployment/prometheus.md: a part of a Deployment', () => {
  const parts = page('docs/deployment/prometheus.md').blocks.filter(({ text }) =>
    text.startsWith('# within spec\n'),
  );

  it.each(
    parts.map(({ line, text }) => [line, text] as const),
  )('line %i is taken by the API server', async (_, text) => {
    const traffic = { ports: [{ port: 80 }], gateway: { parentRefs: [{ name: 'public' }] } };
    const strategy = { type: 'Canary', canary: { steps: [{ weight: 5, analysis: {} }] } };
    const part: object = parse(text);
    const spec = { ...desk.spec, traffic, strategy, ...part };
    expect(await stage.kubectl.apply([{ ...desk, spec }], '--dry-run=server')).toContain('desk');
  });
});

describe('docs/deployment/troubleshooting.md', () => {
  const [look, stop, history, ...others] = page('docs/deployment/troubleshooting.md').blocks.flatMap(
    ({ language, text }) => (language === 'sh' ? [text] : []),
  );
  const run = async (block = '') => {
    const script = block.replaceAll(/\bNAME\b(?!:)/g, 'desk').replaceAll(/\bREVISION\b(?=,)/g, '2');
    const { code, printed } = await shell(`set -e; ${script}`, {
      kubeconfig: stage.kubeconfig,
      directory: await stage.folder(),
    });
    expect([code, printed]).toEqual([0, printed]);
    return printed;
  };

  beforeAll(async () => {
    const strategy = { type: 'Canary', canary: { steps: [{ weight: 50, pause: {} }] } };
    const template = { ...desk.spec.template, spec: { containers: [{ name: 'main', image: 'desk:2' }] } };
    await stage.kubectl.apply([{ ...desk, spec: { ...desk.spec, replicas: 2, strategy } }]);
    await stage.kubectl.run('wait', '--for=condition=Ready', 'mdep/desk', '--timeout=60s');
    await stage.kubectl.apply([{ ...desk, spec: { ...desk.spec, replicas: 2, strategy, template } }]);
    await stage.kubectl.run('wait', '--for=jsonpath={.status.phase}=Paused', 'mdep/desk', '--timeout=60s');
  });

  it('shows where it is, and why', async () => {
    expect(await run(look)).toMatch(/desk +Paused +1\/1 +50.*Revision 2, step 1\/1.*RolloutStarted/s);
  });

  it('stops it', async () => {
    await run(stop);
    await stage.kubectl.run('wait', '--for=jsonpath={.status.phase}=Aborted', 'mdep/desk', '--timeout=60s');
  });

  it('lists what can be gone back to', async () => {
    expect(await run(history)).toMatch(/REVISION +NAME +PODS +IMAGE.*1 +desk-\w+ +2 +desk:1/s);
  });

  it.each(others)('%s', async (block) => {
    await run(block);
  });
});

/** Where the pages have a Prometheus. */
const monitoring = [
  { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'monitoring' } },
  {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'prometheus', namespace: 'monitoring' },
    spec: { ports: [{ port: 9090 }], selector: { app: 'prometheus' } },
  },
];

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
