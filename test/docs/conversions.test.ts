import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { compile } from '../../controllers/policy/compile/index.ts';
import { type PolicySpec, policySpec } from '../../crds/policy/schema.ts';
import { facts, judge, judged } from '../policies/judged.ts';
import type { Manifest } from '../policies/packs.ts';
import { page, section, tableIn } from './pages.ts';

/** What the pages for those who come from elsewhere say in CEL: it compiles, and means what stands beside it. */

/** What a cell in CEL is to mean. */
interface Meaning {
  /** A rule with it; default: the cell alone. */
  readonly rule?: (cel: string) => string;
  readonly good: readonly Manifest[];
  readonly bad: readonly Manifest[];
}

const ofEach = (cel: string) => `podSpec.containers.all(c, ${cel})`;

/** By what it was in Kyverno. Of a cell without CEL of its own, nothing. */
const patterns: Readonly<Record<string, Meaning | undefined>> = {
  '`name: "?*"`': { good: [thing({ name: 'a' })], bad: [thing({ name: '' }), thing({})] },
  '`image: "!*:latest"`': {
    rule: ofEach,
    good: [pod({ image: 'web:1' })],
    bad: [pod({ image: 'web:1' }, { image: 'web:latest' })],
  },
  '`image: "registry.example.com/*"`': {
    rule: ofEach,
    good: [pod({ image: 'registry.example.com/web' })],
    bad: [pod({ image: 'docker.io/registry.example.com/web' })],
  },
  '`replicas: ">=2"`': {
    good: [thing({ spec: { replicas: 2 } }), thing({ spec: { replicas: 10 } })],
    bad: [thing({ spec: { replicas: 1 } })],
  },
  '`memory: "<=1Gi"`': {
    rule: ofEach,
    good: [limited('1Gi'), limited('1000M'), limited('1024Mi')],
    bad: [limited('1025Mi'), limited('2G')],
  },
  '`=(field): value` (if it is there)': {
    good: [thing({ field: 'v' }), thing({})],
    bad: [thing({ field: 'w' })],
  },
  '`X(field): "null"` (must not be there)': { good: [thing({})], bad: [thing({ field: 'v' })] },
  '`^(list): [{…}]` (one at the least)': {
    good: [thing({ list: [{ a: 2 }, { a: 1 }] })],
    bad: [thing({ list: [{ a: 2 }] }), thing({ list: [] })],
  },
  '`list: [{…}]` (each)': {
    good: [thing({ list: [{ a: 1 }, { a: 1 }] })],
    bad: [thing({ list: [{ a: 1 }, { a: 2 }] })],
  },
  '`(field): value` (only then)': {
    rule: (cel) => cel.replace('e.a', 'object.a'),
    good: [thing({ field: 'v', a: 1 }), thing({ field: 'w', a: 2 }), thing({ a: 2 })],
    bad: [thing({ field: 'v', a: 2 })],
  },
  '`<(field): value` (only then is anything of the rule asked)': undefined,
  '`+(field): value` (of a mutation: if it is not there)': undefined,
};

/** By what it was in Rego. */
const rego: Readonly<Record<string, Meaning | undefined>> = {
  '`container := input.review.object.spec.containers[_]` and a condition': {
    rule: (cel) => cel.replace('e.a == 1', "c.image != 'bad'"),
    good: [pod({ image: 'a' }, { image: 'b' })],
    bad: [pod({ image: 'a' }, { image: 'bad' })],
  },
  '`not input.review.object.metadata.labels[l]`': {
    rule: (cel) => `['owner'].filter(l, ${cel}).size() == 0`,
    good: [labelled({ owner: 'a' })],
    bad: [labelled({ other: 'a' }), thing({})],
  },
  '`startswith`, `endswith`, `contains`': {
    rule: (cel) =>
      cel
        .split(', ')
        .map((name, index) => `object.field.${name}('${'abc'[index]}')`)
        .join(' && '),
    good: [thing({ field: 'a c b' })],
    bad: [thing({ field: 'b c b' }), thing({ field: 'a c' }), thing({ field: 'a b' })],
  },
  '`regex.match("^a$", x)`': {
    rule: (cel) => cel.replace('x', 'object.field'),
    good: [thing({ field: 'a' })],
    bad: [thing({ field: 'aa' }), thing({ field: '' })],
  },
  '`count(x) > 0`': {
    rule: (cel) => cel.replace('x', 'object.list'),
    good: [thing({ list: [1] })],
    bad: [thing({ list: [] })],
  },
  '`sprintf("no %v", [x])`': {
    rule: (cel) =>
      cel
        .split(', ')
        .map((text) => `${text.replace(/\bx\b/, 'object.field')} == 'no bread'`)
        .join(' && '),
    good: [thing({ field: 'bread' })],
    bad: [thing({ field: 'bred' })],
  },
  '`object.get(o, "a", d)`': {
    rule: (cel) => `${cel.replace('o.', 'object.').replace('(d)', '(3)')} == 3`,
    good: [thing({ a: 3 }), thing({})],
    bad: [thing({ a: 2 })],
  },
  'sets and `missing := required - provided`': {
    rule: (cel) => `${cel.replace('required', "['a', 'b']").replace('provided', 'object.list')} == ['b']`,
    good: [thing({ list: ['a'] }), thing({ list: ['c', 'a'] })],
    bad: [thing({ list: ['b'] }), thing({ list: ['a', 'b'] }), thing({ list: [] })],
  },
};

