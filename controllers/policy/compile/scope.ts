import { expiryOf } from '../../../crds/policy/defaults.ts';
import type { LabelSelector, PolicySpec, Scope } from '../../../crds/policy/schema.ts';
import { labels } from '../../../crds/project/names.ts';
import type { Facts, Finding } from './facts.ts';
import { literal, literals } from './literal.ts';
import { digest, type NamedExpression } from './objects.ts';

/**
 * What a Policy leaves out: exclusions, and exceptions whose date is not over. The projects and environments in them are
 * looked up by the namespaces that Projects hold: a mark that somebody forged would otherwise be a way around a Policy.
 */
export interface LeftOut {
  /** Conditions under which a request is looked at; each leaves something out. None of them can fail. */
  readonly conditions: readonly NamedExpression[];
  /** Expressions, any of which leaves out; they read the namespace's labels, which a condition cannot. */
  readonly inNamespaces: readonly string[];
  /** When the next exception expires, in milliseconds since 1970. */
  readonly until: number | undefined;
  readonly findings: readonly Omit<Finding, 'policy'>[];
}

export function leftOut(spec: Pick<PolicySpec, 'match' | 'exceptions'>, facts: Facts): LeftOut {
  const { exclude = [] } = spec.match;
  const { exceptions = [] } = spec;
  const holding = exceptions
    .map((exception, index) => ({ exception, index, expires: expiryOf(exception) }))
    .filter(({ expires }) => expires === undefined || expires > facts.now);
  const parts: readonly Part[] = [
    ...exclude.map((scope, index) => ({ scope, field: `spec.match.exclude[${index}]`, expires: undefined })),
    ...holding.map(({ exception, index, expires }) => ({
      scope: exception.match,
      field: `spec.exceptions[${index}].match`,
      expires,
    })),
  ];
  const found = parts.map((part) => ({ ...part, all: conjunction(part, facts) }));
  const said = found.flatMap(({ scope, all }) =>
    all === undefined ? [] : [{ all, byLabels: scope.namespaceSelector !== undefined }],
  );
  return {
    conditions: inOrder(said.filter(({ byLabels }) => !byLabels).map(({ all }) => `!(${all})`)).map(
      (expression) => ({ name: `left-out-${digest(expression, 8)}`, expression }),
    ),
    inNamespaces: inOrder(said.filter(({ byLabels }) => byLabels).map(({ all }) => `(${all})`)),
    until: holding.reduce<number | undefined>(
      (soonest, { expires }) =>
        expires === undefined ? soonest : Math.min(soonest ?? Number.POSITIVE_INFINITY, expires),
      undefined,
    ),
    findings: findingsOf(found),
  };
}

/** In characters: an API server takes 100,000 of one expression. */
const longest = 90_000;

function findingsOf(
  found: readonly { readonly field: string; readonly all: string | undefined }[],
): LeftOut['findings'] {
  const length = found.reduce((sum, { all }) => sum + (all?.length ?? 0), 0);
  if (length > longest) {
    return [
      {
        weight: 'Refused',
        reason: 'TooLarge',
        field:
          found.toSorted((a, b) => (b.all?.length ?? 0) - (a.all?.length ?? 0))[0]?.field ?? 'spec.match',
        message: `what is left out comes to ${length} characters, and ${longest} have room: select namespaces by their labels (${labels.project}, ${labels.environment}) instead of by name`,
      },
    ];
  }
  return found
    .filter(({ all }) => all === undefined)
    .map(({ field }) => ({
      weight: 'Note',
      reason: 'NothingMatched',
      field,
      message:
        'leaves nothing out: no namespace is held by a Project of these names, in an environment of these names',
    }));
}

interface Part {
  readonly scope: Scope;
  readonly field: string;
  readonly expires: number | undefined;
}

