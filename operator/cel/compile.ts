import { check, type Problem } from './check.ts';
import { CostExceeded, defaultCostLimit } from './cost.ts';
import { scopeOf } from './environment.ts';
import { Planner } from './plan.ts';
import type {
  Compilation,
  CompileError,
  Declarations,
  EvaluateOptions,
  Evaluation,
  Program,
  Values,
} from './program.ts';
import { fieldsRead } from './reads.ts';
import { type Frame, PlanProblem, type Run } from './step.ts';
import { expandedSize, SyntaxProblem } from './syntax/expression.ts';
import { parse } from './syntax/parser.ts';
import { codePointCount } from './text.ts';
import { validate } from './validate.ts';
import { CelError } from './value.ts';

/** Far more than any text within the limit comes to, unless `optMap` is nested in itself. */
const maxParts = 2_000_000;

/** Parses and checks an expression as the API server would. */
export function compile(expression: string, declarations: Declarations): Compilation {
  try {
    return compileChecked(expression, declarations);
  } catch (error) {
    if (error instanceof SyntaxProblem) return failed(expression, [{ ...placed(error), reason: 'Syntax' }]);
    if (error instanceof PlanProblem) return failed(expression, [{ ...placed(error), reason: 'Type' }]);
    throw error;
  }
}

function compileChecked(expression: string, declarations: Declarations): Compilation {
  const parsed = parse(expression);
  if (expandedSize(parsed) > maxParts) {
    const message = 'its macros come to more parts than the API server survives';
    return failed(expression, [{ at: 0, message, reason: 'Unsupported' }]);
  }
  const checked = check(parsed, scopeOf(declarations));
  if (checked.problems.length > 0) return failed(expression, checked.problems);
  const problems = validate(parsed, checked);
  if (problems.length > 0) return failed(expression, problems);
  const variables = Object.keys(declarations.variables);
  const { run } = new Planner(checked, variables).plan(parsed);
  const program: Program = {
    expression,
    type: checked.type(parsed),
    reads: fieldsRead(parsed, checked),
    evaluate: (values, options) => evaluate(run, variables, values, options),
  };
  return { ok: true, program };
}

function evaluate(
  run: Run,
  variables: readonly string[],
  values: Values,
  options: EvaluateOptions = {},
): Evaluation {
  const slots = variables.map((name) => values[name]);
  const frame: Frame = { slots, cost: 0, made: 0, costLimit: options.costLimit ?? defaultCostLimit };
  try {
    const value = run(frame);
    const { cost } = frame;
    return value instanceof CelError
      ? { ok: false, message: value.message, cost }
      : { ok: true, value, cost };
  } catch (error) {
    // A value nested so deep that walking over it takes more stack than there is: the API server would not hold it.
    const given = error instanceof CostExceeded || error instanceof RangeError;
    if (!given) throw error;
    return { ok: false, message: error.message, cost: frame.cost };
  }
}

function failed(expression: string, problems: readonly Problem[] | readonly Placed[]): Compilation {
  return { ok: false, errors: problems.map((problem) => located(expression, problem)) };
}

interface Placed {
  readonly at: number;
  readonly message: string;
  readonly reason: CompileError['reason'];
}

const placed = ({ at, message }: SyntaxProblem | PlanProblem) => ({ at, message });

function located(expression: string, { at, message, reason }: Placed): CompileError {
  return { ...placeIn(expression, at), message, reason };
}

/** Where in an expression a UTF-16 unit of it stands. */
export function placeIn(expression: string, at: number): Pick<CompileError, 'line' | 'column'> {
  const before = expression.slice(0, at);
  const newline = before.lastIndexOf('\n');
  return { line: before.split('\n').length, column: codePointCount(before.slice(newline + 1)) + 1 };
}
