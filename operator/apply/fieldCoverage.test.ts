import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FieldsV1, KubernetesObject } from '../resources/object.ts';
import { fieldsLost } from './fieldCoverage.ts';

const at = (rest: object): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Widget',
  metadata: { name: 'a' },
  ...rest,
});
const lost = (desired: object, fields: FieldsV1 | undefined, live: object = desired) =>
  fieldsLost(at(desired), at(live), fields);

describe('which desired fields are no longer ours', () => {
  it.each<[string, object, FieldsV1 | undefined, readonly string[]]>([
    ['nothing is meant', {}, undefined, []],
    ['no entry of ours at all', { spec: { a: 1 } }, undefined, ['spec']],
    ['a scalar that is ours', { spec: { a: 1 } }, { 'f:spec': { 'f:a': {} } }, []],
    ['a scalar that is not', { spec: { a: 1, b: 2 } }, { 'f:spec': { 'f:a': {} } }, ['spec.b']],
    ['an atomic map', { spec: { selector: { a: 'b' } } }, { 'f:spec': { 'f:selector': {} } }, []],
    ['an atomic list', { spec: { args: ['x', 'y'] } }, { 'f:spec': { 'f:args': {} } }, []],
    ['null means nothing', { spec: { a: null, b: 1 } }, { 'f:spec': { 'f:b': {} } }, []],
    [
      'an entry by its key',
      { spec: { ports: [{ port: 80, protocol: 'TCP', name: 'web' }] } },
      {
        'f:spec': {
          'f:ports': {
            'k:{"port":80,"protocol":"TCP"}': { '.': {}, 'f:port': {}, 'f:name': {}, 'f:protocol': {} },
          },
        },
      },
      [],
    ],
    [
      'an entry whose key is defaulted',
      { spec: { ports: [{ port: 80, name: 'web' }] } },
      {
        'f:spec': {
          'f:ports': { 'k:{"port":80,"protocol":"TCP"}': { '.': {}, 'f:port': {}, 'f:name': {} } },
        },
      },
      [],
    ],
    [
      'a field of an entry taken',
      { spec: { ports: [{ port: 80, name: 'web' }] } },
      { 'f:spec': { 'f:ports': { 'k:{"port":80,"protocol":"TCP"}': { '.': {}, 'f:port': {} } } } },
      ['spec.ports[{"port":80,"protocol":"TCP"}].name'],
    ],
    [
      'an entry of another key does not stand in',
      { spec: { ports: [{ port: 80 }, { port: 80, protocol: 'UDP' }] } },
      {
        'f:spec': {
          'f:ports': { 'k:{"port":80,"protocol":"UDP"}': { '.': {}, 'f:port': {}, 'f:protocol': {} } },
        },
      },
      ['spec.ports[{"port":80}]'],
    ],
    [
      'members of a set',
      { spec: { set: ['a', 'b'] } },
      { 'f:spec': { 'f:set': { 'v:"a"': {} } } },
      ['spec.set["b"]'],
    ],
  ])('%s', (_name, desired, fields, expected) => {
    expect(lost(desired, fields)).toEqual(expected);
  });

  it('looks at labels and annotations, not at what the server never tracks', () => {
    const desired: KubernetesObject = {
      ...at({}),
      metadata: { name: 'a', namespace: 'b', uid: 'c', labels: { x: '1', 'y/z': '2' } },
    };
    const fields = { 'f:metadata': { 'f:labels': { 'f:x': {} } } };
    expect(fieldsLost(desired, desired, fields)).toEqual(['metadata.labels.y/z']);
  });

  it('takes an empty value as ours where the live one is empty or gone, and as lost where somebody filled it', () => {
    expect(lost({ spec: { ingress: [] } }, { 'f:spec': { 'f:a': {} } }, { spec: {} })).toEqual([]);
    expect(lost({ spec: { ingress: [] } }, { 'f:spec': { 'f:a': {} } }, { spec: { ingress: [{}] } })).toEqual(
      ['spec.ingress'],
    );
    expect(
      lost({ spec: { ingress: [] } }, { 'f:spec': { 'f:ingress': {} } }, { spec: { ingress: [{}] } }),
    ).toEqual([]);
  });

  it('property: what the model says we own is covered; each leaf taken away is named, and nothing else', () => {
    fc.assert(
      fc.property(tree, fc.nat(), (root, pick) => {
        const desired = jsonOf(root);
        const leaves = pathsOf(root);
        expect(lost({ spec: desired }, fieldsOf(root))).toEqual([]);
        const gone = leaves[pick % Math.max(leaves.length, 1)];
        if (gone === undefined) return;
        const without = fieldsOf(root, gone);
        const named = lost({ spec: desired }, without);
        expect(named).toHaveLength(1);
        expect(gone.display.startsWith(String(named[0]))).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});

// The model: a value together with how the server's schema sees it, from which both the value and the set follow.

type Tree =
  | { readonly as: 'scalar'; readonly value: string | number | boolean }
  | { readonly as: 'atomic'; readonly value: readonly unknown[] | object }
  | { readonly as: 'map'; readonly fields: Readonly<Record<string, Tree>> }
  | { readonly as: 'set'; readonly members: readonly string[] }
  | {
      readonly as: 'list';
      readonly entries: readonly { readonly key: string; readonly fields: Readonly<Record<string, Tree>> }[];
    };

interface Leaf {
  /** As a set of fields spells it. */
  readonly elements: readonly string[];
  readonly display: string;
}

const name = fc
  .stringMatching(/^[a-z][a-z./-]{0,6}$/)
  .filter((text) => text !== 'name' && !text.startsWith('constructor'));
const scalar = fc.oneof(fc.string({ maxLength: 5 }), fc.integer(), fc.boolean());
const { tree } = fc.letrec<{ readonly node: Tree; readonly tree: Tree & { as: 'map' } }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 3, depthIdentifier: 'tree' },
    fc.record({ as: fc.constant('scalar' as const), value: scalar }),
    fc.record({
      as: fc.constant('atomic' as const),
      value: fc.oneof(
        fc.array(scalar, { minLength: 1, maxLength: 3 }),
        fc.dictionary(name, scalar, { minKeys: 1, maxKeys: 3 }),
      ),
    }),
    fc.record({
      as: fc.constant('set' as const),
      members: fc.uniqueArray(fc.string(), { minLength: 1, maxLength: 3 }),
    }),
    fc.record({
      as: fc.constant('map' as const),
      fields: fc.dictionary(name, tie('node'), { minKeys: 1, maxKeys: 3 }),
    }),
    fc.record({
      as: fc.constant('list' as const),
      entries: fc.uniqueArray(
        fc.record({
          key: fc.string({ maxLength: 6 }),
          fields: fc.dictionary(name, tie('node'), { maxKeys: 3 }),
        }),
        { minLength: 1, maxLength: 3, selector: (entry) => entry.key },
      ),
    }),
  ),
  tree: fc.record({
    as: fc.constant('map' as const),
    fields: fc.dictionary(name, tie('node'), { minKeys: 1, maxKeys: 4 }),
  }),
}));

