import { describe, expect, it } from 'vitest';
import { aRule, someFacts } from '../compile/builders.ts';
import { aWanted, refused, standing, taken } from './builders.ts';
import type { Live } from './live.ts';
import { planAdmission, type Wanted } from './plan.ts';

const facts = someFacts();
/** As of API servers that have long since taken up all that stands, unless `wait` says otherwise. */
const planned = (
  wanted: readonly Wanted[],
  live: readonly Live[],
  wait: (one: Live['object']) => number = () => 0,
) => planAdmission(wanted, live, facts, wait);
const names = ({ compiled }: ReturnType<typeof planAdmission>) =>
  compiled.objects.map(({ metadata }) => metadata.name);
const other = { rules: [aRule('other', 'podSpec.hostNetwork')] };

describe('a Policy whose present spec is refused', () => {
  it('stays in force as it last was, in the very object that it shares', () => {
    const before = planned([aWanted('a'), aWanted('b')], []);
    const live = standing(before);
    const now = planned([aWanted('a', other, { generation: 2, examination: refused }), aWanted('b')], live);
    expect(names(now)).toEqual(names(before));
    expect(now.obsolete).toEqual([]);
    expect(now.origins.get('a')?.generation).toBe(1);
    expect(now.findings.get('a')).toHaveLength(1);
  });

  it('of which the compiler itself finds that it is no CEL', () => {
    const before = planned([aWanted('a')], []);
    const broken = { rules: [aRule('limits', 'podSpec.containers.all(c, ')] };
    const now = planned([aWanted('a', broken, { generation: 2 })], standing(before));
    expect(names(now)).toEqual(names(before));
  });

  it('goes on in an object of its own when the other that it shared with changes', () => {
    const before = planned([aWanted('a'), aWanted('b')], []);
    const now = planned(
      [
        aWanted('a', other, { generation: 2, examination: refused }),
        aWanted('b', { match: { workloads: true, namespaces: ['x'] } }, { generation: 2 }),
      ],
      standing(before),
    );
    expect(now.compiled.placements.map(({ policy, rule }) => `${policy}/${rule}`).toSorted()).toEqual([
      'a/limits',
      'b/limits',
    ]);
    expect(new Set(names(now)).size).toBe(2);
    expect(now.obsolete, 'until the new ones have stood long enough').toEqual([]);
  });

  it('keeps its enforcement, also one that it was promoted to', () => {
    const before = planned([aWanted('a', { enforcement: 'Audit' }, { enforcement: 'Deny' })], []);
    const now = planned(
      [aWanted('a', { ...other, enforcement: 'Audit' }, { generation: 2, examination: refused })],
      standing(before),
    );
    expect(now.origins.get('a')).toMatchObject({ enforcement: 'Deny', proven: true });
    expect(names(now)).toEqual(names(before));
  });

  it('whose exceptions still expire', () => {
    const exceptions = [{ name: 'old', match: { names: ['x'] }, reason: 'why', expires: '2027-02-01' }];
    const before = planned([aWanted('a', { exceptions })], []);
    const now = planned(
      [aWanted('a', { ...other, exceptions }, { generation: 2, examination: refused })],
      standing(before),
    );
    expect(now.wakeUp).toBe(Date.UTC(2027, 1, 1));
  });

  it('since what its fix makes fits no more, as it is in force, keeps its rules alone', () => {
    const expression = "[JSONPatch{op: 'add', path: '/spec/replicas', value: 1}]";
    const fix = {
      mutations: [{ patchType: 'JSONPatch' as const, jsonPatch: { expression } }],
      existing: 'Off' as const,
    };
    const kindsOf = ({ compiled }: ReturnType<typeof planAdmission>) =>
      compiled.objects.map(({ kind }) => kind).filter((kind) => !kind.endsWith('Binding'));
    const before = planned([aWanted('a', { fix })], []);
    const unfit = { ...refused, unfit: true };
    const live = standing(before);
    const now = planned([aWanted('a', { fix }, { examination: unfit })], live);
    expect(kindsOf(now)).toEqual(['ValidatingAdmissionPolicy']);
    expect(now.obsolete.map(({ object }) => object.kind)).toEqual([
      'MutatingAdmissionPolicyBinding',
      'MutatingAdmissionPolicy',
    ]);
    const changed = { fix: { ...fix, existing: 'Suggest' as const } };
    const later = planned([aWanted('a', changed, { generation: 2, examination: unfit })], live);
    expect(kindsOf(later), 'where the one in force is another').toEqual([
      'ValidatingAdmissionPolicy',
      'MutatingAdmissionPolicy',
    ]);
  });

  it('that was never in force has nothing', () => {
    const now = planned([aWanted('a', {}, { examination: refused })], []);
    expect(names(now)).toEqual([]);
    expect(now.origins.size).toBe(0);
  });

  it('does not take over what another of its name had', () => {
    const before = planned([aWanted('a')], []);
    const now = planned([aWanted('a', other, { uid: 'another', examination: refused })], standing(before));
    expect(names(now)).toEqual([]);
  });

  it('keeps what is there as it is, where what that was made of is not known any more', () => {
    const before = planned([aWanted('a')], []);
    const live = standing(before).map((one) => ({ ...one, origins: [] }));
    const now = planned([aWanted('a', other, { generation: 2, examination: refused }), aWanted('b')], live);
    expect(now.frozen).toEqual(new Set(['a']));
    expect(now.obsolete).toEqual([]);
  });
});

