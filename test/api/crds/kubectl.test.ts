import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments, stringify } from 'yaml';
import { projectKind } from '../../../crds/project/kind.ts';
import { customResourceDefinition } from '../../../crds/structural/customResourceDefinition.ts';
import { sharedKubeconfig } from '../sharedServer.ts';
import { projectWith } from './projects.ts';
import { openServer, type Server } from './server.ts';

/** What a person sees who works with `kubectl` and nothing else. */

const root = join(import.meta.dirname, '../../..');
let server: Server;

beforeAll(async () => {
  server = await openServer(sharedKubeconfig());
  await server.install(customResourceDefinition(projectKind));
});
afterAll(() => server[Symbol.asyncDispose]());

/** `kubectl apply`, with nothing kept. */
const apply = (object: object) => server.kubectl(['apply', '--dry-run=server', '-f', '-'], stringify(object));

describe('kubectl apply', () => {
  it('refuses an unknown field and names it', async () => {
    const { code, text } = await apply(projectWith({ 'spec.colour': 'red' }));
    expect(text).toContain('unknown field "spec.colour"');
    expect(code).toBe(1);
  });

  it('refuses a misspelt field within a list and names it', async () => {
    const { code, text } = await apply(projectWith({ 'spec.environments[1].quota.wieght': 3 }));
    expect(text).toContain('unknown field "spec.environments[1].quota.wieght"');
    expect(code).toBe(1);
  });

  it('refuses what is no quantity and names the field', async () => {
    const { code, text } = await apply(projectWith({ 'spec.quota.hard.pods': 'many' }));
    expect(text).toContain('spec.quota.hard.pods');
    expect(code).toBe(1);
  });

  it('says everything that is wrong at once', async () => {
    const { text } = await apply(
      projectWith({
        'metadata.name': 'kube',
        'spec.owners[0].name': 'system:masters',
        'spec.limits.min': { fish: '1' },
        'spec.environments[0].adopt': true,
      }),
    );
    expect(text.split('\n').filter((line) => line.startsWith('* '))).toHaveLength(4);
    expect(text).toContain(
      "* spec.environments: Invalid value: the namespace would be one of the cluster's own",
    );
    expect(text).toContain('* spec.environments[0].adopt: Invalid value: adopt needs namespace');
    expect(text).toContain('* spec.limits.min: Invalid value: ["fish"] is no resource of a container');
    expect(text).toContain(
      '* spec.owners[0].name: Invalid value: system: names stand for the cluster itself',
    );
  });

  it('takes every example', async () => {
    const projects = readdirSync(join(root, 'examples'))
      .filter((file) => file.endsWith('.yaml'))
      .flatMap((file) => parseAllDocuments(readFileSync(join(root, 'examples', file), 'utf8')))
      .map((document): { readonly kind?: string } => document.toJS())
      .filter(({ kind }) => kind === 'Project');
    expect(projects.length).toBeGreaterThan(0);
    for (const project of projects) {
      const { code, text } = await apply(project);
      expect(text).toContain('(server dry run)');
      expect(code).toBe(0);
    }
  });

  it('finds nothing to change the second time, whatever was left out', async () => {
    const project = projectWith({
      'metadata.name': 'applied-twice',
      'spec.network.ingress[0].ports[0].protocol': undefined,
      'spec.suspend': undefined,
    });
    const twice = ['apply', '-f', '-'];
    await server.kubectl(twice, stringify(project));
    const { text } = await server.kubectl(twice, stringify(project));
    await server.remove(project);
    expect(text).toContain('project.mainstay.dev/applied-twice unchanged');
  });

  it('merges on the server, status included', async () => {
    const project = projectWith({ 'metadata.name': 'applied-by-server' });
    const byServer = ['apply', '--server-side', '-f', '-'];
    const spec = await server.kubectl(byServer, stringify(project));
    const status = {
      observedGeneration: 1,
      conditions: [
        {
          type: 'Ready',
          status: 'True',
          observedGeneration: 1,
          lastTransitionTime: '2026-01-02T03:04:05Z',
          reason: 'Ready',
          message: 'Everything stands.',
        },
      ],
      environments: [{ name: 'dev', namespace: 'applied-by-server-dev', ready: true, reason: 'Ready' }],
    };
    const { spec: _, ...rest } = { spec: undefined, ...project };
    const reported = await server.kubectl(
      [...byServer, '--subresource=status', '--field-manager=mainstay'],
      stringify({ ...rest, status }),
    );
    await server.remove(project);
    expect(spec.text).toContain('serverside-applied');
    expect(reported.text).toContain('serverside-applied');
  });

  it('takes the definition itself, as it is in the repository, twice', async () => {
    const file = join(root, 'crds/project/generated/project.yaml');
    const first = await server.kubectl(['apply', '-f', file]);
    expect(first.code, first.text).toBe(0);
    const { text } = await server.kubectl(['apply', '-f', file]);
    expect(text).toContain('unchanged');
  });
});

describe('kubectl get', () => {
  it('has columns that say whether a Project is well, and answers to its short name and category', async () => {
    const project = projectWith({ 'metadata.name': 'columns' });
    await server.create(project);
    const short = await server.kubectl(['get', 'proj', 'columns']);
    const category = await server.kubectl(['get', 'mainstay', '-o', 'name']);
    await server.remove(project);
    expect(short.text.split('\n')[0]?.split(/\s+/)).toEqual([
      'NAME',
      'READY',
      'ENVIRONMENTS',
      'QUOTA',
      'REASON',
      'AGE',
    ]);
    expect(category.text).toContain('project.mainstay.dev/columns');
  });
});

describe('kubectl explain', () => {
  const explain = async (...of: readonly string[]) => (await server.kubectl(['explain', ...of])).text;

  it('says what the walls are', async () => {
    const text = await explain('project.spec.network');
    expect(text).toContain(
      [
        'DESCRIPTION:',
        '    The walls around every environment: NetworkPolicies that are put back',
        '    whenever they are changed or deleted. A connection between two walled',
        '    environments needs both ends: `egress` at one, `ingress` at the other;',
        '    status reports those that only one end allows.',
      ].join('\n'),
    );
    expect(text).toContain(
      [
        '  isolation\t<string>',
        '  enum: Strict, Open',
        '    `Strict` (default): nothing gets in or out but what is listed here',
      ].join('\n'),
    );
  });

  it('says of a peer what it may be', async () => {
    const text = (await explain('project.spec.network.egress.to')).replace(/\s+/g, ' ');
    expect(text).toContain('Where connections may go: any of these.');
    expect(text).toContain('internet <boolean> enum: true `true`: every public address, IPv4 and IPv6.');
  });

  it('shows the whole tree', async () => {
    const text = await explain('project.spec', '--recursive');
    expect(text).toContain(
      [
        '  quota\t<Object>',
        '    hard\t<map[string]string> -required-',
        '    mode\t<string>',
        '    enum: Elastic, Static',
      ].join('\n'),
    );
    expect(text).toContain('  environments\t<[]Object> -required-');
    expect(text).not.toContain('<no description>');
  });
});
