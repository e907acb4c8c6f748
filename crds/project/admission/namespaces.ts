import { exemptNamespaces, installation, operatorUser } from '../../admission/installation.ts';
import { type AdmissionPolicy, definePolicy, literal } from '../../admission/policy.ts';
import { group } from '../../group.ts';
import { annotations, labels } from '../names.ts';

const owner = literal(labels.owner);
const marks = literal(`${group}/`);
const podSecurity = "'pod-security.kubernetes.io/'";
const adoptableBy = literal(annotations.adoptableBy);

/** Of the one annotation that the namespace's holder sets, nothing is said here: it is their proof. */
const isAnnotationMark = `key.startsWith(${marks}) && key != ${adoptableBy}`;

/** The operator believes its claim only while its own entry in managedFields has it. */
const claimIsOurs = (object: string) =>
  [
    `${object}.metadata.?managedFields.orValue([]).exists(entry,`,
    `entry.?manager.orValue('') == ${literal(installation.fieldManager)} && entry.?operation.orValue('') == 'Apply' &&`,
    `dyn(entry).?fieldsV1[?'f:metadata'][?'f:labels'][?${literal(`f:${labels.owner}`)}].hasValue())`,
  ].join(' ');
const claimIsTaken = `request.operation == 'UPDATE' && ${claimIsOurs('oldObject')} && !${claimIsOurs('object')}`;

/**
 * The marks on a namespace decide which policies hold in it and which Project it belongs to. Nobody but the operator
 * adds or changes one; while a Project holds the namespace nobody takes one off or touches its pod security either.
 */
export const namespaces: AdmissionPolicy = definePolicy(
  'mainstay-namespaces',
  'Nobody but the operator sets the mainstay.dev marks of a namespace, nor the pod security of one that a Project holds.',
  {
    matchConstraints: {
      matchPolicy: 'Equivalent',
      namespaceSelector: {
        matchExpressions: [
          { key: 'kubernetes.io/metadata.name', operator: 'NotIn', values: exemptNamespaces },
        ],
      },
      objectSelector: {},
      resourceRules: [
        {
          apiGroups: [''],
          apiVersions: ['v1'],
          operations: ['CREATE', 'UPDATE'],
          // Both subresources take labels and annotations as well.
          resources: ['namespaces', 'namespaces/status', 'namespaces/finalize'],
          scope: 'Cluster',
        },
      ],
    },
    matchConditions: [
      { name: 'not-the-operator', expression: `request.userInfo.username != ${literal(operatorUser)}` },
      { name: 'not-being-deleted', expression: '!has(object.metadata.deletionTimestamp)' },
      {
        name: 'marks-may-change',
        expression: [
          "request.operation == 'CREATE'",
          'object.metadata.?labels != oldObject.metadata.?labels',
          'object.metadata.?annotations != oldObject.metadata.?annotations',
          `(${claimIsTaken})`,
        ].join(' || '),
      },
    ],
    variables: [
      { name: 'labels', expression: 'object.metadata.?labels.orValue({})' },
      { name: 'annotations', expression: 'object.metadata.?annotations.orValue({})' },
      { name: 'oldLabels', expression: 'oldObject == null ? {} : oldObject.metadata.?labels.orValue({})' },
      {
        name: 'oldAnnotations',
        expression: 'oldObject == null ? {} : oldObject.metadata.?annotations.orValue({})',
      },
      { name: 'held', expression: `${owner} in variables.oldLabels` },
      {
        name: 'project',
        expression: `variables.oldLabels[?${literal(labels.project)}].orValue('that holds it')`,
      },
    ],
    validations: [
      {
        expression: [
          `variables.labels.all(key, !key.startsWith(${marks}) || variables.oldLabels[?key] == variables.labels[?key])`,
          `variables.annotations.all(key, !(${isAnnotationMark}) || variables.oldAnnotations[?key] == variables.annotations[?key])`,
        ].join(' && '),
        message: `labels and annotations of ${group} on a namespace are set by the operator alone, but for ${annotations.adoptableBy}: leave them out`,
        reason: 'Forbidden',
      },
      {
        expression: [
          '!variables.held',
          `(variables.oldLabels.all(key, !key.startsWith(${marks}) || key in variables.labels) && variables.oldAnnotations.all(key, !(${isAnnotationMark}) || key in variables.annotations))`,
        ].join(' || '),
        message: `a Project holds this namespace: its labels and annotations of ${group} stay; remove the environment from the Project to let go of it`,
        messageExpression: `'the Project ' + variables.project + ' holds this namespace: its labels and annotations of ${group} stay. Remove the environment from the Project to let go of it.'`,
        reason: 'Forbidden',
      },
      {
        expression: `!variables.held || !(${claimIsTaken})`,
        message: `a Project holds this namespace: the field manager ${installation.fieldManager} keeps the label ${labels.owner}; leave managedFields alone`,
        reason: 'Forbidden',
      },
      {
        expression: [
          '!variables.held',
          `(variables.labels.all(key, !key.startsWith(${podSecurity}) || variables.oldLabels[?key] == variables.labels[?key]) && variables.oldLabels.all(key, !key.startsWith(${podSecurity}) || key in variables.labels))`,
        ].join(' || '),
        message:
          'a Project holds this namespace and sets its pod security: change podSecurity in the Project instead',
        messageExpression:
          "'the pod security of this namespace is set by the Project ' + variables.project + ': change podSecurity there.'",
        reason: 'Forbidden',
      },
    ],
  },
);
