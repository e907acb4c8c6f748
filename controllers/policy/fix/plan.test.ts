import { describe, expect, it } from 'vitest';
import type { FixReason } from '../../../crds/policy/fixes.ts';
import { anAsked, anEntry, aSituation, aWorkload, deployments, noon } from './builders.ts';
import type { Change } from './changes.ts';
import { type Asked, compatible, plan, type Situation, together } from './plan.ts';

const changes: readonly Change[] = [{ path: ['spec', 'replicas'], before: 1, after: 2 }];

describe('why an object is not changed', () => {
  const applied = anEntry('ci', 'Apply', { 'f:spec': { 'f:replicas': {} } });
  const flux = { 'kustomize.toolkit.fluxcd.io/name': 'apps' };
  const worn = { m: 'm', t: noon - 60, n: 3 };
  it.for<[FixReason, string, Partial<Situation>, Partial<Asked>]>([
    ['Suggested', 'set it to Apply', {}, { existing: 'Suggest' }],
    ['KeptElsewhere', 'Kustomization', { live: aWorkload({ labels: flux }) }, {}],
    ['KeptElsewhere', 'Kustomization', { live: aWorkload({ labels: flux }) }, { existing: 'Suggest' }],
    ['MadeByController', 'Deployment shop/web made it', { maker: 'Deployment shop/web' }, {}],
    ['OwnedByOther', 'ci applies spec.replicas', { live: aWorkload({ managedFields: [applied] }) }, {}],
    [
      'Immutable',
      'field is immutable',
      {},
      { answer: { kind: 'Changes', changes, immutable: 'field is immutable' } },
    ],
    ['Guarded', 'by people only', { resource: { ...deployments, group: 'rbac.authorization.k8s.io' } }, {}],
    [
      'Guarded',
      'holds people in',
      { resource: { ...deployments, group: 'networking.k8s.io', plural: 'networkpolicies' } },
      {},
    ],
    [
      'Guarded',
      'own',
      {},
      {
        answer: {
          kind: 'Changes',
          changes: [{ path: ['metadata', 'labels', 'mainstay.dev/owner'], after: 'a' }],
        },
      },
    ],
    [
      'Guarded',
      'own',
      {},
      {
        answer: {
          kind: 'Changes',
          changes: [{ path: ['metadata', 'annotations'], before: { 'mainstay.dev/desired': 'a' } }],
        },
      },
    ],
    ['Guarded', 'a Project', { live: aWorkload({ labels: { 'mainstay.dev/owner': 'u' } }) }, {}],
    ['Guarded', 'kube-system', { live: aWorkload({ namespace: 'kube-system' }) }, {}],
    ['Reverted', 'request r-1', {}, { deed: { m: 'm', t: noon, n: 1, r: 'r-1' } }],
    ['UndoneAgain', 'somebody took it back (spec.replicas)', {}, { deed: worn }],
    [
      'UndoneAgain',
      'each time scaler took it back',
      {
        live: aWorkload({ managedFields: [anEntry('scaler', 'Update', { 'f:spec': { 'f:replicas': {} } })] }),
      },
      { deed: worn },
    ],
    ['Refused', 'no', {}, { answer: { kind: 'Refused', message: 'no' } }],
    ['ChangesNothing', 'by hand', {}, { answer: { kind: 'Changes', changes: [] } }],
    ['NotInForce', 'asked again', {}, { answer: { kind: 'Unanswered' } }],
    [
      'Forbidden',
      'manifests/dist/fixes.yaml',
      {},
      { answer: { kind: 'Forbidden', right: 'patch jobs.batch' } },
    ],
  ])('%s: %s', ([reason, message, situation, asked]) => {
    const { outcomes, parts } = plan(aSituation({ asked: [anAsked(asked)], ...situation }));
    expect(parts).toEqual([]);
    expect(outcomes.get('p')).toMatchObject({ reason, message: expect.stringContaining(message) });
  });

  it('it is looked at again when its rest is over', () => {
    const { outcomes } = plan(aSituation({ asked: [anAsked({ deed: worn })] }));
    expect(outcomes.get('p')?.until).toBe(worn.t + 86_400);
    expect(plan(aSituation({ asked: [anAsked({ deed: worn })], now: worn.t + 86_400 })).parts).toHaveLength(
      1,
    );
  });
});

describe('an object is changed', () => {
  it('where nothing holds it, and again where a fix was taken back and is another now', () => {
    const reverted = { m: 'another', t: noon, n: 1, r: 'r-1' };
    for (const deed of [undefined, reverted]) {
      const { outcomes, parts } = plan(aSituation({ asked: [anAsked({ deed })] }));
      expect(outcomes.size).toBe(0);
      expect(parts).toEqual([{ policy: 'p', mark: 'm', changes }]);
    }
  });

  const asking = (policy: string, ...own: readonly Change[]) =>
    anAsked({ policy, mark: policy, answer: { kind: 'Changes', changes: own } });
  const change = (after: unknown, ...path: readonly string[]): Change => ({ path, after });
  const planned = (...asked: readonly Asked[]) => compatible(plan(aSituation({ asked })).parts);

  it('once for several Policies, and what two of them want is changed once', () => {
    const parts = planned(
      asking('a', change(1, 'spec', 'a'), change(2, 'spec', 'b')),
      asking('b', change(2, 'spec', 'b'), change(3, 'spec', 'c')),
    );
    expect(parts.map(({ policy }) => policy)).toEqual(['a', 'b']);
    expect(together(parts).map(({ after }) => after)).toEqual([1, 2, 3]);
  });

  it('what would write over what another writes is not written with it', () => {
    const parts = planned(
      asking('a', change(1, 'spec', 'a')),
      asking('b', change(2, 'spec', 'a')),
      asking('c', change({ a: 1 }, 'spec')),
      asking('d', change(1, 'data')),
    );
    expect(parts.map(({ policy }) => policy)).toEqual(['a', 'd']);
  });
});
