import { exemptNamespaces, operatorUser } from '../../admission/installation.ts';
import { type AdmissionPolicy, definePolicy, literal } from '../../admission/policy.ts';
import { labels } from '../names.ts';

const prefix = 'mainstay-';

/**
 * What the operator makes in an environment has names that begin with `mainstay-`. A tenant who took one first, with a role
 * that can never be changed, would keep the operator from granting another.
 */
export const reserved: AdmissionPolicy = definePolicy(
  'mainstay-reserved',
  `In the namespaces of Projects, names that begin with ${prefix} are the operator's.`,
  {
    matchConstraints: {
      matchPolicy: 'Equivalent',
      namespaceSelector: {
        matchExpressions: [
          { key: 'kubernetes.io/metadata.name', operator: 'NotIn', values: exemptNamespaces },
          { key: labels.owner, operator: 'Exists' },
        ],
      },
      objectSelector: {},
      resourceRules: [
        creationOf('', ['resourcequotas', 'limitranges']),
        creationOf('networking.k8s.io', ['networkpolicies']),
        creationOf('rbac.authorization.k8s.io', ['rolebindings']),
      ],
    },
    matchConditions: [
      { name: 'not-the-operator', expression: `request.userInfo.username != ${literal(operatorUser)}` },
    ],
    variables: [
      {
        name: 'project',
        expression: `namespaceObject.metadata.labels[?${literal(labels.project)}].orValue('that holds this namespace')`,
      },
    ],
    validations: [
      {
        expression: `!object.metadata.name.startsWith(${literal(prefix)})`,
        message: `in a Project's namespace, names that begin with ${prefix} are kept for the operator: take another name`,
        messageExpression: `'names that begin with ${prefix} are kept for the operator, which makes what the Project ' + variables.project + ' says: take another name than ' + object.metadata.name + '.'`,
        reason: 'Forbidden',
      },
    ],
  },
);

function creationOf(group: string, resources: readonly string[]) {
  return {
    apiGroups: [group],
    apiVersions: ['v1'],
    operations: ['CREATE'],
    resources,
    scope: 'Namespaced',
  } as const;
}
