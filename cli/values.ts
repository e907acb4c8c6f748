import {
  constructFromEvents,
  defineMappingTag,
  defineScalarTag,
  EVENT_ID,
  type Event,
  FAILSAFE_SCHEMA,
  mapTag,
  NOT_RESOLVED,
  parseEvents,
} from 'js-yaml';
import { isScalar, type ScalarTag, Document as YamlDocument } from 'yaml';
import { startOf } from './places.ts';
import { yamlOptions } from './yamlOptions.ts';

/** A document of a file, without where anything in it stands. */
export interface Written {
  readonly value: unknown;
  /** In the text of the file. */
  readonly range: readonly [start: number, end: number];
  /** Where its first field stands, counted from where it begins. */
  readonly begins: number;
}

/**
 * Reads the values in a file, in a fraction of the time that it takes to learn where they stand. Only of what is written as
 * manifests mostly are: undefined of anything else, also of mistakes, and whoever reads it thoroughly tells what that is.
 */
export function valuesIn(text: string): readonly Written[] | undefined {
  const documents: Written[] = [];
  for (const [start, end] of documentRanges(text)) {
    const written = text.slice(start, end);
    const document = documentIn(written);
    if (document === undefined) return undefined;
    if (document.value !== null) documents.push({ ...document, range: [start, end] });
  }
  return documents;
}

/** A line of dashes begins a document, whatever it stands in. */
function* documentRanges(text: string): Generator<readonly [start: number, end: number]> {
  let start = 0;
  for (const { index } of text.matchAll(/(?:^|(?<=\n))---(?=\s|$)/g)) {
    if (index > start) yield [start, index];
    start = index;
  }
  if (start < text.length) yield [start, text.length];
}

/** With nothing in it: null. */
function documentIn(source: string): Omit<Written, 'range'> | undefined {
  // Fields of another are merged in by `<<`.
  if (source.includes('<<')) return undefined;
  try {
    const events = parseEvents(source, {});
    const [document, root] = events;
    if (document === undefined) return { value: null, begins: 0 };
    if (root === undefined || events.some(isUnusual)) return undefined;
    const [value] = constructFromEvents(events, { source, schema });
    return { value, begins: startOf(root) ?? 0 };
  } catch {
    return undefined;
  }
}

/** Anchors, aliases and tags, and another document behind three dots. Directives, cut off from theirs, are a mistake. */
function isUnusual(event: Event, index: number): boolean {
  switch (event.type) {
    case EVENT_ID.DOCUMENT:
      return index > 0;
    case EVENT_ID.ALIAS:
      return true;
    case EVENT_ID.POP:
      return false;
    default:
      return event.anchorStart >= 0 || event.tagStart >= 0;
  }
}

/** By what a text without quotes is taken for something else: the very tags of whoever reads thoroughly. */
const plain = new YamlDocument(null, yamlOptions).schema.tags.filter(
  (tag): tag is ScalarTag => tag.default === true && 'test' in tag && tag.test !== undefined,
);

const schema = FAILSAFE_SCHEMA.withTags(
  defineScalarTag<unknown>('plain', {
    implicit: true,
    // Null, true and false with their other names, and numbers begin with one of these.
    implicitFirstChars: ['', ...'~nNyYtTfFoO-+.0123456789'],
    resolve: (source) => {
      const tag = plain.find(({ test }) => test?.test(source));
      if (tag === undefined) return NOT_RESOLVED;
      const value: unknown = tag.resolve(source, refuse, {});
      return isScalar(value) ? value.value : value;
    },
    identify: () => false,
  }),
  defineMappingTag('tag:yaml.org,2002:map', {
    ...mapTag,
    addPair: (fields, key, value) =>
      typeof key === 'string' ? mapTag.addPair(fields, key, value) : 'is no text',
  }),
);

function refuse(message: string): never {
  throw new Error(message);
}
