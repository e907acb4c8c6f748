import { Registry } from 'prom-client';
import { beforeEach, describe, expect, it } from 'vitest';
import { createLog } from '../../operator/manager/log.ts';
import { type KubernetesObject, keyOf, type ObjectKey } from '../../operator/resources/object.ts';
import { GuardTeller, guardsOf, measureGuards } from './guards.ts';

const guards = guardsOf(['admin', 'edit', 'view']);
const named = (kind: string, name: string) => `${kind} ${name}`;

/** What is there: all guards as they are shipped. */
let there = new Map<string, KubernetesObject>();
beforeEach(() => {
  there = new Map(guards.map((guard) => [named(guard.kind, guard.metadata.name), guard]));
});
const lister = (kind: string, hasSynced = true) => ({
  hasSynced,
  get: (key: ObjectKey) =>
    [...there.values()].find((object) => object.kind === kind && keyOf(object) === key),
});
const live = (hasSynced = true) => ({
  admissionPolicies: lister('ValidatingAdmissionPolicy', hasSynced),
  admissionBindings: lister('ValidatingAdmissionPolicyBinding', hasSynced),
});
const wall = named('ValidatingAdmissionPolicy', 'mainstay-walls');
const binding = named('ValidatingAdmissionPolicyBinding', 'mainstay-deployment-operator');

describe('a guard that', () => {
  /** Events, as `reason kind name`, each time that was looked. */
  function teller() {
    const events: string[] = [];
    const of = new GuardTeller(guards, live(), {
      record: ({ kind, metadata }, { reason }) => events.push(`${reason} ${kind} ${metadata.name}`),
    });
    const context = { log: createLog({ level: 'silent' }), signal: AbortSignal.abort(), failures: 0 };
    return async () => {
      events.length = 0;
      await of.reconcile(keyOf({ name: 'guards' }), context);
      return events;
    };
  }

  it('is in force is not spoken of', async () => {
    expect(await teller()()).toEqual([]);
  });

  it('goes missing is told of once, and so is its return', async () => {
    const look = teller();
    const policy = there.get(wall) ?? never();
    there.delete(wall);
    expect(await look()).toEqual([`GuardMissing ${wall}`]);
    expect(await look()).toEqual([]);
    there.set(wall, policy);
    expect(await look()).toEqual([`GuardRestored ${wall}`]);
    expect(await look()).toEqual([]);
  });

  it('of Deployments says something else is told of too', async () => {
    const altered = { ...(there.get(binding) ?? never()), spec: { policyName: 'another' } };
    there.set(binding, altered);
    expect(await teller()()).toEqual([`GuardAltered ${binding}`]);
  });

  it('is gone since before the start is told of at the start', async () => {
    there.clear();
    expect(await teller()()).toHaveLength(guards.length);
  });
});

it('are counted by their state, once it is known what is there', async () => {
  const count = async (hasSynced?: boolean) => {
    const registry = new Registry();
    measureGuards(registry, guards, live(hasSynced));
    const [metric] = await registry.getMetricsAsJSON();
    return Object.fromEntries((metric?.values ?? []).map(({ labels, value }) => [labels.state, value]));
  };
  there.delete(wall);
  expect(await count()).toEqual({ InForce: guards.length - 1, Missing: 1, Altered: 0 });
  expect(await count(false)).toEqual({});
});

function never(): never {
  throw new Error('it is there');
}
