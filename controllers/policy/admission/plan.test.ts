import { describe, expect, it } from 'vitest';
import { aRule, someFacts } from '../compile/builders.ts';
import { aWanted, refused, standing, taken } from './builders.ts';
import { planAdmission } from './plan.ts';

const facts = someFacts();
const names = ({ compiled }: ReturnType<typeof planAdmission>) =>
  compiled.objects.map(({ metadata }) => metadata.name);
const other = { rules: [aRule('other', 'podSpec.hostNetwork')] };

describe('a Policy whose present spec is refused', () => {
  it('stays in force as it last was, in the very object that it shares', () => {
    const before = planAdmission([aWanted('a'), aWanted('b')], [], facts);
    const live = standing(before);
    const now = planAdmission(
      [aWanted('a', other, { generation: 2, examination: refused }), aWanted('b')],
      live,
      facts,
    );
    expect(names(now)).toEqual(names(before));
    expect(now.obsolete).toEqual([]);
    expect(now.origins.get('a')?.generation).toBe(1);
    expect(now.findings.get('a')).toHaveLength(1);
  });

  it('of which the compiler itself finds that it is no CEL', () => {
    const before = planAdmission([aWanted('a')], [], facts);
    const broken = { rules: [aRule('limits', 'podSpec.containers.all(c, ')] };
    const now = planAdmission([aWanted('a', broken, { generation: 2 })], standing(before), facts);
    expect(names(now)).toEqual(names(before));
  });

  it('goes on in an object of its own when the other that it shared with changes', () => {
    const before = planAdmission([aWanted('a'), aWanted('b')], [], facts);
    const now = planAdmission(
      [
        aWanted('a', other, { generation: 2, examination: refused }),
        aWanted('b', { match: { workloads: true, namespaces: ['x'] } }, { generation: 2 }),
      ],
      standing(before),
      facts,
    );
    expect(now.compiled.placements.map(({ policy, rule }) => `${policy}/${rule}`).toSorted()).toEqual([
      'a/limits',
      'b/limits',
    ]);
    expect(new Set(names(now)).size).toBe(2);
    expect(now.obsolete, 'until the new ones have stood long enough').toEqual([]);
  });

  it('keeps its enforcement, also one that it was promoted to', () => {
    const before = planAdmission(
      [aWanted('a', { enforcement: 'Audit' }, { enforcement: 'Deny' })],
      [],
      facts,
    );
    const now = planAdmission(
      [aWanted('a', { ...other, enforcement: 'Audit' }, { generation: 2, examination: refused })],
      standing(before),
      facts,
    );
    expect(now.origins.get('a')).toMatchObject({ enforcement: 'Deny', proven: true });
    expect(names(now)).toEqual(names(before));
  });

  it('whose exceptions still expire', () => {
    const exceptions = [{ name: 'old', match: { names: ['x'] }, reason: 'why', expires: '2027-02-01' }];
    const before = planAdmission([aWanted('a', { exceptions })], [], facts);
    const now = planAdmission(
      [aWanted('a', { ...other, exceptions }, { generation: 2, examination: refused })],
      standing(before),
      facts,
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
    const before = planAdmission([aWanted('a', { fix })], [], facts);
    const unfit = { ...refused, unfit: true };
    const live = standing(before);
    const now = planAdmission([aWanted('a', { fix }, { examination: unfit })], live, facts);
    expect(kindsOf(now)).toEqual(['ValidatingAdmissionPolicy']);
    expect(now.obsolete.map(({ object }) => object.kind)).toEqual([
      'MutatingAdmissionPolicyBinding',
      'MutatingAdmissionPolicy',
    ]);
    const changed = { fix: { ...fix, existing: 'Suggest' as const } };
    const later = planAdmission([aWanted('a', changed, { generation: 2, examination: unfit })], live, facts);
    expect(kindsOf(later), 'where the one in force is another').toEqual([
      'ValidatingAdmissionPolicy',
      'MutatingAdmissionPolicy',
    ]);
  });

  it('that was never in force has nothing', () => {
    const now = planAdmission([aWanted('a', {}, { examination: refused })], [], facts);
    expect(names(now)).toEqual([]);
    expect(now.origins.size).toBe(0);
  });

  it('does not take over what another of its name had', () => {
    const before = planAdmission([aWanted('a')], [], facts);
    const now = planAdmission(
      [aWanted('a', other, { uid: 'another', examination: refused })],
      standing(before),
      facts,
    );
    expect(names(now)).toEqual([]);
  });

  it('keeps what is there as it is, where what that was made of is not known any more', () => {
    const before = planAdmission([aWanted('a')], [], facts);
    const live = standing(before).map((one) => ({ ...one, origins: [] }));
    const now = planAdmission(
      [aWanted('a', other, { generation: 2, examination: refused }), aWanted('b')],
      live,
      facts,
    );
    expect(now.frozen).toEqual(new Set(['a']));
    expect(now.obsolete).toEqual([]);
  });
});

it('what could not be asked now changes nothing of what is in force', () => {
  const before = planAdmission([aWanted('a')], [], facts);
  const unknown = { ...taken, state: 'Unknown', trouble: 'down' } as const;
  const now = planAdmission(
    [aWanted('a', other, { generation: 2, examination: unknown })],
    standing(before),
    facts,
  );
  expect(names(now)).toEqual(names(before));
});

it('what no Policy is compiled into any more goes, its binding first', () => {
  const before = planAdmission([aWanted('a')], [], facts);
  const now = planAdmission([], standing(before), facts);
  expect(now.obsolete.map(({ object }) => object.kind)).toEqual([
    'ValidatingAdmissionPolicyBinding',
    'ValidatingAdmissionPolicy',
  ]);
});

it('a Policy that has not earned to fail lets through what makes it fail', () => {
  const { compiled } = planAdmission(
    [aWanted('a', {}, { examination: { ...taken, proven: false } })],
    [],
    facts,
  );
  expect(compiled.objects[0]?.spec).toMatchObject({ failurePolicy: 'Ignore' });
});

describe('the names in the cluster of what Policies are compiled into', () => {
  const wanted = [aWanted('a'), aWanted('b', { match: { workloads: true, namespaces: ['x'] } })];
  const before = planAdmission(wanted, [], facts);
  const live = standing(before);

  it('stay as they are', () => {
    const now = planAdmission(wanted, live, facts);
    expect(now.slots).toEqual(before.slots);
    expect(now.obsolete).toEqual([]);
  });

  it('are others for what takes their place, as long as both are there', () => {
    const changed = planAdmission([aWanted('a', other, { generation: 2 })], live, facts);
    const [next] = names(changed);
    expect(names(before)).not.toContain(next);
    const old = names(before).map((name) => before.slots.get(name));
    expect(old).not.toContain(changed.slots.get(next ?? ''));
  });

  it('are given once: what stands under two goes under the second, when all stands', () => {
    const doubles = live.map((one) => ({ ...one, slot: 'mainstay-policy-255' })).slice(0, 1);
    expect(planAdmission(wanted, [...live, ...doubles], facts).obsolete).toEqual(doubles);
    const more = [...wanted, aWanted('c', { match: { workloads: true, namespaces: ['y'] } })];
    expect(planAdmission(more, [...live, ...doubles], facts).obsolete).toEqual([]);
  });

  it('are not those of anybody else', () => {
    const foreign = live.map((one) => ({ ...one, slot: 'mainstay-walls' }));
    const now = planAdmission(wanted, foreign, facts);
    expect(now.slots).toEqual(before.slots);
    expect(now.obsolete).toEqual([]);
  });
});