describe.each([
  ['docs/policy/from-kyverno.md', 'Patterns in CEL', patterns],
  ['docs/policy/from-gatekeeper.md', 'Rego in CEL', rego],
])('%s', (path, title, meanings) => {
  const rows = tableIn(section(page(path), title));

  it('has no row that is not shown here', () => {
    expect(rows.map(([before]) => before)).toEqual(Object.keys(meanings));
  });

  it.each(
    rows.flatMap(([before = '', after = '']) => {
      const meaning = meanings[before];
      return meaning === undefined ? [] : [[before, after, meaning] as const];
    }),
  )('%s is %s', (_, after, { rule = (cel) => cel, good, bad }) => {
    const policy = policyOf(rule(celIn(after)));
    const asked = judge('conversion', policy);
    expect([...asked.findings, ...compiled(policy).findings]).toEqual([]);
    const outcomes = (objects: readonly Manifest[]) =>
      objects.map((object) => judged(asked, { object, namespace: undefined }).outcome);
    expect(outcomes(good)).toEqual(good.map(() => ({ rule: 'pass' })));
    expect(outcomes(bad)).toEqual(bad.map(() => ({ rule: 'fail' })));
  });
});

it('docs/policy/from-kyverno.md: what a mutation adds where it is not there is put in force', () => {
  const rows = tableIn(section(page('docs/policy/from-kyverno.md'), 'Patterns in CEL'));
  const [, after = ''] = rows.find(([before]) => before?.startsWith('`+(field)')) ?? [];
  const mutation = { patchType: 'ApplyConfiguration', applyConfiguration: { expression: celIn(after) } };
  const policy = policySpec.parse({ ...policyOf('has(object.field)'), fix: { mutations: [mutation] } });
  const { objects, findings } = compiled(policy);
  expect(findings).toEqual([]);
  expect(JSON.stringify(objects.find(({ kind }) => kind === 'MutatingAdmissionPolicy'))).toContain(
    "Object{field: 'v'}",
  );
});

describe('a conversion', () => {
  it('from Kyverno: asks the same of pods of the same namespaces, and of what makes them', () => {
    const outcome = shown('docs/policy/from-kyverno.md');
    const inside = (image: string, metadata: object = {}) => ({
      ...pod({ image }),
      metadata: { name: 'web', namespace: 'search', ...metadata },
    });
    expect(outcome(inside('registry.example.com/web'))).toEqual({ registry: 'pass' });
    expect(outcome(inside('nginx'))).toEqual({ registry: 'fail' });
    expect(outcome(inside('nginx', { labels: { tier: 'system' } }))).toBe('notMatched');
    expect(outcome(inside('nginx', { namespace: 'lab' }))).toBe('notMatched');
    const containers = [{ name: 'web', image: 'nginx' }];
    const template = { metadata: { labels: { app: 'web' } }, spec: { containers } };
    const made = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web', namespace: 'payments' },
    };
    const selector = { matchLabels: { app: 'web' } };
    expect(outcome({ ...made, spec: { selector, template } })).toEqual({ registry: 'fail' });
  });

  it('from Gatekeeper: asks the same of namespaces', () => {
    const outcome = shown('docs/policy/from-gatekeeper.md');
    const namespace = (name: string, labels?: object) => ({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name, ...(labels && { labels }) },
    });
    expect(outcome(namespace('shop', { owner: 'a', 'cost-center': '1' }))).toEqual({ labels: 'pass' });
    expect(outcome(namespace('shop', { owner: 'a' }))).toEqual({ labels: 'fail' });
    expect(outcome(namespace('shop'))).toEqual({ labels: 'fail' });
    expect(outcome(namespace('sandbox'))).toBe('notMatched');
  });
});

/** What is in backticks in a cell, with what stands for the reader's own filled in. */
function celIn(cell: string): string {
  const codes = [...cell.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code);
  return codes
    .join(', ')
    .replace('…', 'e.a == 1')
    .replace(/\bvalue\b/g, "'v'");
}

function policyOf(expression: string): PolicySpec {
  const match = expression.includes('podSpec')
    ? { workloads: true }
    : { resources: [{ apiGroups: ['example.com'], resources: ['things'] }] };
  return policySpec.parse({ match, rules: [{ name: 'rule', expression, message: 'is not so' }] });
}

function compiled(spec: PolicySpec) {
  return compile([{ name: 'conversion', spec, enforcement: 'Deny', proven: true }], facts);
}

/** What the Policy that a page shows says of an object. */
function shown(path: string) {
  const text = page(path).blocks.find((block) => block.text.includes('kind: Policy\n'))?.text ?? '';
  const { metadata, spec } = parse(text) as {
    readonly metadata: { readonly name: string };
    readonly spec: unknown;
  };
  const asked = judge(metadata.name, policySpec.parse(spec));
  return (object: Manifest) => judged(asked, { object, namespace: undefined }).outcome;
}

/** Of a kind that nothing defines. */
function thing(fields: object): Manifest {
  return { apiVersion: 'example.com/v1', kind: 'Thing', metadata: { name: 'a' }, ...fields };
}

function labelled(labels: object): Manifest {
  return { apiVersion: 'example.com/v1', kind: 'Thing', metadata: { name: 'a', labels } };
}

function pod(...containers: readonly object[]): Manifest {
  const named = containers.map((container, index) => ({ name: `c${index}`, ...container }));
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' }, spec: { containers: named } };
}

function limited(memory: string): Manifest {
  return pod({ image: 'a', resources: { limits: { memory } } });
}
