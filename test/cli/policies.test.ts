import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { pod, policy, Workplace } from './workplace.ts';

describe('a Policy with a mistake', () => {
  const changed = (from: string | RegExp, to: string) => `${policy().replace(from, to)}---\n${pod(false)}`;
  const cases: readonly (readonly [string, string, string])[] = [
    ['in the syntax', changed('.orValue(false))"', '.orValue(false)"'), 'all.yaml:10:'],
    [
      'in a name',
      changed('podSpec.containers', 'podSpex.containers'),
      "all.yaml:10:20: not judged: Policy unprivileged: spec.rules[0].expression: undeclared reference to 'podSpex'",
    ],
    [
      'in a block of text',
      changed(/expression: .*/, 'expression: |\n        true &&\n          nothing.at.all'),
      "all.yaml:12:11: not judged: Policy unprivileged: spec.rules[0].expression: undeclared reference to 'nothing'",
    ],
    [
      'in a text that is folded: where it begins',
      changed(/expression: .*/, 'expression: >-\n        true &&\n        nothing.at.all'),
      "all.yaml:11:9: not judged: Policy unprivileged: spec.rules[0].expression: undeclared reference to 'nothing'",
    ],
    [
      'in a text with escapes: where it begins',
      changed(/expression: .*/, 'expression: "\\x22a\\x22 == nothing.at.all"'),
      "all.yaml:10:19: not judged: Policy unprivileged: spec.rules[0].expression: undeclared reference to 'nothing'",
    ],
    [
      'of a type',
      changed('workloads: true', 'workloads: yes please'),
      'all.yaml:7:12: not judged: Policy: spec.match.workloads must be true or false',
    ],
    [
      'of a field',
      changed('title:', 'titel:'),
      'all.yaml:5:3: not judged: Policy: spec.titel is no field that the kind has',
    ],
    [
      'of a rule of the kind',
      changed('workloads: true', 'projects: [a]'),
      'give exactly one of workloads: true and resources',
    ],
    [
      'of a value',
      changed('severity: high', 'severity: huge'),
      'all.yaml:6:3: not judged: Policy: spec.severity must be one of info',
    ],
    ['that is missing', changed(/ {2}rules:\n(?: {4}.*\n)*/, ''), 'rules is required'],
    ['there twice', `${policy()}---\n${policy()}---\n${pod(false)}`, 'Policy unprivileged is there twice'],
  ];
  it.each(cases)('is told with its place, and nothing passes by it: %s', (_, text, said) => {
    using work = new Workplace({ 'all.yaml': text });
    const answer = work.check('all.yaml');
    expect(answer.text).toContain(said);
    expect(answer.text).toMatch(/1 object, (?:0 Policies: .*0 passed|1 Policy: .*1 passed)\n$/);
    expect(answer.exitCode).toBe(2);
  });
});

describe('where there is no Policy', () => {
  it('is told, and nothing passes', () => {
    using work = new Workplace({ 'law.d/pod.yaml': pod(false, 'a'), 'pod.yaml': pod(false) });
    expect(work.check('--policies', 'law.d/pod.yaml', 'pod.yaml')).toEqual({
      text: 'law.d/pod.yaml:1:1: not judged: there is no Policy in it\n\n1 object, 0 Policies: 0 violations, 1 not judged, 0 passed\n',
      exitCode: 2,
    });
  });

  it.each(['nonsense', 'constructor', 'frameworks', '../test'])('there is no pack: %s', (name) => {
    using work = new Workplace({ 'pod.yaml': pod(false) });
    expect(() => work.check(`--pack=${name}`, 'pod.yaml')).toThrow(`There is no pack ${name}`);
  });
});

describe('a Policy', () => {
  it('is one, however often its file is given', () => {
    using work = new Workplace({ 'all.d/policy.yaml': policy(), 'all.d/pod.yaml': pod(true) });
    symlinkSync('policy.yaml', join(work.path, 'all.d/same.yaml'));
    const { text } = work.check('--policies', 'all.d/policy.yaml', 'all.d/pod.yaml', 'all.d/../all.d');
    expect(text).toContain('1 object, 1 Policy: 1 violation');
    expect(text).not.toContain('twice');
  });

  it('of a pack gives way to what is given under its name', () => {
    const own = policy().replace('name: unprivileged', 'name: pss-privileged');
    using work = new Workplace({ 'policy.yaml': own, 'pod.yaml': pod(true) });
    const { text } = work.check('--pack', 'baseline', '--policies', 'policy.yaml', 'pod.yaml');
    expect(text).toContain('a container is privileged: <leave> it out (pss-privileged/containers, high)');
    expect(text.match(/pss-privileged/g)).toHaveLength(1);
    expect(text).not.toContain('not judged');
  });
});
