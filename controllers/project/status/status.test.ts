import { expect, test } from 'vitest';
import type { Outcome } from '../../../operator/apply/report.ts';
import { networkPolicies, roleBindings, secrets } from '../../../operator/resources/builtin.ts';
import type { Resource } from '../../../operator/resources/resource.ts';
import { aHeldNamespace, aNamespace, anObservation, aProject, aQuota, forbidden } from '../builders.ts';
import type { Observation } from '../plan/observation.ts';
import { nothing } from '../plan/observation.ts';
import { planProject } from '../plan/project.ts';
import { differInUseOnly, statusOf } from './status.ts';
import type { Written } from './troubles.ts';

const owners = [{ kind: 'Group', name: 'team' }];
const project = aProject('shop', { owners, environments: [{ name: 'dev' }, { name: 'prod' }] });
const held = new Map([
  ['shop-dev', aHeldNamespace('shop-dev', project, 'dev')],
  ['shop-prod', aHeldNamespace('shop-prod', project, 'prod')],
]);

function status(seen: Partial<Observation> = {}, written: Partial<Written> = {}, of = project) {
  const observation = anObservation(of, { namespaces: held, ...seen });
  return statusOf(observation, planProject(observation), { outcomes: [], failures: [], ...written });
}

function conditions(told: ReturnType<typeof status>) {
  return Object.fromEntries(
    (told.conditions ?? []).map(({ type, status: is, reason }) => [type, `${is} ${reason}`]),
  );
}

const outcome = <Fate extends object>(resource: Resource, name: string, fate: Fate) => ({
  resource,
  name: { namespace: 'shop-dev', name },
  ...fate,
});

test('all stands', () => {
  const told = status();
  expect(conditions(told)).toEqual({
    Ready: 'True AsDesired',
    Reconciling: 'False AsDesired',
    Stalled: 'False AsDesired',
    NamespacesReady: 'True AsDesired',
    NetworkReady: 'True AsDesired',
    QuotaReady: 'True AsDesired',
    AccessReady: 'True AsDesired',
    SecretsReady: 'True AsDesired',
  });
  expect(told.summary).toEqual({ environments: '2/2' });
  expect(told.environments).toMatchObject([
    { name: 'dev', namespace: 'shop-dev', ready: true, reason: 'AsDesired', repairs: 0 },
    { name: 'prod', ready: true },
  ]);
});

test('a write that failed is the cause, and what waited for it is not', () => {
  const outcomes: Outcome[] = [
    outcome(networkPolicies, 'mainstay-isolation', { result: 'failed', error: forbidden('no rights') }),
    outcome(roleBindings, 'mainstay-admin', { result: 'held' }),
  ];
  const told = status({}, { outcomes });
  expect(conditions(told)).toMatchObject({
    Ready: 'False WriteFailed',
    Reconciling: 'True WriteFailed',
    NetworkReady: 'False WriteFailed',
    AccessReady: 'Unknown AccessWithheld',
    NamespacesReady: 'True AsDesired',
  });
  expect(told.environments?.map(({ ready, reason }) => `${ready} ${reason}`)).toEqual([
    'false WriteFailed',
    'true AsDesired',
  ]);
  expect(told.summary?.environments).toBe('1/2');
});

test('a fight names who fights, and when it is repaired again', () => {
  const outcomes: Outcome[] = [
    outcome(networkPolicies, 'mainstay-isolation', {
      result: 'backedOff',
      why: { because: 'ValueDiffers', fields: ['spec'] },
      by: [{ manager: 'kubectl-edit', operation: 'Update' }],
      wait: 9_400,
      repairs: 4,
    }),
  ];
  const message = status({}, { outcomes }).conditions?.find(({ type }) => type === 'NetworkReady')?.message;
  expect(message).toContain('by kubectl-edit (repaired 4 times); it is repaired again in 10 s');
});

test('repairs add up over reconciles', () => {
  const repaired: Outcome = outcome(secrets, 'pull', {
    result: 'repaired',
    object: aNamespace('any'),
    why: { because: 'Missing' },
    by: [],
  });
  const first = status({}, { outcomes: [repaired, repaired] });
  expect(first.environments?.map(({ repairs }) => repairs)).toEqual([2, 0]);
  const again = status({}, { outcomes: [repaired] }, { ...project, status: first });
  expect(again.environments?.map(({ repairs }) => repairs)).toEqual([3, 0]);
});

