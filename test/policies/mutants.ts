import type { PolicySpec } from '../../crds/policy/schema.ts';
import { type Token, tokens } from '../../operator/cel/syntax/lexer.ts';

/** Policies that say almost the same: where no case tells one from its Policy, a case is missing. */

export interface Mutant {
  /** Where, and what became of it; no two of a Policy's mutants have the same. */
  readonly change: string;
  readonly spec: PolicySpec;
}

/** Of each rule, of the variables that rules read, and of the params. */
export function mutantsOf(spec: PolicySpec): readonly Mutant[] {
  const { rules, variables = [], params } = spec;
  const ofRules = rules.flatMap((rule, index) =>
    [...mutationsOf(rule.expression), whole('true'), whole('false')].map(({ change, text }) => ({
      change: `rule ${rule.name}: ${change}`,
      spec: { ...spec, rules: rules.with(index, { ...rule, expression: text }) },
    })),
  );
  const read = readByRules(spec);
  const ofVariables = variables.flatMap((variable, index) =>
    (read.has(variable.name) ? mutationsOf(variable.expression) : []).map(({ change, text }) => ({
      change: `variable ${variable.name}: ${change}`,
      spec: { ...spec, variables: variables.with(index, { ...variable, expression: text }) },
    })),
  );
  const ofParams = [...changedValues(params, 'params')].map(({ change, value }) => ({
    change,
    spec: { ...spec, params: value as NonNullable<PolicySpec['params']> },
  }));
  return [...ofRules, ...ofVariables, ...(params === undefined ? [] : ofParams)];
}

/** Names of the variables that a rule's verdict depends on; messages do not count. */
function readByRules({ rules, variables = [] }: PolicySpec): ReadonlySet<string> {
  const named = (text: string) => [...text.matchAll(/\bvariables\.(\w+)/g)].map(([, name = '']) => name);
  const read = new Set(rules.flatMap(({ expression }) => named(expression)));
  for (const { name, expression } of variables.toReversed()) {
    if (read.has(name)) for (const other of named(expression)) read.add(other);
  }
  return read;
}

interface Mutation {
  readonly change: string;
  readonly text: string;
}

function whole(text: string): Mutation {
  return { change: `always ${text}`, text };
}

/** Of one expression, a single change each. */
function mutationsOf(text: string): readonly Mutation[] {
  const expression = new Expression(text);
  return expression.edits().map(({ start, end, by }) => {
    const line = text.slice(0, start).split('\n').length;
    const column = start - text.lastIndexOf('\n', start - 1);
    const change = `${line}:${column} ${text.slice(start, end)} -> ${by === '' ? 'nothing' : by}`;
    return { change, text: text.slice(0, start) + by + text.slice(end) };
  });
}

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly by: string;
}

const precedence: Readonly<Record<string, number>> = {
  '||': 1,
  '&&': 2,
  '==': 3,
  '!=': 3,
  '<': 3,
  '<=': 3,
  '>': 3,
  '>=': 3,
  in: 3,
  '+': 4,
  '-': 4,
  '*': 5,
  '/': 5,
  '%': 5,
};

const otherOperators: Readonly<Record<string, readonly string[]>> = {
  '||': ['&&'],
  '&&': ['||'],
  '==': ['!='],
  '!=': ['=='],
  '<': ['<=', '>'],
  '<=': ['<', '>='],
  '>': ['>=', '<'],
  '>=': ['>', '<='],
  '-': ['+'],
  '*': ['/'],
  '/': ['*'],
};

const otherMethods: Readonly<Record<string, string>> = {
  all: 'exists',
  exists: 'all',
  exists_one: 'exists',
  startsWith: 'endsWith',
  endsWith: 'startsWith',
  isLessThan: 'isGreaterThan',
  isGreaterThan: 'isLessThan',
};

const opening = ['(', '[', '{'];
const closing = [')', ']', '}'];

class Expression {
  readonly #text: string;
  readonly #tokens: readonly Token[];
  /** Of each bracket the other one. */
  readonly #pairs = new Map<number, number>();

