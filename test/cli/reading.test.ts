import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { pod, policy, Workplace } from './workplace.ts';

describe('what is read', () => {
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
  volumes: [{ name: v, configMap: { name: c, defaultMode: 0400 } }, { name: w, configMap: { name: c, defaultMode: 0o400 } }]
---
${policy().replace(/expression: .*/, 'expression: "podSpec.volumes.all(v, !has(v.configMap) || v.configMap.defaultMode == 256)"')}`,
      'texts.yaml': `${policy()}---\n${pod(false).replace('name: web', 'name: web\n  annotations: { family: e2, path: ., time: 22:22 }')}`,
      'yes.yaml': pod(false).replace('name: web', 'name: web\n  annotations: { a: yes }'),
    });
    expect(work.check('all.yaml')).toMatchObject({ text: expect.stringContaining('1 passed'), exitCode: 0 });
    expect(work.check('octal.yaml')).toMatchObject({
      text: expect.stringContaining('1 passed'),
      exitCode: 0,
    });
    expect(work.check('texts.yaml').exitCode).toBe(0);
    expect(work.check('yes.yaml').text).toContain(
      'yes.yaml:5:18: not judged: Pod: metadata.annotations.a must be a string, and is true',
    );
  });
});

describe('files as people have them', () => {
  const crlf = pod(true).replaceAll('\n', '\r\n');
  const json = JSON.stringify(
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'web' },
      spec: { containers: [{ name: 'a', image: 'a', securityContext: { privileged: true } }] },
    },
    undefined,
    '\t',
  );
  const rendered = `---\n# Source: shop/templates/none.yaml\n---\n# Source: shop/templates/web.yaml\n${pod(true)}`;
  const cases: readonly (readonly [string, string, string])[] = [
    ['lines that end as on Windows', crlf, '12:9'],
    ['a mark of its encoding', `\ufeff${pod(true)}`, '12:9'],
    ['JSON with tabs', json, '\\d+:\\d+'],
    ['a chart as it is rendered', rendered, '16:9'],
    ['dashes at the end', `${pod(true)}---\n...\n`, '12:9'],
    [
      'a list',
      `apiVersion: v1\nkind: List\nitems:\n- ${pod(true).replaceAll('\n', '\n  ').trim()}\n`,
      '15:11',
    ],
    [
      'an anchor and its alias',
      pod(true)
        .replace('privileged: true', '<<: *all')
        .replace('kind: Pod', 'kind: Pod\nx-all: &all { privileged: true }'),
      '12:7',
    ],
  ];
  it.each(cases)('are read, and pointed into: %s', (_, text, place) => {
    using work = new Workplace({ 'policy.yaml': policy(), 'a.yaml': text });
    const answer = work.check('--policies', 'policy.yaml', 'a.yaml');
    expect(answer.text).toMatch(
      new RegExp(`^(.*note: .*\n)?a.yaml:${place}: error: (\\S+: )?Pod default/web: `),
    );
    expect(answer.exitCode).toBe(1);
  });

  it.each([
    ['a list of nothing', 'apiVersion: v1\nkind: List\nitems: null\n'],
    ['a list without items', 'apiVersion: v1\nkind: List\nmetadata: {}\n'],
    ['a list of one kind', 'apiVersion: v1\nkind: PodList\nitems: []\n'],
  ])('may hold nothing to judge: %s', (_, text) => {
    using work = new Workplace({ 'policy.yaml': policy(), 'a.yaml': text });
    expect(work.check('--policies', 'policy.yaml', 'a.yaml')).toEqual({
      text: '0 objects, 1 Policy: 0 violations, 0 passed\n',
      exitCode: 0,
    });
  });

  it('may have files without anything in a folder, if not all are', () => {
    using work = new Workplace({
      'policy.yaml': policy(),
      'some.d/none.yaml': '# switched off\n',
      'some.d/pod.yaml': pod(false),
      'none.d/none.yaml': '---\n---\n',
    });
    expect(work.check('--policies', 'policy.yaml', 'some.d').exitCode).toBe(0);
    expect(work.check('--policies', 'policy.yaml', 'none.d')).toEqual({
      text: expect.stringContaining('none.d:1:1: not judged: there is nothing in it'),
      exitCode: 2,
    });
  });

  it('are found through links, each once, and links that lead in a circle end', () => {
    using work = new Workplace({
      'policy.yaml': policy(),
      'base.d/pod.yaml': pod(false, 'base'),
      'all.d/pod.yaml': pod(false, 'all'),
    });
    const link = (to: string, name: string) => symlinkSync(to, join(work.path, name));
    link('../base.d', 'all.d/base');
    link('..', 'all.d/up');
    link('pod.yaml', 'all.d/same.yaml');
    link('nowhere', 'all.d/gone');
    expect(work.check('--policies', 'policy.yaml', 'all.d').text).toBe(
      '2 objects, 1 Policy: 0 violations, 2 passed\n',
    );
    link('circle.yaml', 'all.d/circle.yaml');
    link('gone', 'all.d/gone.yaml');
    const { text, exitCode } = work.check('--policies', 'policy.yaml', 'all.d');
    expect(text).toContain('all.d/circle.yaml:1:1: not judged: is a link that leads to itself');
    expect(text).toContain('all.d/gone.yaml:1:1: not judged: there is no such file');
    expect(text).toContain('2 objects, 1 Policy: 0 violations, 2 not judged, 2 passed');
    expect(exitCode).toBe(2);
  });

  it.each([
    ['UTF-16', Buffer.from(`\ufeff${pod(false)}`, 'utf16le'), 'is UTF-16: save it as UTF-8'],
    ['no text', Buffer.from([0x89, 0x50, 0x4e, 0x47, 0xff]), 'is no text: it is not UTF-8'],
    ['control characters', Buffer.from('kind: \0Pod\n'), 'is no text: there are control characters in it'],
    ['too much', Buffer.alloc(32 * 2 ** 20 + 1, 'a'), 'is larger than 32 MiB: split it'],
  ])('are told of where they are none, and the others are judged: %s', (_, bytes, said) => {
    using work = new Workplace({
      'policy.yaml': policy(),
      'all.d/a.yaml': bytes,
      'all.d/b.yaml': pod(true),
    });
    const { text, exitCode } = work.check('--policies', 'policy.yaml', 'all.d');
    expect(text).toContain(`all.d/a.yaml:1:1: not judged: ${said}\n`);
    expect(text).toContain('all.d/b.yaml:12:9: error: ');
    expect(exitCode).toBe(2);
  });

  it('say nothing to the terminal', () => {
    const name = String.raw`"web\e[2J\n"`;
    using work = new Workplace({ 'policy.yaml': policy(), 'a.yaml': pod(true, name) });
    expect(work.check('--policies', 'policy.yaml', 'a.yaml').text).toContain('Pod default/web\ufffd[2J : ');
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
      'bad.yaml:1:1: not judged: has too many aliases',
    ],
    ['an alias within itself', 'a: b\n---\na: &a [*a]\n', 'bad.yaml:3:1: not judged: '],
    [
      'what is nested deeply',
      `a: ${'['.repeat(300)}${']'.repeat(300)}\n`,
      'bad.yaml:1:1: not judged: is nested',
    ],
    ['what is nested very deeply', `a: ${'['.repeat(100_000)}`, 'bad.yaml:1:'],
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
