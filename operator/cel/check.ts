import type { FunctionDeclaration, Overload } from './functions.ts';
import {
  type Call,
  type Comprehension,
  type Expression,
  qualifiedName,
  type Select,
  type Struct,
} from './syntax/expression.ts';
import {
  bool,
  bytes,
  type CelType,
  double,
  dyn,
  errorType,
  formatType,
  int,
  isDyn,
  listOf,
  mapOf,
  nullType,
  type ObjectType,
  optionalOf,
  optionalValue,
  parametersOf,
  string,
  typeOf,
  uint,
} from './types.ts';
import { mapParameters, mostGeneral, Substitutions } from './unify.ts';
import { Bytes, Uint, type Value } from './value.ts';

/** What an expression's names and functions turned out to be. */
export interface Checked {
  readonly type: (expression: Expression) => CelType;
  readonly reference: (expression: Expression) => Reference | undefined;
  readonly problems: readonly Problem[];
}

export type Reference =
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'type'; readonly type: CelType }
  | {
      readonly kind: 'function';
      readonly name: string;
      /** The ways of calling it that fit, as far as the types are known. */
      readonly overloads: readonly Overload[];
      /** `sets.contains(a, b)`: what stands before the dot is part of the name. */
      readonly namespaced: boolean;
    };

export interface Problem {
  readonly at: number;
  readonly message: string;
  readonly reason: 'Type' | 'Unsupported';
}

export interface Scope {
  readonly variables: ReadonlyMap<string, CelType>;
  /** Types that have a name, as `int` does. */
  readonly types: ReadonlyMap<string, CelType>;
  readonly functions: ReadonlyMap<string, FunctionDeclaration>;
  /** Of the objects that may be made, by name; undefined where none may. */
  readonly objects: ((name: string) => ObjectType | undefined) | undefined;
}

/** Finds the type of each part of an expression by the API server's rules. */
export function check(expression: Expression, scope: Scope): Checked {
  const checker = new Checker(scope);
  checker.check(expression);
  return checker.result();
}

type Names = ReadonlyMap<string, CelType>;

class Checker {
  readonly #scope: Scope;
  #names: Names;
  readonly #types = new Map<Expression, CelType>();
  readonly #references = new Map<Expression, Reference>();
  readonly #problems: Problem[] = [];
  readonly #substitutions = new Substitutions();

  constructor(scope: Scope) {
    this.#scope = scope;
    this.#names = scope.variables;
  }

  result(): Checked {
    return {
      type: (expression) => this.#substitutions.resolve(this.#types.get(expression) ?? errorType, true),
      reference: (expression) => this.#references.get(expression),
      problems: this.#problems,
    };
  }

  /** A macro may use a part twice, always among the same names: it is looked at once. */
  check(expression: Expression): CelType {
    const known = this.#types.get(expression);
    if (known !== undefined) return known;
    const type = this.#typeOf(expression);
    this.#types.set(expression, type);
    return type;
  }

