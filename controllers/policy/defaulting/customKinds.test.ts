import { describe, expect, it } from 'vitest';
import { customKindsOf, defaulted } from './index.ts';

const schema = {
  type: 'object',
  required: ['spec'],
  properties: {
    spec: {
      type: 'object',
      required: ['size'],
      properties: {
        size: { type: 'integer', minimum: 1, maximum: 9 },
        color: { type: 'string', default: 'grey', enum: ['grey', 'white'] },
        name: { type: 'string', pattern: '^[a-z]+$', maxLength: 5 },
        port: { 'x-kubernetes-int-or-string': true },
        wings: {
          type: 'array',
          maxItems: 2,
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['side'],
          items: {
            type: 'object',
            properties: { side: { type: 'string' }, span: { type: 'integer', default: 80 } },
          },
        },
        labels: { type: 'object', additionalProperties: { type: 'string' } },
        free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
        nothing: { type: 'string', nullable: true },
      },
      'x-kubernetes-validations': [
        {
          rule: "self.color != 'white' || self.size > 2",
          message: 'white ones are large',
          fieldPath: '.color',
        },
        { rule: 'self == oldSelf', message: 'never changes' },
      ],
    },
  },
};

const [goose] = customKindsOf({
  spec: {
    group: 'example.com',
    scope: 'Cluster',
    names: { kind: 'Goose', plural: 'geese' },
    versions: [
      { name: 'v1', served: true, schema: { openAPIV3Schema: schema } },
      { name: 'v1alpha1', served: false },
    ],
  },
});

function shaped(spec: unknown) {
  return defaulted(
    { apiVersion: 'example.com/v1', kind: 'Goose', metadata: { name: 'a', labels: {} }, spec },
    goose,
  );
}

describe('an object of a custom kind', () => {
  it('is of the kind that its definition says', () => {
    expect(goose).toMatchObject({
      apiVersion: 'example.com/v1',
      kind: 'Goose',
      resource: 'geese',
      namespaced: false,
    });
  });

  it('has its defaults, also in lists', () => {
    expect(shaped({ size: 3, wings: [{ side: 'left' }], color: null, port: 'web' })).toEqual({
      object: {
        apiVersion: 'example.com/v1',
        kind: 'Goose',
        metadata: { name: 'a', labels: {} },
        spec: { size: 3, color: 'grey', wings: [{ side: 'left', span: 80 }], port: 'web' },
      },
      problems: [],
    });
  });

  it('keeps what is free, and loses what nobody knows', () => {
    expect(
      shaped({ size: 1, free: { a: { b: 1 } }, labels: { c: 'd' }, nothing: null, other: 1 }),
    ).toMatchObject({
      object: { spec: { free: { a: { b: 1 } }, labels: { c: 'd' }, nothing: null } },
      problems: [{ place: ['spec', 'other'], weight: 'Dropped' }],
    });
    expect(shaped({ size: 1, other: 1 }).object.spec).not.toHaveProperty('other');
  });

  it.each([
    ['nothing', undefined, ''],
    ['no size', {}, 'spec'],
    ['a text', { size: '3' }, 'spec.size'],
    ['a fraction', { size: 1.5 }, 'spec.size'],
    ['too much', { size: 10 }, 'spec.size'],
    ['too little', { size: 0 }, 'spec.size'],
    ['another value', { size: 1, color: 'red' }, 'spec.color'],
    ['a pattern', { size: 1, name: 'A' }, 'spec.name'],
    ['a long name', { size: 1, name: 'abcdef' }, 'spec.name'],
    ['many', { size: 1, wings: [{ side: 'a' }, { side: 'b' }, { side: 'c' }] }, 'spec.wings'],
    ['the same twice', { size: 1, wings: [{ side: 'a' }, { side: 'a' }] }, 'spec.wings.1'],
    ['a rule', { size: 1, color: 'white' }, 'spec.color'],
    ['no text', { size: 1, labels: { a: 1 } }, 'spec.labels.a'],
  ])('is refused where the API server would refuse it: %s', (_, spec, place) => {
    const refusals = shaped(spec).problems.filter(({ weight }) => weight === 'Refused');
    expect(refusals.map((problem) => problem.place.join('.'))).toContain(place);
  });
});
