import type { Base } from './deployments.ts';

/** What the cases of rules in CEL are made of. */

/** Every change together makes the Deployment bad; `good` replaces some of them and makes it good. */
export interface BadCombination {
  /** The message of the rule, as the schema has it. */
  readonly rule: string;
  readonly base: Base;
  readonly bad: Readonly<Record<string, unknown>>;
  readonly good: Readonly<Record<string, unknown>>;
  /** The field that the answer names. */
  readonly blames: string;
  /** In the answer, where the rule computes its message. */
  readonly says?: string;
}

export const steps = 'spec.strategy.canary.steps';
export const metrics = 'spec.analysis.metrics';
export const expressions = 'spec.selector.matchExpressions';
export const labels = 'spec.template.metadata.labels';
export const gateway = { ports: [{ port: 80 }], gateway: { parentRefs: [{ name: 'public' }] } };
export const team = [{ headers: [{ name: 'x-team', value: 'checkout' }] }];
export const byQuery = [{ query: [{ name: 'beta', value: '1' }] }];
export const errors = { name: 'errors', query: 'sum(rate(errors_total{{{canary}}}[1m]))', max: 1 };
export const prometheus = { address: 'http://prometheus:9090' };
export const analysis = { prometheus, metrics: [errors] };

/** A case of one field. */
export const field = (
  rule: string,
  base: Base,
  at: string,
  bad: unknown,
  good: unknown,
  blames = at,
  says?: string,
): BadCombination => ({
  rule,
  base,
  bad: { [at]: bad },
  good: { [at]: good },
  blames,
  ...(says === undefined ? {} : { says }),
});
