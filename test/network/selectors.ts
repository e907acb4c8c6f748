/** A query over labels, of the API's own form. */
export interface Selector {
  readonly matchLabels?: Labels | null;
  readonly matchExpressions?: readonly Requirement[] | null;
}

export interface Requirement {
  readonly key: string;
  readonly operator: string;
  readonly values?: readonly string[] | null;
}

export type Labels = Readonly<Record<string, string>>;

/**
 * "The result of matchLabels and matchExpressions are ANDed. An empty label selector matches all objects."
 *
 * @throws for what the API refuses: an unknown operator, values where none may be, none where some must be.
 */
export function selects(selector: Selector, labels: Labels): boolean {
  const equals = Object.entries(selector.matchLabels ?? {});
  // Both sides are gone through wholly, so that a wrong requirement is found wherever it stands.
  const met = (selector.matchExpressions ?? []).map((requirement) => meets(requirement, labels));
  return equals.every(([key, value]) => labelOf(labels, key) === value) && met.every(Boolean);
}

function meets({ key, operator, values }: Requirement, labels: Labels): boolean {
  const value = labelOf(labels, key);
  const listed = values ?? [];
  switch (operator) {
    case 'In':
    case 'NotIn': {
      if (listed.length === 0) throw new Error(`${operator} ${key}: the values array must be non-empty`);
      const isListed = value !== undefined && listed.includes(value);
      return operator === 'In' ? isListed : !isListed;
    }
    case 'Exists':
    case 'DoesNotExist':
      if (listed.length > 0) throw new Error(`${operator} ${key}: the values array must be empty`);
      return (value !== undefined) === (operator === 'Exists');
    default:
      throw new Error(`${JSON.stringify(operator)} is no operator of a label selector`);
  }
}

function labelOf(labels: Labels, key: string): string | undefined {
  return Object.hasOwn(labels, key) ? labels[key] : undefined;
}
