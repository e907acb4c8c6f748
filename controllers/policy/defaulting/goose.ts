import { badTexts, goodTexts } from './gooseTexts.ts';

/**
 * A custom kind whose schema says all that one can say, and what the API server makes of its objects: for tests, of the
 * defaulting alone and on an API server.
 */
export const gooseDefinition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'geese.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Cluster',
    names: { kind: 'Goose', plural: 'geese', singular: 'goose' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: { openAPIV3Schema: schema() },
      },
      { name: 'v1alpha1', served: false, storage: false, schema: { openAPIV3Schema: { type: 'object' } } },
    ],
  },
};

export interface Goose {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec?: unknown;
  readonly [field: string]: unknown;
}

export function gooseOf(spec: unknown): Goose {
  return { apiVersion: 'example.com/v1', kind: 'Goose', metadata: { name: 'a' }, spec };
}

/** Specs that no API server takes, each with the place of what is wrong. */
export const badGeese: readonly (readonly [string, unknown, string])[] = [
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
  ['a null in a list', { size: 1, wings: [null] }, 'spec.wings.0'],
  ['a number that may be a string', { size: 1, port: {} }, 'spec.port'],
  ['no time', { size: 1, since: 'yesterday' }, 'spec.since'],
  ['no multiple', { size: 1, share: 0.25 }, 'spec.share'],
  ['the bound itself', { size: 1, share: 0 }, 'spec.share'],
  ['a rule about a time', { size: 1, since: '2019-01-01T00:00:00Z' }, 'spec'],
  ['a rule about a span', { size: 1, pause: '90m' }, 'spec'],
  ['a rule about a whole number that is a double', { size: 1, share: 2 }, 'spec'],
  ['a rule that says what to do without an old object', { size: 9 }, 'spec'],
  ['a rule about a reserved word', { size: 1, part: { namespace: 'b' } }, 'spec.part'],
  ['a rule about marks in a name', { size: 1, part: { 'is-a.b/c': 'b' } }, 'spec.part.is-a.b/c'],
  ['a rule about lines in a name', { size: 1, part: { x__y: 'b' } }, 'spec.part.x__y'],
  ['both of either', { size: 1, either: { a: '', b: '' } }, 'spec.either'],
  ['neither of either', { size: 1, either: {} }, 'spec.either'],
  ['none of its alternatives', { size: 1, amount: true }, 'spec.amount'],
  ['not all that it must be', { size: 1, amount: 'a' }, 'spec.amount'],
  ['what it must not be', { size: 1, amount: 13 }, 'spec.amount'],
  ['a number of more than 32 bits', { size: 1, count: 2 ** 31 }, 'spec.count'],
  ['a number of more than 64 bits', { size: 1, total: 1e20 }, 'spec.total'],
  ['a number too large for a float', { size: 1, weight: 1e39 }, 'spec.weight'],
  ...badTexts.map(
    ([format, text]) =>
      [`no ${format}: ${text}`, { size: 1, texts: { [format]: text } }, `spec.texts.${format}`] as const,
  ),
  ['a rule about a set', { size: 1, food: ['corn', 'grass'], liked: ['corn', 'snails'] }, 'spec'],
  ['a rule about sets together', { size: 1, food: ['a', 'b', 'c'], liked: ['a', 'b', 'd'] }, 'spec'],
  [
    'a rule about a list by keys',
    { size: 1, nests: [nest('a', 1), nest('b', 2)], eggs: [nest('a', 2), nest('b', 1)] },
    'spec',
  ],
  ['a rule about lists by keys', { size: 1, nests: [nest('a'), nest('b')], eggs: [nest('c')] }, 'spec'],
  ['a rule about a list whose order counts', { size: 1, road: ['a', 'b'], way: ['b', 'a'] }, 'spec'],
  ['a rule about a set of times', { size: 1, seen: ['2026-01-01T00:00:00Z'] }, 'spec'],
];

/** Specs that it takes, whatever it then makes of them. */
export const goodGeese: readonly (readonly [string, unknown])[] = [
  ['the least', { size: 1 }],
  ['defaults in lists', { size: 3, wings: [{ side: 'left' }], color: null, port: 'web' }],
  [
    'what is free, and what nobody knows',
    {
      size: 1,
      free: { a: { b: 1, c: null } },
      labels: { c: 'd', e: null },
      nothing: null,
      empty: { a: 1 },
      other: 1,
    },
  ],
  ['nulls', { size: 1, part: null, nothing: null, wings: [{ side: 'a', span: null }] }],
  [
    'all that is right',
    {
      size: 4,
      share: 0.3,
      since: '2026-01-01T00:00:00Z',
      pause: '5m',
      part: { namespace: 'a', 'is-a.b/c': 'a', x__y: 'a' },
      either: { b: '' },
      amount: '12',
      count: -(2 ** 31),
      total: 2 ** 53,
      weight: 1e38,
    },
  ],
  ...goodTexts.map(
    ([format, text]) => [`${format}: ${text}`, { size: 1, texts: { [format]: text } }] as const,
  ),
  ['a set in another order', { size: 1, food: ['corn', 'grass'], liked: ['grass', 'corn'] }],
  [
    'a list by keys in another order, as deep as it goes',
    {
      size: 1,
      nests: [{ tree: 'a', twigs: ['x', 'y'] }, nest('b', 2)],
      eggs: [nest('b', 2), { tree: 'a', twigs: ['y', 'x'] }],
    },
  ],
];

