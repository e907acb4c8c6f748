import { compile } from './compile.ts';
import type { CompileError, Declarations, Program, Values } from './program.ts';
import { type CelType, dyn, objectOf } from './types.ts';
import { mapParameters } from './unify.ts';
import { CelError, MapValue, type Value } from './value.ts';

/** A named expression that others may use as `variables.NAME`. It may use those before it. */
export interface NamedExpression {
  readonly name: string;
  readonly expression: string;
}

export interface Composition {
  /** The declarations that the variables were compiled with, and `variables`. */
  readonly declarations: Declarations;
  /** What is wrong with each variable that does not compile, by name. Its type is `dyn`, and using it is an error. */
  readonly errors: ReadonlyMap<string, readonly CompileError[]>;
  /**
   * Values with `variables`, for one object. A variable is evaluated when it is first used, and once, whoever uses it.
   * What that costs is told to `spend`; it does not count against the expression that uses it.
   */
  bind(values: Values, spend?: (cost: number) => void): Values;
}

/** Compiles variables, as the API server does those of an admission policy. */
export function composeVariables(
  variables: readonly NamedExpression[],
  declarations: Declarations,
): Composition {
  const types: Record<string, CelType> = {};
  const programs = new Map<string, Program | undefined>();
  const errors = new Map<string, readonly CompileError[]>();
  const composed: Declarations = {
    variables: { ...declarations.variables, variables: objectOf('kubernetes.variables', types) },
  };
  for (const { name, expression } of variables) {
    const compiled = compile(expression, composed);
    types[name] = compiled.ok ? declaredType(compiled.program.type) : dyn;
    if (!compiled.ok) errors.set(name, compiled.errors);
    programs.set(name, compiled.ok ? compiled.program : undefined);
  }
  return {
    declarations: composed,
    errors,
    bind(values, spend = () => undefined) {
      const bound: Values = { ...values, variables: new LazyFields(programs, () => bound, spend) };
      return bound;
    },
  };
}

/** As the API server declares it: what is neither scalar nor list nor map is `dyn` to whoever uses the variable. */
function declaredType(type: CelType): CelType {
  switch (type.kind) {
    case 'list':
    case 'map':
      return mapParameters(type, declaredType);
    case 'object':
    case 'opaque':
    case 'type':
      return dyn;
    default:
      return type;
  }
}

class LazyFields extends MapValue {
  readonly #programs: ReadonlyMap<string, Program | undefined>;
  readonly #values: () => Values;
  readonly #spend: (cost: number) => void;
  readonly #evaluated = new Map<string, Value>();

  constructor(
    programs: ReadonlyMap<string, Program | undefined>,
    values: () => Values,
    spend: (cost: number) => void,
  ) {
    super();
    this.#programs = programs;
    this.#values = values;
    this.#spend = spend;
  }

  override get size(): number {
    return this.#programs.size;
  }

  override get(key: Value): Value | undefined {
    return typeof key === 'string' ? this.field(key) : undefined;
  }

  override field(name: string): Value | undefined {
    if (!this.#programs.has(name)) return undefined;
    const known = this.#evaluated.get(name);
    if (known !== undefined) return known;
    const value = this.#evaluate(name);
    this.#evaluated.set(name, value);
    return value;
  }

  override keys(): Iterable<Value> {
    return this.#programs.keys();
  }

  #evaluate(name: string): Value {
    const evaluation = this.#programs.get(name)?.evaluate(this.#values());
    if (evaluation === undefined) return new CelError(`composited variable "${name}" fails to compile`);
    this.#spend(evaluation.cost);
    if (evaluation.ok) return evaluation.value;
    return new CelError(`composited variable "${name}" fails to evaluate: ${evaluation.message}`);
  }
}
