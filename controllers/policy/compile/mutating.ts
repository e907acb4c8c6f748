import { operatorUser } from '../../../crds/project/admission.ts';
import { literal } from './literal.ts';
import {
  type CompiledMutation,
  type MatchConstraints,
  type MutatingBinding,
  type MutatingPolicy,
  mutating,
  type NamedExpression,
} from './objects.ts';
import { inlinePodSpecs, type Reads, unchanged } from './reads.ts';
import type { ResolvedMutation } from './resolve.ts';
import { bracketed } from './source.ts';

/**
 * The field manager of the operator's requests that ask for fixes: what it writes for other reasons, as a ReplicaSet's
 * size, must come out as it is.
 */
export const fixManager = 'mainstay-fix';

const asksForFix = `request.userInfo.username == ${literal(operatorUser)} && dyn(request).?options.?fieldManager.orValue('') == ${literal(fixManager)}`;

/** Pods and Jobs do not take changes of what they run: a fix of theirs would refuse the update that brought it about. */
const takesChanges = "!(request.kind.kind in ['Job', 'Pod'])";

/**
 * When mutations are made. While a Policy only counts: when the operator asks what they would do, and of nobody else. Once
 * it warns or denies: of what is created, too, and of an update that changes what the rules read. Nothing that runs is
 * changed because somebody touches it.
 */
export function fixCondition(enforced: boolean, reads: Reads): NamedExpression {
  const changes = `(${takesChanges} && !(${unchanged(reads, inlinePodSpecs)}))`;
  return {
    name: 'is-fixed',
    expression: enforced ? `request.operation == 'CREATE' || ${changes} || (${asksForFix})` : asksForFix,
  };
}

/** What mutations must have alike to stand in one object. */
export interface FixSharing {
  readonly constraints: MatchConstraints;
  readonly conditions: readonly NamedExpression[];
  readonly inNamespaces: readonly string[];
}

/**
 * One object for the mutations of Policies that share it.
 *
 * @param mutations in the order of the Policies' names, which is that in which they are made
 */
export function mutatingObjects(
  { constraints, conditions, inNamespaces }: FixSharing,
  mutations: readonly ResolvedMutation[],
): readonly [MutatingPolicy, MutatingBinding] {
  const variables = new Map(
    mutations.flatMap((one) => one.variables.map(({ name, expression }) => [name, expression] as const)),
  );
  const exempted = inNamespaces.length === 0 ? undefined : inNamespaces.join(' || ');
  if (exempted !== undefined) variables.set('leftOut', exempted);
  return mutating(
    mutations.map(({ policy }) => policy),
    {
      failurePolicy: 'Ignore',
      reinvocationPolicy: 'Never',
      matchConstraints: constraints,
      matchConditions: conditions,
      ...(variables.size === 0
        ? {}
        : { variables: [...variables].map(([name, expression]) => ({ name, expression })) }),
      mutations: mutations.map(({ mutation }) =>
        exempted === undefined ? mutation : unlessLeftOut(mutation),
      ),
    },
  );
}

function unlessLeftOut(mutation: CompiledMutation): CompiledMutation {
  const unless = (nothing: string, expression: string) => ({
    expression: `variables.leftOut ? ${nothing} : ${bracketed(expression)}`,
  });
  return mutation.patchType === 'JSONPatch'
    ? { ...mutation, jsonPatch: unless('[]', mutation.jsonPatch.expression) }
    : { ...mutation, applyConfiguration: unless('Object{}', mutation.applyConfiguration.expression) };
}
