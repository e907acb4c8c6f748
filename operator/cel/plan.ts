import { withMade } from './bounds.ts';
import type { Checked, Reference } from './check.ts';
import { CelList, CelMap } from './collections.ts';
import { equals, isEqual } from './compare.ts';
import { type CallCost, callCost, equalityCost, listCost, mapCost, structCost } from './cost.ts';
import { planFold } from './fold.ts';
import type { Overload } from './functions.ts';
import { isKey, isPresent, qualify, qualifyOptional } from './qualify.ts';
import { regexOf } from './regex.ts';
import { charge, type Frame, PlanProblem, type Run, type Step, type StepPlanner } from './step.ts';
import type { Call, Expression, MapEntry, Select, Struct } from './syntax/expression.ts';
import { Bytes, CelError, noSuchOverload, Optional, TypeValue, Uint, type Value } from './value.ts';

/** Turns a checked expression into steps. Throws PlanProblem. */
export class Planner implements StepPlanner {
  readonly #checked: Checked;
  readonly #slots = new Map<string, number>();
  /** A macro may use a part twice. */
  readonly #steps = new Map<Expression, Step>();
  #count = 0;

  constructor(checked: Checked, variables: readonly string[]) {
    this.#checked = checked;
    for (const name of variables) this.#slots.set(name, this.#count++);
  }

  withSlot<T>(name: string, plan: (slot: number) => T): T {
    const before = this.#slots.get(name);
    const slot = this.#count++;
    this.#slots.set(name, slot);
    const planned = plan(slot);
    if (before === undefined) this.#slots.delete(name);
    else this.#slots.set(name, before);
    return planned;
  }

  plan(expression: Expression): Step {
    const known = this.#steps.get(expression);
    if (known !== undefined) return known;
    const step = this.#planned(expression);
    this.#steps.set(expression, step);
    return step;
  }

