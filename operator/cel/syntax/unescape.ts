import { SyntaxProblem } from './expression.ts';

const simple: Readonly<Record<string, number>> = {
  a: 7,
  b: 8,
  f: 12,
  n: 10,
  r: 13,
  t: 9,
  v: 11,
  '\\': 92,
  "'": 39,
  '"': 34,
  '`': 96,
  '?': 63,
};

/** The bytes, in UTF-8, of what stands between quotes. In bytes, `\xff` and `\377` are a byte; in a string, a code point. */
export function unescapeText(body: string, binary: boolean, at: number): Uint8Array {
  const parts: Uint8Array[] = [];
  let from = 0;
  for (let backslash = body.indexOf('\\'); backslash !== -1; backslash = body.indexOf('\\', from)) {
    parts.push(Buffer.from(body.slice(from, backslash), 'utf8'));
    const found = escapeAt(body, backslash, binary);
    if (found === undefined) throw new SyntaxProblem('invalid escape in a string', at);
    parts.push(found.bytes);
    from = found.end;
  }
  parts.push(Buffer.from(body.slice(from), 'utf8'));
  return Buffer.concat(parts);
}

interface Escape {
  readonly bytes: Uint8Array;
  readonly end: number;
}

function escapeAt(body: string, backslash: number, binary: boolean): Escape | undefined {
  const letter = body[backslash + 1] ?? '';
  const code = simple[letter];
  if (code !== undefined) return { bytes: Uint8Array.of(code), end: backslash + 2 };
  const numeric = numericEscape(body, backslash, letter);
  if (numeric === undefined) return undefined;
  const { value, end } = numeric;
  if (binary) return letter === 'u' || letter === 'U' ? undefined : { bytes: Uint8Array.of(value), end };
  if (value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff)) return undefined;
  return { bytes: Buffer.from(String.fromCodePoint(value), 'utf8'), end };
}

function numericEscape(body: string, backslash: number, letter: string) {
  const octal = /^[0-3][0-7]{2}/.exec(body.slice(backslash + 1, backslash + 4))?.[0];
  if (octal !== undefined) return { value: Number.parseInt(octal, 8), end: backslash + 4 };
  const length = { x: 2, X: 2, u: 4, U: 8 }[letter];
  if (length === undefined) return undefined;
  const digits = body.slice(backslash + 2, backslash + 2 + length);
  if (digits.length !== length || !/^[0-9a-fA-F]+$/.test(digits)) return undefined;
  return { value: Number.parseInt(digits, 16), end: backslash + 2 + length };
}
