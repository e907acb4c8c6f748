import * as z from 'zod';

/** Whether a path leads to a field of a schema: `[]` after a list that is gone into. */
export function isField(schema: unknown, [name, ...rest]: readonly string[]): boolean {
  if (name === undefined) return schema !== undefined;
  const listed = name.endsWith('[]');
  const plain = listed ? name.slice(0, -2) : name;
  const node = z
    .looseObject({
      properties: z.record(z.string(), z.looseObject({ items: z.unknown().optional() })).optional(),
    })
    .safeParse(schema);
  const child = node.data?.properties?.[plain];
  if (child === undefined) return false;
  return listed ? child.items !== undefined && isField(child.items, rest) : isField(child, rest);
}

/** The paths of fields that a text names in backticks: `spec.rules[].name`, `status.counts`. */
export function fieldsNamed(text: string): readonly string[] {
  return [...text.matchAll(/`((?:spec|status)(?:\.[A-Za-z]+(?:\[\])?)+)`/g)].map(([, path = '']) => path);
}
