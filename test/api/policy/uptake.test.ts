import { afterAll, beforeAll, expect, it } from 'vitest';
import { validatingAdmissionPolicies } from '../../../operator/index.ts';
import { until } from '../../eventually.ts';
import { Operated, workloads } from './operated.ts';
import { pod } from './workloads.ts';

/** What status says of requests is so from the moment on that it says it. */

let here: Operated;
beforeAll(async () => {
  here = await Operated.open();
  await here.namespace('uptake');
});
afterAll(() => here[Symbol.asyncDispose]());

it('a request right after status says Deny is denied, each time', async () => {
  for (let round = 1; round <= 8; round += 1) {
    const [name, expression] = [`deny-${round}`, `object.metadata.name != 'bad-${round}'`];
    await here.apply(name, {
      match: { resources: [{ apiGroups: [''], resources: ['pods'] }], namespaces: ['uptake'] },
      rules: [{ name: 'named', expression, message: 'another name' }],
    });
    await until('status says so', async () => (await here.get(name)).status?.enforcement === 'Deny');
    expect(await here.refusal(pod('uptake', `bad-${round}`, 'a/1'))).toContain(`Policy ${name}`);
  }
});

it('a creation is right after status says Ready as its fix makes it', async () => {
  const labels = "Object{metadata: Object.metadata{labels: {'fixed-by': 'mainstay'}}}";
  await here.apply('fixing', {
    ...workloads('uptake'),
    rules: [
      {
        name: 'labelled',
        expression: "'fixed-by' in object.metadata.?labels.orValue({})",
        message: 'label it',
      },
    ],
    fix: { mutations: [{ patchType: 'ApplyConfiguration', applyConfiguration: { expression: labels } }] },
  });
  await here.condition('fixing', 'Ready', 'True');
  const good = pod('uptake', 'good', 'a/1');
  expect(await here.refusal(good)).toBeUndefined();
});

it('what asks is taken away with the last Policy', async () => {
  const probes = async () =>
    (await here.client.list(validatingAdmissionPolicies)).items.filter(({ metadata }) =>
      metadata.name.endsWith('-probe'),
    );
  expect((await probes()).length).toBe(1);
  for (let round = 1; round <= 8; round += 1) await here.delete(`deny-${round}`);
  await here.delete('fixing');
  await until('it is gone', async () => (await probes()).length === 0);
});
