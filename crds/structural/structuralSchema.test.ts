import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { kubernetes } from './metadata.ts';
import type { StructuralSchema } from './openApi.ts';
import { NotStructuralError } from './refusal.ts';
import { structuralSchema } from './structuralSchema.ts';

const text = z.string().max(8).describe('Text.');
const atomic = { listType: 'atomic' } as const;

/** The schema of one documented field `x`. */
function field(x: z.core.$ZodType): StructuralSchema {
  const root = structuralSchema(z.strictObject({ x }).describe('Root.'), 'spec');
  return root.properties?.x ?? {};
}

function refusals(schema: z.core.$ZodType): readonly string[] {
  try {
    structuralSchema(schema, 'spec');
    return [];
  } catch (error) {
    if (error instanceof NotStructuralError)
      return error.refusals.map(({ path, problem }) => `${path}: ${problem}`);
    throw error;
  }
}

describe('what a structural schema can say', () => {
  const said: readonly (readonly [string, z.core.$ZodType, StructuralSchema])[] = [
    [
      'a bounded string',
      z.string().min(1).max(3).describe('D.'),
      { type: 'string', minLength: 1, maxLength: 3 },
    ],
    [
      'a pattern',
      z
        .string()
        .regex(/^a\/b$/)
        .describe('D.'),
      { type: 'string', pattern: '^a/b$' },
    ],
    ['a fixed length', z.string().length(2).describe('D.'), { type: 'string', minLength: 2, maxLength: 2 }],
    ['a time', z.iso.datetime().describe('D.'), { type: 'string', format: 'date-time' }],
    [
      'an integer',
      z.int().min(0).max(9).describe('D.'),
      { type: 'integer', format: 'int64', minimum: 0, maximum: 9 },
    ],
    [
      'a small integer',
      z.int32().describe('D.'),
      { type: 'integer', format: 'int32', minimum: -2147483648, maximum: 2147483647 },
    ],
    [
      'an open range',
      z.number().gt(0).lt(1).describe('D.'),
      { type: 'number', minimum: 0, exclusiveMinimum: true, maximum: 1, exclusiveMaximum: true },
    ],
    ['an enum', z.enum(['A', 'B']).describe('D.'), { type: 'string', enum: ['A', 'B'] }],
    ['a literal', z.literal(true).describe('D.'), { type: 'boolean', enum: [true] }],
    ['null', z.boolean().nullable().describe('D.'), { type: 'boolean', nullable: true }],
    ['a default', z.boolean().default(false).describe('D.'), { type: 'boolean', default: false }],
    [
      'a port',
      z.union([z.int().min(1), z.string().max(15)]).describe('D.'),
      { 'x-kubernetes-int-or-string': true, minimum: 1, maxLength: 15 },
    ],
    [
      'a threshold',
      z.union([z.number(), z.string().max(15)]).describe('D.'),
      { 'x-kubernetes-preserve-unknown-fields': true, maxLength: 15 },
    ],
    [
      'a set',
      z.array(text).min(1).max(2).describe('D.').register(kubernetes, { listType: 'set' }),
      {
        type: 'array',
        minItems: 1,
        maxItems: 2,
        items: { type: 'string', maxLength: 8, description: 'Text.' },
        'x-kubernetes-list-type': 'set',
      },
    ],
    [
      'a map',
      z.record(z.string(), text).describe('D.').register(kubernetes, { maxProperties: 4 }),
      {
        type: 'object',
        additionalProperties: { type: 'string', maxLength: 8, description: 'Text.' },
        maxProperties: 4,
      },
    ],
    [
      'anything, where that is meant',
      z.unknown().describe('D.').register(kubernetes, { preserveUnknownFields: true }),
      { 'x-kubernetes-preserve-unknown-fields': true },
    ],
  ];
  it.each(said)('%s', (_, schema, expected) => {
    expect(field(schema)).toEqual({ description: 'D.', ...expected });
  });

  describe('a schema that is not ours', () => {
    const theirs: StructuralSchema = {
      type: 'object',
      properties: { names: { type: 'array', items: { type: 'string' } } },
    };
    const pod = z.custom<object>().describe('D.').register(kubernetes, { schema: theirs });

    it('is written as it is, with our description', () => {
      expect(JSON.parse(JSON.stringify(field(pod)))).toEqual({ description: 'D.', ...theirs });
    });

    it('may be required or not, and null', () => {
      const schema = z.strictObject({ a: pod, b: pod.nullable().optional() }).describe('D.');
      const { required, properties } = structuralSchema(schema, 'spec');
      expect(required).toEqual(['a']);
      expect(properties?.b).toMatchObject({ nullable: true, type: 'object' });
    });

    it('needs no bounds, though a rule stands around it, which may blame a field of it', () => {
      const rule = { rule: 'has(self.pod)', message: 'no', fieldPath: '.pod.names' };
      const schema = z
        .strictObject({ pod })
        .describe('D.')
        .register(kubernetes, { rules: [rule] });
      expect(refusals(schema)).toEqual([]);
    });
  });

  it('a list that merges by name', () => {
    const item = z
      .strictObject({ name: text.default('a'), size: z.int().describe('Size.') })
      .describe('Item.');
    const list = z
      .array(item)
      .max(3)
      .describe('D.')
      .register(kubernetes, { listType: 'map', listMapKeys: ['name'] });
    expect(field(list)).toMatchObject({
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['name'],
      items: { required: ['size'], properties: { name: { default: 'a' } } },
    });
  });

  it('requires what is neither optional nor has a default', () => {
    const schema = z.strictObject({ a: text, b: text.optional(), c: text.default('c') }).describe('D.');
    expect(structuralSchema(schema, 'spec').required).toEqual(['a']);
  });

  it('takes the description nearest to the field, and the rules of all layers', () => {
    const self = (rule: string) => ({ rules: [{ rule, message: 'no' }] });
    const inner = z.string().max(3).describe('Inner.').register(kubernetes, self('self != "a"'));
    const outer = inner.optional().describe('Outer.').register(kubernetes, self('self != "b"'));
    expect(field(outer)).toMatchObject({
      description: 'Outer.',
      'x-kubernetes-validations': [{ rule: 'self != "a"' }, { rule: 'self != "b"' }],
    });
  });

  it('takes a refinement that names its rule in CEL', () => {
    const rule = 'self.startsWith("a")';
    const schema = z
      .string()
      .max(3)
      .refine((value) => value.startsWith('a'), { params: { rule } })
      .describe('D.')
      .register(kubernetes, { rules: [{ rule, message: 'no' }] });
    expect(field(schema)).toMatchObject({ 'x-kubernetes-validations': [{ rule }] });
  });
});