  #planned(expression: Expression): Step {
    switch (expression.kind) {
      case 'literal':
        return constant(expression.value);
      case 'name':
        return this.#name(expression);
      case 'select':
        return this.#select(expression);
      case 'call':
        return this.#call(expression);
      case 'list':
        return this.#list(expression);
      case 'map':
        return this.#map(expression);
      case 'struct':
        return this.#struct(expression);
      case 'comprehension':
        return planFold(this, expression);
    }
  }

  #name(expression: Expression): Step {
    const reference = this.#checked.reference(expression);
    if (reference?.kind === 'type') return constant(new TypeValue(reference.type));
    const name = reference?.kind === 'variable' ? reference.name : '';
    const slot = this.#slots.get(name) ?? -1;
    const missing = new CelError(`no such attribute(s): ${name}`);
    return attribute((frame) => {
      const value = frame.slots[slot];
      if (typeof value !== 'function') return value ?? (value === null ? null : missing);
      const evaluated = value();
      frame.slots[slot] = evaluated;
      return evaluated;
    }, 1);
  }

  #select(expression: Select): Step {
    if (this.#checked.reference(expression) !== undefined) return this.#name(expression);
    const { resolve, base } = this.#operand(expression.operand);
    const { field } = expression;
    if (expression.test) {
      // Asking is free, but for the way there.
      return attribute((frame) => {
        const value = resolve(frame);
        charge(frame, 1);
        return isPresent(value, field);
      }, base - 1);
    }
    return attribute((frame) => {
      const value = resolve(frame);
      charge(frame, 1);
      return qualify(value, field);
    }, base);
  }

  /** What something is selected of. */
  #operand(expression: Expression): { readonly resolve: Run; readonly base: number } {
    const { run, resolve, base } = this.plan(expression);
    return resolve === undefined ? { resolve: run, base: 1 } : { resolve, base: base ?? 1 };
  }

  #index(expression: Call, optional: boolean): Step {
    const [operand, key] = expression.args;
    if (operand === undefined || key === undefined) return constant(noSuchOverload);
    const { resolve, base } = this.#operand(operand);
    const index = this.plan(key);
    if (index.constant !== undefined && !isKey(index.constant)) {
      throw new PlanProblem('invalid qualifier type', expression.at);
    }
    const cost = index.resolve === undefined ? 1 : 0;
    const select = optional ? qualifyOptional : qualify;
    return attribute((frame) => {
      const value = resolve(frame);
      if (value instanceof CelError) return value;
      const selected = index.run(frame);
      charge(frame, cost);
      return selected instanceof CelError ? selected : select(value, selected);
    }, base);
  }

  #list({ elements, optional }: Expression & { readonly kind: 'list' }): Step {
    const steps = elements.map((element) => this.plan(element));
    const known = constants(steps);
    if (known !== undefined && optional.size === 0) return constant(new CelList(known));
    return {
      run: (frame) => {
        const items: Value[] = [];
        for (const [index, { run }] of steps.entries()) {
          const item = run(frame);
          const kept = optional.has(index) ? held(item) : item;
          if (kept instanceof CelError) return paid(frame, listCost, kept);
          if (kept !== undefined) items.push(kept);
        }
        return paid(frame, listCost, new CelList(items));
      },
    };
  }

  #map({ entries }: Expression & { readonly kind: 'map' }): Step {
    const keys = entries.map(({ key }) => this.plan(key));
    const values = entries.map(({ value }) => this.plan(value));
    const [knownKeys, knownValues] = [constants(keys), constants(values)];
    if (knownKeys !== undefined && knownValues !== undefined && !entries.some(({ optional }) => optional)) {
      return constant(new CelMap(knownKeys.map((key, index) => [key, knownValues[index] ?? null] as const)));
    }
    return gathered(entries, keys, values, mapCost);
  }

  /** What is made is read as a map of its fields. */
  #struct({ fields }: Struct): Step {
    const keys = fields.map(({ name }) => constant(name));
    const values = fields.map(({ value }) => this.plan(value));
    return gathered(fields, keys, values, structCost);
  }

  #call(expression: Call): Step {
    switch (expression.function) {
      case '_&&_':
        return this.#logical(expression, false);
      case '_||_':
        return this.#logical(expression, true);
      case '_?_:_':
        return this.#conditional(expression);
      case '_==_':
        return this.#equality(expression, (equal) => equal);
      case '_!=_':
        return this.#equality(expression, (equal) => equal !== true);
      case '_[_]':
        return this.#index(expression, false);
      case '_[?_]':
      case '_?._':
        return this.#index(expression, true);
      case '@not_strictly_false': {
        const [{ run }] = this.#operands(expression);
        return { run: (frame) => paid(frame, 1, run(frame)) !== false };
      }
    }
    const reference = this.#checked.reference(expression);
    if (reference?.kind !== 'function') return constant(noSuchOverload);
    const [only] = reference.overloads;
    if (only?.id === 'optional_or_optional' || only?.id === 'optional_orValue_value')
      return this.#or(expression);
    return this.#invoke(expression, reference);
  }

  /** The steps of a call's target and arguments. */
  #operands({ target, args }: Call): readonly [Step, Step, ...Step[]] {
    const operands = target === undefined ? args : [target, ...args];
    const [first = constant(null), second = constant(null), ...rest] = operands.map((operand) =>
      this.plan(operand),
    );
    return [first, second, ...rest];
  }

  /** An error gives way to the value that decides by itself. */
  #logical(expression: Call, decisive: boolean): Step {
    const [{ run: left }, { run: right }] = this.#operands(expression);
    return {
      run: (frame) => {
        const first = left(frame);
        if (first === decisive) return decisive;
        const second = right(frame);
        if (second === decisive) return decisive;
        if (typeof first !== 'boolean') return first instanceof CelError ? first : noSuchOverload;
        if (typeof second !== 'boolean') return second instanceof CelError ? second : noSuchOverload;
        return !decisive;
      },
    };
  }

  #conditional({ args }: Call): Step {
    const [condition, yes, no] = args.map((arg) => this.plan(arg));
    if (condition === undefined || yes === undefined || no === undefined) return constant(noSuchOverload);
    const [ifTrue, ifFalse] = [yes.resolve ?? yes.run, no.resolve ?? no.run];
    return attribute((frame) => {
      const holds = condition.run(frame);
      if (holds === true) return ifTrue(frame);
      if (holds === false) return ifFalse(frame);
      return holds instanceof CelError ? holds : noSuchOverload;
    }, 0);
  }

  #equality(expression: Call, answer: (equal: boolean | CelError) => Value): Step {
    const [{ run: left }, { run: right }] = this.#operands(expression);
    return {
      run: (frame) => {
        const [first, second] = [left(frame), right(frame)];
        charge(frame, equalityCost(first, second));
        if (first instanceof CelError) return first;
        return second instanceof CelError ? second : answer(equals(first, second));
      },
    };
  }

  #or(expression: Call): Step {
    const [{ run: optional }, { run: otherwise }] = this.#operands(expression);
    const unwrap = expression.function === 'orValue';
    return {
      run: (frame) => {
        const value = optional(frame);
        if (!(value instanceof Optional)) return value;
        if (value.value === undefined) return otherwise(frame);
        return unwrap ? value.value : value;
      },
    };
  }

  #invoke(expression: Call, reference: Reference & { readonly kind: 'function' }): Step {
    const operands =
      expression.target === undefined || reference.namespaced
        ? expression.args
        : [expression.target, ...expression.args];
    const steps = operands.map((operand) => this.plan(operand));
    const { name, overloads } = reference;
    const known = constants(steps);
    const invoke = dispatcher(overloads);
    if (foldable.has(name) && known !== undefined && known.length === 1) {
      const value = invoke(known);
      if (value instanceof CelError) throw new PlanProblem(value.message, expression.at);
      return constant(value);
    }
    checkPattern(name, steps, operands);
    const id = overloads.length === 1 ? (overloads[0]?.id ?? '') : '';
    if (id === 'in_list') {
      const set = membership(steps);
      if (set !== undefined) return set;
    }
    const cost = callCost(name, id);
    const runs = steps.map(({ run }) => run);
    return { run: (frame) => invoked(frame, runs, invoke, cost) };
  }
}

