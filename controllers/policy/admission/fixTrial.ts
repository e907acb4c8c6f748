import type { PolicySpec } from '../../../crds/policy/schema.ts';
import {
  compile,
  composeVariables,
  dyn,
  madeObjects,
  type Shape,
  string,
  toJson,
} from '../../../operator/cel/index.ts';
import { podPath } from '../compile/podSpec.ts';
import { isRecord, type JsonObject } from '../evaluate/subject.ts';
import { expressionOf, formOf } from './fixCheck.ts';
import type { MatchedKind } from './matchedKinds.ts';
import { PatchProblem, patched } from './patched.ts';
import { declaredForTrial, type Failure, valuesOf } from './trial.ts';

/**
 * Tries mutations on a sample of a kind, and says which cannot be made of it. The API server leaves an object as it is of
 * which it cannot make a mutation, and says so to nobody.
 */
export function fixFailuresOf(
  spec: PolicySpec,
  kind: MatchedKind,
  sample: JsonObject,
  shape: Shape | undefined,
): readonly Failure[] {
  const composition = composeVariables(spec.variables ?? [], declaredForTrial);
  const declarations = {
    variables: { ...composition.declarations.variables, podSpecPath: string },
    objects: madeObjects(dyn),
  };
  const requests = kind.operations
    .filter((operation) => operation !== 'DELETE')
    .map((operation) => ({
      ...composition.bind(valuesOf(spec, kind, operation, sample, shape)),
      podSpecPath: `/${podPath(kind.kind).join('/')}`,
    }));
  return (spec.fix?.mutations ?? []).flatMap((mutation, index): readonly Failure[] => {
    const form = formOf(mutation);
    const field = `spec.fix.mutations[${index}].${form}.expression`;
    const compiled = compile(expressionOf(mutation), declarations);
    if (!compiled.ok) return [{ field, message: compiled.errors[0]?.message ?? 'it cannot be tried' }];
    for (const values of requests) {
      const evaluation = compiled.program.evaluate(values);
      const message = evaluation.ok ? failureOf(toJson(evaluation.value), sample) : evaluation.message;
      if (message !== undefined) return [{ field, message }];
    }
    return [];
  });
}

/** @param made a list of patches, or an object that is merged */
function failureOf(made: unknown, sample: JsonObject): string | undefined {
  if (made === undefined) return 'what it makes is no JSON';
  if (!Array.isArray(made)) return undefined;
  try {
    patched(sample, made.filter(isRecord));
    return undefined;
  } catch (error) {
    if (!(error instanceof PatchProblem)) throw error;
    return error.message;
  }
}
