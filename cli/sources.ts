import { readdirSync, readFileSync, readSync, realpathSync, statSync } from 'node:fs';
import { join, matchesGlob } from 'node:path';
import type { Problem } from './report.ts';

/** A file, or what came from a pipe. */
export interface Source {
  /** Its path as it was given, or `stdin`. */
  readonly file: string;
  /** By what it was found: its own path, or that of a folder. */
  readonly given: string;
  /** Where it truly is: a file may be given under several names. */
  readonly path: string;
  readonly text: string;
}

export interface Sources {
  readonly sources: readonly Source[];
  readonly problems: readonly Problem[];
}

/**
 * All that stands in these files and folders, each file once. What cannot be read, and a folder in which there is nothing,
 * is a problem: it was meant to be judged.
 *
 * @param exclude patterns of paths that are left out
 */
export function readSources(paths: readonly string[], exclude: readonly string[] = []): Sources {
  const sources: Source[] = [];
  const problems: Problem[] = [];
  const problem = (file: string, message: string) =>
    problems.push({ place: { file, line: 1, column: 1 }, message });
  const seen = new Set<string>();
  for (const given of paths) {
    const found = filesIn(given, isManifests).filter(
      ({ file }) => !exclude.some((pattern) => matchesGlob(file, pattern)),
    );
    if (found.length === 0) problem(given, 'there is no YAML or JSON in it');
    for (const { file, read } of found) {
      const path = pathOf(file);
      if (seen.has(path)) continue;
      seen.add(path);
      try {
        sources.push({ file: file === '-' ? 'stdin' : file, given, path, text: textOf(read()) });
      } catch (error) {
        problem(file, reasonOf(error));
      }
    }
  }
  return { sources, problems };
}

/** Tests of Policies, which hold manifests that are bad on purpose. */
export function isCases(file: string): boolean {
  return /\.cases\.ya?ml$/.test(file);
}

function isManifests(file: string): boolean {
  return /\.(ya?ml|json)$/.test(file) && !isCases(file);
}

export interface Found {
  readonly file: string;
  /** Throws what is wrong with it. */
  readonly read: () => Uint8Array;
}

/** A file that is named, whatever it is called; of a folder and those in it only what has such a name, in order. */
export function filesIn(path: string, isWanted: (name: string) => boolean): readonly Found[] {
  return [...walked(path, isWanted, new Set())];
}

/** @param entered folders that were gone into, to which links may lead back */
function* walked(file: string, isWanted: (name: string) => boolean, entered: Set<string>): Generator<Found> {
  if (file === '-') {
    yield { file, read: readStdin };
    return;
  }
  let entries: readonly string[];
  try {
    if (!statSync(file).isDirectory()) {
      yield { file, read: () => readFile(file) };
      return;
    }
    const path = pathOf(file);
    if (entered.has(path)) return;
    entered.add(path);
    entries = readdirSync(file).toSorted();
  } catch (error) {
    const read = () => {
      throw error;
    };
    yield { file, read };
    return;
  }
  for (const entry of entries) {
    const inside = join(file, entry);
    if (entry.startsWith('.') || entry === 'node_modules') continue;
    if (isWanted(entry) || isFolder(inside)) yield* walked(inside, isWanted, entered);
  }
}

/** Of what is no file, as the end of a pipe, its name. */
function pathOf(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    return file;
  }
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

/** What is read of a document takes up to eighty times the room that it has in a file. */
const largest = 32 * 2 ** 20;

function readFile(file: string): Uint8Array {
  if (statSync(file).size > largest) throw tooLarge;
  return readFileSync(file);
}

function readStdin(): Uint8Array {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const chunk = readChunk();
    size += chunk.length;
    if (chunk.length === 0) return Buffer.concat(chunks);
    if (size > largest) throw tooLarge;
    chunks.push(chunk);
  }
}

/** Waits where there is nothing yet: whoever started this may have made the pipe one that does not. */
function readChunk(): Uint8Array {
  const buffer = Buffer.alloc(2 ** 16);
  for (;;) {
    try {
      return buffer.subarray(0, readSync(0, buffer));
    } catch (error) {
      if (!isCalled(error, 'EAGAIN')) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
    }
  }
}

const tooLarge = new Error(`is larger than ${largest / 2 ** 20} MiB: split it`);

/** Without the mark by which some editors begin a file. */
function textOf(bytes: Uint8Array): string {
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) {
    throw new Error('is UTF-16: save it as UTF-8');
  }
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new Error('is no text: it is not UTF-8');
  }
  // YAML has no others, and neither has JSON.
  if (/[^\P{Cc}\t\n\r\u0085]/u.test(text)) throw new Error('is no text: there are control characters in it');
  return text;
}

function reasonOf(error: unknown): string {
  if (isCalled(error, 'ENOENT')) return 'there is no such file';
  if (isCalled(error, 'EACCES')) return 'may not be read';
  if (isCalled(error, 'ELOOP')) return 'is a link that leads to itself';
  return error instanceof Error ? error.message : String(error);
}

function isCalled(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
