import { SyntaxProblem } from '../../../operator/cel/syntax/expression.ts';
import { type Token, tokens } from '../../../operator/cel/syntax/lexer.ts';
import { parse } from '../../../operator/cel/syntax/parser.ts';

/**
 * The text of an expression, as far as the compiler must understand it: which names it reads, and how deep its loops are.
 * Expressions are put together as text, since what is written has to be what the API server shows and computes.
 */
export interface Source {
  readonly text: string;
  /** Names that are not fields, functions or types, in the order of the text. */
  readonly references: readonly Reference[];
  /** Functions that it calls, and macros. */
  readonly calls: ReadonlySet<string>;
  /** How many loops stand within each other, at most. */
  readonly nesting: number;
  /** What has to be computed, as far as its text tells: names, literals, operators. */
  readonly parts: readonly Part[];
}

export interface Part {
  /** Name of the function, if it is the call of one. */
  readonly call: string | undefined;
  /** How many loops stand around it. */
  readonly depth: number;
}

/** A name, and the fields that are read of it: `object.metadata.name` reads `metadata`, `name` of `object`. */
export interface Reference {
  readonly name: string;
  readonly path: readonly string[];
  /** Where the name stands in the text. */
  readonly start: number;
  readonly end: number;
  /** Where the first field ends. */
  readonly fieldEnd: number;
}

/** What is wrong with an expression, and where: `line 1, column 5: …`. */
export class ExpressionProblem extends Error {
  constructor(text: string, at: number, problem: string) {
    const before = text.slice(0, at).split('\n');
    super(`line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}: ${problem}`);
    this.name = 'ExpressionProblem';
  }
}

const loops = new Set([
  'all',
  'exists',
  'exists_one',
  'existsOne',
  'map',
  'filter',
  'transformList',
  'transformMap',
  'transformMapEntry',
  'sortBy',
]);

/** No loops, and they name what they look at as well. */
const namings = new Set(['optMap', 'optFlatMap']);

/**
 * Names that the compiler replaces, and those that a variable of the Policy may read: no loop may call its variable so. What
 * such a variable reads within the loop, nobody could tell from the text.
 */
const ours = new Set([
  'authorizer',
  'namespaceObject',
  'object',
  'oldObject',
  'params',
  'podSpec',
  'podSpecPath',
  'request',
  'variables',
]);

/** @throws ExpressionProblem for what is no CEL, whatever its names mean */
export function readSource(text: string): Source {
  return new Reading(text).source();
}

/** The expression with some of its names replaced. */
export function rewritten(
  { text }: Pick<Source, 'text'>,
  edits: readonly { readonly start: number; readonly end: number; readonly by: string }[],
): string {
  let result = '';
  let at = 0;
  for (const { start, end, by } of edits.toSorted((a, b) => a.start - b.start)) {
    result += text.slice(at, start) + by;
    at = end;
  }
  return result + text.slice(at);
}

/** In brackets, which a comment at its end does not swallow. */
export function bracketed(expression: string): string {
  return expression.includes('//') ? `(${expression}\n)` : `(${expression})`;
}

const opening = ['(', '[', '{'];
const closing = [')', ']', '}'];
/** What is not computed, or for nothing. */
const free = ['.', ',', ':', '?', '&&', '||'];

class Reading {
  private readonly text: string;
  private readonly tokens: readonly Token[];

  constructor(text: string) {
    this.text = text;
    try {
      parse(text);
      this.tokens = tokens(text);
    } catch (error) {
      if (error instanceof SyntaxProblem) throw new ExpressionProblem(text, error.at, error.message);
      throw error;
    }
  }

