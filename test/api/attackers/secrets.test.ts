import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { annotations, labels } from '../../../crds/project/names.ts';
import { secrets } from '../../../operator/resources/builtin.ts';
import { eventually } from '../../eventually.ts';
import { done, namespace } from '../admission/installed.ts';
import type { Manifest, Person } from '../admission/people.ts';
import { applyProject, condition, ready } from '../project/installation.ts';
import { dry, type Stage, setStage } from './stage.ts';

/**
 * A Secret with a word that is nowhere else in the world is shared, and everything around it is broken. Afterwards the word
 * must be in its copies, and in nothing that is told to anybody.
 */
let stage: Stage;
/** Passes our policies, as the control plane does, and so can break what the operator made. */
let breaker: Person;
const canary = `canary${randomBytes(12).toString('hex')}`;
const copy: Manifest = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'key', namespace: 'keeper-dev' },
};
const shared = { labels: { [labels.shared]: 'true' }, annotations: { [annotations.sharedWith]: 'keeper' } };
const source = (content: object, more: object = {}): Manifest => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'key', namespace: 'vault', ...shared, ...more },
  ...content,
});
const base64 = (text: string) => Buffer.from(text).toString('base64');
const spec = { secrets: [{ name: 'key', from: { namespace: 'vault', name: 'key' } }] };

beforeAll(async () => {
  stage = await setStage();
  breaker = stage.api.as('system:kube-controller-manager', 'system:masters');
  await done(stage.admin.create(namespace('vault')));
  await done(stage.admin.create(source({ data: { token: base64(canary) } })));
  await applyProject(stage.here, 'keeper', spec);
  await ready(stage.here, 'keeper');
});
afterAll(() => stage[Symbol.asyncDispose]());

/** As the canary would look in what is told: itself, in hexadecimal, and in base64 at each of its three alignments. */
const traces = [
  canary,
  Buffer.from(canary).toString('hex'),
  ...[0, 1, 2].map((shift) => base64('x'.repeat(shift) + canary).slice(4, -4)),
];

it('its copy has it: what is looked for would be found', async () => {
  const { data } = await stage.here.admin.get(secrets, { namespace: 'keeper-dev', name: 'key' });
  expect(traces.some((trace) => JSON.stringify(data).includes(trace))).toBe(true);
});

it('a copy that is changed, made immutable or deleted is put right', async () => {
  const { here } = stage;
  const stands = async (data: object) =>
    eventually(async () =>
      expect((await here.admin.get(secrets, { namespace: 'keeper-dev', name: 'key' })).data).toEqual(data),
    );
  await done(breaker.patch(copy, { data: { token: base64(`${canary}-changed`), more: base64(canary) } }));
  await eventually(async () => {
    const { data } = await here.admin.get(secrets, { namespace: 'keeper-dev', name: 'key' });
    expect(data?.token).toBe(base64(canary));
  });
  await done(breaker.patch(copy, { immutable: true }));
  await done(stage.admin.patch(source({}), { data: { token: base64(`${canary}-2`) } }));
  await stands({ token: base64(`${canary}-2`) });
  await done(breaker.remove(copy));
  await stands({ token: base64(`${canary}-2`) });
});

it('a source of another type, or of a type that cannot be copied, is told of by its name alone', async () => {
  const { here, admin } = stage;
  await done(admin.remove(source({})));
  const login = {
    type: 'kubernetes.io/basic-auth',
    data: { username: base64('u'), password: base64(canary) },
  };
  await done(admin.create(source(login)));
  await eventually(async () => {
    expect((await here.admin.get(secrets, { namespace: 'keeper-dev', name: 'key' })).type).toBe(login.type);
  });
  await done(admin.remove(source({})));
  const account = { 'kubernetes.io/service-account.name': 'default' };
  const token = { type: 'kubernetes.io/service-account-token', data: { extra: base64(canary) } };
  await done(admin.create(source(token, { annotations: { ...shared.annotations, ...account } })));
  await condition(here, 'keeper', 'SecretsReady', { status: 'False', reason: 'WriteFailed' });
});

it('a source of the greatest size is copied', async () => {
  const { here, admin } = stage;
  await done(admin.remove(source({})));
  const data = { token: base64(canary), rest: base64(canary.repeat(Math.floor(1_040_000 / canary.length))) };
  await done(admin.create(source({ data })));
  await ready(here, 'keeper');
});

it('what an admission policy of somebody else quotes of it is not passed on', async () => {
  const { here, admin } = stage;
  for (const reason of ['Invalid', 'Forbidden']) {
    const name = `quoting-${reason.toLowerCase()}`;
    const [policy, binding] = quotingPolicy(name, reason);
    await done(admin.create(policy));
    await done(admin.create(binding));
    const probe = { ...copy, metadata: { name: 'probe', namespace: 'vault' }, data: { token: base64('x') } };
    await eventually(async () => expect((await admin.create(probe, dry)).message).toContain('quoted'));
    await done(admin.patch(source({}), { data: { token: base64(`${canary}-${reason}`), rest: null } }));
    await condition(here, 'keeper', 'SecretsReady', { status: 'False', reason: 'WriteFailed' });
    await done(admin.remove(binding));
    await done(admin.remove(policy));
    await eventually(async () => expect((await admin.create(probe, dry)).status).toBe(201));
    await done(admin.patch(source({}), { data: { token: base64(`${canary}-${reason}-2`) } }));
    await ready(here, 'keeper');
  }
});

it('is in no log line, event, status, metric or annotation', async () => {
  const { here } = stage;
  const told = {
    log: here.operator().log.join('\n'),
    events: await here.kubectl('get', 'events', '-A', '-o', 'json'),
    'events of the newer API': await here.kubectl('get', 'events.events.k8s.io', '-A', '-o', 'json'),
    Projects: await here.kubectl('get', 'projects', '-o', 'json'),
    namespaces: await here.kubectl('get', 'namespaces', '-o', 'json'),
    metrics: await here.operator().manager.metrics.registry.metrics(),
    'metadata of the copies': JSON.stringify((await done(stage.admin.get(copy))).body.metadata),
  };
  expect(told.log).toContain('cannot apply Secret keeper-dev/key');
  expect(told.events).toContain('WriteFailed');
  expect(told.metrics).toContain('controller_runtime_reconcile_total');
  for (const [where, text] of Object.entries(told))
    for (const trace of traces) expect([where, text.includes(trace)]).toEqual([where, false]);
});

/** Refuses Secrets of the environment with a message that quotes them. */
function quotingPolicy(name: string, reason: string): readonly [Manifest, Manifest] {
  const apiVersion = 'admissionregistration.k8s.io/v1';
  return [
    {
      apiVersion,
      kind: 'ValidatingAdmissionPolicy',
      metadata: { name },
      spec: {
        failurePolicy: 'Fail',
        matchConstraints: {
          resourceRules: [
            {
              apiGroups: [''],
              apiVersions: ['v1'],
              operations: ['CREATE', 'UPDATE'],
              resources: ['secrets'],
            },
          ],
        },
        matchConditions: [
          {
            name: 'not-the-source',
            expression: "object.metadata.name != 'key' || request.namespace != 'vault'",
          },
        ],
        validations: [
          {
            expression: 'false',
            reason,
            messageExpression: "'quoted: ' + string(object.data.token)",
          },
        ],
      },
    },
    {
      apiVersion,
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata: { name },
      spec: { policyName: name, validationActions: ['Deny'] },
    },
  ];
}
