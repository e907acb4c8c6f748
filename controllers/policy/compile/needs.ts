import type { Expression } from '../../../operator/cel/syntax/expression.ts';
import { all, type Call, call, conditional, type Loop, logical, loopOf, member, not, or } from './calls.ts';
import { writtenAs } from './written.ts';

/** Texts of conditions that are true. */
export type Facts = ReadonlySet<string>;

/**
 * What must be true, one after the other, so that the expression reads nothing that is not there; what is known is left out.
 * Where asking it fails, the expression fails as well: what can be told is never made something that cannot.
 */
export function needs(expression: Expression, known: Facts): readonly Expression[] {
  const needed = new Needed(known);
  needed.by(expression);
  return needed.found;
}

/** What is true where the condition has this value, and reads nothing that is not there. */
export function factsOf(condition: Expression, value: boolean): readonly string[] {
  if (condition.kind === 'call') {
    const [first] = condition.args;
    if (condition.function === '!_' && first !== undefined) return factsOf(first, !value);
    const operands = logical(condition);
    if (operands?.and === value) return [...factsOf(operands.left, value), ...factsOf(operands.right, value)];
  }
  return [...texts(needs(condition, new Set())), ...(value ? [writtenAs(condition)] : [])];
}

export function texts(expressions: readonly Expression[]): readonly string[] {
  return expressions.map(writtenAs);
}

export function also(known: Facts, told: readonly string[]): Facts {
  return told.length === 0 ? known : new Set([...known, ...told]);
}

/** Without those that read a name which means something else now. */
export function without(known: Facts, names: readonly string[]): Facts {
  const words = new RegExp(`\\b(${names.join('|')})\\b`);
  return new Set([...known].filter((text) => !words.test(text)));
}

class Needed {
  readonly found: Expression[] = [];
  readonly #known: Set<string>;

  constructor(known: Facts) {
    this.#known = new Set(known);
  }

  by(expression: Expression): void {
    switch (expression.kind) {
      case 'select':
        this.by(expression.operand);
        this.#add(call('has', expression));
        break;
      case 'call':
        this.#byCall(expression);
        break;
      case 'list':
        for (const element of expression.elements) this.by(element);
        break;
      case 'map':
        for (const { key, value } of expression.entries) for (const part of [key, value]) this.by(part);
        break;
      case 'struct':
        for (const { value } of expression.fields) this.by(value);
    }
  }

  #byCall(its: Call): void {
    const loop = loopOf(its);
    const choice = conditional(its);
    const { function: name, target, args } = its;
    const [first, second] = args;
    if (loop !== undefined) this.#byLoop(its, loop);
    else if (choice !== undefined) {
      const { condition, yes, no } = choice;
      this.by(condition);
      this.#unless(not(condition), this.#of(yes, factsOf(condition, true)));
      this.#unless(condition, this.#of(no, factsOf(condition, false)));
    } else if (name === 'has' && first?.kind === 'select') this.by(first.operand);
    else if (['or', 'orValue'].includes(name) && target !== undefined && first !== undefined) {
      this.by(target);
      this.#unless(member(target, 'hasValue'), this.#of(first));
    } else if (logical(its) === undefined) {
      // What `&&` and `||` pass over is not needed, and which of their operands that is cannot be told before.
      for (const operand of target === undefined ? args : [target, ...args]) this.by(operand);
      if (name === '_[_]' && first !== undefined && second !== undefined) this.#add(isThere(second, first));
      if (name === 'value' && target !== undefined) this.#add(member(target, 'hasValue'));
    }
  }

  /** Of a loop with a filter the filter: to compute it once more for the rest would be dear. */
  #byLoop(its: Call, { range, variables, names, bodies: [first], passesOver }: Loop): void {
    this.by(range);
    if (first === undefined || passesOver) return;
    const needed = needs(first, without(this.#known, variables));
    if (needed.length === 0) return;
    const body = all(needed);
    const isOptional = its.function.startsWith('opt');
    this.#add(
      isOptional
        ? member(member(range, 'optMap', ...names, body), 'orValue', { kind: 'literal', at: 0, value: true })
        : member(range, 'all', ...names, body),
    );
  }

  #of(expression: Expression, told: readonly string[] = []): readonly Expression[] {
    return needs(expression, also(this.#known, told));
  }

  #unless(condition: Expression, needed: readonly Expression[]): void {
    if (needed.length > 0) this.#add(or(condition, all(needed)));
  }

  #add(condition: Expression): void {
    const text = writtenAs(condition);
    if (this.#known.has(text)) return;
    this.#known.add(text);
    this.found.push(condition);
  }
}

/** Whether there is such an element. A text is a key of a map; what else is given may be an index. */
function isThere(key: Expression, of: Expression): Expression {
  return key.kind === 'literal' && typeof key.value === 'string'
    ? call('@in', key, of)
    : member(call('_[?_]', of, key), 'hasValue');
}