  source(): Source {
    const references: Reference[] = [];
    const parts: Part[] = [];
    const open: { readonly loop: boolean; readonly struct: boolean }[] = [];
    let depth = 0;
    for (const [index, token] of this.tokens.entries()) {
      if (token.kind === 'symbol' && opening.includes(token.text)) {
        const name = this.nameAt(index - 1);
        const called = token.text === '(' && this.isMember(index - 1) ? (name ?? '') : '';
        const loop = loops.has(called);
        open.push({ loop, struct: token.text === '{' && name !== undefined });
        if (loop || namings.has(called)) this.refuseOurs(index + 1);
        if (loop) depth += 1;
      } else if (token.kind === 'symbol' && closing.includes(token.text)) {
        if (open.pop()?.loop === true) depth -= 1;
      } else if (token.kind !== 'end' && !(token.kind === 'symbol' && free.includes(token.text))) {
        const call = this.symbolAt(index + 1) === '(' ? this.nameAt(index) : undefined;
        parts.push({ call, depth });
        const isField = open.at(-1)?.struct === true && this.isFieldOfStruct(index);
        if (token.kind === 'name' && call === undefined && !this.isMember(index) && !isField)
          references.push(this.reference(index, token));
      }
    }
    const calls = new Set(parts.flatMap(({ call }) => call ?? []));
    return {
      text: this.text,
      references,
      calls,
      nesting: Math.max(...parts.map((part) => part.depth)),
      parts,
    };
  }

  private reference(index: number, token: Token & { kind: 'name' }): Reference {
    const path: string[] = [];
    const end = token.at + token.text.length;
    let fieldEnd = end;
    let at = index;
    for (;;) {
      const field = this.fieldAfter(at);
      if (field === undefined) break;
      if (path.length === 0) fieldEnd = field.end;
      path.push(field.name);
      at = field.last;
    }
    return { name: token.text, path, start: token.at, end, fieldEnd };
  }

  /** The field that is read of what ends at `index`: `.name`, `.?name`, `['name']` or `[?'name']`. */
  private fieldAfter(
    index: number,
  ): { readonly name: string; readonly last: number; readonly end: number } | undefined {
    const opening = this.symbolAt(index + 1);
    const at = index + (this.symbolAt(index + 2) === '?' ? 3 : 2);
    const token = this.tokens[at];
    if (opening === '.' && token?.kind === 'name' && this.symbolAt(at + 1) !== '(') {
      return { name: token.text, last: at, end: token.at + token.text.length };
    }
    if (
      opening === '[' &&
      token?.kind === 'literal' &&
      typeof token.value === 'string' &&
      this.symbolAt(at + 1) === ']'
    ) {
      return { name: token.value, last: at + 1, end: (this.tokens[at + 1]?.at ?? 0) + 1 };
    }
    return undefined;
  }

  /** Whether what stands here is read of, or called on, what stands before it. */
  private isMember(index: number): boolean {
    const dot = this.symbolAt(index - 1) === '?' ? index - 2 : index - 1;
    if (this.symbolAt(dot) !== '.') return false;
    const before = this.tokens[dot - 1];
    return before !== undefined && (before.kind !== 'symbol' || closing.includes(before.text));
  }

  private isFieldOfStruct(index: number): boolean {
    const before = this.symbolAt(index - 1) === '?' ? index - 2 : index - 1;
    return this.symbolAt(index + 1) === ':' && ['{', ','].includes(this.symbolAt(before) ?? '');
  }

  /** What stands before a comma: one name, or two. */
  private refuseOurs(index: number): void {
    const token = this.tokens[index];
    if (token?.kind !== 'name' || this.symbolAt(index + 1) !== ',') return;
    if (ours.has(token.text)) {
      throw new ExpressionProblem(
        this.text,
        token.at,
        `${token.text} has a meaning of its own here: call the loop's variable otherwise`,
      );
    }
    this.refuseOurs(index + 2);
  }

  private symbolAt(index: number): string | undefined {
    const token = this.tokens[index];
    return token?.kind === 'symbol' ? token.text : undefined;
  }

  private nameAt(index: number): string | undefined {
    const token = this.tokens[index];
    return token?.kind === 'name' ? token.text : undefined;
  }
}
