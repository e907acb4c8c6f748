import type { CelType, ObjectType } from './types.ts';
import type { CelError, Value } from './value.ts';

/** What an expression may name, and of which type each is. */
export interface Declarations {
  readonly variables: Readonly<Record<string, CelType>>;
  /** The objects that it may make, by name, as a mutation may (`madeObjects`). Default: none. */
  readonly objects?: (name: string) => ObjectType | undefined;
}

export type Compilation =
  | { readonly ok: true; readonly program: Program }
  | { readonly ok: false; readonly errors: readonly CompileError[] };

/** What is wrong with an expression, and where in its text. */
export interface CompileError {
  /** Counted from 1. */
  readonly line: number;
  /** Counted from 1, in code points. */
  readonly column: number;
  readonly message: string;
  /** `Unsupported`: the API server takes it, but we cannot promise the same verdict, so nobody is told one. */
  readonly reason: 'Syntax' | 'Type' | 'Unsupported';
}

/** An expression ready to be evaluated, any number of times. */
export interface Program {
  readonly expression: string;
  /** The type of its value, as far as it is known before it runs. */
  readonly type: CelType;
  /** Every field that it may read. */
  readonly reads: readonly FieldPath[];
  /** Never throws. */
  evaluate(values: Values, options?: EvaluateOptions): Evaluation;
}

/**
 * Where an expression looks: a variable, and the fields from there on. `*` is any element of a list, or any key. All that
 * is below the last field may be read.
 */
export interface FieldPath {
  readonly variable: string;
  readonly path: readonly string[];
}

/** The value of each variable. One that depends on others may be a function, which is called when it is first needed. */
export type Values = Readonly<Record<string, Value | (() => Value)>>;

export interface EvaluateOptions {
  /** In the API server's units. Default: the API server's 1,000,000. Beyond it the evaluation is an error. */
  readonly costLimit?: number;
}

export type Evaluation =
  | { readonly ok: true; readonly value: Exclude<Value, CelError>; readonly cost: number }
  | { readonly ok: false; readonly message: string; readonly cost: number };
