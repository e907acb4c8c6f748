import { describe, expect, it } from 'vitest';
import { aCandidate, findingsIn, ofKind, someFacts } from './builders.ts';
import { type Candidate, compile } from './index.ts';

describe('fixes', () => {
  const fix = {
    mutations: [
      {
        patchType: 'JSONPatch' as const,
        jsonPatch: {
          expression: "[JSONPatch{op: 'add', path: podSpecPath + '/hostNetwork', value: params.host}]",
        },
      },
    ],
    existing: 'Off' as const,
  };
  const fields = { fix, params: { host: false } };
  const fixesOf = (...candidates: readonly Candidate[]) =>
    ofKind(compile(candidates, someFacts()), 'MutatingAdmissionPolicy');

  const asked = { ...fields, fix: { ...fix, existing: 'Suggest' as const } };

  it('become one mutating policy with one binding for Policies that are alike', () => {
    const compiled = compile([aCandidate('a', fields), aCandidate('b', fields)], someFacts());
    const [policy, ...others] = ofKind(compiled, 'MutatingAdmissionPolicy');
    expect(others).toEqual([]);
    expect(ofKind(compiled, 'MutatingAdmissionPolicyBinding')).toHaveLength(1);
    expect(policy?.spec.mutations).toHaveLength(2);
    expect(policy?.spec.variables?.map(({ name }) => name.replace(/_.*/, ''))).toEqual([
      'podSpecPath',
      'params',
    ]);
  });

  it('while a Policy counts, nothing is mutated, and only the operator sees what they would do', () => {
    expect(fixesOf(aCandidate('a', { ...fields, enforcement: 'Audit' }))).toEqual([]);
    const [policy, ...others] = fixesOf(aCandidate('a', { ...asked, enforcement: 'Audit' }));
    expect(others).toEqual([]);
    const condition = policy?.spec.matchConditions.at(-1)?.expression;
    expect(condition).toContain("'system:serviceaccount:mainstay-system:mainstay'");
    expect(condition).toContain('dryRun');
    expect(condition).not.toContain('CREATE');
  });

  it('in force, they are made of what is created, and of what is changed where a rule reads it', () => {
    const [policy, ...others] = fixesOf(aCandidate('a', fields));
    expect(others).toEqual([]);
    const condition = policy?.spec.matchConditions.at(-1)?.expression ?? '';
    expect(condition).toMatch(/^\(request.operation == 'CREATE' \|\| /);
    expect(condition).toContain('.?containers.orValue(null).map(e0, e0.?resources.?limits)');
    expect(fixesOf(aCandidate('a', asked))).toHaveLength(2);
  });

  it('are asked for each by its own mark, in one object; another fix or another match has another mark', () => {
    const marksOf = (...candidates: readonly Candidate[]) =>
      compile(candidates, someFacts()).fixes.map(({ policy, mark }) => `${policy} ${mark}`);
    const [a, b] = [aCandidate('a', { ...asked, enforcement: 'Audit' }), aCandidate('b', asked)];
    const both = marksOf(a, b);
    expect(both.map((one) => one.split(' ')[0])).toEqual(['a', 'b']);
    expect([...marksOf(a), ...marksOf(b)]).toEqual(both);
    expect(ofKind(compile([a, b], someFacts()), 'MutatingAdmissionPolicy')).toHaveLength(2);
    const changed = { ...asked, params: { host: true } };
    const narrowed = { ...asked, match: { workloads: true, namespaces: ['x'] } };
    const others = [changed, narrowed].flatMap((spec) => marksOf(aCandidate('a', spec)));
    expect(new Set([...both, ...others]).size).toBe(4);
    expect(marksOf(aCandidate('a', fields)), 'of what is not asked').toEqual([]);
  });

  it('where the server has none, nothing is fixed, and the rules are enforced all the same', () => {
    const facts = someFacts({ server: { minor: 35, validating: true, mutating: false } });
    expect(ofKind(compile([aCandidate('a', fields)], facts), 'MutatingAdmissionPolicy')).toEqual([]);
    expect(findingsIn(fields, facts)).toMatchObject({
      placed: 1,
      findings: [{ weight: 'Note', field: 'spec.fix' }],
    });
  });

  it('where the operator may not write them, no fix is in force, and the rules are enforced all the same', () => {
    const facts = someFacts({ server: { minor: 36, validating: true, mutating: 'Forbidden' } });
    const findings = [{ weight: 'Note', reason: 'FixForbidden', field: 'spec.fix' }];
    expect(ofKind(compile([aCandidate('a', fields)], facts), 'MutatingAdmissionPolicy')).toEqual([]);
    expect(findingsIn(fields, facts)).toMatchObject({ placed: 1, findings });
    const counts = { ...fields, enforcement: 'Audit' } as const;
    expect(findingsIn(counts, facts), 'of a fix that would change nothing').toMatchObject({ findings: [] });
    const { fix } = fields;
    expect(findingsIn({ ...counts, fix: { ...fix, existing: 'Suggest' } }, facts)).toMatchObject({
      findings,
    });
  });
});