/** The new object, of a deletion the old one. Of what is no object, as when a shell is opened in a pod, nothing. */
const subject = '(object != null ? object : oldObject != null ? oldObject : dyn({}))';
const name = `${subject}.?metadata.?name.orValue(${subject}.?metadata.?generateName.orValue(request.?name.orValue('')))`;
const ownLabels = `${subject}.?metadata.?labels.orValue({})`;
const isNamespace = "request.kind.kind == 'Namespace' && request.kind.group == ''";
/** Of what is in none the request does not say one at all. */
const namespace = `(${isNamespace} ? ${name} : request.?namespace.orValue(''))`;
const namespaceLabels = `(namespaceObject != null ? dyn(namespaceObject).?metadata.?labels.orValue({}) : ${isNamespace} ? dyn(${ownLabels}) : dyn({}))`;

/** All of what the scope names, as one expression; undefined where that can be nothing. */
function conjunction({ scope, expires }: Part, facts: Facts): string | undefined {
  const { projects, environments, namespaces, kinds, names, namespaceSelector, objectSelector } = scope;
  const held =
    projects === undefined && environments === undefined
      ? undefined
      : facts.environments
          .filter(({ project }) => projects?.includes(project) ?? true)
          .filter(({ environment }) => environments?.includes(environment) ?? true)
          .map((one) => one.namespace);
  if (held?.length === 0) return undefined;
  return [
    ...(held === undefined ? [] : [`${namespace} in ${literals(inOrder(held))}`]),
    ...(namespaces === undefined ? [] : [`${namespace} in ${literals(inOrder(namespaces))}`]),
    ...(kinds === undefined ? [] : [`request.kind.kind in ${literals(inOrder(kinds))}`]),
    ...(names === undefined ? [] : [isNamed(names)]),
    ...(objectSelector === undefined ? [] : [isSelected(objectSelector, ownLabels)]),
    ...(namespaceSelector === undefined
      ? []
      : [
          "(request.?namespace.orValue('') != '' || namespaceObject != null)",
          isSelected(namespaceSelector, namespaceLabels),
        ]),
    ...(expires === undefined ? [] : [isBefore(expires)]),
  ].join(' && ');
}

function isNamed(names: readonly string[]): string {
  const whole = names.filter((one) => !one.endsWith('*'));
  const beginnings = names.filter((one) => one.endsWith('*')).map((one) => one.slice(0, -1));
  const conditions = [
    ...(whole.length > 0 ? [`${name} in ${literals(inOrder(whole))}`] : []),
    ...inOrder(beginnings).map((beginning) => `string(${name}).startsWith(${literal(beginning)})`),
  ];
  return `(${conditions.join(' || ')})`;
}

/** @param labels an expression for them */
function isSelected({ matchLabels = {}, matchExpressions = [] }: LabelSelector, labels: string): string {
  const required = [
    ...Object.entries(matchLabels).map(([key, value]) => ({ key, operator: 'In' as const, values: [value] })),
    ...matchExpressions,
  ];
  return inOrder(required.map((one) => isMet(one, labels))).join(' && ');
}

type Requirement = NonNullable<LabelSelector['matchExpressions']>[number];

function isMet({ key, operator, values = [] }: Requirement, labels: string): string {
  const isThere = `${literal(key)} in ${labels}`;
  const isOne = `(${isThere} && ${labels}[${literal(key)}] in ${literals(inOrder(values))})`;
  switch (operator) {
    case 'In':
      return isOne;
    case 'NotIn':
      return `!${isOne}`;
    case 'Exists':
      return `(${isThere})`;
    case 'DoesNotExist':
      return `!(${isThere})`;
  }
}

/**
 * CEL knows no clock, but what is created carries its time. Of everything else the operator takes the exception out at
 * its date; so it does of what carries no time, as evictions.
 */
function isBefore(expires: number): string {
  const created = `${subject}.?metadata.?creationTimestamp.orValue(null)`;
  const moment = literal(new Date(expires).toISOString().replace('.000Z', 'Z'));
  return `(request.operation != 'CREATE' || ${created} == null || timestamp(${created}) < timestamp(${moment}))`;
}

function inOrder(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)].toSorted();
}
