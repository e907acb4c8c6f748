import { controlPlaneUsers, exemptNamespaces, operatorUser } from '../../admission/installation.ts';
import { type AdmissionPolicy, definePolicy, literal, literals } from '../../admission/policy.ts';
import { labels } from '../names.ts';

const owner = literal(labels.owner);

/** What must be equal for an update to count as one of finalizers and annotations only. */
const content = ['spec', 'status', 'data', 'type', 'immutable', 'roleRef', 'subjects'];
const sameContent = [
  'object.metadata.?labels == oldObject.metadata.?labels',
  // The garbage collector deletes what an owner reference ties to an object that is not there.
  'object.metadata.?ownerReferences == oldObject.metadata.?ownerReferences',
  ...content.map((field) => `dyn(object).?${field} == dyn(oldObject).?${field}`),
].join(' && ');
const ownAnnotations = (object: string) =>
  `${object}.metadata.?annotations.orValue({}).transformMap(key, value, key.startsWith('mainstay.dev/'), value)`;

/**
 * What the operator makes in a Project's namespaces is the operator's: nobody else makes, changes or deletes what
 * carries its mark. Whoever must act in an emergency acts as the operator (`kubectl --as`), which the audit log shows.
 */
export const owned: AdmissionPolicy = definePolicy(
  'mainstay-owned',
  'Nobody but the operator makes, changes or deletes what carries the label mainstay.dev/owner in the namespaces of Projects.',
  {
    matchConstraints: {
      matchPolicy: 'Equivalent',
      namespaceSelector: {
        matchExpressions: [
          { key: 'kubernetes.io/metadata.name', operator: 'NotIn', values: exemptNamespaces },
        ],
      },
      // Of an update, the old and the new object are both looked at: the label cannot be taken off first.
      objectSelector: { matchExpressions: [{ key: labels.owner, operator: 'Exists' }] },
      resourceRules: [
        // What a quota's status says is what it enforces; and whoever writes the status writes its labels too.
        guarded('', ['resourcequotas', 'resourcequotas/status', 'limitranges', 'secrets']),
        guarded('networking.k8s.io', ['networkpolicies']),
        guarded('rbac.authorization.k8s.io', ['rolebindings']),
      ],
    },
    matchConditions: [
      { name: 'not-the-operator', expression: `request.userInfo.username != ${literal(operatorUser)}` },
      {
        name: 'not-the-control-plane',
        expression: `!(request.userInfo.username in ${literals(controlPlaneUsers)})`,
      },
    ],
    variables: [
      {
        name: 'owned',
        expression: `oldObject != null && oldObject.metadata.?labels[?${owner}].hasValue()`,
      },
      {
        name: 'project',
        expression: `namespaceObject.metadata.?labels[?${literal(labels.project)}].orValue('that made it')`,
      },
      // A retained namespace is nobody's: whoever may change the namespace may clear away what stayed in it.
      {
        name: 'released',
        expression: [
          `!namespaceObject.metadata.?labels[?${owner}].hasValue()`,
          "authorizer.group('').resource('namespaces').namespace(request.namespace).name(request.namespace).check('update').allowed()",
        ].join(' && '),
      },
      // Network plug-ins put finalizers and annotations on every NetworkPolicy, and a storage migration writes every object
      // as it is. A tenant has no right to all namespaces.
      {
        name: 'plugIn',
        expression: [
          "request.operation == 'UPDATE'",
          sameContent,
          `${ownAnnotations('object')} == ${ownAnnotations('oldObject')}`,
          'authorizer.group(request.resource.group).resource(request.resource.resource).check("update").allowed()',
        ].join(' && '),
      },
    ],
    validations: [
      {
        expression: [
          "request.operation == 'DELETE'",
          `!object.metadata.?labels[?${owner}].hasValue()`,
          `(variables.owned && object.metadata.labels[${owner}] == oldObject.metadata.labels[${owner}])`,
        ].join(' || '),
        message: `the label ${labels.owner} is the mark of the operator: leave it out`,
        messageExpression: `'the label ${labels.owner} is the mark of the operator, which alone sets it: leave it out of ' + object.metadata.name + '.'`,
        reason: 'Forbidden',
      },
      {
        expression: '!variables.owned || variables.plugIn || variables.released',
        message: `this object belongs to a Project: change the Project instead`,
        messageExpression: [
          "oldObject.metadata.name + ' belongs to the Project ' + variables.project",
          "': change the Project, and the operator changes this (kubectl edit project ' + variables.project + ').'",
        ].join(' + '),
        reason: 'Forbidden',
      },
    ],
  },
);

function guarded(group: string, resources: readonly string[]) {
  return {
    apiGroups: [group],
    apiVersions: ['v1'],
    operations: ['CREATE', 'UPDATE', 'DELETE'],
    resources,
    scope: 'Namespaced',
  } as const;
}
