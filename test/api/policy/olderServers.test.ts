import { afterAll, beforeAll, expect, it } from 'vitest';
import { validatingAdmissionPolicies } from '../../../operator/index.ts';
import { eventually } from '../../eventually.ts';
import { images, Operated, workloads } from './operated.ts';
import { pod } from './workloads.ts';

/** What becomes of Policies on API servers that do not serve all that they are compiled into: found by discovery. */

const validating = ['validatingadmissionpolicies', 'validatingadmissionpolicybindings'];
const mutating = ['mutatingadmissionpolicies', 'mutatingadmissionpolicybindings'];
const hidden = new Set([...validating, ...mutating]);

let here: Operated;
beforeAll(async () => {
  here = await Operated.open(hidden);
  await here.namespace('old');
});
afterAll(() => here[Symbol.asyncDispose]());

it('without admission policies what is there is reported, nothing is refused, and status says so', async () => {
  const labels = "Object{metadata: Object.metadata{labels: {'fixed-by': 'mainstay'}}}";
  await here.client.request({
    method: 'POST',
    path: '/api/v1/namespaces/old/pods',
    body: pod('old', 'a', 'bad/1'),
  });
  await here.apply('old', {
    ...workloads('old'),
    rules: [images('good')],
    fix: { mutations: [{ patchType: 'ApplyConfiguration', applyConfiguration: { expression: labels } }] },
  });
  const { message } = await here.condition('old', 'Enforced', 'False', 'NotServed');
  expect(message).toContain('this API server has no ValidatingAdmissionPolicies');
  await here.condition('old', 'Ready', 'False', 'NotServed');
  await eventually(async () =>
    expect((await here.get('old')).status).toMatchObject({
      enforcement: 'Background',
      counts: { fail: 1 },
      violations: [{ kind: 'Pod', namespace: 'old', name: 'a' }],
    }),
  );
  expect(await here.refusal(pod('old', 'b', 'bad/1'))).toBeUndefined();
  const { items } = await here.client.list(validatingAdmissionPolicies);
  expect(items.filter(({ metadata }) => metadata.name.startsWith('mainstay-'))).toEqual([]);
});

it('once there are validating ones it is in force, without its fix, and says so', async () => {
  for (const plural of validating) hidden.delete(plural);
  await here.startOperator();
  const { message } = await here.condition('old', 'Ready', 'True');
  expect(message).toContain('this API server has no MutatingAdmissionPolicies');
  await here.condition('old', 'Enforced', 'True');
  expect(await here.refusal(pod('old', 'b', 'bad/1'))).toContain('Policy old');
});
