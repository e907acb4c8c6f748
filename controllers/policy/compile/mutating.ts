import { operatorUser } from '../../../crds/admission/installation.ts';
import { fixManager } from '../../../crds/policy/names.ts';
import { literal, literals } from './literal.ts';
import {
  type CompiledMutation,
  digest,
  type MatchConstraints,
  type MutatingBinding,
  type MutatingPolicy,
  mutating,
  type NamedExpression,
} from './objects.ts';
import { inlinePodSpecs, type Reads, unchanged } from './reads.ts';
import type { ResolvedMutation } from './resolve.ts';
import { bracketed } from './source.ts';

/** The field manager of a dry run that asks for these fixes, at most ten: names of managers end at 128 characters. */
export function askingManager(marks: readonly string[]): string {
  return `${fixManager}/${marks.join('+')}`;
}

/** The annotation of a dry run's answer that says that the fix was asked: without it, nothing changed says nothing. */
export function answerOf(mark: string): string {
  return `${answers}/${mark}`;
}

/** Before the marks in answers. */
export const answers = 'fix.mainstay.dev';

const manager = "dyn(request).?options.?fieldManager.orValue('')";
const byOperator = `request.userInfo.username == ${literal(operatorUser)}`;
/** Neither what asks nor what is written is mutated by a fix that nobody asked for: what is written is what was shown. */
const ofFixes = `${byOperator} && ${manager}.startsWith(${literal(fixManager)})`;

/** Pods and Jobs do not take changes of what they run: a fix of theirs would refuse the update that brought it about. */
const takesChanges = "!(request.kind.kind in ['Job', 'Pod'])";

/**
 * When mutations are made of other people's requests, once a Policy warns or denies: of what is created, and of an update
 * that changes what the rules read. Nothing that runs is changed because somebody touches it.
 */
export function enforcedCondition(reads: Reads): NamedExpression {
  const changes = `(${takesChanges} && !(${unchanged(reads, inlinePodSpecs)}))`;
  return {
    name: 'is-fixed',
    expression: `(request.operation == 'CREATE' || ${changes}) && !(${ofFixes})`,
  };
}

/** When the operator asks what fixes would do: of nobody else, and of nothing that is written. */
const askedCondition: NamedExpression = {
  name: 'is-asked',
  expression: `dyn(request).?dryRun.orValue(false) == true && ${byOperator} && ${manager}.startsWith(${literal(`${fixManager}/`)})`,
};

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
  sharing: FixSharing,
  mutations: readonly ResolvedMutation[],
): readonly [MutatingPolicy, MutatingBinding] {
  return objectsOf(sharing, mutations, { variables: [], unless: () => [], last: [] });
}

/** By what a Policy's fix is asked for. Another fix, or another match, has another mark. */
export interface FixMark {
  readonly policy: string;
  readonly mark: string;
}

/**
 * One object by which the operator asks what fixes would do, each by its mark: what one Policy would change is not mixed
 * with what another would, and while an old object stands beside a new one only that which is meant answers.
 */
export function askedObjects(
  sharing: FixSharing,
  mutations: readonly ResolvedMutation[],
): { readonly objects: readonly [MutatingPolicy, MutatingBinding]; readonly marks: readonly FixMark[] } {
  const policies = [...new Set(mutations.map(({ policy }) => policy))];
  const marks = policies.map((policy) => {
    const own = mutations.filter((mutation) => mutation.policy === policy);
    return { policy, mark: digest(JSON.stringify([sharing, policy, own]), 10) };
  });
  const markOf = new Map(marks.map(({ policy, mark }) => [policy, mark]));
  const objects = objectsOf({ ...sharing, conditions: [...sharing.conditions, askedCondition] }, mutations, {
    variables: [{ name: 'asked', expression: manager }],
    unless: ({ policy }) => [`!variables.asked.contains(${literal(markOf.get(policy) ?? '')})`],
    last: [answering(marks)],
  });
  return { objects, marks };
}

/** Says which fixes were asked, whatever they changed. */
function answering(marks: readonly FixMark[]): CompiledMutation {
  const asked = `${literals(marks.map(({ mark }) => mark))}.filter(mark, variables.asked.contains(mark))`;
  const answer = `JSONPatch{op: 'add', path: '/metadata/annotations/${answers}~1' + mark, value: 'asked'}`;
  const none = "JSONPatch{op: 'add', path: '/metadata/annotations', value: {}}";
  return {
    patchType: 'JSONPatch',
    jsonPatch: {
      expression: `(has(object.metadata.annotations) ? [] : [${none}]) + ${asked}.map(mark, ${answer})`,
    },
  };
}

interface Additions {
  /** Before those of the mutations. */
  readonly variables: readonly NamedExpression[];
  /** Expressions, any of which leaves a mutation out. */
  readonly unless: (mutation: ResolvedMutation) => readonly string[];
  /** Mutations after all others. */
  readonly last: readonly CompiledMutation[];
}

function objectsOf(
  { constraints, conditions, inNamespaces }: FixSharing,
  mutations: readonly ResolvedMutation[],
  additions: Additions,
): readonly [MutatingPolicy, MutatingBinding] {
  const leftOut =
    inNamespaces.length === 0 ? [] : [{ name: 'leftOut', expression: inNamespaces.join(' || ') }];
  const variables = new Map(
    [...additions.variables, ...mutations.flatMap((one) => one.variables), ...leftOut].map(
      ({ name, expression }) => [name, expression] as const,
    ),
  );
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
      mutations: [
        ...mutations.map((mutation) =>
          unless(mutation.mutation, [
            ...additions.unless(mutation),
            ...leftOut.map(({ name }) => `variables.${name}`),
          ]),
        ),
        ...additions.last,
      ],
    },
  );
}

function unless(mutation: CompiledMutation, conditions: readonly string[]): CompiledMutation {
  if (conditions.length === 0) return mutation;
  const made = (nothing: string, expression: string) => ({
    expression: `${conditions.join(' || ')} ? ${nothing} : ${bracketed(expression)}`,
  });
  return mutation.patchType === 'JSONPatch'
    ? { ...mutation, jsonPatch: made('[]', mutation.jsonPatch.expression) }
    : { ...mutation, applyConfiguration: made('Object{}', mutation.applyConfiguration.expression) };
}
