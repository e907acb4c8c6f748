import { EVENT_ID, type Event, getScalarValue, parseEvents, SCALAR_STYLE, type ScalarEvent } from 'js-yaml';

/** Something in a document, with where it begins: what is empty, nowhere. */
export type Node = { readonly at: number | undefined } & (
  | { readonly kind: 'Map'; readonly fields: ReadonlyMap<string, Field> }
  | { readonly kind: 'List'; readonly items: readonly Node[] }
  | { readonly kind: 'Text'; readonly event: ScalarEvent }
  | { readonly kind: 'Alias' }
);

/** Where the name of a field stands, and its value. */
export interface Field {
  readonly at: number;
  readonly value: Node;
}

/** Where everything in a document stands, counted from where it begins; undefined where that cannot be told. */
export function nodeOf(source: string): Node | undefined {
  try {
    const [, ...events] = parseEvents(source, {});
    return read(source, events.values());
  } catch {
    return undefined;
  }
}

/** Undefined where what it is within ends. */
function read(source: string, events: Iterator<Event>): Node | undefined {
  const event: Event | undefined = events.next().value;
  if (event === undefined) return undefined;
  const at = startOf(event);
  switch (event.type) {
    case EVENT_ID.SCALAR:
      return { kind: 'Text', at, event };
    case EVENT_ID.ALIAS:
      return { kind: 'Alias', at };
    case EVENT_ID.SEQUENCE: {
      const items: Node[] = [];
      for (let item = read(source, events); item !== undefined; item = read(source, events)) items.push(item);
      return { kind: 'List', at, items };
    }
    case EVENT_ID.MAPPING: {
      const fields = new Map<string, Field>();
      for (let key = read(source, events); key !== undefined; key = read(source, events)) {
        const value = read(source, events);
        if (value === undefined || key.kind !== 'Text' || key.at === undefined) continue;
        fields.set(getScalarValue(source, key.event), { at: key.at, value });
      }
      return { kind: 'Map', at, fields };
    }
    default:
      return undefined;
  }
}

/** Of a text with its quote; of a block its first line. Undefined of what is empty. */
export function startOf(event: Event): number | undefined {
  switch (event.type) {
    case EVENT_ID.MAPPING:
    case EVENT_ID.SEQUENCE:
      return event.start;
    case EVENT_ID.ALIAS:
      return event.anchorStart - 1;
    case EVENT_ID.SCALAR: {
      const { style, valueStart, indent } = event;
      if (valueStart < 0) return undefined;
      if (style === SCALAR_STYLE.PLAIN) return valueStart;
      const isBlock = style === SCALAR_STYLE.LITERAL_BLOCK || style === SCALAR_STYLE.FOLDED_BLOCK;
      return isBlock ? valueStart + indent : valueStart - 1;
    }
    default:
      return undefined;
  }
}
