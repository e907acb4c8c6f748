import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, matchesGlob } from 'node:path';
import type { Problem } from './report.ts';

/** A file, or what came from a pipe. */
export interface Source {
  /** Its path as it was given, or `stdin`. */
  readonly file: string;
  readonly text: string;
}

export interface Sources {
  readonly sources: readonly Source[];
  readonly problems: readonly Problem[];
}

/**
 * All that stands in these files and folders. What cannot be read, and a folder in which there is nothing, is a problem: it
 * was meant to be judged.
 */
export function readSources(paths: readonly string[], exclude: readonly string[] = []): Sources {
  const sources: Source[] = [];
  const problems: Problem[] = [];
  const seen = new Set<string>();
  const unreadable = (file: string, error: unknown) =>
    problems.push({ place: { file, line: 1, column: 1 }, message: reasonOf(error) });
  for (const path of paths) {
    try {
      const files = filesOf(path).filter((file) => !exclude.some((pattern) => matchesGlob(file, pattern)));
      if (files.length === 0) throw new Error('there is no YAML or JSON in it');
      for (const file of files) {
        if (seen.has(file)) continue;
        seen.add(file);
        const text = readFileSync(file === '-' ? 0 : file, 'utf8');
        sources.push({ file: file === '-' ? 'stdin' : file, text });
      }
    } catch (error) {
      unreadable(path, error);
    }
  }
  return { sources, problems };
}

/** A file that is named is read whatever it is called; of a folder only what may hold manifests. */
function filesOf(path: string): readonly string[] {
  if (path === '-' || !statSync(path).isDirectory()) return [path];
  return readdirSync(path, { withFileTypes: true })
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const inside = join(path, entry.name);
      if (entry.name.startsWith('.') || entry.name === 'node_modules') return [];
      if (entry.isDirectory()) return filesOf(inside);
      return /\.(ya?ml|json)$/.test(entry.name) && !isCases(entry.name) ? [inside] : [];
    });
}

/** Tests of Policies, which hold manifests that are bad on purpose. */
export function isCases(file: string): boolean {
  return /\.cases\.ya?ml$/.test(file);
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (!('code' in error)) return error.message;
  return error.code === 'ENOENT' ? 'there is no such file' : error.message;
}
