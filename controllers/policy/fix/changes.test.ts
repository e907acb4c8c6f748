import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { applied, type Change, changesBetween, holds, inverse, textOf, undone } from './changes.ts';
import { jsonPatch, manifestOf } from './patches.ts';

vi.setConfig({ testTimeout: 60_000 });

/** A pod with these containers. */
const pod = (containers: readonly object[], spec: object = {}) => ({ spec: { ...spec, containers } });
const subject = { apiVersion: 'v1', kind: 'Pod', namespace: 'shop', name: 'web' };

describe('what makes the one of the other', () => {
  it.for<[string, object, object, readonly Change[]]>([
    ['nothing', { a: [1, { b: 2 }] }, { a: [1, { b: 2 }] }, []],
    ['a value', { a: { b: 1 } }, { a: { b: 2 } }, [{ path: ['a', 'b'], before: 1, after: 2 }]],
    ['a new value', { a: {} }, { a: { b: 2 } }, [{ path: ['a', 'b'], after: 2 }]],
    ['a value that goes', { a: { b: { c: 1 } } }, { a: {} }, [{ path: ['a', 'b'], before: { c: 1 } }]],
    [
      'what was not there on the way, told with how much of it was',
      { a: {} },
      { a: { b: { c: { d: 1, e: 2 } } } },
      [
        { path: ['a', 'b', 'c', 'd'], after: 1, there: 1 },
        { path: ['a', 'b', 'c', 'e'], after: 2, there: 1 },
      ],
    ],
    [
      'part of an element, by its name',
      pod([{ name: 'a', image: 'x' }, { name: 'b' }]),
      pod([{ name: 'a', image: 'y' }, { name: 'b' }]),
      [{ path: ['spec', 'containers', { name: 'a' }, 'image'], before: 'x', after: 'y' }],
    ],
    [
      'elements that come and go',
      pod([{ name: 'a' }, { name: 'b' }, { name: 'c' }]),
      pod([{ name: 'b' }, { name: 'd' }]),
      [
        { path: ['spec', 'containers', { name: 'c' }], before: { name: 'c' }, at: 2 },
        { path: ['spec', 'containers', { name: 'a' }], before: { name: 'a' }, at: 0 },
        { path: ['spec', 'containers', { name: 'd' }], after: { name: 'd' } },
      ],
    ],
    [
      'a list whose order changes, as a whole',
      pod([{ name: 'a' }, { name: 'b' }]),
      pod([{ name: 'b' }, { name: 'a' }]),
      [
        {
          path: ['spec', 'containers'],
          before: [{ name: 'a' }, { name: 'b' }],
          after: [{ name: 'b' }, { name: 'a' }],
        },
      ],
    ],
    [
      'a list of which nothing stays, as a whole',
      { ports: [{ port: 80 }] },
      { ports: [{ port: 443 }] },
      [{ path: ['ports'], before: [{ port: 80 }], after: [{ port: 443 }] }],
    ],
    [
      'a list of words, as a whole',
      { drop: ['NET_RAW'] },
      { drop: ['ALL'] },
      [{ path: ['drop'], before: ['NET_RAW'], after: ['ALL'] }],
    ],
    [
      'a list whose names are not distinct, as a whole',
      { ports: [{ port: 53, protocol: 'UDP' }, { port: 53 }] },
      { ports: [{ port: 53, protocol: 'UDP' }] },
      [
        {
          path: ['ports'],
          before: [{ port: 53, protocol: 'UDP' }, { port: 53 }],
          after: [{ port: 53, protocol: 'UDP' }],
        },
      ],
    ],
  ])('%s', ([, before, after, expected]) => {
    expect(changesBetween(before, after)).toEqual(expected);
    expect(applied(before, expected)).toEqual(after);
    expect(undone(after, expected)).toEqual(before);
  });

  it('is told by its place', () => {
    expect(textOf(['metadata', 'labels', 'a.b/c'])).toBe('metadata.labels[a.b/c]');
    expect(textOf(['spec', 'containers', { name: 'a' }, 'image'])).toBe('spec.containers[name=a].image');
  });
});

