import { Registry } from 'prom-client';
import { expect, it } from 'vitest';
import { aCandidate } from './compile/builders.ts';
import { policyMetrics } from './metrics.ts';
import type { Policy } from './policy.ts';

const checking = (name: string, frameworks: readonly string[], fail: number | undefined): Policy => ({
  apiVersion: 'mainstay.dev/v1alpha1',
  kind: 'Policy',
  metadata: { name },
  spec: aCandidate(name, { controls: frameworks.map((framework, id) => ({ framework, id: `${id}` })) }).spec,
  ...(fail === undefined ? {} : { status: { counts: { pass: 10, fail, warn: 0, error: 0, skip: 0 } } }),
});

it('sums up what is found by framework: each Policy once, whatever number of its controls it checks', async () => {
  const registry = new Registry();
  let all = [
    checking('a', ['SOC2', 'SOC2', 'HIPAA'], 2),
    checking('b', ['SOC2'], 3),
    checking('c', [], 4),
    checking('not-looked-at-yet', ['GDPR'], undefined),
  ];
  policyMetrics(registry, () => all);
  const failing = async () => {
    const { values = [] } =
      (await registry.getSingleMetric('mainstay_policy_framework_verdicts')?.get()) ?? {};
    const fails = values.filter(({ labels }) => labels.result === 'fail');
    return Object.fromEntries(fails.map(({ labels, value }) => [labels.framework, value]));
  };
  expect(await failing()).toEqual({ SOC2: 5, HIPAA: 2 });
  all = all.slice(1);
  expect(await failing()).toEqual({ SOC2: 3 });
});