/** An item of a list that is told apart by its tree. */
function nest(tree: string, height?: number): object {
  return height === undefined ? { tree } : { tree, height };
}

function setOf(items: object) {
  return { type: 'array', maxItems: 5, 'x-kubernetes-list-type': 'set', items: { maxLength: 30, ...items } };
}

function nests() {
  return {
    type: 'array',
    maxItems: 5,
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['tree'],
    items: {
      type: 'object',
      required: ['tree'],
      properties: {
        tree: { type: 'string', maxLength: 30 },
        height: { type: 'integer' },
        twigs: setOf({ type: 'string' }),
      },
    },
  };
}

function schema() {
  return {
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
              required: ['side'],
              properties: { side: { type: 'string' }, span: { type: 'integer', default: 80 } },
            },
          },
          labels: { type: 'object', additionalProperties: { type: 'string' } },
          free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
          nothing: { type: 'string', nullable: true },
          empty: { type: 'object' },
          share: { type: 'number', multipleOf: 0.1, minimum: 0, exclusiveMinimum: true },
          since: { type: 'string', format: 'date-time' },
          pause: { type: 'string', format: 'duration' },
          part: {
            type: 'object',
            properties: {
              namespace: { type: 'string' },
              'is-a.b/c': { type: 'string' },
              x__y: { type: 'string' },
            },
            'x-kubernetes-validations': [
              { rule: "!has(self.__namespace__) || self.__namespace__ == 'a'", message: 'namespace is a' },
              {
                rule: "!has(self.is__dash__a__dot__b__slash__c) || self.is__dash__a__dot__b__slash__c == 'a'",
                message: 'is-a is a',
                fieldPath: "['is-a.b/c']",
              },
              { rule: "self.?x__underscores__y.orValue('a') == 'a'", fieldPath: '.x__y' },
            ],
          },
          count: { type: 'integer', format: 'int32' },
          total: { type: 'integer', format: 'int64' },
          weight: { type: 'number', format: 'float' },
          texts: {
            type: 'object',
            properties: Object.fromEntries(goodTexts.map(([format]) => [format, { type: 'string', format }])),
          },
          food: setOf({ type: 'string' }),
          liked: setOf({ type: 'string' }),
          seen: setOf({ type: 'string', format: 'date-time' }),
          nests: nests(),
          eggs: nests(),
          road: { type: 'array', maxItems: 5, items: { type: 'string', maxLength: 30 } },
          way: { type: 'array', maxItems: 5, items: { type: 'string', maxLength: 30 } },
          either: {
            type: 'object',
            properties: { a: { type: 'string' }, b: { type: 'string' } },
            oneOf: [{ required: ['a'] }, { required: ['b'] }],
          },
          amount: {
            'x-kubernetes-int-or-string': true,
            anyOf: [{ type: 'integer' }, { type: 'string' }],
            allOf: [{ pattern: '^[0-9]+$' }],
            not: { enum: [13] },
          },
        },
        'x-kubernetes-validations': [
          {
            rule: "self.color != 'white' || self.size > 2",
            message: 'white ones are large',
            fieldPath: '.color',
          },
          { rule: 'self == oldSelf', message: 'never changes' },
          { rule: 'oldSelf.hasValue() || self.size != 9', message: 'begins small', optionalOldSelf: true },
          {
            rule: "!has(self.since) || self.since > timestamp('2020-01-01T00:00:00Z')",
            messageExpression: '"since %s".format([string(self.since)])',
          },
          { rule: "!has(self.pause) || self.pause < duration('1h')", message: 'pauses are short' },
          { rule: '!has(self.share) || self.share / 2.0 < 1.0', message: 'half a share' },
          {
            rule: "!has(self.food) || self.liked == self.food || self.liked.exists(l, l == 'd')",
            message: 'eats what it likes',
          },
          { rule: '!has(self.food) || size(self.food + self.liked) < 4', message: 'eats three things' },
          {
            rule: '!has(self.nests) || size(self.eggs) == 1 || dyn(self.nests) == dyn(self.eggs)',
            message: 'eggs are in nests',
          },
          { rule: '!has(self.nests) || size(dyn(self.nests) + dyn(self.eggs)) < 3', message: 'two nests' },
          {
            rule: '!has(self.nests) || self.nests == self.nests.filter(n, n.tree.size() == 1)',
            message: 'small trees',
          },
          { rule: '!has(self.road) || self.road == self.way', message: 'goes by road' },
          { rule: '!has(self.seen) || self.seen == self.seen', message: 'was seen' },
        ],
      },
    },
  };
}
