import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's root, with a slash at the end. */
export const root = fileURLToPath(new URL('../../', import.meta.url));

/** A Markdown file of the repository. */
export interface Page {
  /** From the root: `docs/concepts.md`. */
  readonly path: string;
  readonly text: string;
  /** The text without fenced blocks, and with what is in backticks emptied. */
  readonly prose: string;
  readonly headings: readonly Heading[];
  readonly blocks: readonly Block[];
}

export interface Heading {
  readonly level: number;
  readonly text: string;
  /** What a link to it has after the `#`, as GitHub makes it. */
  readonly anchor: string;
}

/** A fenced block. */
export interface Block {
  /** After the opening backticks: `yaml`; empty where nothing is said. */
  readonly language: string;
  readonly text: string;
  /** The line on which it begins, from 1. */
  readonly line: number;
}

const notOurs = new Set(['node_modules', 'dist', '.git', 'coverage']);

/** Every Markdown file of the repository. */
export const pages: readonly Page[] = markdownFiles('').map((path) =>
  pageOf(path, readFileSync(join(root, path), 'utf8')),
);

/** @throws Error where there is no such page. */
export function page(path: string): Page {
  const found = pages.find((one) => one.path === path);
  if (found === undefined) throw new Error(`there is no ${path}`);
  return found;
}

/** A page of a text. */
export function pageOf(path: string, text: string): Page {
  const { blocks, rest } = split(text);
  const seen = new Map<string, number>();
  const headings = [...rest.matchAll(/^(#{1,6}) +(.+)$/gm)].map(([, marks = '', title = '']): Heading => {
    const slug = slugOf(title);
    const times = seen.get(slug) ?? 0;
    seen.set(slug, times + 1);
    return { level: marks.length, text: title, anchor: times === 0 ? slug : `${slug}-${times}` };
  });
  return { path, text, prose: rest.replaceAll(/`[^`\n]*`/g, '``'), headings, blocks };
}

/** What is under a heading, up to the next of its level or a higher one. */
export function section({ text, path }: Page, title: string): string {
  const lines = text.split('\n');
  let fenced = false;
  // What begins with # in a fenced block is a comment.
  const levels = lines.map((line) => {
    if (/^ *```/.test(line)) fenced = !fenced;
    return fenced ? undefined : /^(#+) /.exec(line)?.[1]?.length;
  });
  const begin = lines.findIndex(
    (line, index) => levels[index] !== undefined && line.replace(/^#+ +/, '') === title,
  );
  if (begin === -1) throw new Error(`${path} has no section ${title}`);
  const level = levels[begin] ?? 0;
  const length = levels.slice(begin + 1).findIndex((other) => other !== undefined && other <= level);
  return lines.slice(begin + 1, length === -1 ? undefined : begin + 1 + length).join('\n');
}

/** The cells of the first table in a text, row by row, without its head. */
export function tableIn(text: string): readonly (readonly string[])[] {
  const lines = text.split('\n');
  const begin = lines.findIndex((line) => /^\|[ -|]+\|$/.test(line) && line.includes('---'));
  if (begin === -1) throw new Error('there is no table');
  const length = lines.slice(begin + 1).findIndex((line) => !line.startsWith('|'));
  return lines.slice(begin + 1, length === -1 ? undefined : begin + 1 + length).map((line) =>
    line
      .slice(1, -1)
      .split(/(?<!\\)\|/)
      .map((cell) => cell.trim().replaceAll('\\|', '|')),
  );
}

/** What stands in backticks in a cell; undefined where nothing does. */
export function codeIn(cell: string | undefined): string | undefined {
  return /^`([^`]+)`$/.exec(cell ?? '')?.[1];
}

function split(text: string): { readonly blocks: readonly Block[]; readonly rest: string } {
  const blocks: Block[] = [];
  const rest: string[] = [];
  let open: { readonly indent: string; readonly language: string; readonly line: number } | undefined;
  let inside: string[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    const fence = /^( *)```(\S*)/.exec(line);
    if (fence === null) (open === undefined ? rest : inside).push(line);
    else if (open === undefined) open = { indent: fence[1] ?? '', language: fence[2] ?? '', line: index + 1 };
    else {
      const { indent, ...block } = open;
      const content = inside.map((one) => (one.startsWith(indent) ? one.slice(indent.length) : one));
      blocks.push({ ...block, text: content.join('\n') });
      open = undefined;
      inside = [];
    }
  }
  return { blocks, rest: rest.join('\n') };
}

function slugOf(title: string): string {
  return title
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\-_ ]/gu, '')
    .replaceAll(' ', '-');
}

function markdownFiles(folder: string): readonly string[] {
  return readdirSync(join(root, folder), { withFileTypes: true })
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return notOurs.has(entry.name) ? [] : markdownFiles(path);
      return entry.name.endsWith('.md') ? [path] : [];
    })
    .sort();
}