  #typeOf(expression: Expression): CelType {
    switch (expression.kind) {
      case 'literal':
        return literalType(expression.value);
      case 'name':
        return this.#name(expression);
      case 'select':
        return this.#select(expression);
      case 'call':
        return expression.function === '_?._' ? this.#optionalSelect(expression) : this.#call(expression);
      case 'list':
        return this.#list(expression);
      case 'map':
        return this.#map(expression);
      case 'comprehension':
        return this.#comprehension(expression);
      case 'struct':
        return this.#struct(expression);
    }
  }

  #name(expression: Expression & { readonly kind: 'name' }): CelType {
    return this.#lookup(expression, expression.name) ?? this.#undeclared(expression, expression.name);
  }

  #lookup(expression: Expression, written: string): CelType | undefined {
    const name = written.replace(/^\./, '');
    const variable = this.#names.get(name);
    if (variable !== undefined) {
      this.#references.set(expression, { kind: 'variable', name });
      return variable;
    }
    const type = this.#scope.types.get(name);
    if (type === undefined) return undefined;
    this.#references.set(expression, { kind: 'type', type });
    return typeOf(type);
  }

  #undeclared(expression: Expression, name: string): CelType {
    if (name === 'authorizer') {
      return this.#fail(expression, 'only the API server can ask its authorizer', 'Unsupported');
    }
    return this.#fail(expression, `undeclared reference to '${name}' (in container '')`);
  }

  #select(expression: Select): CelType {
    const qualified = qualifiedName(expression);
    const whole = qualified === undefined ? undefined : this.#lookup(expression, qualified);
    if (whole !== undefined) return whole;
    const type = this.#field(expression, expression.operand, expression.field, false);
    return expression.test ? bool : this.#substitutions.resolve(type);
  }

  #optionalSelect(expression: Call): CelType {
    const [operand, field] = expression.args;
    if (operand === undefined || field?.kind !== 'literal' || typeof field.value !== 'string')
      return errorType;
    this.#references.set(expression, {
      kind: 'function',
      name: expression.function,
      overloads: [],
      namespaced: false,
    });
    return this.#substitutions.resolve(this.#field(expression, operand, field.value, true));
  }

  #field(expression: Expression, operand: Expression, field: string, optional: boolean): CelType {
    const operandType = this.#substitutions.resolve(this.check(operand));
    const held = optionalValue(operandType);
    const type = this.#fieldOf(expression, held ?? operandType, field);
    return held !== undefined || optional ? optionalOf(type) : type;
  }

  #fieldOf(expression: Expression, type: CelType, field: string): CelType {
    switch (type.kind) {
      case 'map':
        return type.value;
      case 'object':
        return type.field(field) ?? this.#fail(expression, `undefined field '${field}'`);
      case 'parameter':
        this.#substitutions.assignable([dyn], [type]);
        return dyn;
      case 'dyn':
      case 'error':
        return dyn;
      default:
        this.#fail(expression, `type '${formatType(type)}' does not support field selection`);
        return dyn;
    }
  }

  #call(expression: Call): CelType {
    for (const arg of expression.args) this.check(arg);
    const { target } = expression;
    if (target === undefined) {
      const name = expression.function.replace(/^\./, '');
      const declaration = this.#scope.functions.get(name);
      if (declaration === undefined) return this.#undeclared(expression, expression.function);
      return this.#resolve(expression, declaration, undefined, false);
    }
    const prefix = qualifiedName(target);
    const namespaced =
      prefix === undefined
        ? undefined
        : this.#scope.functions.get(`${prefix}.${expression.function}`.replace(/^\./, ''));
    if (namespaced !== undefined) return this.#resolve(expression, namespaced, undefined, true);
    this.check(target);
    const declaration = this.#scope.functions.get(expression.function);
    if (declaration === undefined) return this.#undeclared(expression, expression.function);
    return this.#resolve(expression, declaration, target, false);
  }

  #resolve(
    expression: Call,
    { name, overloads }: FunctionDeclaration,
    target: Expression | undefined,
    namespaced: boolean,
  ): CelType {
    const operands = target === undefined ? expression.args : [target, ...expression.args];
    if (name === '_&&_' || name === '_||_') {
      this.#references.set(expression, { kind: 'function', name, overloads, namespaced });
      return this.#logical(operands);
    }
    const types = operands.map((operand) => this.#types.get(operand) ?? errorType);
    const fitting: Overload[] = [];
    let result: CelType | undefined;
    for (const candidate of overloads) {
      if (candidate.member !== (target !== undefined)) continue;
      const { args, result: declared } = this.#instantiate(candidate);
      if (!this.#substitutions.assignable(types, args)) continue;
      fitting.push(candidate);
      const own = this.#substitutions.resolve(declared);
      if (result === undefined) result = own;
      else if (!isDyn(result) && formatType(result) !== formatType(own)) result = dyn;
    }
    if (result === undefined) return this.#noOverload(expression, name, types, target !== undefined);
    this.#references.set(expression, { kind: 'function', name, overloads: fitting, namespaced });
    return result;
  }

  #logical(operands: readonly Expression[]): CelType {
    let failed = false;
    for (const operand of operands) {
      const type = this.#types.get(operand) ?? errorType;
      if (this.#substitutions.assignable([type], [bool])) continue;
      this.#mismatch(operand, bool, type);
      failed = true;
    }
    return failed ? errorType : bool;
  }

  #noOverload(expression: Call, name: string, types: readonly CelType[], isMember: boolean): CelType {
    const written = types.map((type) => formatType(this.#substitutions.resolve(type, true)));
    const [first = '', ...rest] = written;
    const signature = isMember ? `${first}.(${rest.join(', ')})` : `(${written.join(', ')})`;
    return this.#fail(expression, `found no matching overload for '${name}' applied to '${signature}'`);
  }

  /** An overload with parameters of its own, so that two calls do not settle each other's. */
  #instantiate({ args, result }: Overload): { readonly args: readonly CelType[]; readonly result: CelType } {
    const fresh = new Map<string, CelType>();
    const instantiate = (type: CelType): CelType => {
      if (type.kind !== 'parameter') return mapParameters(type, instantiate);
      const known = fresh.get(type.name) ?? this.#substitutions.freshParameter();
      fresh.set(type.name, known);
      return known;
    };
    return { args: args.map(instantiate), result: instantiate(result) };
  }

  #list({ elements, optional }: Expression & { readonly kind: 'list' }): CelType {
    let joined: CelType | undefined;
    for (const [index, element] of elements.entries()) {
      const type = this.#unwrapped(element, optional.has(index));
      joined = this.#join(joined, type);
    }
    return listOf(joined ?? this.#substitutions.freshParameter());
  }

  #map({ entries }: Expression & { readonly kind: 'map' }): CelType {
    let key: CelType | undefined;
    let value: CelType | undefined;
    for (const entry of entries) {
      key = this.#join(key, this.check(entry.key));
      value = this.#join(value, this.#unwrapped(entry.value, entry.optional));
    }
    return mapOf(key ?? this.#substitutions.freshParameter(), value ?? this.#substitutions.freshParameter());
  }

  #struct(expression: Struct): CelType {
    const { name, fields } = expression;
    const { objects } = this.#scope;
    if (objects === undefined)
      return this.#fail(expression, `construction of '${name}' is not supported here`, 'Unsupported');
    const type = objects(name);
    for (const { name: field, at, value, optional } of fields) {
      const own = this.#substitutions.resolve(this.#unwrapped(value, optional));
      if (type === undefined) continue;
      const wanted = type.field(field);
      if (wanted === undefined) this.#fail({ at }, `undefined field '${field}' of '${name}'`);
      else if (!this.#mayHold(wanted, own, `${name}.${field}`)) this.#mismatch(value, wanted, own);
    }
    return type ?? this.#fail(expression, `there is no field for '${name}'`);
  }

  /** Whether a field of an object that is made may hold what is given to it. Of null nothing is known. */
  #mayHold(wanted: CelType, own: CelType, place: string): boolean {
    if (own.kind === 'null') return true;
    if (own.kind === 'object' && own.made === true && wanted.kind === 'map') return own.name === place;
    return this.#substitutions.assignable([own], [wanted]) && isInPlace(own, wanted);
  }

  #unwrapped(element: Expression, optional: boolean): CelType {
    const type = this.check(element);
    if (!optional) return type;
    const held = optionalValue(type);
    if (held === undefined && !isDyn(type)) this.#mismatch(element, optionalOf(type), type);
    return held ?? type;
  }

  #join(before: CelType | undefined, type: CelType): CelType {
    if (before === undefined) return type;
    // Entries of several types are refused afterwards, by `validate`, but for those of `format`.
    return this.#substitutions.assignable([before], [type]) ? mostGeneral(before, type) : dyn;
  }

  #comprehension(expression: Comprehension): CelType {
    this.check(expression.range);
    const accumulator = this.check(expression.init);
    const range = this.#substitutions.resolve(this.#types.get(expression.range) ?? errorType);
    const outside = this.#names;
    const around = new Map([...outside, [expression.accumulator, accumulator]]);
    this.#names = new Map([...around, ...this.#loopVariables(expression, range)]);
    this.#expect(expression.condition, bool);
    this.#expect(expression.step, accumulator);
    this.#names = around;
    const result = this.check(expression.result);
    this.#names = outside;
    return this.#substitutions.resolve(result);
  }

  #loopVariables({ range, variable, variable2 }: Comprehension, type: CelType): readonly [string, CelType][] {
    const [first, second] = this.#rangeTypes(range, type, variable2 !== undefined);
    return variable2 === undefined
      ? [[variable, first]]
      : [
          [variable, first],
          [variable2, second],
        ];
  }

  #rangeTypes(range: Expression, type: CelType, two: boolean): readonly [CelType, CelType] {
    switch (type.kind) {
      case 'list':
        return two ? [int, type.element] : [type.element, dyn];
      case 'map':
        return [type.key, type.value];
      case 'dyn':
      case 'error':
      case 'parameter':
        this.#substitutions.assignable([dyn], [type]);
        return [dyn, dyn];
      default: {
        const message = `expression of type '${formatType(type)}' cannot be range of a comprehension (must be list, map, or dynamic)`;
        return [this.#fail(range, message), errorType];
      }
    }
  }

  #expect(expression: Expression, wanted: CelType): void {
    const type = this.check(expression);
    if (!this.#substitutions.assignable([wanted], [type])) this.#mismatch(expression, wanted, type);
  }

  #mismatch({ at }: Expression, wanted: CelType, type: CelType): CelType {
    const name = (type: CelType) => formatType(this.#substitutions.resolve(type));
    this.#problems.push({
      at,
      message: `expected type '${name(wanted)}' but found '${name(type)}'`,
      reason: 'Type',
    });
    return errorType;
  }

  #fail({ at }: { readonly at: number }, message: string, reason: Problem['reason'] = 'Type'): CelType {
    this.#problems.push({ at, message, reason });
    return errorType;
  }
}

/** What is made says by its name where it belongs. */
function isInPlace(type: CelType, place: CelType): boolean {
  if (type.kind === 'object' && place.kind === 'object')
    return type.made !== true || place.made !== true || type.name === place.name;
  const places = parametersOf(place);
  return parametersOf(type).every((inner, index) => isInPlace(inner, places[index] ?? inner));
}

function literalType(value: Value): CelType {
  switch (typeof value) {
    case 'string':
      return string;
    case 'bigint':
      return int;
    case 'number':
      return double;
    case 'boolean':
      return bool;
  }
  if (value === null) return nullType;
  if (value instanceof Uint) return uint;
  return value instanceof Bytes ? bytes : errorType;
}
