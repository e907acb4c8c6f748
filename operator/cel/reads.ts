import type { Checked } from './check.ts';
import type { FieldPath } from './program.ts';
import { type Comprehension, children, type Expression } from './syntax/expression.ts';

/** Where an expression looks, as far as it is written out. What is looked up by a computed key is any key. */
export function fieldsRead(expression: Expression, checked: Checked): readonly FieldPath[] {
  const reads = new Map<string, FieldPath>();
  new Reader(checked, (path) => reads.set(JSON.stringify(path), path)).read(expression, new Map());
  return [...reads.values()].filter(
    (path, _, all) => !all.some((other) => other !== path && holds(other, path)),
  );
}

/** Whether all that is read by the second is read by the first. */
function holds(whole: FieldPath, part: FieldPath): boolean {
  if (whole.variable !== part.variable || whole.path.length >= part.path.length) return false;
  return whole.path.every((field, index) => field === part.path[index]);
}

/** What the variables of loops stand for; undefined for what an expression made. */
type Names = ReadonlyMap<string, FieldPath | undefined>;

class Reader {
  readonly #checked: Checked;
  readonly #found: (path: FieldPath) => void;
  readonly #seen = new Set<Expression>();

  constructor(checked: Checked, found: (path: FieldPath) => void) {
    this.#checked = checked;
    this.#found = found;
  }

  /** A macro may use a part twice, always among the same names. */
  read(expression: Expression, names: Names): void {
    if (this.#seen.has(expression)) return;
    this.#seen.add(expression);
    const path = this.#path(expression, names);
    if (path !== undefined) {
      this.#found(path);
      this.#readKeys(expression, names);
    } else if (expression.kind === 'comprehension') this.#readLoop(expression, names);
    else if (expression.kind === 'call' && this.#isNamespaced(expression)) {
      for (const arg of expression.args) this.read(arg, names);
    } else for (const child of children(expression)) this.read(child, names);
  }

  #isNamespaced(expression: Expression): boolean {
    const reference = this.#checked.reference(expression);
    return reference?.kind === 'function' && reference.namespaced;
  }

  /** The place that an expression is, if it is one. */
  #path(expression: Expression, names: Names): FieldPath | undefined {
    const reference = this.#checked.reference(expression);
    if (reference?.kind === 'variable') {
      return names.has(reference.name) ? names.get(reference.name) : { variable: reference.name, path: [] };
    }
    if (expression.kind === 'select') return this.#below(expression.operand, expression.field, names);
    if (expression.kind !== 'call' || !['_[_]', '_[?_]', '_?._'].includes(expression.function))
      return undefined;
    const [operand, key] = expression.args;
    if (operand === undefined || key === undefined) return undefined;
    const isName = key.kind === 'literal' && typeof key.value === 'string';
    return this.#below(operand, isName ? String(key.value) : '*', names);
  }

  #below(operand: Expression, field: string, names: Names): FieldPath | undefined {
    const path = this.#path(operand, names);
    return path === undefined ? undefined : { ...path, path: [...path.path, field] };
  }

  /** Keys are expressions too. */
  #readKeys(expression: Expression, names: Names): void {
    if (expression.kind === 'select') this.#readKeys(expression.operand, names);
    if (expression.kind !== 'call') return;
    const [operand, key] = expression.args;
    if (operand !== undefined) this.#readKeys(operand, names);
    if (key !== undefined) this.read(key, names);
  }

  #readLoop(loop: Comprehension, names: Names): void {
    const range = this.#path(loop.range, names);
    if (range === undefined) this.read(loop.range, names);
    else {
      this.#found({ ...range, path: [...range.path, '*'] });
      this.#readKeys(loop.range, names);
    }
    const element = range === undefined ? undefined : { ...range, path: [...range.path, '*'] };
    const accumulated = this.#path(loop.init, names);
    this.read(loop.init, names);
    const around = new Map([...names, [loop.accumulator, accumulated] as const]);
    const within = new Map([...around, [loop.variable, element] as const]);
    if (loop.variable2 !== undefined) within.set(loop.variable2, element);
    this.read(loop.condition, within);
    this.read(loop.step, within);
    this.read(loop.result, around);
  }
}
