import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { askingManager } from '../../../controllers/policy/compile/mutating.ts';
import { fixManager } from '../../../crds/policy/names.ts';
import { eventually } from '../../eventually.ts';
import { policy, Stage } from './stage.ts';
import { app, pod } from './workloads.ts';

let stage: Stage;

const fixed = 'policy-fixed';

beforeAll(async () => {
  stage = await Stage.open();
  await stage.namespace(fixed);
});

afterAll(() => stage[Symbol.asyncDispose]());

describe('a fix', () => {
  const operator = 'system:serviceaccount:mainstay-system:mainstay';
  const fields = {
    rules: [
      {
        name: 'no-token',
        expression: 'podSpec.?automountServiceAccountToken.orValue(true) == false',
        message: 'no token',
      },
    ],
    fix: {
      mutations: [
        {
          patchType: 'JSONPatch' as const,
          jsonPatch: {
            expression:
              "[JSONPatch{op: 'add', path: podSpecPath + '/automountServiceAccountToken', value: params.mount}]",
          },
        },
      ],
      existing: 'Off' as const,
    },
    params: { mount: false },
  };
  const token = async (request: Promise<unknown>) =>
    ((await request) as { spec: { template: { spec: { automountServiceAccountToken?: boolean } } } }).spec
      .template.spec.automountServiceAccountToken;
  const shop = app('Deployment', fixed, 'shop', 'any/1');
  const path = `/apis/apps/v1/namespaces/${fixed}/deployments`;
  const ask = (query: object, headers: object = {}) =>
    token(
      stage.client.request({
        method: 'PATCH',
        path: `${path}/shop`,
        query: { dryRun: 'All', ...query },
        body: { spec: { replicas: 0 } },
        headers: { 'content-type': 'application/merge-patch+json', ...headers },
      }),
    );
  const asOperator = { 'impersonate-user': operator, 'impersonate-group': 'system:masters' };
  const suggested = { ...fields, fix: { ...fields.fix, existing: 'Suggest' as const } };

  it('while the Policy counts: is asked for by the operator alone, by its mark, and of an object as it is', async () => {
    await stage.make(shop);
    const { objects, fixes } = await stage.enforce([
      policy('no-token', fixed, { ...suggested, enforcement: 'Audit' }),
    ]);
    const fieldManager = askingManager(fixes.map(({ mark }) => mark));
    // Mutating policies come to the API server by themselves.
    await eventually(async () => expect(await ask({ fieldManager }, asOperator)).toBe(false));
    expect(await ask({}), 'anybody').toBeUndefined();
    expect(await ask({ fieldManager }), 'anybody, with that name').toBeUndefined();
    expect(await ask({ fieldManager: fixManager }, asOperator), 'the operator, of none').toBeUndefined();
    expect(
      await ask({ fieldManager: askingManager(['0123456789']) }, asOperator),
      'the operator, of another',
    ).toBeUndefined();
    const creation = { method: 'POST' as const, path, body: app('Deployment', fixed, 'made', 'any/1') };
    const query = { dryRun: 'All' };
    expect(await token(stage.client.request({ ...creation, query })), 'created by anybody').toBeUndefined();
    await stage.take(objects);
  });

  it('in force: is made of what is created, and not of what is merely touched', async () => {
    const { fixes } = await stage.enforce([policy('no-token', fixed, suggested)]);
    const create = {
      method: 'POST',
      path,
      query: { dryRun: 'All' },
      body: app('Deployment', fixed, 'new', 'any/1'),
    };
    await eventually(async () =>
      expect(await token(stage.client.request({ ...create, method: 'POST' }))).toBe(false),
    );
    expect(await ask({}), 'touched').toBeUndefined();
    const fieldManager = askingManager(fixes.map(({ mark }) => mark));
    await eventually(async () => expect(await ask({ fieldManager }, asOperator), 'asked for').toBe(false));
    expect(await ask({ fieldManager: fixManager }, asOperator), 'touched by the operator').toBeUndefined();
    expect(await stage.refusal(pod(fixed, 'a', 'any/1'))).toBeUndefined();
  });
});