describe('what it cannot say is refused, with its path', () => {
  const list = (item: z.core.$ZodType) => z.array(item).describe('D.');
  const rule = (text: string) => ({ rules: [{ rule: text, message: 'no' }] });
  const recursive: z.ZodType = z.lazy(() => text);
  const node = z
    .strictObject({
      get child() {
        return node.optional();
      },
    })
    .describe('Node.');

  const refused: readonly (readonly [string, z.core.$ZodType, string])[] = [
    ['no description', z.string(), 'spec.x: has no description'],
    [
      'a union of strings and booleans',
      z.union([z.string(), z.boolean()]).describe('D.'),
      'spec.x: is a union',
    ],
    [
      'a schema of its own for what has one',
      z
        .string()
        .describe('D.')
        .register(kubernetes, { schema: { type: 'string' } }),
      'spec.x: is a string with a schema of its own',
    ],
    [
      'a discriminated union',
      z.discriminatedUnion('k', [z.strictObject({ k: z.literal('a') })]).describe('D.'),
      'spec.x: is a union',
    ],
    ['an intersection', z.intersection(text, text).describe('D.'), 'spec.x: is an intersection'],
    ['a tuple', z.tuple([text]).describe('D.'), 'spec.x: is a tuple'],
    ['a transform', z.string().transform(Number).describe('D.'), 'spec.x: is a pipe'],
    ['a fallback', z.string().catch('a').describe('D.'), 'spec.x: is a catch'],
    ['a default before parsing', z.string().prefault('a').describe('D.'), 'spec.x: is a prefault'],
    ['a date', z.date().describe('D.'), 'spec.x: is a date'],
    ['a big integer', z.bigint().describe('D.'), 'spec.x: is a bigint'],
    ['a map object', z.map(text, text).describe('D.'), 'spec.x: is a map'],
    ['a lazy schema', recursive.describe('D.'), 'spec.x: is lazy'],
    ['a type in itself', node, 'spec.x.child: contains itself'],
    ['anything', z.unknown().describe('D.'), 'spec.x: takes anything'],
    ['an object that strips', z.object({}).describe('D.'), 'spec.x: drops unknown fields'],
    ['an object that takes more', z.looseObject({}).describe('D.'), 'spec.x: takes unknown fields'],
    ['a record with keys of an enum', z.record(z.enum(['a']), text).describe('D.'), 'spec.x: has enum keys'],
    [
      'a record with checked keys',
      z.record(z.string().max(3), text).describe('D.'),
      'spec.x: checks its keys',
    ],
    ['literals of two types', z.literal(['a', 1]).describe('D.'), 'spec.x: has values of several types'],
    ['a trimmed string', z.string().trim().describe('D.'), 'spec.x: changes its value'],
    ['an email', z.email().describe('D.'), 'spec.x: has the format email'],
    ['a prefix', z.string().startsWith('a').describe('D.'), 'spec.x: has the check starts_with'],
    ['two patterns', z.string().regex(/^a$/).regex(/^b$/).describe('D.'), 'spec.x: has two patterns'],
    [
      'a pattern with flags',
      z.string().regex(/^a$/i).describe('D.'),
      'spec.x: has a pattern with the flags i',
    ],
    [
      'a pattern that looks ahead',
      z
        .string()
        .regex(/^(?!a)b$/)
        .describe('D.'),
      'spec.x: has a pattern that RE2 does not know',
    ],
    [
      'a pattern that refers back',
      z
        .string()
        .regex(/^(a)\1$/)
        .describe('D.'),
      'spec.x: has a pattern that RE2 does not know',
    ],
    [
      'a pattern without anchors',
      z.string().regex(/a/).describe('D.'),
      'spec.x: has a pattern that is not anchored',
    ],
    ['an unsigned integer', z.uint32().describe('D.'), 'spec.x: is uint32'],
    [
      'a default that is none',
      z.int().max(1).describe('D.').default(2),
      'spec.x: has a default that its own schema refuses',
    ],
    [
      'a default within a list',
      list(z.strictObject({ y: text.default('a') }).describe('D.')).register(kubernetes, atomic),
      'spec.x[].y: has a default within a list',
    ],
    [
      'a refinement',
      z
        .string()
        .refine(() => true)
        .describe('D.'),
      'spec.x: has a refinement without a CEL twin',
    ],
    [
      'a refinement whose rule is not there',
      z
        .string()
        .refine(() => true, { params: { rule: 'self' } })
        .describe('D.'),
      'spec.x: has a refinement without a CEL twin',
    ],
    ['a list that does not say how it merges', list(text), 'spec.x: does not say how it merges'],
    [
      'a keyed list without keys',
      list(text).register(kubernetes, { listType: 'map' }),
      'spec.x: a list of type map',
    ],
    [
      'a key that items have not',
      list(z.strictObject({}).describe('D.')).register(kubernetes, {
        listType: 'map',
        listMapKeys: ['name'],
      }),
      'spec.x: has the map key name, which its items have not',
    ],
    [
      'a key that items may leave out',
      list(z.strictObject({ name: text.optional() }).describe('D.')).register(kubernetes, {
        listType: 'map',
        listMapKeys: ['name'],
      }),
      'spec.x: has the map key name, which is neither',
    ],
    [
      'a set of objects',
      list(z.strictObject({}).describe('D.')).register(kubernetes, { listType: 'set' }),
      'spec.x: is a set of objects',
    ],
    [
      'a problem inside a list',
      list(z.date().describe('D.')).register(kubernetes, atomic),
      'spec.x[]: is a date',
    ],
    [
      'a problem inside a record',
      z.record(z.string(), z.date().describe('D.')).describe('D.'),
      'spec.x{}: is a date',
    ],
    [
      'a rule over a string without end',
      z.string().describe('D.').register(kubernetes, rule('self != ""')),
      'spec.x: is a string without a maximum length',
    ],
    [
      'a rule over a list without end',
      list(text).register(kubernetes, { ...atomic, ...rule('self.size() > 0') }),
      'spec.x: is a list without a maximum',
    ],
    [
      'a rule over a map without end',
      z.record(z.string(), text).describe('D.').register(kubernetes, rule('self.size() > 0')),
      'spec.x: is a map without maxProperties',
    ],
    [
      'a rule in a list without end',
      list(text.max(9).register(kubernetes, rule('self != ""'))).register(kubernetes, atomic),
      'spec.x: is a list without a maximum',
    ],
    [
      'a rule that looks elsewhere',
      text.max(9).register(kubernetes, rule('1 == 1')),
      'spec.x: has a rule that does not look at self',
    ],
    [
      'a rule without a message',
      text.max(9).register(kubernetes, { rules: [{ rule: 'self != ""', message: ' ' }] }),
      'spec.x: has a rule without a message',
    ],
    [
      'a rule that blames what is not there',
      z
        .strictObject({ a: text })
        .describe('D.')
        .register(kubernetes, { rules: [{ rule: 'has(self.a)', message: 'no', fieldPath: '.b' }] }),
      'spec.x: has a rule that blames .b',
    ],
    [
      'an old value in an atomic list',
      z
        .array(text.max(9).register(kubernetes, rule('self == oldSelf')))
        .max(2)
        .describe('D.')
        .register(kubernetes, atomic),
      'spec.x[]: has a rule about oldSelf',
    ],
  ];
  it.each(refused)('%s', (_, x, expected) => {
    expect(refusals(z.strictObject({ x }).describe('Root.'))).toContainEqual(
      expect.stringContaining(expected),
    );
  });

  it('all at once', () => {
    const schema = z
      .strictObject({ a: z.date().describe('D.'), b: z.bigint().describe('D.') })
      .describe('Root.');
    expect(refusals(schema)).toHaveLength(2);
  });
});
