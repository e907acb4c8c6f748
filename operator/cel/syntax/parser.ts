import { codePointCount } from '../text.ts';
import { type Expression, type MapEntry, type StructField, SyntaxProblem } from './expression.ts';
import { numberValue, type Token, tokens } from './lexer.ts';
import { expandMacro } from './macros.ts';

/** The API server's own limits. */
const maxCodePoints = 100_000;
const maxDepth = 250;

/**
 * An expression parsed by the API server's grammar, macros expanded. Throws SyntaxProblem with the first thing wrong.
 *
 * The grammar is CEL's: all comparisons bind alike, from the left; the middle of `?:` is no `?:` without parentheses.
 *
 * @param called what becomes of a call
 */
export function parse(source: string, called = expandMacro): Expression {
  const size = codePointCount(source);
  if (size > maxCodePoints) {
    throw new SyntaxProblem(
      `expression code point size exceeds limit: size: ${size}, limit ${maxCodePoints}`,
      0,
    );
  }
  return new Parser(tokens(source), called).whole();
}

const comparisons: Readonly<Record<string, string>> = {
  '<': '_<_',
  '<=': '_<=_',
  '>': '_>_',
  '>=': '_>=_',
  '==': '_==_',
  '!=': '_!=_',
  in: '@in',
};
const sums: Readonly<Record<string, string>> = { '+': '_+_', '-': '_-_' };
const products: Readonly<Record<string, string>> = { '*': '_*_', '/': '_/_', '%': '_%_' };

const reserved = new Set(
  'as break const continue else for function if import let loop package namespace return var void while'.split(
    ' ',
  ),
);

class Parser {
  readonly #tokens: readonly Token[];
  #next = 0;
  /** How deep each kind of rule is nested, since the API server limits each by itself. */
  readonly #depths = new Map<string, number>();
  readonly #called: typeof expandMacro;

  constructor(all: readonly Token[], called: typeof expandMacro) {
    this.#tokens = all;
    this.#called = called;
  }

  whole(): Expression {
    const expression = this.#expression();
    if (this.#peek().kind !== 'end') throw this.#unexpected();
    return expression;
  }

  #expression(): Expression {
    return this.#nested('expression', () => {
      const condition = this.#or();
      const at = this.#peek().at;
      if (!this.#take('?')) return condition;
      const yes = this.#or();
      this.#expect(':');
      return call('_?_:_', at, [condition, yes, this.#expression()]);
    });
  }

  #or(): Expression {
    return this.#chain('||', '_||_', () => this.#chain('&&', '_&&_', () => this.#comparison()));
  }

