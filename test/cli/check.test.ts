import { describe, expect, it } from 'vitest';
import { commandOf } from '../../cli/commandLine.ts';
import { pod, policy, Workplace } from './workplace.ts';

describe('mainstay check', () => {
  it('is clean where all that is judged passes', () => {
    using work = new Workplace({ 'policy.yaml': policy(), 'pod.yaml': pod(false) });
    expect(work.check('--policies', 'policy.yaml', 'pod.yaml')).toEqual({
      text: '1 object, 1 Policy: 0 violations, 1 passed\n',
      exitCode: 0,
    });
  });

  it('points at the container that violates a Policy', () => {
    using work = new Workplace({ 'policy.yaml': policy(), 'pod.yaml': pod(true) });
    const { text, exitCode } = work.check('--policies', 'policy.yaml', 'pod.yaml');
    expect(text).toContain(
      'pod.yaml:12:9: error: Pod default/web: a container is privileged: <leave> it out (unprivileged/containers, high)\n',
    );
    expect(exitCode).toBe(1);
  });

  it('takes Policies from among the manifests, in any order and file', () => {
    using work = new Workplace({ 'all.yaml': `${pod(true)}---\n${policy()}` });
    expect(work.check('all.yaml')).toMatchObject({
      text: expect.stringContaining('1 object, 1 Policy: 1 violation'),
      exitCode: 1,
    });
  });

  it('judges by the restricted pack where there is no Policy at all, and by packs that are named', () => {
    using work = new Workplace({ 'pod.yaml': pod(true) });
    expect(work.check('pod.yaml').text).toContain('(pss-run-as-non-root/');
    const { text } = work.check('--pack', 'baseline', 'pod.yaml');
    expect(text).toContain('(pss-privileged/');
    expect(text).not.toContain('pss-run-as-non-root');
    expect(() => work.check('--pack', 'nonsense', 'pod.yaml')).toThrow('There is no pack nonsense');
  });

  it('reads folders, lists, JSON, and many documents in a file', () => {
    const item = (name: string) => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name },
      spec: { containers: [] },
    });
    using work = new Workplace({
      'policy.yaml': policy(),
      'all.d/a.yaml': `${pod(true, 'a')}---\n---\n# nothing\n---\n${pod(true, 'b')}`,
      'all.d/deep/c.json': JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [item('c')] }),
      'all.d/deep/d.yml': `apiVersion: v1\nkind: PodList\nitems:\n- metadata: {name: d}\n  spec: {containers: [{name: x, securityContext: {privileged: true}}]}\n`,
      'all.d/.hidden/e.yaml': '[',
      'all.d/notes.txt': '[',
      'all.d/f.cases.yaml': '[',
    });
    const { text, exitCode } = work.check('--policies', 'policy.yaml', 'all.d');
    expect(text.split('\n').slice(0, 3)).toEqual([
      expect.stringMatching(/^all.d\/a.yaml:12:9: error: Pod default\/a/),
      expect.stringMatching(/^all.d\/a.yaml:28:9: error: Pod default\/b/),
      expect.stringMatching(/^all.d\/deep\/d.yml:5:51: error: Pod default\/d/),
    ]);
    expect(text).toContain('4 objects, 1 Policy: 3 violations, 1 passed');
    expect(exitCode).toBe(1);
  });

  it('leaves out what is excluded', () => {
    using work = new Workplace({
      'policy.yaml': policy(),
      'all.d/pod.yaml': pod(false),
      'all.d/values.yaml': 'a: b',
    });
    expect(work.check('--policies', 'policy.yaml', 'all.d').exitCode).toBe(2);
    expect(work.check('--policies', 'policy.yaml', '--exclude=**/values.yaml', 'all.d').exitCode).toBe(0);
  });

  it('reads YAML as Kubernetes does', () => {
    const expression =
      "object.data.all(k, v, type(v) == string) && object.binaryData == {} || object.metadata.annotations.time == '2027-01-01'";
    using work = new Workplace({
      'all.yaml': `${policy()
        .replace('workloads: true', "resources: [{ apiGroups: [''], resources: ['configmaps'] }]")
        .replace(/expression: .*/, `expression: "${expression}"`)}
---
apiVersion: v1
kind: ConfigMap
metadata: { name: times, annotations: { time: 2027-01-01, ports: 22:22 } }
`,
      'octal.yaml': `apiVersion: v1
kind: Pod
metadata: { name: octal }
spec:
  containers: [{ name: a, image: a }]
  volumes: [{ name: v, configMap: { name: c, defaultMode: 0400 } }]
---
${policy().replace(/expression: .*/, 'expression: "podSpec.volumes.all(v, !has(v.configMap) || v.configMap.defaultMode == 256)"')}`,
      'yes.yaml': pod(false).replace('name: web', 'name: web\n  annotations: { a: yes }'),
    });
    expect(work.check('all.yaml')).toMatchObject({ text: expect.stringContaining('1 passed'), exitCode: 0 });
    expect(work.check('octal.yaml')).toMatchObject({
      text: expect.stringContaining('1 passed'),
      exitCode: 0,
    });
    expect(work.check('yes.yaml').text).toContain(
      'yes.yaml:5:18: not judged: Pod: metadata.annotations.a must be a string, and is true',
    );
  });

  it('knows the namespaces of the input, and asks for one that a Policy has to know', () => {
    const inProd = policy().replace(
      'workloads: true',
      'workloads: true, namespaceSelector: { matchLabels: { stage: prod } }',
    );
    const namespace = (stage: string) =>
      `---\napiVersion: v1\nkind: Namespace\nmetadata: { name: shop, labels: { stage: ${stage} } }\n`;
    using work = new Workplace({
      'policy.yaml': inProd,
      'none.yaml': pod(true),
      'prod.yaml': pod(true) + namespace('prod'),
      'dev.yaml': pod(true) + namespace('dev'),
    });
    const checked = (file: string) => work.check('--namespace', 'shop', '--policies', 'policy.yaml', file);
    expect(checked('none.yaml')).toMatchObject({
      text: expect.stringContaining('reads labels of the namespace shop, which is not among the input'),
      exitCode: 2,
    });
    expect(checked('prod.yaml').exitCode).toBe(1);
    expect(checked('dev.yaml').exitCode).toBe(0);
  });

  it('takes the environments of Projects from the input', () => {
    const inProd = policy().replace('workloads: true', 'workloads: true, environments: [prod]');
    const project = `---\napiVersion: mainstay.dev/v1alpha1\nkind: Project\nmetadata: { name: shop }\nspec:\n  owners: [{ kind: Group, name: shop }]\n  environments: [{ name: prod }, { name: dev, namespace: shop-testing }]\n`;
    using work = new Workplace({ 'policy.yaml': inProd, 'pod.yaml': pod(true) + project });
    const checked = (namespace: string) =>
      work.check('--namespace', namespace, '--policies', 'policy.yaml', 'pod.yaml');
    expect(checked('shop-prod').exitCode).toBe(1);
    expect(checked('shop-testing').exitCode).toBe(0);
    expect(checked('other').exitCode).toBe(2);
  });

  it('says what is wrong of the owner alone, where a controller made the rest', () => {
    const replicaSet = `apiVersion: apps/v1
kind: ReplicaSet
metadata: { name: web }
spec:
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: a, image: a, securityContext: { privileged: true } }] }
`;
    const owner =
      'ownerReferences: [{ apiVersion: apps/v1, kind: ReplicaSet, name: web, uid: u, controller: true }]';
    const owned = pod(true, `web-1\n  ${owner}`);
    using work = new Workplace({
      'policy.yaml': policy(),
      'both.yaml': `${owned}---\n${replicaSet}`,
      'alone.yaml': owned,
    });
    const { text } = work.check('--policies', 'policy.yaml', 'both.yaml');
    expect(text).toMatch(
      /^both.yaml:\d+:\d+: error: ReplicaSet default\/web: [^\n]*\n\n2 objects, 1 Policy: 1 violation, /,
    );
    expect(work.check('--policies', 'policy.yaml', 'alone.yaml').text).toContain('error: Pod default/web-1');
  });

  it('shows what an exception hides, until its date', () => {
    const excepting = (expires: string) =>
      policy(
        `  exceptions:\n    - { name: legacy, match: { names: [web] }, reason: migrating, expires: ${expires} }\n`,
      );
    using work = new Workplace({
      'holds.yaml': `${excepting('"2027-02-01"')}---\n${pod(true)}`,
      'over.yaml': `${excepting('"2026-02-01"')}---\n${pod(true)}`,
    });
    expect(work.check('holds.yaml')).toEqual({
      text: expect.stringMatching(
        /skipped: Pod default\/web: .*exception legacy until 2027-02-01: migrating\n(?:.|\n)*1 skipped/,
      ),
      exitCode: 0,
    });
    expect(work.check('over.yaml')).toMatchObject({
      text: expect.stringContaining('note: the exception legacy is over since 2026-02-01'),
      exitCode: 1,
    });
  });

  it('fails on what is enforced as strictly as is asked', () => {
    const enforced = (enforcement: string) => `${policy().replace('Deny', enforcement)}---\n${pod(true)}`;
    using work = new Workplace({
      'audit.yaml': enforced('Audit'),
      'warn.yaml': enforced('Warn'),
      'deny.yaml': enforced('Deny'),
    });
    const codes = (failOn: string) =>
      ['audit.yaml', 'warn.yaml', 'deny.yaml'].map((file) => work.check('--fail-on', failOn, file).exitCode);
    expect(codes('audit')).toEqual([1, 1, 1]);
    expect(codes('warn')).toEqual([0, 1, 1]);
    expect(codes('Deny')).toEqual([0, 0, 1]);
    expect(codes('never')).toEqual([0, 0, 0]);
    expect(work.check('--fail-on', 'deny', 'warn.yaml').text).toContain('warning: Pod default/web');
  });

  it('applies what a custom kind says of itself', () => {
    const crd = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: geese.example.com }
spec:
  group: example.com
  scope: Cluster
  names: { kind: Goose, plural: geese }
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          properties:
            spec:
              type: object
              default: {}
              properties:
                size: { type: integer, default: 3, maximum: 9 }
`;
    const ofGeese = policy()
      .replace('workloads: true', "resources: [{ apiGroups: ['example.com'], resources: ['geese'] }]")
      .replace(/expression: .*/, 'expression: "object.spec.size == 3 && namespaceObject == null"');
    const goose = (spec: string) => `apiVersion: example.com/v1\nkind: Goose\nmetadata: { name: a }\n${spec}`;
    using work = new Workplace({
      'policy.yaml': `${ofGeese}---\n${crd}`,
      'good.yaml': goose(''),
      'bad.yaml': goose('spec: { size: 4 }\n'),
      'wrong.yaml': goose('spec: { size: 10 }\n'),
      'without.yaml': `${goose('')}---\n${ofGeese.replace("'geese'", "'gooses'")}`,
    });
    const codes = ['good.yaml', 'bad.yaml', 'wrong.yaml'].map(
      (file) => work.check('--policies', 'policy.yaml', file).exitCode,
    );
    expect(codes).toEqual([0, 1, 2]);
    expect(work.check('without.yaml').text).toContain('a kind that nothing here defines');
  });

  it.each([
    ['Canary', 'canaries'],
    ['Gateway', 'gateways'],
    ['Class', 'classes'],
    ['Switch', 'switches'],
    ['Widget', 'widgets'],
  ])('guesses how a kind is called that nothing defines: %s', (kind, plural) => {
    const forKind = policy()
      .replace('workloads: true', `resources: [{ apiGroups: ['example.com'], resources: ['${plural}'] }]`)
      .replace(/expression: .*/, 'expression: "false"');
    using work = new Workplace({
      'all.yaml': `${forKind}---\napiVersion: example.com/v1\nkind: ${kind}\nmetadata: { name: a }\n`,
    });
    expect(work.check('all.yaml')).toMatchObject({
      text: expect.stringContaining(`${kind} of example.com/v1 is a kind that nothing here defines`),
      exitCode: 1,
    });
  });

  it('tells which rules only the API server can judge, and does not count them as passed', () => {
    const asks = policy().replace(/expression: .*/, 'expression: "request.userInfo.username != \'eve\'"');
    using work = new Workplace({ 'all.yaml': `${asks}---\n${pod(false)}` });
    expect(work.check('all.yaml')).toEqual({
      text: expect.stringMatching(
        /^all.yaml:10:7: note: Policy unprivileged: .*request.userInfo(?:.|\n)*0 violations, 0 passed\n$/,
      ),
      exitCode: 0,
    });
  });

  it('warns of fields that no API server knows', () => {
    using work = new Workplace({
      'all.yaml': `${policy()}---\n${pod(false).replace('securityContext', 'securitycontext')}`,
    });
    expect(work.check('all.yaml').text).toContain(
      'note: Pod: spec.containers.1.securitycontext is no field that the API server knows',
    );
  });
});

describe('what cannot be judged', () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ['broken YAML', 'kind: Pod\n  apiVersion: v1\n', 'bad.yaml:1:7: not judged:'],
    ['a document after a broken one', `a: [\n---\n${pod(false)}`, 'bad.yaml:2:1: not judged:'],
    ['a tab', 'kind: Pod\n\tapiVersion: v1\n', 'bad.yaml:2:1: not judged:'],
    ['a field twice', `${pod(false)}kind: Pod\n`, 'bad.yaml:13:1: not judged: Map keys must be unique'],
    ['a template', 'metadata:\n  {{- include "labels" . | nindent 4 }}\n', 'this looks like a template'],
    ['no object', '- a\n', 'bad.yaml:1:1: not judged: is no object of Kubernetes: it is no map'],
    [
      'no kind',
      'a: b\n',
      'bad.yaml:1:1: not judged: is no object of Kubernetes: it has no apiVersion and kind',
    ],
    [
      'an item of a list',
      'apiVersion: v1\nkind: List\nitems:\n- a: b\n',
      'bad.yaml:4:3: not judged: is no object',
    ],
    ['no name', 'apiVersion: v1\nkind: Pod\n', 'metadata.name is missing'],
    [
      'a kustomization',
      'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n',
      'kustomize build',
    ],
    ['nothing', '# nothing\n', 'bad.yaml:1:1: not judged: there is nothing in it'],
    [
      'what no API server takes',
      pod(false).replace('a:1', '[a]'),
      'bad.yaml:8:7: not judged: Pod: spec.containers.0.image must be a string',
    ],
    [
      'too many aliases',
      `a: &a [${'x,'.repeat(50)}]\n${Array.from({ length: 9 }, (_, i) => `${String.fromCharCode(98 + i)}: &${String.fromCharCode(98 + i)} [${`*${String.fromCharCode(97 + i)},`.repeat(50)}]\n`).join('')}`,
      'alias',
    ],
  ];
  it.each(cases)('is said, with its place, and never passes: %s', (_, text, said) => {
    using work = new Workplace({ 'policy.yaml': policy(), 'bad.yaml': text });
    const answer = work.check('--policies', 'policy.yaml', 'bad.yaml');
    expect(answer.text).toContain(said);
    expect(answer.exitCode).toBe(2);
  });

  it('is a file that is not there, and an empty folder', () => {
    using work = new Workplace({ 'policy.yaml': policy(), 'empty.d/readme.txt': '' });
    expect(work.check('--policies', 'policy.yaml', 'missing.yaml')).toEqual({
      text: expect.stringContaining('missing.yaml:1:1: not judged: there is no such file'),
      exitCode: 2,
    });
    expect(work.check('--policies', 'policy.yaml', 'empty.d')).toEqual({
      text: expect.stringContaining('not judged: there is no YAML or JSON in it'),
      exitCode: 2,
    });
  });

  it('weighs more than a violation', () => {
    using work = new Workplace({ 'all.yaml': `${policy()}---\n${pod(true)}---\na: b\n` });
    const { text, exitCode } = work.check('all.yaml');
    expect(text).toContain('1 violation, 1 not judged');
    expect(exitCode).toBe(2);
  });

  it('is a rule that fails on the object', () => {
    const broken = policy().replace(/expression: .*/, 'expression: "podSpec.nothing == 1"');
    using work = new Workplace({ 'all.yaml': `${broken}---\n${pod(false)}` });
    expect(work.check('all.yaml')).toEqual({
      text: expect.stringContaining(
        'not judged: Pod default/web: no such key: nothing (unprivileged/containers',
      ),
      exitCode: 2,
    });
  });
});

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

describe('the command line', () => {
  it.each([
    ['no command', ['chekc'], 'There is no command chekc'],
    ['no path', ['check'], 'Give at least one path'],
    ['an unknown option', ['check', '--nonsense', 'a'], '--nonsense'],
    [
      'an unknown format',
      ['check', '--output', 'xml', 'a'],
      '--output is one of text, json, sarif, junit, and not xml.',
    ],
    ['an unknown level', ['check', '--fail-on', 'high', 'a'], '--fail-on is one of'],
  ])('says what is wrong: %s', (_, args, said) => {
    expect(() => commandOf(args)).toThrow(said);
  });
});
