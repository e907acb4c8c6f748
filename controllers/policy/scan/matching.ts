import type { PolicySpec } from '../../../crds/policy/schema.ts';
import type { ServedResource } from '../../../operator/discovery/servedResource.ts';
import { constraintsOf } from '../compile/match.ts';
import type { Judge, Resource } from '../evaluate/index.ts';
import { isInNamedVersion } from '../evaluate/matched.ts';

/**
 * The kinds that a Policy is about, each in one version: the server's favourite of those that the Policy names, or else its
 * favourite, of which the judge says that it cannot be judged so.
 */
export function kindsOf(
  served: readonly ServedResource[],
  judge: Pick<Judge, 'mayMatch'>,
  match: PolicySpec['match'],
): readonly ServedResource[] {
  const constraints = constraintsOf(match);
  const versions = Map.groupBy(
    served.filter((one) => isKept(one) && judge.mayMatch(resourceOf(one))),
    ({ group, plural }) => `${plural}.${group}`,
  );
  return [...versions.values()].flatMap((all) => {
    const inOrder = all.toSorted((a, b) => Number(b.preferred) - Number(a.preferred));
    const chosen = inOrder.find((one) => isInNamedVersion(constraints, resourceOf(one))) ?? inOrder[0];
    return chosen === undefined ? [] : [chosen];
  });
}

/** As judges name it. */
export function resourceOf({ group, version, plural, kind, scope }: ServedResource): Resource {
  return { group, version, resource: plural, kind, namespaced: scope === 'Namespaced' };
}

/** Why the objects of a kind are never looked at; undefined where they are. */
export function whyNever({ group, plural }: Pick<ServedResource, 'group' | 'plural'>): string | undefined {
  return group === '' && plural === 'secrets'
    ? 'Secrets that are there are never read for Policies: requests are judged, and nothing is reported'
    : undefined;
}

/** What can be asked for, but is nowhere kept, cannot be looked at. Of reports there are no reports. */
function isKept({ group, verbs }: ServedResource): boolean {
  return verbs.includes('list') && verbs.includes('watch') && !groupsOfReports.includes(group);
}

const groupsOfReports: readonly string[] = ['wgpolicyk8s.io', 'openreports.io'];
