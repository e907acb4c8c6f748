import { installation, operatorUser } from '../../admission/installation.ts';
import { type AdmissionPolicy, definePolicy, literal, literals } from '../../admission/policy.ts';
import { annotations, labels } from '../names.ts';

const owner = literal(labels.owner);
const project = literal(labels.project);
const adoptableBy = literal(annotations.adoptableBy);
const retainedFor = literal(annotations.retainedFor);
const isNamespace = "request.resource.resource == 'namespaces'";

/**
 * RBAC cannot narrow by namespace what must be done in namespaces that do not exist yet. So what the operator's rights
 * allow too much is refused here: whoever had its token could otherwise be admin of kube-system, by a RoleBinding or by a
 * Secret that the token controller fills. It acts only where a Project holds the namespace, and a Project comes to hold
 * only what is new, what was offered, or what is kept for it.
 */
export const operator: AdmissionPolicy = definePolicy(
  'mainstay-operator',
  "The operator writes nothing in the cluster's own namespaces, gives access and Secrets only where a Project holds the namespace, and takes no namespace that was not offered.",
  {
    matchConstraints: {
      matchPolicy: 'Equivalent',
      namespaceSelector: {},
      objectSelector: {},
      resourceRules: [
        rule('', ['namespaces'], 'Cluster'),
        rule('', ['resourcequotas', 'limitranges', 'secrets'], 'Namespaced'),
        rule('networking.k8s.io', ['networkpolicies'], 'Namespaced'),
        rule('rbac.authorization.k8s.io', ['rolebindings'], 'Namespaced'),
      ],
    },
    matchConditions: [
      { name: 'the-operator', expression: `request.userInfo.username == ${literal(operatorUser)}` },
    ],
    variables: [
      { name: 'target', expression: `${isNamespace} ? request.name : request.namespace` },
      { name: 'wasOwned', expression: `oldObject != null && ${hasOwner('oldObject')}` },
    ],
    validations: [
      {
        expression: `!variables.target.startsWith('kube-') && !(variables.target in ${literals(['default', installation.namespace])})`,
        message: "the operator writes nothing in the cluster's own namespaces, nor in its own",
        reason: 'Forbidden',
      },
      {
        expression: "request.operation != 'DELETE' || variables.wasOwned",
        message: 'the operator deletes only what it made',
        reason: 'Forbidden',
      },
      // Offered or kept counts as held: a claim that has just been written may not have reached this API server's cache.
      {
        expression: [
          "request.operation == 'DELETE'",
          "!(request.resource.resource in ['rolebindings', 'secrets'])",
          hasOwner('namespaceObject'),
          ...[adoptableBy, retainedFor].map(
            (annotation) => `namespaceObject.metadata.?annotations[?${annotation}].hasValue()`,
          ),
        ].join(' || '),
        message: 'the operator gives access and Secrets only in namespaces that a Project holds',
        reason: 'Forbidden',
      },
      {
        expression: [
          `!(${isNamespace})`,
          "request.operation != 'UPDATE'",
          'variables.wasOwned',
          `!${hasOwner('object')}`,
          isFor(adoptableBy),
          isFor(retainedFor),
        ].join(' || '),
        message: `the operator takes no namespace that is neither offered (${annotations.adoptableBy}) to the Project nor kept for it`,
        reason: 'Forbidden',
      },
      // Or it could be offered first and taken next.
      {
        expression: [
          `!(${isNamespace})`,
          "request.operation != 'UPDATE'",
          [unchangedOrGone(adoptableBy), `(variables.wasOwned || ${unchangedOrGone(retainedFor)})`].join(
            ' && ',
          ),
        ].join(' || '),
        message: 'the operator offers nobody a namespace',
        reason: 'Forbidden',
      },
    ],
  },
);

function rule(group: string, resources: readonly string[], scope: 'Cluster' | 'Namespaced') {
  return {
    apiGroups: [group],
    apiVersions: ['v1'],
    operations: ['CREATE', 'UPDATE', 'DELETE'],
    resources,
    scope,
  } as const;
}

function hasOwner(object: string): string {
  return `${object}.metadata.?labels[?${owner}].hasValue()`;
}

/** Whether an annotation that was there names the Project that takes the namespace. Two that are missing are not equal. */
function isFor(annotation: string): string {
  return `oldObject.metadata.?annotations[?${annotation}].orValue('') == object.metadata.labels[?${project}].orValue('-')`;
}

function unchangedOrGone(annotation: string): string {
  const of = (object: string) => `${object}.metadata.?annotations[?${annotation}]`;
  return `(!${of('object')}.hasValue() || ${of('object')} == ${of('oldObject')})`;
}
