import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readAuditLog } from '../../../cluster/index.ts';
import { projects } from '../../../controllers/project/project.ts';
import { compiledNames } from '../../../crds/policy/names.ts';
import { defaultGrantableRoles, installation, operatorUser } from '../../../crds/project/admission.ts';
import { annotations, labels } from '../../../crds/project/names.ts';
import { clusterRights, fixRights, ownNamespaceRights } from '../../../manifests/operatorRights.ts';
import { namespaces, resourceQuotas, roleBindings, secrets } from '../../../operator/resources/builtin.ts';
import { eventually } from '../../eventually.ts';
import { done, namespace } from '../admission/installed.ts';
import type { Manifest } from '../admission/people.ts';
import { applyProject, exists, gone, ready } from '../project/installation.ts';
import { liveThroughPolicies } from './policies.ts';
import { liveThroughRollouts } from './rollouts.ts';
import { grant, type Stage, setStage, user } from './stage.ts';

/**
 * What the operator may do is least: over the scenarios that its rules name, each rule is needed, verb by verb and resource
 * by resource, and none is missing. What was needed is taken from the API server's audit log.
 */
let stage: Stage;
type Request = Awaited<ReturnType<typeof readAuditLog>>[number];
let requests: readonly Request[] = [];
const boundRoles = new Set<string>();

beforeAll(async () => {
  stage = await setStage({}, { nodes: 'simulated:1' });
  await Promise.all([liveThroughAll(), liveThroughRollouts(stage), liveThroughPolicies(stage)]);
  // A watch is in the log once it has ended.
  await stage.here.operator().stop();
  const all = await readAuditLog(stage.here.cluster.auditLog);
  requests = all.filter((request) => request.user === operatorUser);
}, 300_000);
afterAll(() => stage[Symbol.asyncDispose]());

// Of those that come by choice the ones in the API server. The others change what people made: test/api/policy/fixInstalled.test.ts.
const rights = [
  ...[...clusterRights(defaultGrantableRoles), ...fixRights].map((right) => ({ right, within: undefined })),
  ...ownNamespaceRights.map((right) => ({ right, within: installation.namespace })),
];
/**
 * Every single permission: one verb on one resource, of one name where the rule names any. Of the names for what Policies are
 * compiled into one is as good as another.
 */
const permissions = rights.flatMap(({ right, within }) =>
  right.resources.flatMap((resource) =>
    right.verbs.flatMap((verb) =>
      alike(right.names).map((names) => ({
        group: right.groups[0],
        resource,
        verb,
        names,
        within,
        right,
      })),
    ),
  ),
);
function alike(names: readonly string[] | undefined): readonly (readonly string[] | undefined)[] {
  if (names === undefined) return [undefined];
  return names.some((name) => compiledNames.includes(name)) ? [names] : names.map((name) => [name]);
}

type Permission = (typeof permissions)[number];

describe('no rule too many', () => {
  it.each(
    permissions.map((permission) => [spelled(permission), permission] as const),
  )('%s', (_, permission) => {
    expect(isUsed(permission), `nothing needed it; its scenario is: ${permission.right.scenario}`).toBe(true);
  });
});

describe('no rule too few', () => {
  it('nothing that the operator asked for was refused it', () => {
    const refused = requests.filter(({ code }) => code === 401 || code === 403);
    // A namespace that goes takes nothing any more, whoever asks.
    const lasting = refused.filter(({ message }) => !message.includes('because it is being terminated'));
    expect(lasting).toEqual([]);
  });

  it('everything that it did is allowed by a rule of its own, not by what everybody may do', () => {
    const strange = requests.flatMap((request) =>
      needs(request)
        .filter((need) => !permissions.some((permission) => covers(permission, need)))
        .map(({ group, resource, verb, name }) => `${verb} ${resource}.${group} ${name ?? ''}`),
    );
    expect([...new Set(strange)]).toEqual([]);
  });
});

interface Need {
  readonly group: string;
  readonly resource: string;
  readonly verb: string;
  readonly name: string | undefined;
  readonly namespace: string | undefined;
}

