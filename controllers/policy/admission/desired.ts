import { group, version } from '../../../crds/group.ts';
import { annotations } from '../../../crds/policy/names.ts';
import type { DesiredObject } from '../../../operator/apply/desired.ts';
import type { OwnerReference } from '../../../operator/resources/object.ts';
import type { CompiledObject } from '../compile/index.ts';
import { policiesOf } from '../compile/objects.ts';
import { compiledResources } from './live.ts';
import { type Origin, writeOrigins } from './origins.ts';

/**
 * A compiled object as it is applied. It is owned by all of its Policies, so that the cluster's own garbage collector takes
 * it away with the last of them: nothing is left that denies when Policies, or their definition, are deleted while no
 * operator runs.
 *
 * @param slot its name in the cluster
 */
export function desiredOf(
  object: CompiledObject,
  origins: ReadonlyMap<string, Origin>,
  slot: string,
): DesiredObject {
  const its = policiesOf(object).flatMap((policy) => origins.get(policy) ?? []);
  const isBinding = object.kind.endsWith('Binding');
  const { metadata, ...rest } = object;
  const named = isBinding ? { spec: { ...object.spec, policyName: slot } } : {};
  return {
    resource: compiledResources[object.kind],
    object: {
      ...rest,
      metadata: {
        ...metadata,
        name: slot,
        annotations: {
          ...metadata.annotations,
          [annotations.content]: metadata.name,
          ...(isBinding ? {} : { [annotations.origins]: writeOrigins(its) }),
        },
        ownerReferences: ownersOf(its),
      },
      ...named,
    },
    // A policy stands before its binding.
    wave: isBinding ? 1 : 0,
    group: metadata.name,
    // In what judges requests nobody may add anything.
    whole: [{ path: ['spec'] }],
  };
}

export function ownersOf(origins: readonly Origin[]): readonly OwnerReference[] {
  return origins.map(({ policy, uid }) => ({
    apiVersion: `${group}/${version}`,
    kind: 'Policy',
    name: policy,
    uid,
  }));
}
