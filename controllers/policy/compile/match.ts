import { group, version } from '../../../crds/group.ts';
import { operationsOf, versionsOf } from '../../../crds/policy/defaults.ts';
import { exemptNamespaces } from '../../../crds/policy/names.ts';
import type { LabelSelector, Match } from '../../../crds/policy/schema.ts';
import { labels } from '../../../crds/project/names.ts';
import type { MatchConstraints, ResourceRule, Selector } from './objects.ts';

/**
 * Which requests the API server asks a compiled object about. Two matches that mean the same come out equal, whatever the
 * order they are written in, so that their Policies share one object.
 *
 * Projects and environments are found by the marks of their namespaces, which only the operator sets: so a new environment
 * is matched from its first moment.
 */
export function constraintsOf(match: Match): MatchConstraints {
  const resourceRules = (match.workloads === true ? workloads : given(match)).flatMap((rule) =>
    scoped(rule, isLimited(match)),
  );
  return {
    matchPolicy: 'Equivalent',
    namespaceSelector: namespaceSelectorOf(match),
    objectSelector: selectorOf(match.objectSelector),
    resourceRules: inOrder(resourceRules),
    ...(resourceRules.some(isWild) ? { excludeResourceRules: never } : {}),
  };
}

type Unscoped = Omit<ResourceRule, 'scope'>;

const written = ['CREATE', 'UPDATE'];

/** Every kind that has a pod in it. Of Pods the subresources as well by which containers and amounts are changed. */
const workloads: readonly Unscoped[] = [
  kinds('', ['pods', 'pods/ephemeralcontainers', 'pods/resize', 'replicationcontrollers'], 'v1'),
  kinds('apps', ['daemonsets', 'deployments', 'replicasets', 'statefulsets'], 'v1'),
  kinds('batch', ['cronjobs', 'jobs'], 'v1'),
  kinds(group, ['deployments'], version),
];

function kinds(apiGroup: string, resources: readonly string[], apiVersion: string): Unscoped {
  return { apiGroups: [apiGroup], apiVersions: [apiVersion], operations: written, resources };
}

function given({ resources = [] }: Match): readonly Unscoped[] {
  return resources.map((rule) => ({
    apiGroups: rule.apiGroups.toSorted(),
    apiVersions: versionsOf(rule).toSorted(),
    operations: operationsOf(rule).toSorted(),
    resources: rule.resources.toSorted(),
  }));
}

/** Whether only some namespaces are meant, so that what is in none is not. */
function isLimited(match: Match): boolean {
  const { projects, environments, namespaces, namespaceSelector } = match;
  return [projects, environments, namespaces, namespaceSelector].some((field) => field !== undefined);
}

/** The server matches what is in no namespace whatever the selector says. Namespaces themselves it judges by their own labels. */
function scoped(rule: Unscoped, limited: boolean): readonly ResourceRule[] {
  if (!limited) return [{ ...rule, scope: '*' }];
  const isNamespace = (resource: string) => resource === 'namespaces' || resource.startsWith('namespaces/');
  const namespaces = rule.resources.filter(isNamespace);
  const others = rule.resources.filter((resource) => !isNamespace(resource));
  return [
    ...(others.length > 0 ? [{ ...rule, resources: others, scope: 'Namespaced' as const }] : []),
    ...(namespaces.length > 0 ? [{ ...rule, resources: namespaces, scope: 'Cluster' as const }] : []),
  ];
}

function isWild({ apiGroups, resources }: Unscoped): boolean {
  return apiGroups.includes('*') || resources.some((resource) => resource.startsWith('*'));
}

/**
 * What an asterisk never stands for: Policies, which must stay correctable, and what the cluster writes all the time to
 * know that it is alive.
 */
const never: readonly ResourceRule[] = [
  ['', ['events']],
  ['coordination.k8s.io', ['leases']],
  ['events.k8s.io', ['events']],
  [group, ['policies', 'policies/status']],
].map(([apiGroup, resources]) => ({
  apiGroups: [String(apiGroup)],
  apiVersions: ['*'],
  operations: ['*'],
  resources: [resources ?? []].flat(),
  scope: '*',
}));

const nameLabel = 'kubernetes.io/metadata.name';

function namespaceSelectorOf(match: Match): Selector {
  const { projects, environments, namespaces, namespaceSelector } = match;
  const own = selectorOf(namespaceSelector);
  const isIn = (key: string, values: readonly string[] | undefined) =>
    values === undefined ? [] : [{ key, operator: 'In' as const, values: values.toSorted() }];
  return {
    ...own,
    matchExpressions: inOrder([
      ...(namespaces === undefined
        ? [{ key: nameLabel, operator: 'NotIn' as const, values: exemptNamespaces.toSorted() }]
        : isIn(nameLabel, namespaces)),
      ...isIn(labels.project, projects),
      ...isIn(labels.environment, environments),
      ...(own.matchExpressions ?? []),
    ]),
  };
}

function selectorOf(selector: LabelSelector | undefined): Selector {
  const { matchLabels = {}, matchExpressions = [] } = selector ?? {};
  const labels = Object.entries(matchLabels).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return {
    ...(labels.length > 0 ? { matchLabels: Object.fromEntries(labels) } : {}),
    ...(matchExpressions.length > 0
      ? {
          matchExpressions: inOrder(
            matchExpressions.map(({ key, operator, values }) => ({
              key,
              operator,
              ...(values === undefined || values.length === 0 ? {} : { values: values.toSorted() }),
            })),
          ),
        }
      : {}),
  };
}

/** Each once, in an order that is the same whichever they came in. */
function inOrder<T>(items: readonly T[]): readonly T[] {
  const distinct = new Map(items.map((item) => [JSON.stringify(item), item]));
  return [...distinct].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, item]) => item);
}