  constructor(text: string) {
    this.#text = text;
    this.#tokens = tokens(text).filter(({ kind }) => kind !== 'end');
    const open: number[] = [];
    for (const index of this.#tokens.keys()) {
      const symbol = this.#symbol(index);
      if (opening.includes(symbol)) open.push(index);
      if (!closing.includes(symbol)) continue;
      const partner = open.pop() ?? 0;
      this.#pairs.set(partner, index);
      this.#pairs.set(index, partner);
    }
  }

  edits(): readonly Edit[] {
    return this.#tokens.flatMap((token, index) => {
      switch (token.kind) {
        case 'symbol':
          return this.#ofSymbol(index);
        case 'name':
          return this.#ofName(index);
        case 'number':
          return /^\d+$/.test(token.text)
            ? [BigInt(token.text) + 1n, BigInt(token.text) - 1n].map((by) =>
                this.#replace(index, index, `${by}`),
              )
            : [];
        case 'literal':
          return this.#ofLiteral(token.value).map((by) => this.#replace(index, index, by));
        default:
          return [];
      }
    });
  }

  #ofLiteral(value: unknown): readonly string[] {
    if (typeof value === 'boolean') return [String(!value)];
    if (typeof value !== 'string') return [];
    return value === '' ? ["'mutant'"] : ["''", "'mutant'"];
  }

  #ofSymbol(index: number): readonly Edit[] {
    const symbol = this.#symbol(index);
    if (symbol === '!') return [this.#replace(index, index, '')];
    if (symbol === '?') {
      if (!this.#isOptional(index)) return this.#ofTernary(index);
      return this.#follows(index - 1) ? [] : [this.#replace(index, index, '')];
    }
    if (precedence[symbol] === undefined || !this.#isBinary(index)) return [];
    const [first, last] = [this.#leftOf(index), this.#rightOf(index)];
    const [left, right] = [this.#between(first, index - 1), this.#between(index + 1, last)];
    const drops = ['||', '&&', '+'].includes(symbol)
      ? [left, right].map((by) => this.#replace(first, last, by))
      : [];
    const negated = symbol === 'in' ? [this.#replace(first, last, `!(${left} in ${right})`)] : [];
    const others = (otherOperators[symbol] ?? []).map((by) => this.#replace(index, index, by));
    return [...others, ...drops, ...negated];
  }

  #ofName(index: number): readonly Edit[] {
    const name = this.#between(index, index);
    const open = index + 1;
    const close = this.#pairs.get(open);
    if (this.#symbol(open) !== '(' || close === undefined) return [];
    if (name === 'has') return [this.#replace(index, index, '!has')];
    if (this.#symbol(index - 1) !== '.') return [];
    if (name === 'or') return [this.#replace(index - 1, close, '')];
    if (name === 'filter') {
      const predicate = this.#tokens.findIndex((_, at) => at > open && this.#symbol(at) === ',') + 1;
      return [this.#replace(predicate, close - 1, `!(${this.#between(predicate, close - 1)})`)];
    }
    if (name === 'contains' && this.#between(index - 2, index - 2) === 'sets') {
      return [this.#replace(index, index, 'intersects')];
    }
    const other = otherMethods[name];
    return other === undefined ? [] : [this.#replace(index, index, other)];
  }

  /** Always the one, always the other. */
  #ofTernary(index: number): readonly Edit[] {
    let colon = index + 1;
    for (let open = 1; colon < this.#tokens.length; colon = this.#after(colon)) {
      if (this.#symbol(colon) === '?' && !this.#isOptional(colon)) open++;
      if (this.#symbol(colon) === ':') open--;
      if (open === 0) break;
    }
    const [first, last] = [this.#leftOf(index), this.#rightOf(colon)];
    return [
      [index + 1, colon - 1],
      [colon + 1, last],
    ].map(([from = 0, to = 0]) => this.#replace(first, last, `(${this.#between(from, to)})`));
  }

  /** Where the operand before an operator begins. */
  #leftOf(index: number): number {
    const own = precedence[this.#symbol(index)] ?? 0;
    let at = index;
    while (at > 0) {
      const before = this.#pairs.get(at - 1) ?? at - 1;
      if (this.#ends(at - 1, own, (other) => other < own, opening)) break;
      at = Math.min(before, at - 1);
    }
    return at;
  }

  /** Where the operand after an operator ends. */
  #rightOf(index: number): number {
    const own = precedence[this.#symbol(index)] ?? 0;
    let at = index + 1;
    while (at < this.#tokens.length) {
      if (this.#ends(at, own, (other) => other <= own, closing)) break;
      at = this.#after(at);
    }
    return at - 1;
  }

  #ends(at: number, own: number, weaker: (other: number) => boolean, brackets: readonly string[]): boolean {
    const symbol = this.#symbol(at);
    if (symbol === ',' || brackets.includes(symbol)) return true;
    if (symbol === '?') return !this.#isOptional(at) && (own > 0 || brackets === opening);
    if (symbol === ':') return own > 0 || brackets === opening;
    const other = precedence[symbol];
    return other !== undefined && own > 0 && this.#isBinary(at) && weaker(other);
  }

  /** What comes after a token, or after the bracket that it opens. */
  #after(at: number): number {
    return (opening.includes(this.#symbol(at)) ? (this.#pairs.get(at) ?? at) : at) + 1;
  }

  /** Whether what is selected of here is optional already: all that follows in `a.?b.c` is as well. */
  #follows(dot: number): boolean {
    let at = dot - 1;
    while (at >= 0) {
      const symbol = this.#symbol(at);
      if (symbol === '?' && this.#isOptional(at)) return true;
      const isPart = symbol === '.' || this.#tokens[at]?.kind === 'name' || closing.includes(symbol);
      // What is called on an optional may give back what is none.
      if (!isPart || symbol === ')') return false;
      at = (closing.includes(symbol) ? (this.#pairs.get(at) ?? at) : at) - 1;
    }
    return false;
  }

  /** As in `a.?b`, and not as in `a ? b : c`. */
  #isOptional(index: number): boolean {
    return ['.', '['].includes(this.#symbol(index - 1));
  }

  /** Not a sign. */
  #isBinary(index: number): boolean {
    const before = this.#tokens[index - 1];
    return before !== undefined && (before.kind !== 'symbol' || closing.includes(before.text));
  }

  #symbol(index: number): string {
    const token = this.#tokens[index];
    return token?.kind === 'symbol' ? token.text : '';
  }

  /** The text of these tokens. */
  #between(first: number, last: number): string {
    return this.#text.slice(this.#tokens[first]?.at, this.#endOf(last));
  }

  #replace(first: number, last: number, by: string): Edit {
    return { start: this.#tokens[first]?.at ?? 0, end: this.#endOf(last), by };
  }

  #endOf(index: number): number {
    return this.#text.slice(0, this.#tokens[index + 1]?.at ?? this.#text.length).trimEnd().length;
  }
}

interface ChangedValue {
  readonly change: string;
  readonly value: unknown;
}

/** JSON with one value in it changed, or left out of a list. */
function* changedValues(value: unknown, path: string): Generator<ChangedValue> {
  if (typeof value === 'string') {
    yield { change: `${path}: another text`, value: value === '' ? 'mutant' : `${value}-mutant` };
  } else if (typeof value === 'boolean') {
    yield { change: `${path}: ${!value}`, value: !value };
  } else if (typeof value === 'number') {
    for (const other of [value + 1, value - 1]) yield { change: `${path}: ${other}`, value: other };
  } else if (Array.isArray(value)) {
    const items: readonly unknown[] = value;
    for (const [index, item] of items.entries()) {
      yield { change: `${path}[${index}]: left out`, value: items.toSpliced(index, 1) };
      for (const { change, value: other } of changedValues(item, `${path}[${index}]`)) {
        yield { change, value: items.with(index, other) };
      }
    }
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value)) {
      for (const { change, value: other } of changedValues(item, `${path}.${key}`)) {
        yield { change, value: { ...value, [key]: other } };
      }
    }
  }
}
