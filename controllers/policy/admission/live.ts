import { annotations } from '../../../crds/policy/names.ts';
import { type Owner, ownerOf } from '../../../operator/apply/identity.ts';
import type { Lister } from '../../../operator/cache/lister.ts';
import {
  mutatingAdmissionPolicies,
  mutatingAdmissionPolicyBindings,
  validatingAdmissionPolicies,
  validatingAdmissionPolicyBindings,
} from '../../../operator/resources/builtin.ts';
import type { KubernetesObject } from '../../../operator/resources/object.ts';
import type { Resource } from '../../../operator/resources/resource.ts';
import type { CompiledObject } from '../compile/index.ts';
import { policiesOf } from '../compile/objects.ts';
import { keyOfCompiled, type LiveObject } from '../compile/transition.ts';
import { identity, together } from '../marks.ts';
import { type Origin, readOrigins } from './origins.ts';

/** What Policies are compiled into, as it is in the cluster. */

export interface CompiledCaches {
  readonly validatingPolicies: Listed;
  readonly validatingBindings: Listed;
  readonly mutatingPolicies: Listed;
  readonly mutatingBindings: Listed;
}

type Listed = Pick<Lister<KubernetesObject>, 'list'>;

export const compiledResources = {
  ValidatingAdmissionPolicy: validatingAdmissionPolicies,
  ValidatingAdmissionPolicyBinding: validatingAdmissionPolicyBindings,
  MutatingAdmissionPolicy: mutatingAdmissionPolicies,
  MutatingAdmissionPolicyBinding: mutatingAdmissionPolicyBindings,
} as const satisfies Readonly<Record<CompiledObject['kind'], Resource>>;

export interface Live {
  /** By the name of its content, as it was compiled. */
  readonly object: KubernetesObject & LiveObject;
  /** Its name in the cluster. */
  readonly slot: string;
  readonly origins: readonly Origin[];
}

/** What is an owner's by a label that our field manager owns, and not on its way out. */
export function liveOf(caches: CompiledCaches, owner: Owner = together): readonly Live[] {
  const of = (kind: CompiledObject['kind'], lister: Listed) =>
    [...lister.list()]
      .filter(
        (object) =>
          object.metadata.deletionTimestamp === undefined && ownerOf(identity, object) === owner.uid,
      )
      .map((object) => ({
        object: { ...object, kind, metadata: { ...object.metadata, name: contentOf(object) } },
        slot: object.metadata.name,
        origins: readOrigins(object),
      }));
  return [
    ...of('ValidatingAdmissionPolicy', caches.validatingPolicies),
    ...of('ValidatingAdmissionPolicyBinding', caches.validatingBindings),
    ...of('MutatingAdmissionPolicy', caches.mutatingPolicies),
    ...of('MutatingAdmissionPolicyBinding', caches.mutatingBindings),
  ];
}

function contentOf({ metadata }: KubernetesObject): string {
  return metadata.annotations?.[annotations.content] ?? metadata.name;
}

/** One string for an object of any of these kinds. */
export function keyOfLive({ object }: Pick<Live, 'object'>): string {
  return keyOfCompiled(object);
}

/** Whether it holds a part of this Policy. */
export function holds({ object }: Live, policy: string): boolean {
  return policiesOf(object).includes(policy);
}

/** In the order in which they may go: a binding before the policy that it names. */
export function bindingsFirst(live: readonly Live[]): readonly Live[] {
  const isBinding = ({ object }: Live) => Number(object.kind.endsWith('Binding'));
  return live.toSorted((a, b) => isBinding(b) - isBinding(a));
}
