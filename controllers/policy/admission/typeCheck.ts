import type { PolicySpec } from '../../../crds/policy/schema.ts';
import {
  admissionVariables,
  type CelType,
  compile,
  type Declarations,
  dyn,
  formatType,
  type KindSchema,
  mapOf,
  objectOf,
  string,
} from '../../../operator/cel/index.ts';
import { podPath } from '../compile/podSpec.ts';
import { readSource } from '../compile/source.ts';

/** What is wrong with an expression of a Policy, for objects of one kind. */
export interface TypeProblem {
  /** From the root of the Policy, as `spec.rules[0].expression`. */
  readonly field: string;
  /** In the expression as it was written; from 1. */
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/**
 * Checks the expressions of a Policy against the fields of a kind. The API server's own check of a stored policy knows
 * nothing of custom kinds and looks behind no variable. Here a variable has the very type of its expression, so a misspelt
 * field is found also where it is read through variables.
 *
 * What reads `authorizer` is not looked at: its functions are the API server's alone.
 */
export function typeCheck(spec: PolicySpec, kind: string, { type }: KindSchema): readonly TypeProblem[] {
  const problems: TypeProblem[] = [];
  const declarations = declarationsFor(spec, kind, type, problems);
  const check = (text: string, field: string, wanted: 'bool' | 'string') => {
    const found = typeOf(text, field, declarations, problems);
    if (found.kind === 'dyn' || found.kind === wanted) return;
    const message = `is ${formatType(found)}, and must be ${wanted === 'bool' ? 'true or false (bool)' : 'a text (string)'}`;
    problems.push({ field, line: 1, column: 1, message });
  };
  for (const [index, { expression, messageExpression }] of spec.rules.entries()) {
    check(expression, `spec.rules[${index}].expression`, 'bool');
    if (messageExpression !== undefined)
      check(messageExpression, `spec.rules[${index}].messageExpression`, 'string');
  }
  return problems;
}

/** What the expressions of a Policy may name, for objects of one kind. @param problems is told what is wrong with variables */
export function declarationsFor(
  spec: PolicySpec,
  kind: string,
  type: CelType,
  problems: TypeProblem[],
): Declarations {
  const types: Record<string, CelType> = {};
  const declarations: Declarations = {
    variables: {
      ...admissionVariables({ object: type }).variables,
      variables: objectOf('variables', types),
      ...(spec.params === undefined ? {} : { params: mapOf(string, dyn) }),
      ...(spec.match.workloads === true ? { podSpec: fieldAt(type, podPath(kind)) } : {}),
    },
  };
  for (const [index, { name, expression }] of (spec.variables ?? []).entries())
    types[name] = typeOf(expression, `spec.variables[${index}].expression`, declarations, problems);
  return declarations;
}

/** The type of an expression; anything where something is wrong with it, which `problems` is told. */
export function typeOf(
  text: string,
  field: string,
  declarations: Declarations,
  problems: TypeProblem[],
): CelType {
  if (asksAuthorizer(text)) return dyn;
  const compiled = compile(text, declarations);
  if (compiled.ok) return compiled.program.type;
  for (const { line, column, message, reason } of compiled.errors)
    if (reason !== 'Unsupported') problems.push({ field, line, column, message });
  return dyn;
}

function asksAuthorizer(text: string): boolean {
  return readSource(text).references.some(({ name }) => name === 'authorizer');
}

/** What a field of an object is; anything where it is not known. */
function fieldAt(type: CelType, [field, ...rest]: readonly string[]): CelType {
  if (field === undefined) return type;
  const below = type.kind === 'object' ? type.field(field) : undefined;
  return below === undefined ? dyn : fieldAt(below, rest);
}
