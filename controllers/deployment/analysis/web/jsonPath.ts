/** One step into a JSON value: a member, an element (counted from the end if negative), or all of either. */
type Step =
  | { readonly type: 'Member'; readonly name: string }
  | { readonly type: 'Element'; readonly index: number }
  | { readonly type: 'All' };

/** A path that has been read, and finds values. */
export type JsonPath = readonly Step[];

/**
 * Reads a path as kubectl and JSONPath (RFC 9535) write it: `$.errors.rate`, `{.errors.rate}`, `$['error rate'][0]`,
 * `$.items[-1].value`, `$.items[*].value`. Filters, slices and `..` are not known. Undefined for what is no such path.
 */
export function parseJsonPath(text: string): JsonPath | undefined {
  const path = /^\{(.*)\}$/s.exec(text.trim())?.[1] ?? text.trim();
  let rest = path.startsWith('$') ? path.slice(1) : path;
  const steps: Step[] = [];
  while (rest !== '') {
    const match = step.exec(rest);
    if (match === null) return undefined;
    const { member, single, double, index, all } = match.groups ?? {};
    const name = member ?? unquoted(single) ?? unquoted(double);
    if (all !== undefined) steps.push({ type: 'All' });
    else if (index !== undefined) steps.push({ type: 'Element', index: Number(index) });
    else if (name !== undefined) steps.push({ type: 'Member', name });
    rest = rest.slice(match[0].length);
  }
  return path === '' ? undefined : steps;
}

/** Every value at the path, in order. */
export function findAll(value: unknown, path: JsonPath): readonly unknown[] {
  return path.reduce<readonly unknown[]>(
    (found, one) => found.flatMap((parent) => into(parent, one)),
    [value],
  );
}

const step =
  /^(?:(?<all>\.\*|\[\*\])|\.(?<member>[^\s.[\]{}'"*()?@$]+)|\['(?<single>(?:[^'\\]|\\.)*)'\]|\["(?<double>(?:[^"\\]|\\.)*)"\]|\[(?<index>-?(?:0|[1-9][0-9]{0,8}))\])/;

function into(parent: unknown, one: Step): readonly unknown[] {
  if (typeof parent !== 'object' || parent === null) return [];
  switch (one.type) {
    case 'All':
      return Object.values(parent);
    case 'Element': {
      const index = Array.isArray(parent) && one.index < 0 ? parent.length + one.index : one.index;
      return Array.isArray(parent) && index in parent ? [parent[index]] : [];
    }
    case 'Member':
      // Own members alone: `constructor` is none of what somebody has sent.
      return !Array.isArray(parent) && Object.hasOwn(parent, one.name) ? [Reflect.get(parent, one.name)] : [];
  }
}

function unquoted(text: string | undefined): string | undefined {
  return text?.replace(/\\(.)/gs, '$1');
}