/** A server-side apply of what is not there needs the right to create it besides. */
function needs({ group, resource, verb, name, namespace: where, code }: Request): readonly Need[] {
  const need = { group, resource, verb, name, namespace: where };
  return verb === 'patch' && code === 201 ? [need, { ...need, verb: 'create' }] : [need];
}

function covers({ group, resource, verb, names, within }: Permission, need: Need): boolean {
  return (
    need.group === group &&
    need.resource === resource &&
    need.verb === verb &&
    (names === undefined || names.includes(need.name ?? '')) &&
    (within === undefined || need.namespace === within)
  );
}

function isUsed(permission: Permission): boolean {
  // The right to bind is not asked for by a request of its own, but with each RoleBinding that is written.
  if (permission.verb === 'bind') return boundRoles.has(permission.names?.[0] ?? '');
  return requests.some(({ code, ...request }) => {
    return code < 400 && needs({ code, ...request }).some((need) => covers(permission, need));
  });
}

function spelled({ group, resource, verb, names = [], within }: Permission): string {
  const [name] = names;
  const what = `${verb} ${resource}${group === '' ? '' : `.${group}`}${name === undefined ? '' : ` ${name}`}`;
  return within === undefined ? what : `${what} in ${within}`;
}

/** The scenarios that the rules name, of Projects. */
async function liveThroughAll(): Promise<void> {
  const { here, admin, api } = stage;
  const secret: Manifest = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name: 'pull',
      namespace: 'vault',
      labels: { [labels.shared]: 'true' },
      annotations: { [annotations.sharedWith]: '*' },
    },
    data: { token: 'b25l' },
  };
  await done(admin.create(namespace('vault')));
  await done(admin.create(secret));
  await done(admin.create(namespace('old', { annotations: { [annotations.adoptableBy]: 'whole' } })));

  // Everything is made, one namespace is adopted, every role is granted.
  const environments = [{ name: 'dev' }, { name: 'old', namespace: 'old', adopt: true }];
  const everything = {
    environments,
    owners: [user('tina')],
    access: [grant('edit', 'ed'), grant('view', 'vic')],
    quota: { mode: 'Elastic', hard: { pods: '10' } },
    limits: { default: { cpu: '1' } },
    network: { ingress: [{ from: [{ project: 'whole', environment: 'old' }] }] },
    secrets: [{ name: 'pull', from: { namespace: 'vault', name: 'pull' } }],
    deletionPolicy: 'Delete',
  };
  await applyProject(here, 'whole', everything);
  await ready(here, 'whole');
  const { items } = await here.admin.list(roleBindings, {
    namespace: 'whole-dev',
    labelSelector: labels.owner,
  });
  for (const { roleRef } of items) boundRoles.add(roleRef.name);

  // Everything is taken away again by somebody, twice, and put back: told of once, and then counted.
  const breaker = api.as('system:kube-controller-manager', 'system:masters');
  const wall = {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: 'mainstay-isolation', namespace: 'whole-dev' },
  };
  for (let round = 0; round < 2; round += 1) {
    const { uid } = (await done(admin.get(wall))).body.metadata ?? {};
    await done(breaker.remove(wall));
    await eventually(async () => {
      const { status, body } = await admin.get(wall);
      expect([status, body.metadata?.uid === uid]).toEqual([200, false]);
    });
  }

  // Everything is wanted no more, but for the namespaces; then they go too, with what people may clean up meanwhile.
  await applyProject(here, 'whole', { environments, deletionPolicy: 'Delete', owners: [user('tina')] });
  for (const [resource, name] of [
    [secrets, 'pull'],
    [resourceQuotas, 'mainstay-quota'],
    [roleBindings, 'mainstay-edit'],
  ] as const)
    await gone(here, resource, { namespace: 'whole-dev', name });
  await ready(here, 'whole');
  await here.admin.delete(projects, { name: 'whole' });
  await gone(here, projects, { name: 'whole' });
  expect(await exists(here, namespaces, { name: 'whole-dev' })).toBe(false);
}
