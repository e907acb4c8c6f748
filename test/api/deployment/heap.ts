import { readFile } from 'node:fs/promises';

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

/** What all strings say that a process held when it wrote this heap snapshot of V8. */
export async function textsOf(path: string): Promise<readonly string[]> {
  const { snapshot, nodes, strings } = JSON.parse(await readFile(path, 'utf8')) as Snapshot;
  const { node_fields: fields, node_types: types } = snapshot.meta;
  const [kinds] = types;
  const texts: string[] = [];
  for (let at = 0; at < nodes.length; at += fields.length) {
    if (kinds[nodes[at + fields.indexOf('type')] ?? 0] !== 'string') continue;
    texts.push(strings[nodes[at + fields.indexOf('name')] ?? 0] ?? '');
  }
  return texts;
}
