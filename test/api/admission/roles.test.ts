import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { maximumGrantableRoles } from '../../../crds/project/admission.ts';
import { until } from '../../eventually.ts';
import {
  clusterRole,
  done,
  grantEverywhere,
  type Installed,
  installAdmission,
  project,
} from './installed.ts';
import type { Person } from './people.ts';

let installed: Installed;
let writer: Person;
const roles = [
  'team:operator',
  'view',
  ...Array.from({ length: maximumGrantableRoles - 2 }, (_, index) => `role-${index}`),
];
const setup = [
  clusterRole(
    'roles-writer',
    { apiGroups: ['mainstay.dev'], resources: ['projects'], verbs: ['create'] },
    {
      apiGroups: ['rbac.authorization.k8s.io'],
      resources: ['clusterroles'],
      resourceNames: ['team:operator'],
      verbs: ['bind'],
    },
  ),
  grantEverywhere('roles-writer', 'roles-writer'),
];

beforeAll(async () => {
  installed = await installAdmission(roles);
  writer = installed.api.as('roles-writer');
  for (const object of setup) await done(installed.admin.apply(object));
  await until('the writer has rights', async () => {
    return (await writer.create(project('roles', { access: [grant('team:operator')] }), dry)).status === 201;
  });
});
afterAll(async () => {
  for (const object of setup.toReversed()) await installed.admin.remove(object);
  await installed[Symbol.asyncDispose]();
});

const dry = '?dryRun=All';
const grant = (role: string) => ({ role, subjects: [{ kind: 'Group', name: 'team' }] });

describe('an installation that grants as many roles of its own as there can be', () => {
  it('lets each be granted by whoever may bind it, within what the API server lets a policy cost', async () => {
    const eight = roles.slice(0, 8).map(grant);
    await done(installed.admin.create(project('roles', { access: eight }), dry));
    const environments = roles.map((role, index) => ({ name: `e${index}`, access: [grant(role)] }));
    await done(installed.admin.create(project('roles', { environments }), dry));
    for (const role of roles.slice(1))
      expect([role, await writer.create(project('roles', { access: [grant(role)] }), dry)]).toMatchObject([
        role,
        { status: 403 },
      ]);
  });

  it('grants none that it does not name, so no owners where it does not name admin', async () => {
    for (const spec of [{ access: [grant('edit')] }, { owners: [{ kind: 'Group', name: 'team' }] }]) {
      const answer = await installed.admin.create(project('roles', spec), dry);
      expect(answer).toMatchObject({ status: 403 });
      expect(answer.message).toContain('grants only the roles team:operator, view');
    }
  });
});