const leaf = fc.oneof(fc.boolean(), fc.constantFrom('', 'a', 'b'), fc.integer({ min: 0, max: 3 }));
const field = fc.constantFrom('a', 'b', 'name', 'x/y', '~1', '__proto__');
const { json } = fc.letrec<{ json: unknown }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 4 },
    leaf,
    fc.dictionary(field, tie('json'), { maxKeys: 3, noNullPrototype: true }),
    fc.array(tie('json'), { maxLength: 3 }),
    fc.uniqueArray(fc.record({ name: fc.constantFrom('p', 'q', 'r', 's'), value: tie('json') }), {
      selector: ({ name }) => name,
      maxLength: 4,
    }),
  ),
}));
const object = fc.dictionary(field, json, { maxKeys: 4, noNullPrototype: true });

describe('of any two objects', () => {
  it('the changes make the one of the other, and taken back the other of the one', () => {
    fc.assert(
      fc.property(object, object, (before, after) => {
        const changes = changesBetween(before, after);
        expect(applied(before, changes)).toEqual(after);
        expect(changes.every((change) => holds(after, change))).toBe(true);
        expect(undone(after, changes)).toEqual(before);
        expect(inverse(inverse(changes))).toEqual(changes);
      }),
      { numRuns: 1000 },
    );
  });

  it('they are the same after they were written down', () => {
    fc.assert(
      fc.property(object, object, (before, after) => {
        const changes = changesBetween(before, after);
        const read: readonly Change[] = JSON.parse(JSON.stringify(changes));
        expect(applied(before, read)).toEqual(after);
      }),
    );
  });

  it('as JSON Patch they are the same', () => {
    fc.assert(
      fc.property(object, object, (before, after) => {
        const changes = changesBetween(before, after);
        expect(patched(before, jsonPatch(before, changes))).toEqual(after);
        expect(patched(after, jsonPatch(after, inverse(changes)))).toEqual(before);
      }),
      { numRuns: 1000 },
    );
  });
});

/** RFC 6902, as it is written there. */
function patched(object: unknown, operations: ReturnType<typeof jsonPatch>): unknown {
  const root: { value: unknown } = { value: structuredClone(object) };
  for (const operation of operations) {
    const names = operation.path
      .split('/')
      .slice(1)
      .map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'));
    let holder: unknown = root;
    let last = 'value';
    for (const name of names) {
      holder = own(holder, last);
      last = name;
    }
    const value = operation.op === 'remove' ? undefined : structuredClone(operation.value);
    if (Array.isArray(holder)) {
      const index = last === '-' ? holder.length : Number(last);
      if (operation.op === 'add') holder.splice(index, 0, value);
      else if (operation.op === 'remove') holder.splice(index, 1);
      else holder[index] = value;
      continue;
    }
    if (typeof holder !== 'object' || holder === null) throw new Error(`nothing holds ${operation.path}`);
    if (operation.op !== 'add' && !Object.hasOwn(holder, last))
      throw new Error(`there is no ${operation.path}`);
    if (operation.op === 'remove') Reflect.deleteProperty(holder, last);
    else Object.defineProperty(holder, last, { value, enumerable: true, configurable: true, writable: true });
  }
  return root.value;
}

function own(holder: unknown, name: string): unknown {
  if (Array.isArray(holder)) return holder[Number(name)];
  if (typeof holder !== 'object' || holder === null || !Object.hasOwn(holder, name))
    throw new Error(`no ${name}`);
  return Object.getOwnPropertyDescriptor(holder, name)?.value;
}

describe('for people', () => {
  it('is a manifest with nothing else in it', () => {
    const before = pod([{ name: 'a', image: 'x' }, { name: 'b' }], { hostNetwork: true });
    const after = pod([{ name: 'a', image: 'x', securityContext: { runAsNonRoot: true } }]);
    expect(manifestOf(subject, changesBetween(before, after))).toBe(
      [
        'apiVersion: v1',
        'kind: Pod',
        'metadata:',
        '  name: web',
        '  namespace: shop',
        'spec:',
        '  containers:',
        '    - name: a',
        '      securityContext:',
        '        runAsNonRoot: true',
        '    - name: b',
        '      $patch: delete',
        '  hostNetwork: null',
        '',
      ].join('\n'),
    );
  });
});
