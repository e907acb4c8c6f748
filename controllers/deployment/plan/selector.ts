import type { LabelSelector } from '../../../crds/deployment/schema.ts';

/** As `kubectl get -l` takes it, which the scale subresource wants. */
export function selectorText({ matchLabels, matchExpressions }: LabelSelector): string {
  const labels = Object.entries(matchLabels ?? {}).map(([key, value]) => `${key}=${value}`);
  const expressions = (matchExpressions ?? []).map(({ key, operator, values }) => {
    const list = `(${[...(values ?? [])].sort().join(',')})`;
    switch (operator) {
      case 'In':
        return `${key} in ${list}`;
      case 'NotIn':
        return `${key} notin ${list}`;
      case 'Exists':
        return key;
      default:
        return `!${key}`;
    }
  });
  return [...labels.sort(), ...expressions.sort()].join(',');
}
