import { someFacts } from '../../controllers/policy/compile/builders.ts';
import { builtinKind, defaulted } from '../../controllers/policy/defaulting/index.ts';
import { type Judge, judgeOf, type Resource } from '../../controllers/policy/evaluate/index.ts';
import type { PolicySpec } from '../../crds/policy/schema.ts';
import { pluralOf } from '../plural.ts';
import type { Case, Manifest, Outcome } from './packs.ts';

/** Cases as the operator's own judge sees them, without any API server. */

export const facts = someFacts();

export function judge(name: string, spec: PolicySpec): Judge {
  return judgeOf(name, spec, facts);
}

/** What the judge comes to, and what it says of each rule that does not hold. */
export interface Judged {
  readonly outcome: Outcome;
  readonly messages: Readonly<Record<string, string>>;
}

export function judged(judge: Judge, { object, namespace }: Pick<Case, 'object' | 'namespace'>): Judged {
  const resource = resourceOf(object);
  const verdicts = judge.judge(
    { object: defaulted(placed(object, namespace)).object, resource, namespaceObject: namespace },
    facts.now,
  );
  if (verdicts === undefined) return { outcome: 'notMatched', messages: {} };
  return {
    outcome: Object.fromEntries(verdicts.map(({ rule, result }) => [rule, result])),
    messages: Object.fromEntries(
      verdicts.flatMap((verdict) => (verdict.result === 'pass' ? [] : [[verdict.rule, verdict.message]])),
    ),
  };
}

/** In the case's namespace, if it says none itself. */
export function placed(object: Manifest, namespace: Manifest | undefined): Manifest {
  if (!resourceOf(object).namespaced) return object;
  const name = object.metadata.namespace ?? namespace?.metadata.name ?? 'default';
  return { ...object, metadata: { ...object.metadata, namespace: name } };
}

/** Of kinds that every server has as it says; of others as they are called. */
export function resourceOf({ apiVersion, kind }: Pick<Manifest, 'apiVersion' | 'kind'>): Resource {
  const [version = '', group = ''] = apiVersion.split('/').toReversed();
  const builtin = builtinKind(apiVersion, kind);
  if (builtin !== undefined) {
    return { group, version, kind, resource: builtin.resource, namespaced: builtin.namespaced };
  }
  // Of ours, a Deployment alone is in a namespace.
  const namespaced = group !== 'mainstay.dev' || kind === 'Deployment';
  return { group, version, kind, resource: pluralOf(kind), namespaced };
}
