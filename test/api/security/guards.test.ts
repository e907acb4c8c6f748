import { afterAll, beforeAll, expect, it } from 'vitest';
import { validatingAdmissionPolicies, validatingAdmissionPolicyBindings } from '../../../operator/index.ts';
import { eventually } from '../../eventually.ts';
import { type Installation, installMainstay } from '../project/installation.ts';

/** A guard that goes missing, or says something else, is told of, also where there is no Project. */

let here: Installation;
beforeAll(async () => {
  here = await installMainstay();
});
afterAll(() => here[Symbol.asyncDispose]());

/** How many guards are in each state. */
async function counted(): Promise<Readonly<Record<string, number>>> {
  const metric = here.operator().manager.metrics.registry.getSingleMetric('mainstay_guards');
  const { values = [] } = (await metric?.get()) ?? {};
  return Object.fromEntries(values.map(({ labels, value }) => [String(labels.state), value]));
}

/** Reasons of events on this guard. */
async function events(kind: string, name: string): Promise<readonly string[]> {
  const of = `regarding.kind=${kind},regarding.name=${name}`;
  const path = 'jsonpath={range .items[*]}{.reason}{"\\n"}{end}';
  const text = await here.kubectl(
    ...['get', 'events.events.k8s.io', '-n', 'default', '--field-selector', of, '-o', path],
  );
  return text.split('\n').filter((reason) => reason !== '');
}

it('all are in force once it is installed', async () => {
  await eventually(async () =>
    expect(await counted()).toEqual({ InForce: expect.any(Number), Missing: 0, Altered: 0 }),
  );
  const { InForce: all = 0 } = await counted();
  expect(all).toBeGreaterThan(16);
});

it('one that is deleted, and one that is changed, are told of by metric, event and log, until they are back', async () => {
  const missing = 'mainstay-deployment-operator';
  const altered = 'mainstay-walls';
  const spec = { failurePolicy: 'Ignore' };
  await here.admin.delete(validatingAdmissionPolicyBindings, { name: missing });
  await here.admin.patch(validatingAdmissionPolicies, { name: altered }, { type: 'merge', body: { spec } });
  await eventually(async () => expect(await counted()).toMatchObject({ Missing: 1, Altered: 1 }));
  await eventually(async () => {
    expect(await events('ValidatingAdmissionPolicyBinding', missing)).toEqual(['GuardMissing']);
    expect(await events('ValidatingAdmissionPolicy', altered)).toEqual(['GuardAltered']);
  });
  const log = here.operator().log.join('\n');
  expect(log).toContain(`ValidatingAdmissionPolicyBinding ${missing} is missing`);
  await here.reinstall();
  await eventually(async () => expect(await counted()).toMatchObject({ Missing: 0, Altered: 0 }));
  await eventually(async () =>
    expect(await events('ValidatingAdmissionPolicy', altered)).toEqual(
      expect.arrayContaining(['GuardAltered', 'GuardRestored']),
    ),
  );
});
