import {
  Composer,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type ParsedNode,
  Parser,
  parseAllDocuments,
  Scalar,
  type Tags,
  type Document as YamlDocument,
} from 'yaml';
import type { Place, Problem } from './report.ts';
import type { Source } from './sources.ts';

/** Steps from the root of a document: names of fields, and indices of items. */
export type Steps = readonly (string | number)[];

/** One of the documents of a file, as it was written. */
export class Document {
  readonly source: Source;
  readonly value: unknown;
  readonly #range: readonly [start: number, end: number];
  readonly #begins: number;
  readonly #lines: LineCounter;
  #contents: ParsedNode | null | undefined;

  constructor(source: Source, { value, range, begins, lines }: Parsed) {
    this.source = source;
    this.value = value;
    this.#range = range;
    this.#begins = begins;
    this.#lines = lines;
  }

  /** Read again when first asked for: where things stand takes far more room than what they are, and few are pointed at. */
  get #node(): ParsedNode | null {
    if (this.#contents === undefined) {
      const text = this.source.text.slice(...this.#range);
      const [yaml] = parseAllDocuments<ParsedNode>(text, options);
      this.#contents = yaml?.contents ?? null;
    }
    return this.#contents;
  }

  /** Where this stands, or what is nearest above it. */
  place(steps: Steps): Place {
    let at = this.#begins;
    if (steps.length === 0) return this.#place(at);
    let node: unknown = this.#node;
    for (const step of steps) {
      const next = below(node, step);
      if (next === undefined) break;
      node = next.value;
      at = next.at;
    }
    return this.#place(at);
  }

  /**
   * Where a place in a text stands, which is the value of a field. Of a text that was folded, or has escapes, the place
   * where it begins.
   *
   * @param line counted from 1, as is the column
   */
  placeInText(steps: Steps, line: number, column: number): Place {
    let node: unknown = this.#node;
    for (const step of steps) node = below(node, step)?.value;
    if (!isScalar(node) || node.range === undefined || node.range === null) return this.place(steps);
    const [start, end] = node.range;
    const written = this.source.text.slice(this.#range[0] + start, this.#range[0] + end);
    if (node.type === Scalar.BLOCK_LITERAL) {
      const begins = this.#place(start).line;
      const indent = /^[^\n]*\n(?:[ ]*\n)*([ ]*)/.exec(written)?.[1]?.length ?? 0;
      return { file: this.source.file, line: begins + line, column: indent + column };
    }
    const quote = node.type === Scalar.PLAIN ? 0 : 1;
    const isPlain = written.slice(quote, written.length - quote) === node.value;
    return this.#place(isPlain && line === 1 ? start + quote + column - 1 : start);
  }

  /** @param at counted from where the document begins */
  #place(at: number): Place {
    const { line, col } = this.#lines.linePos(this.#range[0] + at);
    return { file: this.source.file, line: Math.max(line, 1), column: Math.max(col, 1) };
  }
}

interface Parsed {
  readonly value: unknown;
  /** In the text of the file. */
  readonly range: readonly [start: number, end: number];
  /** Where its first field stands, counted from where it begins. */
  readonly begins: number;
  /** Of the whole file. */
  readonly lines: LineCounter;
}

/** A field by its name, where that stands; an item where it begins. */
function below(
  node: unknown,
  step: string | number,
): { readonly value: unknown; readonly at: number } | undefined {
  if (isMap(node)) {
    const pair = node.items.find(
      ({ key }) => (isScalar(key) ? String(key.value) : undefined) === String(step),
    );
    if (pair === undefined || !isScalar(pair.key) || pair.key.range == null) return undefined;
    return { value: pair.value, at: pair.key.range[0] };
  }
  if (!isSeq(node) || typeof step !== 'number') return undefined;
  const item = node.items[step];
  if (isMap(item) || isSeq(item) || isScalar(item) || isAlias(item)) {
    return item.range == null ? undefined : { value: item, at: item.range[0] };
  }
  return undefined;
}

/** The documents of a file. With a mistake in it, a document is none, and the mistake is a problem with its place. */
export function documentsOf(source: Source): {
  readonly documents: readonly Document[];
  readonly problems: readonly Problem[];
} {
  const lines = new LineCounter();
  const documents: Document[] = [];
  const problems: Problem[] = [];
  const problem = (message: string, at: number) => {
    const { line, col } = lines.linePos(at);
    const place = { file: source.file, line: Math.max(line, 1), column: Math.max(col, 1) };
    problems.push({ place, message });
  };
  let at = 0;
  try {
    for (const yaml of composed(source, lines)) {
      const [error] = yaml.errors;
      const [start, , end] = yaml.range;
      at = yaml.contents?.range?.[0] ?? start;
      if (error !== undefined) {
        problem(`${error.message}${hint(source.text)}`, error.pos[0]);
        continue;
      }
      // Between two lines of dashes there may be nothing.
      if (yaml.contents === null || (isScalar(yaml.contents) && yaml.contents.value === null)) continue;
      try {
        const value = valueIn(yaml);
        documents.push(new Document(source, { value, range: [start, end], begins: at - start, lines }));
      } catch (thrown) {
        problem(thrownBy(thrown), at);
      }
      at = end;
    }
  } catch (thrown) {
    // The parser gives up for good.
    problem(`${thrownBy(thrown)}; nothing from here on is judged`, at);
  }
  return { documents, problems };
}

function valueIn(yaml: YamlDocument.Parsed): unknown {
  const value: unknown = yaml.toJS({ maxAliasCount });
  if (isDeeper(value, deepest)) throw new RangeError('nested');
  return value;
}

/** As people use aliases. A few that stand within each other come to millions. */
const maxAliasCount = 10_000;

/** Nobody writes as many levels; far more of them leave no room on the stack. */
const deepest = 200;

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((item) => isDeeper(item, levels - 1));
}

function thrownBy(thrown: unknown): string {
  if (thrown instanceof RangeError) return 'is nested too deeply';
  if (!(thrown instanceof ReferenceError)) return thrown instanceof Error ? thrown.message : String(thrown);
  return /excessive/i.test(thrown.message)
    ? 'has too many aliases'
    : 'has an alias within that which it stands for';
}

function composed(source: Source, lines: LineCounter): Iterable<YamlDocument.Parsed> {
  return new Composer(options).compose(new Parser(lines.addNewLine).parse(source.text));
}

const options = {
  version: '1.1',
  customTags: asKubernetes,
  prettyErrors: false,
  logLevel: 'silent',
} as const;

/** YAML 1.1 as Kubernetes reads it: `yes` is true and `0644` octal, but neither `22:22` nor `2027-01-01` is a number or a time. */
function asKubernetes(tags: Tags): Tags {
  return tags.filter((tag) => {
    if (typeof tag === 'string') return tag !== 'timestamp';
    return !('format' in tag && tag.format === 'TIME') && tag.tag !== 'tag:yaml.org,2002:timestamp';
  });
}

function hint(text: string): string {
  return text.includes('{{')
    ? ' (this looks like a template: render it, as with helm template, and give what comes out)'
    : '';
}
