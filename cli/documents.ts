import { getScalarValue, SCALAR_STYLE } from 'js-yaml';
import { Composer, isScalar, LineCounter, Parser, type Document as YamlDocument } from 'yaml';
import { type Field, type Node, nodeOf } from './places.ts';
import type { Place, Problem } from './report.ts';
import type { Source } from './sources.ts';
import { valuesIn, type Written } from './values.ts';
import { yamlOptions } from './yamlOptions.ts';

/** Steps from the root of a document: names of fields, and indices of items. */
export type Steps = readonly (string | number)[];

/** One of the documents of a file, as it was written. */
export class Document {
  readonly source: Source;
  readonly value: unknown;
  readonly #range: readonly [start: number, end: number];
  readonly #begins: number;
  readonly #lines: LineCounter;
  readonly #template: Pick<Place, 'template'>;
  #root: { readonly node: Node | undefined } | undefined;

  /** @param lines of the whole file */
  constructor(source: Source, { value, range, begins }: Written, lines: LineCounter) {
    this.source = source;
    this.value = value;
    this.#range = range;
    this.#begins = begins;
    this.#lines = lines;
    this.#template = templateOf(source, range[0], range[0] + begins);
  }

  /** Read again when first asked for: where things stand takes far more room than what they are, and few are pointed at. */
  get #node(): Node | undefined {
    this.#root ??= { node: nodeOf(this.#text) };
    return this.#root.node;
  }

  get #text(): string {
    return this.source.text.slice(...this.#range);
  }

  /** Where this stands, or what is nearest above it. */
  place(steps: Steps): Place {
    let at = this.#begins;
    let node = steps.length === 0 ? undefined : this.#node;
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
    let node = this.#node;
    for (const step of steps) node = below(node, step)?.value;
    if (node?.kind !== 'Text' || node.at === undefined) return this.place(steps);
    const { style, valueStart, valueEnd, indent } = node.event;
    if (style === SCALAR_STYLE.LITERAL_BLOCK) {
      const begins = this.#place(valueStart);
      return { ...begins, line: begins.line + line - 1, column: indent + column };
    }
    const isPlain = getScalarValue(this.#text, node.event) === this.#text.slice(valueStart, valueEnd);
    return this.#place(isPlain && line === 1 ? valueStart + column - 1 : node.at);
  }

  /** @param at counted from where the document begins */
  #place(at: number): Place {
    const { line, col } = this.#lines.linePos(this.#range[0] + at);
    return { file: this.source.file, line: Math.max(line, 1), column: Math.max(col, 1), ...this.#template };
  }
}

/**
 * Above each document Helm says what it made it of: `# Source: shop/templates/web.yaml`. A file that is called like that, as with
 * `--output-dir`, says it itself.
 */
function templateOf({ file, text }: Source, start: number, end: number): Pick<Place, 'template'> {
  const template = /^# Source: (\S+\/(?:templates|crds)\/\S+)$/m.exec(text.slice(start, end))?.[1];
  return template === undefined || file.endsWith(template) ? {} : { template };
}

/** A field by its name, where that stands; an item where it begins. */
function below(node: Node | undefined, step: string | number): Field | undefined {
  if (node?.kind === 'Map') return node.fields.get(String(step));
  if (node?.kind !== 'List' || typeof step !== 'number') return undefined;
  const value = node.items[step];
  return value?.at === undefined ? undefined : { at: value.at, value };
}

/** The documents of a file. With a mistake in it, a document is none, and the mistake is a problem with its place. */
export function documentsOf(source: Source): {
  readonly documents: readonly Document[];
  readonly problems: readonly Problem[];
} {
  const lines = linesOf(source.text);
  const values = valuesIn(source.text);
  if (values === undefined) return thoroughly(source, lines);
  return { documents: values.map((written) => new Document(source, written, lines)), problems: [] };
}

function linesOf(text: string): LineCounter {
  const lines = new LineCounter();
  lines.addNewLine(0);
  for (const { index } of text.matchAll(/\n/g)) lines.addNewLine(index + 1);
  return lines;
}

function thoroughly(source: Source, lines: LineCounter): ReturnType<typeof documentsOf> {
  const documents: Document[] = [];
  const problems: Problem[] = [];
  const problem = (message: string, at: number, template: Pick<Place, 'template'> = {}) => {
    const { line, col } = lines.linePos(at);
    const place = { file: source.file, line: Math.max(line, 1), column: Math.max(col, 1), ...template };
    problems.push({ place, message });
  };
  let at = 0;
  try {
    for (const yaml of new Composer(yamlOptions).compose(new Parser().parse(source.text))) {
      const [error] = yaml.errors;
      const [start, , end] = yaml.range;
      at = yaml.contents?.range?.[0] ?? start;
      if (error !== undefined) {
        problem(`${error.message}${hint(source.text)}`, error.pos[0], templateOf(source, start, at));
        continue;
      }
      // Between two lines of dashes there may be nothing.
      if (yaml.contents === null || (isScalar(yaml.contents) && yaml.contents.value === null)) continue;
      try {
        const value = valueIn(yaml);
        documents.push(new Document(source, { value, range: [start, end], begins: at - start }, lines));
      } catch (thrown) {
        problem(thrownBy(thrown), at, templateOf(source, start, at));
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

function hint(text: string): string {
  return text.includes('{{')
    ? ' (this looks like a template: render it, as with helm template, and give what comes out)'
    : '';
}
