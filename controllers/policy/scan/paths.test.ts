import { describe, expect, it } from 'vitest';
import { projected } from '../evaluate/index.ts';
import { covers, unionOf } from './paths.ts';

const images = [['spec', 'containers', '*', 'image']];
const limits = [['spec', 'containers', '*', 'resources', 'limits']];

describe('the fields that are kept', () => {
  it('are those of all Policies, and what an object is known by', () => {
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'p', namespace: 'n', uid: 'u', resourceVersion: '7', labels: { a: 'b' } },
      spec: {
        containers: [{ name: 'c', image: 'i', resources: { limits: { cpu: '1' }, requests: { cpu: '1' } } }],
      },
      status: { phase: 'Running' },
    };
    expect(projected(unionOf([images, limits]))(pod)).toEqual({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'p', namespace: 'n', uid: 'u', resourceVersion: '7' },
      spec: { containers: [{ image: 'i', resources: { limits: { cpu: '1' } } }] },
    });
  });

  it('are the whole object where somebody reads it', () => {
    expect(unionOf([images, [[]]])).toEqual([[]]);
  });

  it.each([
    [images, images, true],
    [[['spec']], images, true],
    [[[]], limits, true],
    [images, limits, false],
    [images, [['spec']], false],
    [[['spec', 'containers', '#']], images, false],
    [images, [], true],
  ])('%j cover %j: %s', (kept, wanted, expected) => {
    expect(covers(kept, wanted)).toBe(expected);
  });
});