it('what could not be asked now changes nothing of what is in force', () => {
  const before = planned([aWanted('a')], []);
  const unknown = { ...taken, state: 'Unknown', trouble: 'down' } as const;
  const now = planned([aWanted('a', other, { generation: 2, examination: unknown })], standing(before));
  expect(names(now)).toEqual(names(before));
});

it('what stood before goes only once what replaces it is taken up, however old that says it is', () => {
  const before = planned([aWanted('a')], []);
  const next = [aWanted('a', other, { generation: 2 })];
  const made = planned(next, standing(before));
  expect(made.obsolete).toEqual([]);
  const live = [...standing(before), ...standing(made)];
  const isNew = ({ metadata }: Live['object']) => names(made).includes(metadata.name);
  const waits = (wait: number) => planned(next, live, (one) => (isNew(one) ? wait : 0));
  expect(waits(15_000)).toMatchObject({ obsolete: [], wakeUp: facts.now + 15_000 });
  expect(waits(0).obsolete).toHaveLength(2);
});

it('what no Policy is compiled into any more goes, its binding first', () => {
  const before = planned([aWanted('a')], []);
  const now = planned([], standing(before));
  expect(now.obsolete.map(({ object }) => object.kind)).toEqual([
    'ValidatingAdmissionPolicyBinding',
    'ValidatingAdmissionPolicy',
  ]);
});

it('a Policy that has not earned to fail lets through what makes it fail', () => {
  const { compiled } = planned([aWanted('a', {}, { examination: { ...taken, proven: false } })], []);
  expect(compiled.objects[0]?.spec).toMatchObject({ failurePolicy: 'Ignore' });
});

describe('the names in the cluster of what Policies are compiled into', () => {
  const wanted = [aWanted('a'), aWanted('b', { match: { workloads: true, namespaces: ['x'] } })];
  const before = planned(wanted, []);
  const live = standing(before);

  it('stay as they are', () => {
    const now = planned(wanted, live);
    expect(now.slots).toEqual(before.slots);
    expect(now.obsolete).toEqual([]);
  });

  it('are others for what takes their place, as long as both are there', () => {
    const changed = planned([aWanted('a', other, { generation: 2 })], live);
    const [next] = names(changed);
    expect(names(before)).not.toContain(next);
    const old = names(before).map((name) => before.slots.get(name));
    expect(old).not.toContain(changed.slots.get(next ?? ''));
  });

  it('are given once: what stands under two goes under the second, when all stands', () => {
    const doubles = live.map((one) => ({ ...one, slot: 'mainstay-policy-255' })).slice(0, 1);
    expect(planned(wanted, [...live, ...doubles]).obsolete).toEqual(doubles);
    const more = [...wanted, aWanted('c', { match: { workloads: true, namespaces: ['y'] } })];
    expect(planned(more, [...live, ...doubles]).obsolete).toEqual([]);
    const young = planned(wanted, [...live, ...doubles], () => 5000);
    expect([young.obsolete, young.wakeUp], 'and was taken up').toEqual([[], facts.now + 5000]);
  });

  it('are not those of anybody else', () => {
    const foreign = live.map((one) => ({ ...one, slot: 'mainstay-walls' }));
    const now = planned(wanted, foreign);
    expect(now.slots).toEqual(before.slots);
    expect(now.obsolete).toEqual([]);
  });
});
