import { Bytes, Uint, type Value } from '../value.ts';
import { SyntaxProblem } from './expression.ts';
import { unescapeText } from './unescape.ts';

export type Token =
  | { readonly kind: 'name'; readonly at: number; readonly text: string }
  /** A number's sign belongs to it only in the parser. */
  | { readonly kind: 'number'; readonly at: number; readonly text: string }
  | { readonly kind: 'literal'; readonly at: number; readonly value: Value }
  | { readonly kind: 'symbol'; readonly at: number; readonly text: string }
  | { readonly kind: 'end'; readonly at: number };

const blank = /(?:[\t \r\n\f]|\/\/[^\n]*)*/y;
const number =
  /(?:\d+\.\d+(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+|\.\d+(?:[eE][+-]?\d+)?|0x[0-9a-fA-F]+[uU]?|\d+[uU]?)/y;
const name = /[A-Za-z_][A-Za-z0-9_]*/y;
const symbol = /==|!=|<=|>=|&&|\|\||[-+*/%<>!?:.,()[\]{}]/y;
const text = /([bB]?)([rR]?)("""|'''|"|')/y;

/** The tokens of an expression, ending with `end`. Throws SyntaxProblem. */
export function tokens(source: string): readonly Token[] {
  const found: Token[] = [];
  let at = skip(source, 0);
  while (at < source.length) {
    const token = tokenAt(source, at);
    found.push(token.token);
    at = skip(source, token.end);
  }
  found.push({ kind: 'end', at: source.length });
  return found;
}

function skip(source: string, from: number): number {
  blank.lastIndex = from;
  blank.test(source);
  return blank.lastIndex;
}

interface Found {
  readonly token: Token;
  readonly end: number;
}

function tokenAt(source: string, at: number): Found {
  const quote = matchAt(text, source, at);
  if (quote !== undefined) return textAt(source, at, quote);
  const digits = matchAt(number, source, at)?.[0];
  if (digits !== undefined) return { token: { kind: 'number', at, text: digits }, end: at + digits.length };
  const word = matchAt(name, source, at)?.[0];
  if (word !== undefined) {
    const value = words.get(word);
    const token: Token =
      value === undefined ? { kind: 'name', at, text: word } : { kind: 'literal', at, value };
    return { token: word === 'in' ? { kind: 'symbol', at, text: 'in' } : token, end: at + word.length };
  }
  const operator = matchAt(symbol, source, at)?.[0];
  if (operator === undefined)
    throw new SyntaxProblem(`unexpected character ${JSON.stringify(source[at])}`, at);
  return { token: { kind: 'symbol', at, text: operator }, end: at + operator.length };
}

const words = new Map<string, Value>([
  ['true', true],
  ['false', false],
  ['null', null],
]);

function matchAt(pattern: RegExp, source: string, at: number): RegExpExecArray | undefined {
  pattern.lastIndex = at;
  return pattern.exec(source) ?? undefined;
}

function textAt(
  source: string,
  at: number,
  [opening, binary = '', raw = '', quote = '']: readonly string[],
): Found {
  const start = at + (opening?.length ?? 0);
  const end = closing(source, start, quote, raw !== '');
  if (end === undefined) throw new SyntaxProblem('the string does not end', at);
  const body = source.slice(start, end).replaceAll(/\r\n?/g, '\n');
  const value = literal(body, binary !== '', raw !== '', at);
  return { token: { kind: 'literal', at, value }, end: end + quote.length };
}

/** Where the quote stands that ends a string. */
function closing(source: string, from: number, quote: string, raw: boolean): number | undefined {
  for (let at = from; at < source.length; at++) {
    if (source.startsWith(quote, at)) return at;
    const character = source[at];
    if (quote.length === 1 && (character === '\n' || character === '\r')) return undefined;
    if (character === '\\' && !raw) at++;
  }
  return undefined;
}

function literal(body: string, binary: boolean, raw: boolean, at: number): Value {
  if (binary) return new Bytes(raw ? Buffer.from(body, 'utf8') : unescapeText(body, true, at));
  return raw ? body : Buffer.from(unescapeText(body, false, at)).toString('utf8');
}

/** The value of a number as it is written, with its sign. Throws SyntaxProblem. */
export function numberValue(written: string, at: number): Value {
  if (/^-?(?:0x[0-9a-fA-F]+|\d+)$/.test(written)) {
    const value = written.startsWith('-') ? -BigInt(written.slice(1)) : BigInt(written);
    if (value >= 2n ** 63n || value < -(2n ** 63n)) throw new SyntaxProblem('invalid int literal', at);
    return value;
  }
  if (/[uU]$/.test(written)) {
    const value = BigInt(written.slice(0, -1));
    if (value >= 2n ** 64n) throw new SyntaxProblem('invalid uint literal', at);
    return new Uint(value);
  }
  const value = Number(written);
  if (!Number.isFinite(value)) throw new SyntaxProblem('invalid double literal', at);
  return value;
}
