import { group, version } from '../group.ts';
import type { Kind } from '../structural/customResourceDefinition.ts';
import { dnsLabelPattern } from '../structural/identifiers.ts';
import { projectSpec } from './schema.ts';
import { projectStatus } from './status.ts';

// In CEL the field `namespace` is written `__namespace__`; otherwise the API server does not find its bound.
// The API server knows the length of a field but not that of a conditional's result, and without it a comparison is
// too costly: so namespaces are compared case by case, given or derived.

const environments = 'self.spec.environments';
const derived = (e: string) => `self.metadata.name + '-' + ${e}.name`;
/** Whether the namespace of environment `e` is this one. */
const hasNamespace = (e: string, namespace: string) =>
  `(has(${e}.__namespace__) ? ${e}.__namespace__ == ${namespace} : ${derived(e)} == ${namespace})`;

const tooLong = '!has(e.__namespace__) && size(self.metadata.name) + 1 + size(e.name) > 63';
const derivedProtected = `!has(e.__namespace__) && ((${derived('e')}).startsWith('kube-') || ${derived('e')} == 'mainstay-system')`;
const shared = `has(e.__namespace__) && ${environments}.exists(o, o.name != e.name && ${hasNamespace('o', 'e.__namespace__')})`;
const moved = `oldSelf.spec.environments.exists(o, o.name == e.name && !(has(o.__namespace__) ? ${hasNamespace('e', 'o.__namespace__')} : ${hasNamespace('e', derived('o'))}))`;
/** A message that ends with the names of the environments that are so. */
const naming = (message: string, condition: string) =>
  `"${message}: %s".format([${environments}.filter(e, ${condition}).map(e, e.name)])`;

/** The kind `Project`: cluster-scoped, `proj` for short. */
export const projectKind: Kind = {
  group,
  version,
  kind: 'Project',
  plural: 'projects',
  singular: 'project',
  shortNames: ['proj'],
  categories: ['mainstay'],
  scope: 'Cluster',
  description:
    'A Project gives a team its environments: one namespace each, walled off, with quotas, limits, access and pod security, and keeps them so. Whatever it made that somebody changes or deletes comes back.',
  name: { maxLength: 63, pattern: dnsLabelPattern },
  spec: projectSpec,
  status: projectStatus,
  rules: [
    {
      rule: `!${environments}.exists(e, ${tooLong})`,
      message:
        'the name of the Project, - and the name of an environment must not be longer than 63 characters together',
      messageExpression: naming(
        'with the name of the Project and - before it, an environment is at most 63 characters long; shorten it, or give it a namespace',
        tooLong,
      ),
      fieldPath: '.spec.environments',
    },
    {
      rule: `!${environments}.exists(e, ${derivedProtected})`,
      message: "an environment would have one of the cluster's own namespaces, or Mainstay's",
      messageExpression: naming(
        "the namespace would be one of the cluster's own (kube-*) or Mainstay's; rename, or give a namespace",
        derivedProtected,
      ),
      fieldPath: '.spec.environments',
    },
    {
      rule: `!${environments}.exists(e, ${shared})`,
      message: 'two environments have the same namespace',
      messageExpression: naming('this environment has the namespace of another', shared),
      fieldPath: '.spec.environments',
    },
    {
      rule: `!${environments}.exists(e, ${moved})`,
      message:
        'an environment keeps its namespace: add another environment with the new namespace, and remove this one',
      messageExpression: naming(
        'an environment keeps its namespace: add another environment with the new namespace, move over, and remove this one',
        moved,
      ),
      fieldPath: '.spec.environments',
      reason: 'FieldValueForbidden',
    },
    {
      rule: `!self.spec.secrets.exists(s, ${environments}.exists(e, ${hasNamespace('e', 's.from.__namespace__')}))`,
      message:
        "a Secret is copied from outside: from.namespace must not be one of the Project's own environments",
      fieldPath: '.spec.secrets',
    },
  ],
  columns: [
    {
      name: 'Ready',
      type: 'string',
      jsonPath: '.status.conditions[?(@.type=="Ready")].status',
      description: 'Whether everything that the Project wants stands.',
    },
    {
      name: 'Environments',
      type: 'string',
      jsonPath: '.status.summary.environments',
      description: 'Environments that are ready, of all.',
    },
    {
      name: 'Quota',
      type: 'string',
      jsonPath: '.status.summary.quota',
      description: 'CPU in use, of the quota.',
    },
    {
      name: 'Reason',
      type: 'string',
      jsonPath: '.status.conditions[?(@.type=="Ready")].reason',
      description: 'Why it is or is not ready.',
    },
    {
      name: 'Age',
      type: 'date',
      jsonPath: '.metadata.creationTimestamp',
      description: 'Since when it exists.',
    },
  ],
};
