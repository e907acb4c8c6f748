import { afterAll, expect, onTestFinished, test } from 'vitest';
import { projectReconciler } from '../../../controllers/project/index.ts';
import type { ProjectInformers } from '../../../controllers/project/informers.ts';
import { projects } from '../../../controllers/project/project.ts';
import { projectSettings } from '../../../controllers/project/settings.ts';
import { installation } from '../../../crds/project/admission.ts';
import { HttpClient } from '../../../operator/client/httpClient.ts';
import { createLog } from '../../../operator/manager/log.ts';
import { Manager } from '../../../operator/manager/manager.ts';
import {
  namespaces,
  networkPolicies,
  resourceQuotas,
  roleBindings,
  validatingAdmissionPolicies,
  validatingAdmissionPolicyBindings,
} from '../../../operator/resources/builtin.ts';
import { keyOf } from '../../../operator/resources/object.ts';
import { applyProject, connectAsOperator, installMainstay, namespaceGone, ready } from './installation.ts';

// What a process does that comes to lead while its watches lag, one more than another.

const here = await installMainstay();
afterAll(() => here[Symbol.asyncDispose]());

test('a new leader that does not know of an environment gives away nothing of what that has', async () => {
  const dev = { name: 'dev' };
  const quota = { mode: 'Static', hard: { pods: '10' } };
  await applyProject(here, 'shop', { quota, environments: [dev] });
  const early = await ready(here, 'shop');
  await applyProject(here, 'shop', { quota, environments: [dev, { name: 'prod' }] });
  await ready(here, 'shop');
  const shares = async () => {
    const { items } = await here.admin.list(resourceQuotas, { labelSelector: 'mainstay.dev/project=shop' });
    return items.map(({ spec }) => spec?.hard?.pods);
  };
  expect(await shares()).toEqual(['5', '5']);
  await stopOperator();

  // It knows what was taken from one environment, and not yet for whom.
  await lead('shop', async (caches) => {
    caches.projects.observeWrite(early);
    caches.namespaces.observeWrite(await here.admin.get(namespaces, { name: 'shop-dev' }));
    const name = { namespace: 'shop-dev', name: 'mainstay-quota' };
    caches.quotas.observeWrite(await here.admin.get(resourceQuotas, name));
  });
  expect(await shares()).toEqual(['5', '5']);
});

test('an environment that was added a moment ago is not deleted by a new leader that has not heard of that', async () => {
  const deletionPolicy = 'Delete';
  await applyProject(here, 'growing', { deletionPolicy, environments: [{ name: 'dev' }] });
  const early = await ready(here, 'growing');
  await applyProject(here, 'growing', { deletionPolicy, environments: [{ name: 'dev' }, { name: 'prod' }] });
  await ready(here, 'growing');
  await stopOperator();
  await lead('growing', async (caches) => {
    caches.projects.observeWrite(early);
    for (const name of ['growing-dev', 'growing-prod'])
      caches.namespaces.observeWrite(await here.admin.get(namespaces, { name }));
  });
  const { metadata } = await here.admin.get(namespaces, { name: 'growing-prod' });
  expect(metadata.deletionTimestamp).toBeUndefined();
});

test('the walls of a namespace that is gone are not taken for those of the one that is made after it', async () => {
  await applyProject(here, 'remade', { owners: [{ kind: 'Group', name: 'team' }] });
  await ready(here, 'remade');
  await stopOperator();
  const { items: walls } = await here.admin.list(networkPolicies, { namespace: 'remade-dev' });
  expect(walls.length).toBeGreaterThan(0);
  const connection = await connectAsOperator(here.cluster);
  await new HttpClient(connection, { fieldManager: 'test' }).delete(namespaces, { name: 'remade-dev' });
  await connection.close();
  await namespaceGone(here, 'remade-dev');

  // It has heard of the end of the namespace, and not yet of the end of what was in it.
  await lead('remade', async (caches) => {
    caches.projects.observeWrite(await here.admin.get(projects, { name: 'remade' }));
    for (const wall of walls) caches.policies.observeWrite(wall);
  });
  const { items: access } = await here.admin.list(roleBindings, { namespace: 'remade-dev' });
  expect(access.map(({ metadata }) => metadata.name)).toContain('mainstay-admin');
  const { items: rebuilt } = await here.admin.list(networkPolicies, { namespace: 'remade-dev' });
  expect(rebuilt.map(({ metadata }) => metadata.name)).toEqual(walls.map(({ metadata }) => metadata.name));
});

/** Until the test is over, whatever comes of it. */
async function stopOperator(): Promise<void> {
  await here.operator().stop();
  onTestFinished(async () => void (await here.start()));
}

/** One reconcile by a process of which the caches have what they are given, the shipped policies, and no more. */
async function lead(project: string, fill: (caches: ProjectInformers) => Promise<void>): Promise<void> {
  const connection = await connectAsOperator(here.cluster);
  const log = createLog({ level: 'silent' });
  const manager = new Manager({ connection, fieldManager: installation.fieldManager, log });
  const { reconciler, informers, recorder } = projectReconciler(manager, projectSettings.parse({}));
  for (const policy of (await here.admin.list(validatingAdmissionPolicies)).items)
    informers.admissionPolicies.observeWrite(policy);
  for (const binding of (await here.admin.list(validatingAdmissionPolicyBindings)).items)
    informers.admissionBindings.observeWrite(binding);
  await fill(informers);
  const { signal } = new AbortController();
  await reconciler.reconcile(keyOf({ name: project }), { signal, log, failures: 0 });
  await recorder.stop();
  await connection.close();
}
