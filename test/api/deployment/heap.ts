import { readFile } from 'node:fs/promises';

/** What a process holds, as far as its objects have names. */
export interface Heap {
  /** What its strings say. */
  readonly texts: readonly string[];
  /** How many it has of each class, and of closures by the function's name. What is plain has no name. */
  readonly counts: ReadonlyMap<string, number>;
}

interface Snapshot {
  readonly snapshot: {
    readonly meta: {
      readonly node_fields: readonly string[];
      readonly node_types: readonly [readonly string[], ...unknown[]];
    };
  };
  readonly nodes: readonly number[];
  readonly strings: readonly string[];
}

const plain: ReadonlySet<string> = new Set(['Object', 'Array', '']);

/** Reads a heap snapshot of V8. */
export async function readHeap(path: string): Promise<Heap> {
  const { snapshot, nodes, strings } = JSON.parse(await readFile(path, 'utf8')) as Snapshot;
  const { node_fields: fields, node_types: types } = snapshot.meta;
  const [kinds] = types;
  const texts: string[] = [];
  const counts = new Map<string, number>();
  for (let at = 0; at < nodes.length; at += fields.length) {
    const kind = kinds[nodes[at + fields.indexOf('type')] ?? 0];
    const name = strings[nodes[at + fields.indexOf('name')] ?? 0] ?? '';
    if (kind === 'string') texts.push(name);
    if (kind === 'closure' || (kind === 'object' && !plain.has(name))) {
      const counted = `${kind} ${name}`;
      counts.set(counted, (counts.get(counted) ?? 0) + 1);
    }
  }
  return { texts, counts };
}
