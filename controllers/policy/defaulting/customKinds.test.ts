import { describe, expect, it } from 'vitest';
import { badGeese, goodGeese, gooseDefinition, gooseOf } from './goose.ts';
import { customKindsOf, defaulted } from './index.ts';

const [goose] = customKindsOf(gooseDefinition);

function shaped(spec: unknown) {
  return defaulted(gooseOf(spec), goose);
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
        metadata: { name: 'a' },
        spec: { size: 3, color: 'grey', wings: [{ side: 'left', span: 80 }], port: 'web' },
      },
      problems: [],
    });
  });

  it('keeps what is free, and loses what nobody knows', () => {
    expect(
      shaped({
        size: 1,
        free: { a: { b: 1, c: null } },
        labels: { c: 'd', e: null },
        nothing: null,
        empty: { a: 1 },
        other: 1,
      }),
    ).toMatchObject({
      object: { spec: { free: { a: { b: 1, c: null } }, labels: { c: 'd' }, nothing: null, empty: {} } },
      problems: [
        { place: ['spec', 'empty', 'a'], weight: 'Dropped' },
        { place: ['spec', 'other'], weight: 'Dropped' },
      ],
    });
    expect(shaped({ size: 1, other: 1 }).object.spec).not.toHaveProperty('other');
  });

  it.each(badGeese)('is refused where the API server would refuse it: %s', (_, spec, place) => {
    const refusals = shaped(spec).problems.filter(({ weight }) => weight === 'Refused');
    expect(refusals.map((problem) => problem.place.join('.'))).toContain(place);
  });

  it.each(goodGeese)('is taken where the API server takes it: %s', (_, spec) => {
    expect(shaped(spec).problems.filter(({ weight }) => weight !== 'Dropped')).toEqual([]);
  });

  it('says what its rules compute', () => {
    const [problem] = shaped({ size: 1, since: '2019-01-01T00:00:00Z' }).problems;
    expect(problem?.message).toBe('since 2019-01-01T00:00:00Z');
  });

  it('asks no rules about what is broken already', () => {
    expect(shaped({ size: '1', color: 'white' }).problems.map(({ message }) => message)).toEqual([
      'must be an integer, and is "1"',
    ]);
  });

  it('sees a null that it takes as nothing, and drops one that it does not take', () => {
    expect(shaped({ size: 1, part: null, nothing: null, wings: [{ side: 'a', span: null }] })).toEqual({
      object: expect.objectContaining({
        spec: { size: 1, color: 'grey', nothing: null, wings: [{ side: 'a', span: 80 }] },
      }),
      problems: [],
    });
  });

  it('has the metadata that every object has', () => {
    const { object, problems } = defaulted(
      {
        apiVersion: 'example.com/v1',
        kind: 'Goose',
        metadata: { generateName: 'a-', labels: { a: 1 }, creationTimestamp: null, color: 'red' },
        spec: { size: 1 },
        status: {},
      },
      goose,
    );
    expect(object.metadata).toMatchObject({ generateName: 'a-', name: 'a-xxxxx' });
    expect(problems).toEqual([
      { place: ['metadata', 'color'], weight: 'Dropped', message: expect.any(String) },
      { place: ['metadata', 'labels', 'a'], weight: 'Refused', message: 'must be a string, and is 1' },
      { place: ['status'], weight: 'Dropped', message: expect.any(String) },
    ]);
  });

  it('is not held to a rule that nobody here can read', () => {
    const [kind] = customKindsOf({
      spec: {
        group: 'example.com',
        names: { kind: 'Goose' },
        versions: [
          {
            name: 'v1',
            served: true,
            schema: {
              openAPIV3Schema: {
                type: 'object',
                'x-kubernetes-validations': [{ rule: 'self.nothing.likeThis()' }],
              },
            },
          },
        ],
      },
    });
    expect(
      defaulted({ apiVersion: 'example.com/v1', kind: 'Goose', metadata: { name: 'a' } }, kind),
    ).toMatchObject({
      problems: [{ weight: 'Unjudged', message: expect.stringContaining('self.nothing.likeThis()') }],
    });
  });
});