  /** `a && b && c && d` becomes a balanced tree, so that it is no deeper than it must be. */
  #chain(operator: string, name: string, term: () => Expression): Expression {
    const terms = [term()];
    const places: number[] = [];
    for (let at = this.#peek().at; this.#take(operator); at = this.#peek().at) {
      places.push(at);
      terms.push(term());
    }
    return balanced(name, terms, places);
  }

  #comparison(): Expression {
    return this.#nested('comparison', () => this.#leftToRight('comparison', comparisons, () => this.#sum()));
  }

  #sum(): Expression {
    const product = () => this.#leftToRight('sum', products, () => this.#unary());
    return this.#nested('sum', () => this.#leftToRight('sum', sums, product));
  }

  /** Every further operator is a level deeper, and so is what stands to its right. */
  #leftToRight(
    rule: string,
    operators: Readonly<Record<string, string>>,
    operand: () => Expression,
  ): Expression {
    let left = operand();
    let repeats = 0;
    for (;;) {
      const token = this.#peek();
      const isOperator = token.kind === 'symbol' && Object.hasOwn(operators, token.text);
      const name = isOperator ? operators[token.text] : undefined;
      if (name === undefined) break;
      this.#next++;
      this.#deepen(rule);
      repeats++;
      left = call(name, token.at, [left, this.#nested(rule, operand)]);
    }
    this.#deepen(rule, -repeats);
    return left;
  }

  #unary(): Expression {
    const token = this.#peek();
    if (token.kind !== 'symbol' || (token.text !== '!' && token.text !== '-')) return this.#member();
    if (this.#isNegativeNumber()) return this.#member();
    let count = 0;
    while (this.#take(token.text)) count++;
    const operand = this.#member();
    if (count % 2 === 0) return operand;
    return call(token.text === '!' ? '!_' : '-_', token.at, [operand]);
  }

  /** A single minus before a number belongs to the number. */
  #isNegativeNumber(): boolean {
    const after = this.#tokens[this.#next + 1];
    return this.#is('-') && after?.kind === 'number' && !/[uU]$/.test(after.text);
  }

  #member(): Expression {
    return this.#nested('member', () => {
      let operand = this.#primary();
      let repeats = 0;
      for (let more = this.#access(operand); more !== undefined; more = this.#access(operand)) {
        this.#deepen('member');
        repeats++;
        operand = more;
      }
      this.#deepen('member', -repeats);
      return operand;
    });
  }

  #access(operand: Expression): Expression | undefined {
    const { at } = this.#peek();
    if (this.#take('[')) {
      const optional = this.#take('?');
      const index = this.#expression();
      this.#expect(']');
      return call(optional ? '_[?_]' : '_[_]', at, [operand, index]);
    }
    if (!this.#take('.')) return undefined;
    const optional = this.#take('?');
    const { at: nameAt, text } = this.#name();
    if (optional) return call('_?._', nameAt, [operand, { kind: 'literal', at: nameAt, value: text }]);
    if (!this.#take('(')) return { kind: 'select', at: nameAt, operand, field: text, test: false };
    return this.#called(nameAt, text, operand, this.#args());
  }

  #primary(): Expression {
    const token = this.#peek();
    this.#next++;
    switch (token.kind) {
      case 'literal':
        return { kind: 'literal', at: token.at, value: token.value };
      case 'number':
        return { kind: 'literal', at: token.at, value: numberValue(token.text, token.at) };
      case 'name':
        return this.#named(token.at, token.text, '');
      case 'symbol':
        return this.#bracketed(token.text, token.at);
      case 'end':
        this.#next--;
        throw this.#unexpected();
    }
  }

  #bracketed(symbol: string, at: number): Expression {
    switch (symbol) {
      case '(': {
        const inner = this.#expression();
        this.#expect(')');
        return inner;
      }
      case '[':
        return this.#list(at);
      case '{':
        return this.#map(at);
      case '.': {
        const { at: nameAt, text } = this.#name();
        return this.#named(nameAt, text, '.');
      }
      case '-': {
        const token = this.#peek();
        if (token.kind !== 'number') break;
        this.#next++;
        return { kind: 'literal', at, value: numberValue(`-${token.text}`, at) };
      }
    }
    this.#next--;
    throw this.#unexpected();
  }

  #named(at: number, text: string, dot: string): Expression {
    const struct = this.#structName(text);
    if (struct !== undefined) return this.#struct(at, struct);
    if (reserved.has(text)) throw new SyntaxProblem(`reserved identifier: ${text}`, at);
    if (this.#take('(')) return this.#called(at, dot + text, undefined, this.#args());
    return { kind: 'name', at, name: dot + text };
  }

  /** `a.b.C{` begins an object of type `a.b.C`. */
  #structName(first: string): string | undefined {
    let [at, name] = [this.#next, first];
    for (;;) {
      const [token, after] = [this.#tokens[at], this.#tokens[at + 1]];
      if (token?.kind !== 'symbol') return undefined;
      if (token.text === '{') return name;
      if (token.text !== '.' || after?.kind !== 'name') return undefined;
      [at, name] = [at + 2, `${name}.${after.text}`];
    }
  }

  #struct(at: number, name: string): Expression {
    const fields: StructField[] = [];
    while (!this.#take('{')) this.#next++;
    while (!this.#is('}')) {
      const optional = this.#take('?');
      const { at, text } = this.#name();
      this.#expect(':');
      fields.push({ name: text, at, value: this.#expression(), optional });
      if (!this.#take(',')) break;
    }
    this.#expect('}');
    return { kind: 'struct', at, name, fields };
  }

  #list(at: number): Expression {
    const elements: Expression[] = [];
    const optional = new Set<number>();
    while (!this.#is(']')) {
      if (this.#take('?')) optional.add(elements.length);
      elements.push(this.#expression());
      if (!this.#take(',')) break;
    }
    this.#expect(']');
    return { kind: 'list', at, elements, optional };
  }

  #map(at: number): Expression {
    const entries: MapEntry[] = [];
    while (!this.#is('}')) {
      const optional = this.#take('?');
      const key = this.#expression();
      this.#expect(':');
      entries.push({ key, value: this.#expression(), optional });
      if (!this.#take(',')) break;
    }
    this.#expect('}');
    return { kind: 'map', at, entries };
  }

  #args(): readonly Expression[] {
    const args: Expression[] = [];
    if (this.#take(')')) return args;
    do args.push(this.#expression());
    while (this.#take(','));
    this.#expect(')');
    return args;
  }

  #name(): { readonly at: number; readonly text: string } {
    const token = this.#peek();
    if (token.kind !== 'name') throw this.#unexpected();
    this.#next++;
    return token;
  }

  #nested<T>(rule: string, parse: () => T): T {
    this.#deepen(rule);
    const result = parse();
    this.#deepen(rule, -1);
    return result;
  }

  #deepen(rule: string, by = 1): void {
    const depth = (this.#depths.get(rule) ?? 0) + by;
    this.#depths.set(rule, depth);
    if (depth <= maxDepth) return;
    throw new SyntaxProblem(`expression recursion limit exceeded: ${maxDepth}`, this.#peek().at);
  }

  #peek(): Token {
    return this.#tokens[this.#next] ?? { kind: 'end', at: 0 };
  }

  #is(symbol: string): boolean {
    const token = this.#peek();
    return token.kind === 'symbol' && token.text === symbol;
  }

  #take(symbol: string): boolean {
    if (!this.#is(symbol)) return false;
    this.#next++;
    return true;
  }

  #expect(symbol: string): void {
    if (!this.#take(symbol)) throw this.#unexpected(symbol);
  }

  #unexpected(expected?: string): SyntaxProblem {
    const token = this.#peek();
    const found =
      token.kind === 'end' ? 'the end' : token.kind === 'literal' ? 'a literal' : `'${token.text}'`;
    const wanted = expected === undefined ? '' : `, expected '${expected}'`;
    return new SyntaxProblem(`Syntax error: unexpected ${found}${wanted}`, token.at);
  }
}

function call(name: string, at: number, args: readonly Expression[]): Expression {
  return { kind: 'call', at, function: name, target: undefined, args };
}

function balanced(name: string, terms: readonly Expression[], places: readonly number[]): Expression {
  const [first] = terms;
  if (first !== undefined && terms.length === 1) return first;
  const middle = Math.ceil(terms.length / 2);
  const left = balanced(name, terms.slice(0, middle), places.slice(0, middle - 1));
  const right = balanced(name, terms.slice(middle), places.slice(middle));
  return call(name, places[middle - 1] ?? 0, [left, right]);
}
