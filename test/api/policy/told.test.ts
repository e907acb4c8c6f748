import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../../eventually.ts';
import { images, Operated, workloads } from './operated.ts';
import { pod } from './workloads.ts';

/** What a Policy's status tells of what is not quite as it may have been meant. */

let here: Operated;
beforeAll(async () => {
  here = await Operated.open();
  await here.namespace('told');
});
afterAll(() => here[Symbol.asyncDispose]());

describe('a rule that fails on what somebody may send', () => {
  it('denies where it has a verdict, lets through where it has none, and says what was missing', async () => {
    const rule = { name: 'net', expression: 'podSpec.hostNetwork == false', message: 'no host network' };
    await here.apply('failing', { ...workloads('told'), rules: [rule] });
    const { message } = await here.condition('failing', 'Enforced', 'True', 'Unproven');
    expect(message).toContain(
      'spec.rules[0].expression: a Pod of v1 with nothing but what it needs has no verdict',
    );
    expect(message).toContain('no such key: hostNetwork');
    await here.refused(pod('told', 'a', 'any/1', { hostNetwork: true }), 'Policy failing');
    expect(await here.refusal(pod('told', 'a', 'any/1'))).toBeUndefined();
  });

  it('refuses what makes it fail once it is written so that it has a verdict', async () => {
    const rule = {
      name: 'net',
      expression: 'podSpec.?hostNetwork.orValue(false) == false',
      message: 'no host network',
    };
    await here.apply('failing', { ...workloads('told'), rules: [rule] });
    await here.condition('failing', 'Enforced', 'True', 'AsDesired');
    await here.delete('failing');
  });
});

it('what the API server alone refuses is told in its words, at its place', async () => {
  const resources = [{ apiGroups: ['batch'], resources: ['jobs'], operations: ['CREATE'] }];
  const rules = [
    { name: 'good', expression: 'has(object.spec.template)', message: 'has none' },
    { name: 'suspended', expression: 'object.spec.suspend', message: 'is not suspended' },
  ];
  await here.apply('refused', { match: { resources, namespaces: ['told'] }, rules });
  const { message } = await here.condition('refused', 'Stalled', 'True', 'InvalidExpression');
  expect(message).toContain('spec.rules[1].expression: the API server refuses it: ');
  expect(message).toContain('must evaluate to bool');
  await here.condition('refused', 'Enforced', 'False', 'InvalidExpression');
  expect(await here.compiled('refused')).toEqual([]);
  await here.delete('refused');
});

describe('a Project that is left out', () => {
  const bad = pod('told', 'a', 'bad/1');

  it('is not, as long as it holds nothing, and that is said', async () => {
    await here.apply('excluding', {
      ...workloads('told', { exclude: [{ projects: ['shop'] }] }),
      rules: [images('good')],
    });
    await here.refused(bad, 'Policy excluding');
    const { message } = await here.condition('excluding', 'Ready', 'True');
    expect(message).toContain('spec.match.exclude[0]: leaves nothing out');
  });

  it('is from when it holds a namespace', async () => {
    await here.kubectl.apply([
      {
        apiVersion: 'mainstay.dev/v1alpha1',
        kind: 'Project',
        metadata: { name: 'shop' },
        spec: { environments: [{ name: 'dev', namespace: 'told' }] },
      },
    ]);
    const environment = { name: 'dev', namespace: 'told', ready: true, reason: 'AsDesired' };
    const status = (environments: readonly object[]) =>
      here.kubectl.run(
        ...['patch', 'project', 'shop', '--type=merge', '--subresource=status', '-p'],
        JSON.stringify({ status: { environments } }),
      );
    await status([{ ...environment, ready: false, reason: 'NamespaceHeld' }]);
    expect(await here.refusal(bad), 'another holds it').toContain('Policy excluding');
    await status([environment]);
    // The old object goes when the new one has stood for a while.
    await here.taken(bad);
    await eventually(async () => {
      const { message } = await here.condition('excluding', 'Ready', 'True');
      expect(message).not.toContain('leaves nothing out');
    });
    await status([]);
    await here.refused(bad, 'Policy excluding');
    await here.delete('excluding');
  });
});
