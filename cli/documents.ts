import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type ParsedNode,
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
  readonly #yaml: YamlDocument<ParsedNode>;
  readonly #lines: LineCounter;

  constructor(source: Source, yaml: YamlDocument<ParsedNode>, lines: LineCounter) {
    this.source = source;
    this.#yaml = yaml;
    this.#lines = lines;
    this.value = yaml.toJS();
  }

  /** Where this stands, or what is nearest above it. */
  place(steps: Steps): Place {
    let node: unknown = this.#yaml.contents;
    let at = this.#yaml.contents?.range?.[0] ?? 0;
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
    let node: unknown = this.#yaml.contents;
    for (const step of steps) node = below(node, step)?.value;
    if (!isScalar(node) || node.range === undefined || node.range === null) return this.place(steps);
    const [start, end] = node.range;
    const written = this.source.text.slice(start, end);
    if (node.type === Scalar.BLOCK_LITERAL) {
      const begins = this.#lines.linePos(start).line;
      const indent = /^[^\n]*\n(?:[ ]*\n)*([ ]*)/.exec(written)?.[1]?.length ?? 0;
      return { file: this.source.file, line: begins + line, column: indent + column };
    }
    const quote = node.type === Scalar.PLAIN ? 0 : 1;
    const isPlain = written.slice(quote, written.length - quote) === node.value;
    return this.#place(isPlain && line === 1 ? start + quote + column - 1 : start);
  }

  #place(at: number): Place {
    const { line, col } = this.#lines.linePos(at);
    return { file: this.source.file, line: Math.max(line, 1), column: Math.max(col, 1) };
  }
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
  const parsed = parseAllDocuments<ParsedNode>(source.text, {
    version: '1.1',
    customTags: asKubernetes,
    lineCounter: lines,
    prettyErrors: false,
    logLevel: 'silent',
  });
  for (const yaml of 'empty' in parsed ? [] : parsed) {
    const [error] = yaml.errors;
    if (error !== undefined) {
      problem(`${error.message}${hint(source.text)}`, error.pos[0]);
      continue;
    }
    // Between two lines of dashes there may be nothing.
    if (yaml.contents === null || (isScalar(yaml.contents) && yaml.contents.value === null)) continue;
    try {
      documents.push(new Document(source, yaml, lines));
    } catch (thrown) {
      problem(thrown instanceof Error ? thrown.message : String(thrown), yaml.range[0]);
    }
  }
  return { documents, problems };
}

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
