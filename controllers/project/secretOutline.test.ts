import { describe, expect, test } from 'vitest';
import { annotations, labels } from '../../crds/project/names.ts';
import { desire } from '../../operator/apply/desired.ts';
import { judge } from '../../operator/apply/diff.ts';
import { seal } from '../../operator/apply/identity.ts';
import type { Secret } from '../../operator/resources/builtin.ts';
import type { FieldsV1 } from '../../operator/resources/object.ts';
import { identity } from './plan/marks.ts';
import { contentOf, copyOutline, secretOutlines, sourceOutline } from './secretOutline.ts';

const shared = { [labels.shared]: 'true' };
const source = (data: Record<string, string>, metadata: object = {}): Secret => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'pull', namespace: 'vault', labels: shared, ...metadata },
  type: 'Opaque',
  data,
});

describe('of a shared Secret little is kept, whatever its owner writes', () => {
  test.each([
    ['its data', source({ key: 'x'.repeat(1_000_000) })],
    ['the names in its data', source({ ['x'.repeat(1_000_000)]: '' })],
    ['its labels', source({}, { labels: { ...shared, ['x'.repeat(1_000_000)]: '' } })],
    ['its annotations', source({}, { annotations: { note: 'x'.repeat(200_000) } })],
    [
      'whom it is shared with',
      source({}, { annotations: { [annotations.sharedWith]: 'x,'.repeat(100_000) } }),
    ],
    ['its type', { ...source({}), type: 'x'.repeat(1_000_000) }],
    ['its managed fields', source({}, { managedFields: [{ manager: 'x'.repeat(1_000_000) }] })],
  ])('%s', (_, secret) => {
    expect(JSON.stringify(sourceOutline(secret)).length).toBeLessThan(300);
  });
});

test('a digest changes with the type and with the data, and with nothing else', () => {
  const { content } = sourceOutline(source({ a: 'MQ==', b: 'Mg==' }));
  expect(sourceOutline(source({ b: 'Mg==', a: 'MQ==' }, { resourceVersion: '9' })).content).toBe(content);
  const others = [
    source({ a: 'MQ==' }),
    source({ a: 'MQ==', b: 'Mw==' }),
    source({ a: 'MQ==', c: 'Mg==' }),
    { ...source({ a: 'MQ==', b: 'Mg==' }), type: 'example.com/login' },
  ];
  for (const other of others) expect(sourceOutline(other).content).not.toBe(content);
});

describe('whether a copy is as its source is told without the content', () => {
  const owner = { uid: 'uid-of-shop' };
  const content = { a: 'MQ==', b: 'Mg==' };
  const metadata = { name: 'pull', namespace: 'shop-dev' };
  const desiredFrom = (data: Record<string, string>) =>
    desire(
      secretOutlines,
      { metadata, content: contentOf({ data }) },
      { takeOver: 'Never', whole: [{ path: ['content'] }] },
    );
  /** A copy of `content` as the server has it: with these data now, of which these are ours. */
  const copy = (data: Record<string, string>, ours: readonly string[]): Secret => {
    const { metadata: marks } = seal(identity, owner, desiredFrom(content).object);
    const fields = (names: readonly string[]): FieldsV1 =>
      Object.fromEntries(names.map((name) => [`f:${name}`, {}]));
    const fieldsV1: FieldsV1 = {
      'f:type': {},
      'f:data': fields(ours),
      'f:metadata': {
        'f:labels': fields(Object.keys(marks.labels ?? {})),
        'f:annotations': fields(Object.keys(marks.annotations ?? {})),
      },
    };
    const managedFields = [{ manager: identity.fieldManager, operation: 'Apply' as const, fieldsV1 }];
    return { apiVersion: 'v1', kind: 'Secret', metadata: { ...marks, managedFields }, type: 'Opaque', data };
  };
  const verdict = (live: Secret, wanted: Record<string, string> = content) =>
    judge(identity, owner, desiredFrom(wanted), copyOutline(live)).type;

  test.each([
    ['stands', copy(content, ['a', 'b']), 'Nothing'],
    ['to which somebody added stands', copy({ ...content, c: 'Mw==' }, ['a', 'b']), 'Nothing'],
    ['in which somebody changed a value is put right', copy({ ...content, a: 'OQ==' }, ['b']), 'Apply'],
    [
      'in which a value is other than it was sent is put right',
      copy({ ...content, a: 'OQ==' }, ['a', 'b']),
      'Apply',
    ],
    ['from which somebody took a value is put right', copy({ a: 'MQ==' }, ['a']), 'Apply'],
  ])('one that %s', (_, live, expected) => {
    expect(verdict(live)).toBe(expected);
  });

  test('one whose source has changed is written', () => {
    expect(verdict(copy(content, ['a', 'b']), { a: 'MQ==' })).toBe('Apply');
  });

  test('what is kept of it does not grow with it', () => {
    const kept = copyOutline(copy({ ['x'.repeat(500_000)]: 'x'.repeat(500_000) }, ['x'.repeat(500_000)]));
    expect(JSON.stringify(kept).length).toBeLessThan(1000);
  });
});
