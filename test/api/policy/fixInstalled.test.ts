import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Policy, policies } from '../../../controllers/policy/policy.ts';
import { eventually } from '../../eventually.ts';
import { Kubectl } from '../../kubectl.ts';
import { type Installation, installMainstay, writesOfOperator } from '../project/installation.ts';
import { app } from './workloads.ts';

/** Fixes as they are installed: with a Policy that somebody applies, by the operator with exactly its rights. */

const space = 'shop';
const fixes = fileURLToPath(new URL('../../../manifests/dist/fixes.yaml', import.meta.url));
let here: Installation;
let kubectl: Kubectl;

const tokens = {
  apiVersion: 'mainstay.dev/v1alpha1',
  kind: 'Policy',
  metadata: { name: 'tokens' },
  spec: {
    match: { workloads: true, namespaces: [space] },
    rules: [
      {
        name: 'none',
        expression: 'podSpec.?automountServiceAccountToken.orValue(true) == false',
        message: 'no token',
      },
    ],
    fix: {
      mutations: [
        {
          patchType: 'JSONPatch',
          jsonPatch: {
            expression:
              "[JSONPatch{op: 'add', path: podSpecPath + '/automountServiceAccountToken', value: false}]",
          },
        },
      ],
      existing: 'Suggest',
    },
  },
};

beforeAll(async () => {
  here = await installMainstay({}, { nodes: 'simulated:1' });
  kubectl = await Kubectl.forCluster(here.cluster.kubeconfig);
  await kubectl.apply([
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: space } },
    app('Deployment', space, 'web', 'any/1'),
    app('Deployment', space, 'kept', 'any/1', {
      annotations: { 'argocd.argoproj.io/tracking-id': 'shop:apps/Deployment:shop/kept' },
    }),
    tokens,
  ]);
});

afterAll(() => here[Symbol.asyncDispose]());

/** Waits until the Policy's status is so. */
const status = (isSo: (status: NonNullable<Policy['status']>) => void) =>
  eventually(
    async () => {
      const { status: is = {} } = await here.admin.get(policies, { name: 'tokens' });
      isSo(is);
      return is;
    },
    { within: 90_000 },
  );

/** By name, why each is not changed. */
const reasons = ({ fixes: of }: NonNullable<Policy['status']>) =>
  Object.fromEntries((of?.objects ?? []).map(({ name, reason }) => [name, reason]));

const token = () =>
  kubectl.run(
    ...['get', 'deployment', 'web', '-n', space],
    ...['-o', 'jsonpath={.spec.template.spec.automountServiceAccountToken}'],
  );

/** What the operator has really written of the Deployments. */
const writes = async () =>
  (await writesOfOperator(here))
    .filter(
      ({ resource, group, dryRun, code }) =>
        resource === 'deployments' && group === 'apps' && !dryRun && code < 300,
    )
    .map(({ verb, name }) => `${verb} ${name}`);

it('without the rights, the Policy says what to apply', async () => {
  const enforced = { type: 'Enforced', status: 'True', reason: 'FixForbidden' };
  const { conditions = [], fixes: of } = await status((is) => {
    expect(is.counts?.fail).toBe(2);
    expect(is.conditions).toContainEqual(expect.objectContaining(enforced));
  });
  const told = (type: string) => conditions.find((one) => one.type === type);
  for (const type of ['Enforced', 'Ready'])
    expect(told(type)?.message).toContain('apply manifests/dist/fixes.yaml');
  expect(told('Stalled')?.status).not.toBe('True');
  expect(of).toMatchObject({ pending: 2 });
});

it('with them it suggests, then changes what nobody else keeps, once', async () => {
  await kubectl.run('apply', '-f', fixes);
  const { counts } = await status((is) =>
    expect(reasons(is)).toEqual({ web: 'Suggested', kept: 'KeptElsewhere' }),
  );
  expect(counts?.fail).toBe(2);
  await kubectl.run('patch', 'mpol', 'tokens', '--type=merge', '-p', '{"spec":{"fix":{"existing":"Apply"}}}');
  await status((is) => {
    expect(reasons(is)).toEqual({ kept: 'KeptElsewhere' });
    expect(is.counts?.fail).toBe(1);
  });
  expect(await token()).toBe('false');
  expect(await writes()).toEqual(['patch web']);
});

it('a request takes it back, and it stays so, also when the operator starts again', async () => {
  const request = '{"spec":{"request":{"id":"undo-1","verb":"RevertFixes"}}}';
  await kubectl.run('patch', 'mpol', 'tokens', '--type=merge', '-p', request);
  const { lastRequest } = await status((is) => expect(is.lastRequest?.id).toBe('undo-1'));
  expect(lastRequest).toMatchObject({ outcome: 'Done', verb: 'RevertFixes', message: '1 taken back' });
  expect(await token()).toBe('');
  await status((is) => expect(reasons(is)).toEqual({ web: 'Reverted', kept: 'KeptElsewhere' }));
  await here.operator().stop();
  await kubectl.run('label', 'deployment', 'web', '-n', space, 'seen=again');
  await here.start();
  // Another that violates is fixed, and by then the first was looked at again.
  await kubectl.apply([app('Deployment', space, 'zebra', 'any/1')]);
  await eventually(async () => expect(await writes()).toContain('patch zebra'), { within: 60_000 });
  await status((is) => expect(reasons(is)).toEqual({ web: 'Reverted', kept: 'KeptElsewhere' }));
  expect(await token()).toBe('');
  expect(await writes()).toEqual(['patch web', 'patch web', 'patch zebra']);
});
