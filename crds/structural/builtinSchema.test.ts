import { describe, expect, it } from 'vitest';
import { builtinSchema } from './builtinSchema.ts';

const reference = (name: string) => ({ $ref: `#/components/schemas/${name}` });
/** As Kubernetes writes a field of another type. */
const field = (name: string) => ({ allOf: [reference(name)], default: {}, description: 'Words.' });
const quantity = 'io.k8s.apimachinery.pkg.api.resource.Quantity';
const intOrString = 'io.k8s.apimachinery.pkg.util.intstr.IntOrString';

const document = {
  components: {
    schemas: {
      Pod: {
        type: 'object',
        description: 'Words.',
        required: ['name', 'port'],
        properties: {
          name: { type: 'string', description: 'Words.', default: '' },
          replicas: { type: 'integer', format: 'int32', default: 1 },
          port: field(intOrString),
          size: field(quantity),
          sizes: { type: 'object', additionalProperties: field(quantity) },
          labels: { type: 'object', additionalProperties: { type: 'string', default: '' } },
          where: field('Selector'),
          words: { type: 'array', items: { type: 'string' } },
          ports: {
            type: 'array',
            items: { allOf: [reference('Port')], default: {} },
            'x-kubernetes-list-type': 'map',
            'x-kubernetes-list-map-keys': ['number', 'protocol'],
            'x-kubernetes-patch-merge-key': 'number',
          },
        },
      },
      Port: {
        type: 'object',
        required: ['number'],
        properties: {
          number: { type: 'integer', default: 0 },
          protocol: { type: 'string', default: 'TCP', enum: ['TCP', 'UDP'] },
        },
      },
      Selector: {
        type: 'object',
        properties: { key: { type: 'string' } },
        'x-kubernetes-map-type': 'atomic',
      },
      Keyless: {
        type: 'object',
        properties: {
          items: {
            type: 'array',
            items: reference('Selector'),
            'x-kubernetes-list-type': 'map',
            'x-kubernetes-list-map-keys': ['key'],
          },
        },
      },
      Tree: { type: 'object', properties: { child: field('Tree') } },
      Odd: { type: 'object', properties: { odd: { oneOf: [{ type: 'string' }] } } },
      [quantity]: { oneOf: [{ type: 'string' }, { type: 'number' }] },
      [intOrString]: { format: 'int-or-string', oneOf: [{ type: 'integer' }, { type: 'string' }] },
    },
  },
};

describe('the schema of a type that Kubernetes defines', () => {
  const { properties = {}, required } = builtinSchema(document, 'Pod');

  it('requires what Kubernetes requires, and takes null for the rest', () => {
    expect(required).toEqual(['name', 'port']);
    expect(properties.name).toEqual({ type: 'string' });
    expect(properties.replicas).toEqual({ type: 'integer', format: 'int32', nullable: true });
    expect(properties.labels?.additionalProperties).toEqual({ type: 'string', nullable: true });
  });

  it('has no words, and no defaults, which the pods get from the API server itself', () => {
    expect(JSON.stringify(properties)).not.toContain('Words.');
    expect(properties.replicas).not.toHaveProperty('default');
  });

  it('has the keys by which lists merge, and the default of a key that may be left out', () => {
    expect(properties.ports).toEqual({
      type: 'array',
      nullable: true,
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['number', 'protocol'],
      items: {
        type: 'object',
        required: ['number'],
        properties: { number: { type: 'integer' }, protocol: { type: 'string', default: 'TCP' } },
      },
    });
  });

  it('replaces as a whole what Kubernetes replaces as a whole', () => {
    expect(properties.words).toMatchObject({ 'x-kubernetes-list-type': 'atomic' });
    expect(properties.where).toMatchObject({ 'x-kubernetes-map-type': 'atomic' });
  });

  it('takes an integer or a string where Kubernetes does', () => {
    expect(properties.port).toEqual({ 'x-kubernetes-int-or-string': true });
  });

  describe('of a quantity', () => {
    const pattern = new RegExp(properties.size?.pattern ?? '');

    it('has no type, so that 0.5 is one', () => {
      expect(properties.size).toMatchObject({ 'x-kubernetes-preserve-unknown-fields': true });
      expect(properties.size).not.toHaveProperty('type');
      expect(properties.sizes?.additionalProperties).toMatchObject({ pattern: pattern.source });
    });

    it.for(['1', '0.5', '.5', '1.', '-1', '+2', '100m', '64Mi', '1e3', '1E-3', '5n'])('takes %s', (text) => {
      expect(text).toMatch(pattern);
    });

    it.for(['', 'much', '1 Gi', '1GB', '1,5', '--1', 'Gi'])('refuses %j', (text) => {
      expect(text).not.toMatch(pattern);
    });
  });

  it.for([
    ['Nothing', 'the document has no Nothing'],
    ['Tree', 'Tree contains itself'],
    ['Odd', 'has something without a type'],
    ['Keyless', 'has a list with the key key, which has no default'],
  ] as const)('is refused for %s, with the reason', ([name, reason]) => {
    expect(() => builtinSchema(document, name)).toThrow(reason);
  });
});
