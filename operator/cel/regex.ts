import { RE2JS } from 're2js';

/** A regular expression of RE2: what it finds, it finds in time that grows with the text, whatever the expression. */
export interface Regex {
  /** Whether it matches anywhere. */
  test(text: string): boolean;
  /** What it matches first, or ''. */
  find(text: string): string;
  /** What it matches, at most so many; all if the limit is negative. */
  findAll(text: string, limit: number): readonly string[];
}

const remembered = 1000;
const compiled = new Map<string, Regex | string>();

/** The regular expression, or what is wrong with it. Those used last are remembered. */
export function regexOf(pattern: string): Regex | string {
  const known = compiled.get(pattern);
  if (known !== undefined) {
    compiled.delete(pattern);
    compiled.set(pattern, known);
    return known;
  }
  const regex = compileRegex(pattern);
  compiled.set(pattern, regex);
  for (const oldest of compiled.keys()) {
    if (compiled.size <= remembered) break;
    compiled.delete(oldest);
  }
  return regex;
}

function compileRegex(pattern: string): Regex | string {
  try {
    const regex = RE2JS.compile(pattern);
    return {
      test: (text) => regex.test(text),
      find: (text) => findAll(regex, text, 1)[0] ?? '',
      findAll: (text, limit) => findAll(regex, text, limit),
    };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function findAll(regex: RE2JS, text: string, limit: number): readonly string[] {
  const found: string[] = [];
  const matcher = regex.matcher(text);
  let end = -1;
  while ((limit < 0 || found.length < limit) && matcher.find()) {
    // An empty match right behind another is none, as in Go.
    if (matcher.start() === matcher.end() && matcher.start() === end) continue;
    end = matcher.end();
    found.push(text.slice(matcher.start(), end));
  }
  return found;
}
