import { afterAll, beforeAll, expect, it } from 'vitest';
import { labels } from '../../../crds/project/names.ts';
import { networkPolicies } from '../../../operator/resources/builtin.ts';
import { eventually } from '../../eventually.ts';
import { done, namespace } from '../admission/installed.ts';
import { applyProject, condition, ready } from '../project/installation.ts';
import { type Stage, setStage } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await setStage();
});
afterAll(() => stage[Symbol.asyncDispose]());

it("marks on one of the cluster's own namespaces, which no policy guards, make no environment of it", async () => {
  const { here, admin } = stage;
  const fort = await applyProject(here, 'fort');
  await ready(here, 'fort');
  const ingress = [{ from: [{ project: 'fort', environment: 'dev' }] }];
  const marks = { [labels.owner]: fort.metadata.uid, [labels.project]: 'fort', [labels.environment]: 'dev' };
  await done(admin.apply(namespace('default', { labels: marks }), 'mainstay'));
  await applyProject(here, 'open', { network: { ingress } });
  await ready(here, 'open');
  const rules = await eventually(() =>
    here.admin.get(networkPolicies, { namespace: 'open-dev', name: 'mainstay-rules' }),
  );
  // Whichever of the two namespaces came last in the cache: it must be the one that the Project really has.
  expect(JSON.stringify(rules.spec)).toContain('fort-dev');
  expect(JSON.stringify(rules.spec)).not.toContain('default');
  await applyProject(here, 'fort', { limits: { default: { cpu: '1' } } });
  await condition(here, 'fort', 'Reconciling', { status: 'False' });
  expect(here.operator().log.join('')).not.toContain('cannot apply Namespace default');
});
