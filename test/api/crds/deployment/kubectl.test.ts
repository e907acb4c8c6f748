import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { deploymentKind } from '../../../../crds/deployment/kind.ts';
import type { DeploymentStatus } from '../../../../crds/deployment/schema.ts';
import { customResourceDefinition } from '../../../../crds/structural/customResourceDefinition.ts';
import { sharedKubeconfig } from '../../sharedServer.ts';
import { openServer, type Server } from '../server.ts';
import { deploymentWith } from './deployments.ts';

/** What a person sees who works with `kubectl` and nothing else. */

const definition = customResourceDefinition(deploymentKind);
const named = { 'metadata.name': 'seen' };
const living = deploymentWith(named);
const scalePath = '/apis/mainstay.dev/v1alpha1/namespaces/default/deployments/seen/scale';
const status: DeploymentStatus = {
  observedGeneration: 1,
  phase: 'Paused',
  message: 'Waits for a request to go on.',
  replicas: 11,
  updatedReplicas: 1,
  readyReplicas: 11,
  availableReplicas: 11,
  unavailableReplicas: 0,
  selector: 'app=checkout',
  ready: '10/10',
  revision: 12,
  conditions: [
    {
      type: 'Ready',
      status: 'True',
      observedGeneration: 1,
      lastTransitionTime: '2026-01-02T03:04:05Z',
      reason: 'Paused',
      message: 'Waits for a request to go on.',
    },
  ],
  step: {
    index: 3,
    count: 6,
    hash: 'abc',
    startedAt: '2026-01-02T03:04:05Z',
    text: '3/6',
    stage: 'Pausing',
    since: '2026-01-02T03:04:05Z',
  },
  weight: { desired: 5, verified: 5, by: 'Probe', since: '2026-01-02T03:04:05Z' },
};

let server: Server;

beforeAll(async () => {
  server = await openServer(sharedKubeconfig(), 'namespaces/default/deployments');
  await server.install(definition);
  const applied = await server.kubectl(['apply', '-f', '-'], stringify(living));
  expect(applied.text).toContain('deployment.mainstay.dev/seen created');
});
afterAll(async () => {
  await server.remove(living);
  await server.uninstall(definition);
  await server[Symbol.asyncDispose]();
});

describe('kubectl apply', () => {
  const apply = (object: object) =>
    server.kubectl(['apply', '--dry-run=server', '-f', '-'], stringify(object));

  it('the definition itself, in the plain way, which keeps what was applied in an annotation', async () => {
    const { code, text } = await apply(definition);
    expect(text).toContain('customresourcedefinition.apiextensions.k8s.io/deployments.mainstay.dev');
    expect(code).toBe(0);
  });

  it('says everything that is wrong at once, each with its field and what would be right', async () => {
    const { text } = await apply(
      deploymentWith(
        {
          'spec.template.metadata.labels.app': 'checkouts',
          'spec.strategy.canary.steps': [{ weight: 50 }, { weight: 10 }, {}],
          'spec.progressDeadlineSeconds': 5,
        },
        'plain',
      ),
    );
    expect(text.split('\n').filter((line) => line.startsWith('* '))).toHaveLength(4);
    expect(text).toContain('* spec.strategy.canary.steps: Invalid value: weights never go down');
    expect(text).toContain('* spec.strategy.canary.steps[2]: Invalid value: a step sets at least one of');
    expect(text).toContain('* spec.template.metadata.labels: Invalid value: the labels of the template');
    expect(text).toContain('* spec.progressDeadlineSeconds: Invalid value: progressDeadlineSeconds must');
  });
});

describe('kubectl get', () => {
  it.for(['mdeploy', 'mdep'])('%s: tells where it is, and why', async (name) => {
    const byServer = [
      'apply',
      '--server-side',
      '--subresource=status',
      '--field-manager=mainstay',
      '-f',
      '-',
    ];
    const { spec: _, ...rest } = living;
    const reported = await server.kubectl(byServer, stringify({ ...rest, status }));
    expect(reported.text).toContain('serverside-applied');
    const { text } = await server.kubectl(['get', name]);
    const [head = '', row = ''] = text.split('\n');
    expect(head.split(/\s{2,}/).map((column) => column.trim())).toEqual([
      'NAME',
      'PHASE',
      'STEP',
      'WEIGHT',
      'READY',
      'REVISION',
      'MESSAGE',
      'AGE',
    ]);
    expect(row).toMatch(
      /seen\s+Paused\s+3\/6\s+5\s+10\/10\s+12\s+Waits for a request to go on\.\s+[0-9]+[smhd]/,
    );
  });

  it('mainstay lists it with its siblings', async () => {
    const { text } = await server.kubectl(['get', 'mainstay', '-o', 'name']);
    expect(text).toContain('deployment.mainstay.dev/seen');
  });

  it('deployments goes on meaning those of apps/v1', async () => {
    const { text } = await server.kubectl(['get', 'deployments', 'seen']);
    expect(text).toContain('deployments.apps "seen" not found');
  });
});

describe('the scale subresource', () => {
  it('is what kubectl scale and autoscalers use', async () => {
    const { code } = await server.kubectl(['scale', 'mdeploy/seen', '--replicas=7']);
    expect(code).toBe(0);
    const { text } = await server.kubectl(['get', '--raw', scalePath]);
    expect(JSON.parse(text)).toMatchObject({
      spec: { replicas: 7 },
      status: { replicas: 11, selector: 'app=checkout' },
    });
  });

  it('answers before anything was reported, and where replicas were left out', async () => {
    const fresh = deploymentWith({ 'metadata.name': 'fresh', 'spec.replicas': undefined }, 'plain');
    await server.create(fresh);
    const { text } = await server.kubectl(['get', '--raw', scalePath.replace('seen', 'fresh')]);
    await server.remove(fresh);
    expect(JSON.parse(text)).toMatchObject({ spec: { replicas: 1 } });
  });
});

describe('kubectl explain', () => {
  it('tells our fields where our version is named', async () => {
    const words = ['explain', 'deployments.spec.strategy.canary.steps.weight'];
    const { text } = await server.kubectl([...words, '--api-version=mainstay.dev/v1alpha1']);
    expect(text).toContain('Percent of the traffic that the canary gets');
  });
});

describe('a null', () => {
  const nulls = deploymentWith(
    {
      ...{ 'metadata.name': 'nulls', 'metadata.creationTimestamp': null, 'spec.replicas': null },
      ...{ 'spec.template.metadata.creationTimestamp': null, 'spec.selector.matchExpressions': null },
      ...{ 'spec.strategy': { type: 'Recreate', rollingUpdate: null }, 'spec.paused': null },
      ...{ 'spec.template.spec.volumes': null, 'spec.template.spec.containers[0].env': null },
      ...{ 'spec.template.spec.containers[0].resources': null, status: {} },
    },
    'rolling',
  );

  it.for([
    ['applied', []],
    ['applied by the server', ['--server-side']],
  ] as const)('is as good as nothing, %s', async ([, words]) => {
    const apply = ['apply', '--dry-run=server', ...words, '-o', 'jsonpath={.spec.replicas}', '-f', '-'];
    expect(await server.kubectl(apply, stringify(nulls))).toEqual({ code: 0, text: '1' });
  });
});
