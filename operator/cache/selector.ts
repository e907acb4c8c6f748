import type { KubernetesObject } from '../resources/object.ts';

/** What an informer asked the server for: tells whether an object of our own making belongs in it. */
export interface Selection {
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
}

/**
 * A predicate that decides as the server does. Throws a `TypeError` on a selector that is none, before anything is sent.
 */
export function matcher({
  namespace,
  labelSelector,
  fieldSelector,
}: Selection): (object: KubernetesObject) => boolean {
  const labels = parseRequirements(labelSelector);
  const fields = parseRequirements(fieldSelector);
  return (object) =>
    (namespace === undefined || object.metadata.namespace === namespace) &&
    labels.every((label) => holds(label, object.metadata.labels?.[label.key])) &&
    // A field that is absent selects as an empty one.
    fields.every((field) => holds(field, fieldOf(object, field.key) ?? ''));
}

interface Requirement {
  readonly key: string;
  readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';
  readonly values: readonly string[];
}

function holds({ operator, values }: Requirement, value: string | undefined): boolean {
  if (operator === 'In') return value !== undefined && values.includes(value);
  if (operator === 'NotIn') return value === undefined || !values.includes(value);
  return (value !== undefined) === (operator === 'Exists');
}

function parseRequirements(selector: string | undefined): readonly Requirement[] {
  if (selector === undefined || selector.trim() === '') return [];
  // Commas inside parentheses separate values, not requirements.
  return selector.split(/,(?![^(]*\))/).map(parseRequirement);
}

function parseRequirement(text: string): Requirement {
  const set = /^\s*([^\s!=,()]+)\s+(in|notin)\s*\(([^()]*)\)\s*$/.exec(text);
  if (set !== null) {
    const [, key = '', operator, values = ''] = set;
    return {
      key,
      operator: operator === 'in' ? 'In' : 'NotIn',
      values: values.split(',').map((value) => value.trim()),
    };
  }
  const equality = /^\s*([^\s!=,()]+)\s*(==|=|!=)\s*([^\s,()]*)\s*$/.exec(text);
  if (equality !== null) {
    const [, key = '', operator, value = ''] = equality;
    return { key, operator: operator === '!=' ? 'NotIn' : 'In', values: [value] };
  }
  const existence = /^\s*(!?)\s*([^\s!=,()]+)\s*$/.exec(text);
  if (existence === null) throw new TypeError(`"${text}" is no requirement of a selector`);
  const [, not, key = ''] = existence;
  return { key, operator: not === '!' ? 'DoesNotExist' : 'Exists', values: [] };
}

function fieldOf(object: KubernetesObject, path: string): string | undefined {
  let value: unknown = object;
  for (const part of path.split('.')) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = Reflect.get(value, part);
  }
  return value === undefined || value === null ? undefined : String(value);
}
