import type { Match } from '../../../crds/policy/schema.ts';
import type { ServedResource } from '../../../operator/discovery/servedResource.ts';
import { constraintsOf } from '../compile/match.ts';
import type { ResourceRule } from '../compile/objects.ts';

/** A kind that a Policy matches, as the API server serves it. */
export interface MatchedKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly operations: readonly Operation[];
}

type Operation = 'CREATE' | 'UPDATE' | 'DELETE';

export interface Matched {
  readonly kinds: readonly MatchedKind[];
  /** What the Policy names and nobody serves, as `rollouts.argoproj.io`. */
  readonly notServed: readonly string[];
  /** What has a form of its own that is not looked up, as `pods/exec`. */
  readonly unknown: readonly string[];
}

/** Which of the kinds that are served a Policy is about. */
export function matchedKinds(match: Match, served: readonly ServedResource[]): Matched {
  const { resourceRules, excludeResourceRules = [] } = constraintsOf(match);
  const kinds = new Map<string, MatchedKind>();
  const notServed = new Set<string>();
  const unknown = new Set<string>();
  for (const rule of resourceRules) {
    for (const resource of rule.resources) {
      const [plural = '', subresource] = resource.split('/');
      if (subresource !== undefined && !sameForm.has(subresource)) {
        unknown.add(resource);
        continue;
      }
      const found = served.filter(
        (one) => isNamed(rule, plural, one) && !excludeResourceRules.some((other) => isNever(other, one)),
      );
      for (const one of found) add(kinds, one, rule.operations);
      if (found.length === 0) for (const name of namesOf(rule, plural)) notServed.add(name);
    }
  }
  return { kinds: [...kinds.values()], notServed: [...notServed], unknown: [...unknown] };
}

/** Subresources that are written as the whole object is. */
const sameForm: ReadonlySet<string> = new Set(['status', 'ephemeralcontainers', 'resize']);

function isNamed(
  { apiGroups, apiVersions, scope }: ResourceRule,
  plural: string,
  one: ServedResource,
): boolean {
  const takes = (names: readonly string[], name: string) => names.includes('*') || names.includes(name);
  // Namespaces count as cluster-scoped, as the API server has it.
  const inScope = scope === '*' || (scope === 'Namespaced') === (one.scope === 'Namespaced');
  return (
    one.group !== 'admissionregistration.k8s.io' &&
    takes(apiGroups, one.group) &&
    takes(apiVersions, one.version) &&
    takes([plural], one.plural) &&
    inScope &&
    ['create', 'update', 'delete'].some((verb) => one.verbs.includes(verb))
  );
}

function isNever({ apiGroups, resources }: ResourceRule, one: ServedResource): boolean {
  return apiGroups.includes(one.group) && resources.includes(one.plural);
}

function namesOf({ apiGroups }: ResourceRule, plural: string): readonly string[] {
  return apiGroups.map((group) => (group === '' ? plural : `${plural}.${group}`));
}

function add(kinds: Map<string, MatchedKind>, one: ServedResource, operations: readonly string[]): void {
  const { group, version, kind, scope } = one;
  const key = JSON.stringify([group, version, kind]);
  const before = kinds.get(key)?.operations ?? [];
  kinds.set(key, {
    group,
    version,
    kind,
    namespaced: scope === 'Namespaced',
    operations: written.filter((operation) => operations.includes(operation) || before.includes(operation)),
  });
}

const written: readonly Operation[] = ['CREATE', 'UPDATE', 'DELETE'];

/** `Deployment of apps/v1`. */
export function spoken({ group, version, kind }: Pick<MatchedKind, 'group' | 'version' | 'kind'>): string {
  return `${kind} of ${group === '' ? version : `${group}/${version}`}`;
}
