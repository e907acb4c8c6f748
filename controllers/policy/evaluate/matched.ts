import { operationsOf } from '../../../crds/policy/defaults.ts';
import type { LabelSelector, PolicySpec } from '../../../crds/policy/schema.ts';
import type { Finding } from '../compile/index.ts';
import type { MatchConstraints, ResourceRule, Selector } from '../compile/objects.ts';
import { isNamespace, labelsOf, namespaceOf, type Resource, type Subject } from './subject.ts';

/** Which creations a compiled object is asked about: what the API server makes of its `matchConstraints`. */

/** The label that every namespace has: its name. */
const nameLabel = 'kubernetes.io/metadata.name';

/** By kind alone. */
export function mayBeMatched(constraints: MatchConstraints, resource: Resource): boolean {
  // It never asks policies about these, so that none can lock another in.
  if (resource.group === 'admissionregistration.k8s.io') return false;
  const isNamed = (rule: ResourceRule) => names(rule, resource);
  return constraints.resourceRules.some(isNamed) && !(constraints.excludeResourceRules ?? []).some(isNamed);
}

/** Whether a rule names the version of this kind. In another one the object looks different, and only the server can convert it. */
export function isInNamedVersion({ resourceRules }: MatchConstraints, resource: Resource): boolean {
  return resourceRules.some((rule) => names(rule, resource) && isOneOf(rule.apiVersions, resource.version));
}

export function isMatched(constraints: MatchConstraints, subject: Subject): boolean {
  const { object, resource } = subject;
  return (
    mayBeMatched(constraints, resource) &&
    isSelected(constraints.objectSelector, labelsOf(object)) &&
    // What is in no namespace is matched whatever the selector says.
    (namespaceOf(subject) === '' || isSelected(constraints.namespaceSelector, namespaceLabelsOf(subject)))
  );
}

/** Whether it is matched in a namespace of this name, if that has the right labels. */
export function isMatchedIfLabelled(constraints: MatchConstraints, subject: Subject): boolean {
  const { matchExpressions = [] } = constraints.namespaceSelector;
  const byName = { matchExpressions: matchExpressions.filter(({ key }) => key === nameLabel) };
  return isMatched({ ...constraints, namespaceSelector: byName }, subject);
}

/** The labels that a selector of namespaces asks for, but for the name, which is always known. */
export function labelsAsked({ matchLabels = {}, matchExpressions = [] }: LabelSelector): readonly string[] {
  const keys = [...Object.keys(matchLabels), ...matchExpressions.map(({ key }) => key)];
  return keys.filter((key) => key !== nameLabel);
}

/** What of a Policy's match no creation ever meets. */
export function requestsOnly({ match }: Pick<PolicySpec, 'match'>): readonly Omit<Finding, 'policy'>[] {
  return (match.resources ?? []).flatMap((rule, index) => {
    const creates = operationsOf(rule).includes('CREATE') && rule.resources.some(isWhole);
    if (creates) return [];
    return [
      {
        weight: 'Note' as const,
        reason: 'JudgedOnRequest' as const,
        field: `spec.match.resources[${index}]`,
        message: `${operationsOf(rule).join(', ')} of ${rule.resources.join(', ')} is judged when it is asked for: there is nothing of it to report on in what is there`,
      },
    ];
  });
}

function names({ apiGroups, operations, resources, scope }: ResourceRule, resource: Resource): boolean {
  const cluster = isNamespace(resource) || !resource.namespaced;
  return (
    isOneOf(operations, 'CREATE') &&
    isOneOf(apiGroups, resource.group) &&
    resources.some((name) => isWhole(name) && isOneOf([name.split('/')[0] ?? ''], resource.resource)) &&
    (scope === '*' || cluster === (scope === 'Cluster'))
  );
}

/** Not a subresource alone. */
function isWhole(resource: string): boolean {
  const [, subresource] = resource.split('/');
  return subresource === undefined || subresource === '*';
}

function isOneOf(names: readonly string[], name: string): boolean {
  return names.includes(name) || names.includes('*');
}

type Labels = Readonly<Record<string, string>>;

function namespaceLabelsOf(subject: Subject): Labels {
  const { object, resource, namespaceObject } = subject;
  const own = labelsOf(isNamespace(resource) ? object : namespaceObject);
  return { ...own, [nameLabel]: namespaceOf(subject) };
}

function isSelected({ matchLabels = {}, matchExpressions = [] }: Selector, labels: Labels): boolean {
  return (
    Object.entries(matchLabels).every(([key, value]) => valueAt(labels, key) === value) &&
    matchExpressions.every((requirement) => isMet(requirement, labels))
  );
}

type Requirement = NonNullable<Selector['matchExpressions']>[number];

function isMet({ key, operator, values = [] }: Requirement, labels: Labels): boolean {
  const value = valueAt(labels, key);
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
  }
}

function valueAt(labels: Labels, key: string): string | undefined {
  return Object.hasOwn(labels, key) ? labels[key] : undefined;
}
