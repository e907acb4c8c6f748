import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { testCases } from '../../cli/cases.ts';
import { now, policy, Workplace } from './workplace.ts';

function cases(...each: readonly string[]): string {
  return `policy: policy.yaml\ncases:\n${each.join('')}`;
}

function podCase(name: string, privileged: boolean, expect: string): string {
  return `  - name: ${name}
    object:
      apiVersion: v1
      kind: Pod
      metadata: { name: web }
      spec: { containers: [{ name: a, image: a, securityContext: { privileged: ${privileged} } }] }
    expect: ${expect}
`;
}

function tested(files: Readonly<Record<string, string>>, path = '.') {
  using work = new Workplace({ 'policy.yaml': policy(), ...files });
  const { text, exitCode } = testCases([join(work.path, path)], now);
  return { text: text.replaceAll(`${work.path}/`, ''), exitCode };
}

describe('mainstay check test', () => {
  it('is content where all comes out as expected', () => {
    const all = cases(
      podCase('good', false, 'pass'),
      podCase('bad', true, '{ containers: fail }'),
      podCase('elsewhere', true, 'notMatched').replace('name: web', 'name: web, namespace: kube-system'),
    );
    expect(tested({ 'policy.cases.yaml': all })).toEqual({ text: '3 cases: all as expected\n', exitCode: 0 });
  });

  it('tells each that comes out otherwise', () => {
    const all = cases(
      podCase('good', false, 'fail'),
      podCase('bad', true, 'notMatched'),
      podCase('same', true, 'fail'),
    );
    expect(tested({ 'policy.cases.yaml': all })).toEqual({
      text: [
        'policy.cases.yaml:9: good: containers: expected fail, got pass',
        'policy.cases.yaml:16: bad: containers: expected notMatched, got fail: a container is privileged: <leave> it out',
        '3 cases: 2 not as expected',
        '',
      ].join('\n'),
      exitCode: 1,
    });
  });

  it('knows the namespace of a case', () => {
    const inProd = policy().replace(
      'workloads: true',
      'workloads: true, namespaceSelector: { matchLabels: { a: b } }',
    );
    const namespace = '    namespace: { metadata: { name: shop, labels: { a: b } } }\n';
    const all = cases(podCase('in it', true, 'fail') + namespace, podCase('not in it', true, 'notMatched'));
    expect(tested({ 'policy.yaml': inProd, 'policy.cases.yaml': all }).exitCode).toBe(0);
  });

  it.each([
    ['no cases', { 'a.yaml': '' }, 'there are no cases in it'],
    ['broken YAML', { 'a.cases.yaml': 'policy: [' }, 'a.cases.yaml:1'],
    [
      'no list',
      { 'a.cases.yaml': 'policy: policy.yaml\n' },
      'cases have a policy (a file) and a list of cases',
    ],
    [
      'no such Policy',
      { 'a.cases.yaml': 'policy: other.yaml\ncases: []\n' },
      'other.yaml:1: there is no such file',
    ],
    [
      'no such result',
      { 'a.cases.yaml': cases(podCase('a', true, 'perhaps')) },
      'expect is one of pass, fail, error, skip, notMatched',
    ],
    [
      'no such rule',
      { 'a.cases.yaml': cases(podCase('a', true, '{ other: pass }')) },
      'there is no such rule',
    ],
    [
      'an object that no API server takes',
      { 'a.cases.yaml': cases(podCase('a', true, 'pass').replace('image: a', 'image: 1')) },
      'no API server takes the object: spec.containers.0.image',
    ],
    [
      'no name',
      { 'a.cases.yaml': cases('  - object: {}\n') },
      'a case has a name, an object and what to expect',
    ],
  ])('is no success with what cannot be run: %s', (_, files, said) => {
    const { text, exitCode } = tested(files);
    expect(text).toContain(said);
    expect(exitCode).toBe(2);
  });

  it('finds the packs as their cases say', { timeout: 120_000 }, () => {
    const packs = fileURLToPath(new URL('../../policies', import.meta.url));
    expect(testCases([packs], now)).toEqual({
      text: expect.stringMatching(/^\d+ cases: all as expected\n$/),
      exitCode: 0,
    });
  });
});
