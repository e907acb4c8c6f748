import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deploymentKind } from '../../../crds/deployment/kind.ts';
import { customResourceDefinition } from '../../../crds/structural/customResourceDefinition.ts';
import { openServer, type Server } from '../crds/server.ts';
import { sharedKubeconfig } from '../sharedServer.ts';
import { policy, registry, Stage } from './stage.ts';
import { everyKind, pod } from './workloads.ts';

/** Policies as the API server judges by them: what is refused, what is let through, and what is said. */

const definition = customResourceDefinition(deploymentKind);
let server: Server;
let stage: Stage;

const [deny, warn, audit, others] = [
  'policy-deny',
  'policy-warn',
  'policy-audit',
  'policy-elsewhere',
] as const;

const policies = [
  policy('registry', deny),
  policy('named', deny, {
    params: { suffixes: [':latest', ':dev'], most: 2, ratio: 0.5, nested: { off: false } },
    variables: [
      { name: 'images', expression: 'podSpec.containers.map(c, c.image)' },
      { name: 'bad', expression: 'variables.images.filter(i, params.suffixes.exists(s, i.endsWith(s)))' },
    ],
    rules: [
      {
        name: 'version',
        expression: 'variables.bad.size() == 0 // a comment at the end',
        messageExpression: "'name a version of ' + variables.bad.join(', ')",
      },
      {
        name: 'few',
        expression: 'podSpec.containers.size() <= params.most && params.ratio < 1.0 && !params.nested.off',
        message: 'at most two containers',
      },
      {
        name: 'debug',
        expression: "podSpec.?ephemeralContainers.orValue([]).all(c, c.image.startsWith('good/'))",
        message: 'debug with what is good',
      },
    ],
  }),
  policy('registry-warns', warn, { enforcement: 'Warn' }),
  policy('registry-counts', audit, { enforcement: 'Audit' }),
];

beforeAll(async () => {
  server = await openServer(sharedKubeconfig(), 'namespaces/default/deployments');
  await server.install(definition);
  stage = await Stage.open();
  for (const name of [deny, warn, audit, others]) await stage.namespace(name);
  const { findings } = await stage.enforce(policies);
  expect(findings).toEqual([]);
});

afterAll(async () => {
  await stage[Symbol.asyncDispose]();
  await server.uninstall(definition);
  await server[Symbol.asyncDispose]();
});

describe('Deny', () => {
  it.for(
    everyKind(deny, 'app', 'bad/1').map((object) => [`${object.apiVersion} ${object.kind}`, object] as const),
  )('refuses %s, and says which Policy and which rule', async ([, object]) => {
    expect(await stage.refusal(object)).toContain(`Policy registry, rule registry: ${registry}`);
  });

  it.for(
    everyKind(deny, 'app', 'good/1').map(
      (object) => [`${object.apiVersion} ${object.kind}`, object] as const,
    ),
  )('takes %s that is good', async ([, object]) => {
    expect(await stage.refusal(object)).toBeUndefined();
  });

  it.for([
    ['created', ['create']],
    ['applied', ['apply', '--server-side']],
  ] as const)('judges a Deployment of Mainstay without the nulls in its pod, %s', async ([, words]) => {
    const of = (image: string) => {
      const containers = [
        { name: 'main', image, env: null, securityContext: null, resources: { limits: null } },
      ];
      const deployment = everyKind(deny, 'nulls', image).find(({ apiVersion }) =>
        apiVersion.startsWith('mainstay'),
      );
      const nulls = { ephemeralContainers: null, volumes: null, initContainers: null };
      const template = { metadata: { labels: { app: 'nulls' } }, spec: { containers, ...nulls } };
      return JSON.stringify({ ...deployment, spec: { ...Object(deployment?.spec), template } });
    };
    const sent = (image: string) =>
      stage.kubectl.attempt([...words, '--dry-run=server', '-f', '-'], of(image));
    expect(await sent('good/1')).toMatchObject({ code: 0 });
    const { code, stderr } = await sent('bad/1');
    expect(code).toBe(1);
    expect(stderr).toContain(`Policy registry, rule registry: ${registry}`);
  });

  it('with values, variables and a computed message', async () => {
    expect(await stage.refusal(pod(deny, 'a', 'good/1:latest'))).toContain(
      'Policy named, rule version: name a version of good/1:latest',
    );
    const containers = ['a', 'b', 'c'].map((name) => ({ name, image: 'good/1' }));
    expect(await stage.refusal(pod(deny, 'a', '', { containers }))).toContain(
      'Policy named, rule few: at most two containers',
    );
  });

  it('refuses another image of a running pod, and a container that is put into it', async () => {
    const running = pod(deny, 'running', 'good/1');
    await stage.make(running);
    const image = (name: string) =>
      stage.change(running, { spec: { containers: [{ name: 'main', image: name }] } }, { dryRun: true });
    expect(await image('good/2')).toBeUndefined();
    expect(await image('bad/2')).toContain('Policy registry, rule registry');
    const debug = (name: string) =>
      stage.change(
        running,
        { spec: { ephemeralContainers: [{ name: 'debug', image: name }] } },
        { dryRun: true, subresource: 'ephemeralcontainers' },
      );
    expect(await debug('good/2')).toBeUndefined();
    expect(await debug('bad/2')).toContain('Policy named, rule debug');
  });

  it('nowhere else', async () => {
    expect(await stage.refusal(pod(others, 'a', 'bad/1'))).toBeUndefined();
  });
});

describe('Warn', () => {
  it('takes it, and says so to whoever asks', async () => {
    const { code, stderr } = await stage.kubectl.attempt(
      ['create', '--dry-run=server', '-f', '-'],
      JSON.stringify(pod(warn, 'a', 'bad/1')),
    );
    expect(code).toBe(0);
    expect(stderr).toContain(`Policy registry-warns, rule registry: ${registry}`);
  });
});

describe('Audit', () => {
  it('denies nothing, and says nothing to whoever asks', async () => {
    const { code, stderr } = await stage.kubectl.attempt(
      ['create', '--dry-run=server', '-f', '-'],
      JSON.stringify(pod(audit, 'a', 'bad/1')),
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });
});
