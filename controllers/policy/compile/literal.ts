/** CEL literals of JSON. */

/** A string. */
export function literal(text: string): string {
  // Whatever is no plain character is escaped: a line break in a literal would end it.
  const escaped = text.replace(
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what has to be escaped
    /[\\'\u0000-\u001f\u007f\u2028\u2029]/g,
    (character) =>
      character === '\\' || character === "'"
        ? `\\${character}`
        : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return `'${escaped}'`;
}

/** A list of strings. */
export function literals(texts: readonly string[]): string {
  return `[${texts.map(literal).join(', ')}]`;
}

/**
 * Any JSON value. The API server takes lists and maps only of one type, so what is in them is marked as of any type;
 * lists of strings, which most are, stay what they are. Whole numbers are `int`, others `double`.
 */
export function valueLiteral(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (typeof value === 'string') return literal(value);
  if (typeof value === 'boolean') return String(value);
  if (typeof value === 'number') return numberLiteral(value);
  if (Array.isArray(value)) {
    const items: readonly unknown[] = value;
    const strings = items.every((item) => typeof item === 'string');
    return `[${items.map((item) => (strings ? valueLiteral(item) : anyLiteral(item))).join(', ')}]`;
  }
  const entries = Object.entries(value).map(([key, item]) => `${literal(key)}: ${anyLiteral(item)}`);
  return `{${entries.join(', ')}}`;
}

function anyLiteral(value: unknown): string {
  return `dyn(${valueLiteral(value)})`;
}

function numberLiteral(value: number): string {
  if (Number.isSafeInteger(value)) return String(value);
  const text = String(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
}
