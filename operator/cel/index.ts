/**
 * CEL as the API server evaluates it in admission policies: the same verdict, the same errors, the same limits.
 *
 *     const declarations = admissionVariables();
 *     const compiled = compile("object.spec.replicas <= 5", declarations);
 *     if (!compiled.ok) throw new Error(compiled.errors[0]?.message);
 *     const { ok } = compiled.program.evaluate({ object: fromJson(deployment), oldObject: null });
 *
 * In order of reading: `program.ts` (what one gets), `compile.ts`, `syntax/`, `check.ts`, `plan.ts`, `library/`.
 */
export { type AdmissionOptions, admissionVariables } from './admission.ts';
export { compile, placeIn } from './compile.ts';
export { type Composition, composeVariables, type NamedExpression } from './compose.ts';
export { fromJson, type Shape, toJson } from './json.ts';
export { madeObjects } from './made.ts';
export { type GroupVersionKind, type KindSchema, kindsOf } from './openApi.ts';
export { type ObjectOutline, type Outline, outlineOfJson, someNumber, someText, textsOf } from './outline.ts';
export { type Known, outlineOf } from './outlining.ts';
export type {
  Compilation,
  CompileError,
  Declarations,
  EvaluateOptions,
  Evaluation,
  FieldPath,
  Program,
  Values,
} from './program.ts';
export {
  bool,
  type CelType,
  dyn,
  formatType,
  int,
  listOf,
  mapOf,
  type ObjectType,
  objectOf,
  string,
} from './types.ts';
export { CelError, ListValue, MapValue, type Value } from './value.ts';
