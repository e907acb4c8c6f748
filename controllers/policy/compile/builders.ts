/** Policies and facts for tests: each states only what matters to it. */

import type { PolicySpec } from '../../../crds/policy/schema.ts';
import type { Candidate, Facts } from './facts.ts';
import { type Compiled, type CompiledObject, compile } from './index.ts';

/** A newest server, no Projects, the beginning of 2027. */
export function someFacts(fields: Partial<Facts> = {}): Facts {
  return {
    environments: [],
    server: { minor: 36, validating: true, mutating: true },
    now: Date.UTC(2027, 0, 1),
    ...fields,
  };
}

/** For workloads: every container has a limit. Proven, and denies. */
export function aCandidate(name: string, fields: Partial<PolicySpec> = {}, proven = true): Candidate {
  const spec: PolicySpec = {
    severity: 'medium',
    match: { workloads: true },
    rules: [aRule('limits', 'podSpec.containers.all(c, has(c.resources.limits))')],
    enforcement: 'Deny',
    ...fields,
  };
  return { name, spec, enforcement: spec.enforcement, proven };
}

export function aRule(name: string, expression: string): PolicySpec['rules'][number] {
  return { name, expression, message: `${name} is wanted` };
}

type OfKind<Kind extends CompiledObject['kind']> = Extract<CompiledObject, { readonly kind: Kind }>;

export function ofKind<Kind extends CompiledObject['kind']>(
  { objects }: Pick<Compiled, 'objects'>,
  kind: Kind,
): readonly OfKind<Kind>[] {
  return objects.filter((object): object is OfKind<Kind> => object.kind === kind);
}

export function validatingOf(
  compiled: Pick<Compiled, 'objects'>,
): readonly OfKind<'ValidatingAdmissionPolicy'>[] {
  return ofKind(compiled, 'ValidatingAdmissionPolicy');
}

/** What one Policy alone is compiled into, with nothing to be told of it. */
export function compiledOne(fields: Partial<PolicySpec>, proven = true) {
  const compiled = compile([aCandidate('p', fields, proven)], someFacts());
  const [policy] = validatingOf(compiled);
  const [binding] = ofKind(compiled, 'ValidatingAdmissionPolicyBinding');
  if (policy === undefined || binding === undefined || compiled.findings.length > 0)
    throw new Error(`it is not compiled as it should: ${JSON.stringify(compiled.findings)}`);
  return { ...compiled, policy, binding, spec: policy.spec };
}

/** What one Policy alone has to be told, and how many of its rules stand somewhere. */
export function findingsIn(fields: Partial<PolicySpec>, facts = someFacts()) {
  const { findings, placements } = compile([aCandidate('p', fields)], facts);
  return { findings, placed: placements.length };
}
