/**
 * Requests: the API server writes who asked, and RBAC says who may. The operator reads `spec.request` as it stands; what is
 * in it was proved when it was written.
 */

import { definePolicy, inForce, literal } from '../../admission/policy.ts';
import { group } from '../../group.ts';
import type { AdmissionPolicy, AdmissionPolicyBinding, MutatingPolicy } from '../../project/admission.ts';
import { requestVerbs } from '../names.ts';
import { mutation } from './mutation.ts';
import { written } from './rules.ts';

const resourceRules = [written];

// An old object without a request, and a creation, which has no old object, are alike.
const old = "(request.operation == 'CREATE' ? optional.none() : oldObject.?spec.?request)";
const idOf = (request: string) => `${request}.?id.orValue('')`;
/** Whether something is asked that was not asked before: the id is another. */
const isNew = `${idOf(old)} != ${idOf('object.spec.request')}`;
const isThere = { name: 'request-is-there', expression: 'object.?spec.?request.hasValue()' };

/**
 * Writes who asked, in place of whatever was given; where nothing new is asked, what stood there. Where this is not served
 * the field stays empty, for the policy below lets nobody write another's name.
 */
const stamp = mutation(
  'mainstay-deployment-request-by',
  'Who asks something of a Deployment is written into spec.request.by.',
  {
    on: written,
    when: isThere,
    patch: [
      `${isNew} ? [${writes('request.userInfo.username')}]`,
      `${old}.?by.hasValue() ? [${writes(`${old}.?by.value()`)}]`,
      "has(object.spec.request.by) ? [JSONPatch{op: 'remove', path: '/spec/request/by'}]",
      '[]',
    ].join(' : '),
  },
);

function writes(value: string): string {
  return `JSONPatch{op: 'add', path: '/spec/request/by', value: ${value}}`;
}

const verbOf = `{${Object.entries(requestVerbs)
  .map(([asked, verb]) => `${literal(asked)}: ${literal(verb)}`)
  .join(', ')}}`;

/** Nobody asks without the right to, in another's name, or changes what is asked behind the back of who asked. */
const guard: AdmissionPolicy = definePolicy(
  'mainstay-deployment-request',
  'Whoever asks something of a Deployment (spec.request) must hold the verb for it, and asks in their own name; what was asked changes only by asking anew.',
  {
    matchConstraints: {
      matchPolicy: 'Equivalent',
      namespaceSelector: {},
      objectSelector: {},
      resourceRules,
    },
    // Or a change of the template would be held up for a right that nobody uses.
    matchConditions: [isThere, { name: 'request-changed', expression: `object.?spec.?request != ${old}` }],
    variables: [
      { name: 'new', expression: isNew },
      { name: 'verb', expression: `${verbOf}[?object.spec.request.verb].orValue('promote')` },
    ],
    validations: [
      {
        expression: 'variables.new',
        message: 'what is asked by spec.request changes only together with its id: give it a new id',
        reason: 'Invalid',
      },
      {
        expression: 'object.spec.request.?by.orValue(request.userInfo.username) == request.userInfo.username',
        message: 'spec.request.by is written at admission: leave it out',
        messageExpression:
          "'spec.request.by says who asked, which is ' + request.userInfo.username + ': leave it out.'",
        reason: 'Forbidden',
      },
      {
        expression: `authorizer.group('${group}').resource('deployments').namespace(request.namespace).name(request.name).check(variables.verb).allowed()`,
        message: `this request needs a verb on deployments.${group}`,
        messageExpression: `'user ' + request.userInfo.username + ' may not ask to ' + object.spec.request.verb + ': this needs the verb ' + variables.verb + ' on deployments.${group} in the namespace ' + request.namespace + '.'`,
        reason: 'Forbidden',
      },
    ],
  },
);

/** Who asked, and who may. */
export const requests: readonly (AdmissionPolicy | AdmissionPolicyBinding | MutatingPolicy)[] = [
  ...inForce(guard),
  ...stamp,
];
