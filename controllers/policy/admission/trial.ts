import type { PolicySpec } from '../../../crds/policy/schema.ts';
import {
  admissionVariables,
  compile,
  composeVariables,
  type Declarations,
  dyn,
  fromJson,
  mapOf,
  type Shape,
  string,
  type Values,
} from '../../../operator/cel/index.ts';
import { podPath } from '../compile/podSpec.ts';
import { type JsonObject, record } from '../evaluate/subject.ts';
import type { MatchedKind } from './matchedKinds.ts';

/** A rule that cannot be evaluated on a sample. */
export interface Failure {
  /** From the root of the Policy, as `spec.rules[0].expression`. */
  readonly field: string;
  readonly message: string;
}

/**
 * Tries rules on a sample of a kind, by each operation that is matched. Whether they hold does not matter; they must have a
 * verdict. It is done here, by the evaluator whose verdicts are those of the API server: a request of our own would need the
 * right to make every kind that a Policy may name, and nothing that is tried must ever reach anybody else's request.
 */
export function failuresOf(
  spec: PolicySpec,
  kind: MatchedKind,
  sample: JsonObject,
  shape: Shape | undefined,
): readonly Failure[] {
  const composition = composeVariables(spec.variables ?? [], declaredForTrial);
  const programs = spec.rules.map(({ expression }) => compile(expression, composition.declarations));
  const requests = kind.operations.map((operation) =>
    composition.bind(valuesOf(spec, kind, operation, sample, shape)),
  );
  return programs.flatMap((program, index) => {
    const field = `spec.rules[${index}].expression`;
    if (!program.ok) return [{ field, message: program.errors[0]?.message ?? 'it cannot be tried' }];
    const failed = requests
      .map((values) => program.program.evaluate(values))
      .find((evaluation) => !evaluation.ok);
    return failed?.ok === false ? [{ field, message: failed.message }] : [];
  });
}

/** As to the API server, an object under admission may be anything. */
export const declaredForTrial: Declarations = {
  variables: { ...admissionVariables().variables, params: mapOf(string, dyn), podSpec: dyn },
};

/** Of a request about a sample. */
export function valuesOf(
  spec: PolicySpec,
  { group, version, kind, namespaced }: MatchedKind,
  operation: MatchedKind['operations'][number],
  sample: JsonObject,
  shape: Shape | undefined,
): Values {
  const object = operation === 'DELETE' ? null : fromJson(sample, shape);
  const named = { group, version, kind };
  const resource = { group, version, resource: `${kind.toLowerCase()}s` };
  const namespace = namespaced ? 'sample' : '';
  return {
    object,
    oldObject: operation === 'CREATE' ? null : fromJson(sample, shape),
    request: fromJson({
      kind: named,
      resource,
      subResource: '',
      requestKind: named,
      requestResource: resource,
      requestSubResource: '',
      name: 'sample',
      namespace,
      operation,
      userInfo: { username: 'sample', uid: '', groups: ['system:authenticated'], extra: {} },
      dryRun: false,
      options: {},
    }),
    namespaceObject: namespaced
      ? fromJson({
          metadata: { name: namespace, labels: { 'kubernetes.io/metadata.name': namespace } },
          spec: {},
          status: { phase: 'Active' },
        })
      : null,
    params: fromJson(spec.params ?? {}),
    podSpec: fromJson(
      podPath(kind).reduce<unknown>((value, field) => record(value)[field], sample),
      podPath(kind).reduce<Shape | undefined>((of, field) => of?.field(field), shape),
    ),
  };
}