function invoked(
  frame: Frame,
  runs: readonly Run[],
  invoke: (args: readonly Value[]) => Value,
  cost: CallCost,
): Value {
  const args = new Array<Value>(runs.length);
  let failed: CelError | undefined;
  for (let index = 0; index < runs.length; index++) {
    const arg = runs[index]?.(frame) ?? null;
    args[index] = arg;
    if (arg instanceof CelError) failed ??= arg;
  }
  if (failed !== undefined) return paid(frame, 1, failed);
  charge(frame, cost.before(args));
  const result = invoke(args);
  frame.made = withMade(frame.made, args, result);
  return paid(frame, cost.after(result), result);
}

function gathered(
  entries: readonly Pick<MapEntry, 'optional'>[],
  keys: readonly Step[],
  values: readonly Step[],
  cost: number,
): Step {
  return {
    run: (frame) => {
      const pairs: (readonly [Value, Value])[] = [];
      for (const [index, { optional }] of entries.entries()) {
        const key = keys[index]?.run(frame) ?? null;
        if (key instanceof CelError) return paid(frame, cost, key);
        const value = values[index]?.run(frame) ?? null;
        const kept = optional ? held(value) : value;
        if (kept instanceof CelError) return paid(frame, cost, kept);
        if (kept !== undefined) pairs.push([key, kept]);
      }
      return paid(frame, cost, new CelMap(pairs));
    },
  };
}

const constant = (value: Value): Step => ({ run: () => value, constant: value });

function attribute(resolve: Run, base: number): Step {
  return { run: (frame) => paid(frame, base, resolve(frame)), resolve, base };
}

function paid(frame: Frame, cost: number, value: Value): Value {
  charge(frame, cost);
  return value;
}

function constants(steps: readonly Step[]): readonly Value[] | undefined {
  const values: Value[] = [];
  for (const { constant } of steps) {
    if (constant === undefined) return undefined;
    values.push(constant);
  }
  return values;
}

/** What an optional entry of a list or a map holds, or undefined for nothing. */
function held(value: Value): Value | undefined {
  if (value instanceof CelError) return value;
  return value instanceof Optional
    ? value.value
    : new CelError('cannot initialize an optional entry from a value');
}

/** Conversions of what is known are done beforehand. */
const foldable = new Set([
  'bool',
  'bytes',
  'double',
  'duration',
  'dyn',
  'int',
  'string',
  'timestamp',
  'type',
  'uint',
]);

function dispatcher(overloads: readonly Overload[]): (args: readonly Value[]) => Value {
  const [only] = overloads;
  if (only !== undefined && overloads.every(({ call }) => call === only.call)) return only.call;
  return (args) => {
    const fitting = overloads.find(({ takes }) => takes(args));
    return fitting === undefined ? noSuchOverload : fitting.call(args);
  };
}

/** A pattern that is known is compiled beforehand. */
function checkPattern(name: string, steps: readonly Step[], operands: readonly Expression[]): void {
  const pattern = ['matches', 'find', 'findAll'].includes(name) ? steps[1]?.constant : undefined;
  const regex = typeof pattern === 'string' ? regexOf(pattern) : undefined;
  if (typeof regex === 'string')
    throw new PlanProblem(`invalid ${name} argument: ${regex}`, operands[1]?.at ?? 0);
}

/** `x in [1, 2]` is a look into a set, and free. In a list of nothing is nothing, whatever `x` is. */
function membership([element, list]: readonly Step[]): Step | undefined {
  const known = list?.constant;
  if (element === undefined || !(known instanceof CelList)) return undefined;
  if (known.size === 0) return constant(false);
  if (!known.items.every((item) => isKey(item))) return undefined;
  const texts = new Set(known.items.filter((item) => typeof item === 'string'));
  const others = known.items.filter((item) => typeof item !== 'string');
  return {
    run: (frame) => {
      const value = element.run(frame);
      if (value instanceof CelError) return value;
      if (value instanceof Bytes) return new CelError('internal error: bytes cannot be looked up');
      if (typeof value === 'string') return texts.has(value);
      return typeof value === 'object' && !(value instanceof Uint)
        ? false
        : others.some((item) => isEqual(value, item));
    },
  };
}
