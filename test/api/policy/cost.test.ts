import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PolicySpec } from '../../../crds/policy/schema.ts';
import { type Manifest, policy, Stage } from './stage.ts';
import { pod } from './workloads.ts';

/**
 * Many rules together: the API server grants all that share an object 10,000,000 units of cost for one request, and refuses by
 * each of them what costs more.
 */

const [large, asking] = ['policy-cost-large', 'policy-cost-asking'] as const;
let stage: Stage;

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);

/** Policies of one rule each. */
const many = (count: number, namespace: string, fields: (index: number) => Partial<PolicySpec>) =>
  numbers(count).map((index) => policy(`${namespace}-${index}`, namespace, fields(index)));

const configMaps: PolicySpec['match'] = {
  resources: [{ apiGroups: [''], resources: ['configmaps'] }],
};

beforeAll(async () => {
  stage = await Stage.open();
  for (const name of [large, asking]) await stage.namespace(name);
  const { findings, placements } = await stage.enforce([
    ...many(100, large, (index) => ({
      rules: [
        {
          name: 'env',
          expression: `podSpec.containers.all(c, c.?env.orValue([]).all(e, e.name != 'bad-${index}'))`,
          messageExpression: `'not bad-${index}'`,
        },
      ],
    })),
    ...many(40, asking, (index) => ({
      match: configMaps,
      rules: [
        {
          name: 'may',
          expression: `object.metadata.name != 'bad-${index}' && authorizer.group('').resource('secrets').check('list').allowed()`,
          message: 'whoever makes it may list Secrets',
        },
      ],
    })),
  ]);
  expect(findings).toEqual([]);
  const objects = Map.groupBy(placements, ({ object }) => object);
  expect(objects.size).toBeLessThan(10);
});

afterAll(async () => {
  await stage[Symbol.asyncDispose]();
});

describe('what is as large as it comes is judged by each rule, and not refused for what all of them cost', () => {
  const workload = (last: string) =>
    pod(large, 'large', '', {
      containers: numbers(60).map((index) => ({
        name: `container-${index}`,
        image: 'app:1',
        env: numbers(60).map((one) => ({
          name: index === 59 && one === 59 ? last : `ENV_${one}`,
          value: '',
        })),
      })),
    });

  it('a good one is taken', async () => {
    expect(await stage.refusal(workload('GOOD'))).toBeUndefined();
  });

  it.for([0, 50, 99])('a bad one is told which rule it breaks: that of number %i', async (index) => {
    expect(await stage.refusal(workload(`bad-${index}`))).toContain(
      `Policy ${large}-${index}, rule env: not bad-${index}`,
    );
  });
});

describe('rules that ask who may do what', () => {
  const configMap = (name: string): Manifest => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace: asking },
  });

  it('let through who may, however many they are', async () => {
    expect(await stage.refusal(configMap('good'))).toBeUndefined();
  });

  it.for([0, 39])('and each refuses: number %i', async (index) => {
    expect(await stage.refusal(configMap(`bad-${index}`))).toContain(`Policy ${asking}-${index}, rule may`);
  });
});