function jsonOf(node: Tree): unknown {
  switch (node.as) {
    case 'scalar':
    case 'atomic':
      return node.value;
    case 'set':
      return node.members;
    case 'map':
      return valuesOf(node.fields);
    case 'list':
      return node.entries.map(({ key, fields }) => ({ name: key, ...valuesOf(fields) }));
  }
}

function valuesOf(fields: Readonly<Record<string, Tree>>): object {
  return Object.fromEntries(Object.entries(fields).map(([key, node]) => [key, jsonOf(node)]));
}

function pathsOf(node: Tree, elements: readonly string[] = [], display = 'spec'): readonly Leaf[] {
  const below = (fields: Readonly<Record<string, Tree>>, from: readonly string[], shown: string) =>
    Object.entries(fields).flatMap(([key, child]) =>
      pathsOf(child, [...from, `f:${key}`], `${shown}.${key}`),
    );
  switch (node.as) {
    case 'scalar':
    case 'atomic':
      return [{ elements, display }];
    case 'set':
      return node.members.map((member) => ({
        elements: [...elements, `v:${JSON.stringify(member)}`],
        display: `${display}[${JSON.stringify(member)}]`,
      }));
    case 'map':
      return below(node.fields, elements, display);
    case 'list':
      return node.entries.flatMap(({ key, fields }) => {
        const json = JSON.stringify({ name: key });
        const entry = [...elements, `k:${json}`];
        return [
          { elements: [...entry, 'f:name'], display: `${display}[${json}].name` },
          ...below(fields, entry, `${display}[${json}]`),
        ];
      });
  }
}

/** The set of all leaves but one, as the server writes it: entries have a `.`, and a path without members is gone. */
function fieldsOf(root: Tree, without?: Leaf): FieldsV1 {
  const set: Record<string, unknown> = {};
  for (const leaf of pathsOf(root)) {
    if (leaf.elements.join('\n') === without?.elements.join('\n')) continue;
    let at: Record<string, unknown> = set;
    for (const element of ['f:spec', ...leaf.elements]) {
      const next = (at[element] ?? {}) as Record<string, unknown>;
      at[element] = next;
      if (element.startsWith('k:')) next['.'] = {};
      at = next;
    }
  }
  return set as FieldsV1;
}