test('what is refused for good stalls the Project, and does not keep it reconciling', () => {
  const other = aProject('other');
  const taken = new Map([...held, ['shop-prod', aHeldNamespace('shop-prod', other, 'dev')]]);
  const existingProjects = new Set(['uid-of-shop', 'uid-of-other']);
  const told = status({ namespaces: taken, existingProjects });
  expect(conditions(told)).toMatchObject({
    Ready: 'False NamespaceHeld',
    Stalled: 'True NamespaceHeld',
    Reconciling: 'False NamespaceHeld',
    NamespacesReady: 'False NamespaceHeld',
    NetworkReady: 'Unknown Progressing',
  });
});

test('an environment that leaves makes the Project no less ready, but reconciling', () => {
  const leaving = new Map([...held, ['shop-old', aHeldNamespace('shop-old', project, 'old')]]);
  const told = status({ namespaces: leaving });
  expect(conditions(told)).toMatchObject({ Ready: 'True AsDesired', Reconciling: 'True Deleting' });
  expect(told.environments?.at(-1)).toMatchObject({
    name: 'old',
    namespace: 'shop-old',
    ready: false,
    reason: 'Deleting',
  });
  expect(told.summary?.environments).toBe('2/2');
});

test('the quota column adds up what is in use', () => {
  const bounded = aProject('shop', {
    environments: [{ name: 'dev' }, { name: 'prod' }],
    quota: { hard: { 'requests.cpu': '20' } },
  });
  const contents = new Map(
    ['shop-dev', 'shop-prod'].map((namespace) => [
      namespace,
      {
        ...nothing,
        quotas: [aQuota(namespace, bounded, { 'requests.cpu': '10' }, { 'requests.cpu': '750m' })],
      },
    ]),
  );
  expect(status({ contents }, {}, bounded).summary).toEqual({ environments: '2/2', quota: '1500m/20' });
});

test('times change only where a condition does', () => {
  const first = status();
  const later = status({ now: Date.UTC(2026, 5, 1) }, {}, { ...project, status: first });
  expect(later).toEqual(first);
});

test('a change of nothing but use is known as such', () => {
  const of = (used: string, ready: boolean) => ({
    observedGeneration: 1,
    summary: { environments: '1/1', quota: `${used}/20` },
    environments: [
      {
        name: 'dev',
        namespace: 'shop-dev',
        ready,
        reason: 'AsDesired',
        repairs: 0,
        quota: { hard: { pods: '5' }, used: { pods: used } },
      },
    ],
  });
  expect(differInUseOnly(of('1', true), of('2', true))).toBe(true);
  expect(differInUseOnly(of('1', true), of('2', false))).toBe(false);
  expect(differInUseOnly(undefined, of('2', true))).toBe(false);
});

test('work that is refused where nothing is left to move is told of, and forgotten after a while', () => {
  const full = aProject('shop', {
    environments: [{ name: 'dev' }, { name: 'prod' }],
    quota: { hard: { pods: '6' }, mode: 'Elastic' },
  });
  const quotas = { dev: ['6', '6'], prod: ['0', '0'] } as const;
  const seen = {
    namespaces: new Map(
      Object.keys(quotas).map((name) => [`shop-${name}`, aHeldNamespace(`shop-${name}`, full, name)]),
    ),
    contents: new Map(
      Object.entries(quotas).map(([name, [hard, used]]) => [
        `shop-${name}`,
        { ...nothing, quotas: [aQuota(`shop-${name}`, full, { pods: hard }, { pods: used })] },
      ]),
    ),
  };
  const { now } = anObservation(full);
  const told = (at: number) =>
    status(
      { ...seen, refusals: [{ namespace: 'shop-prod', requested: { pods: '1' }, at }] },
      {},
      full,
    ).conditions?.find(({ type }) => type === 'QuotaReady')?.message;
  expect(told(now - 1_000)).toContain('prod: pods');
  expect(told(now - 600_000)).toBe('Stands in every environment');
});
