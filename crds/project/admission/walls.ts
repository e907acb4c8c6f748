import { exemptNamespaces, operatorUser } from '../../admission/installation.ts';
import { type AdmissionPolicy, definePolicy, literal, type Validation } from '../../admission/policy.ts';
import { labels } from '../names.ts';

/**
 * NetworkPolicies are a union, and the built-in `admin` and `edit` may write them: in a Strict environment a
 * tenant's own may therefore let in and out only pods of its own namespace.
 */
export const walls: AdmissionPolicy = definePolicy(
  'mainstay-walls',
  'In a Strict environment a NetworkPolicy may name no peer outside its own namespace; what else may pass is listed in the Project.',
  {
    matchConstraints: {
      matchPolicy: 'Equivalent',
      namespaceSelector: {
        matchLabels: { [labels.isolation]: 'Strict' },
        matchExpressions: [
          { key: 'kubernetes.io/metadata.name', operator: 'NotIn', values: exemptNamespaces },
        ],
      },
      objectSelector: {},
      resourceRules: [
        {
          apiGroups: ['networking.k8s.io'],
          apiVersions: ['v1'],
          operations: ['CREATE', 'UPDATE'],
          resources: ['networkpolicies'],
          scope: 'Namespaced',
        },
      ],
    },
    matchConditions: [
      { name: 'not-the-operator', expression: `request.userInfo.username != ${literal(operatorUser)}` },
      // A policy from before the namespace was adopted can still be labelled and deleted.
      {
        name: 'rules-changed',
        expression: "request.operation == 'CREATE' || object.?spec != oldObject.?spec",
      },
    ],
    variables: [
      {
        name: 'project',
        expression: `namespaceObject.metadata.?labels[?${literal(labels.project)}].orValue('of this namespace')`,
      },
    ],
    validations: [withinNamespace('ingress', 'from'), withinNamespace('egress', 'to')],
  },
);

/** No rule without peers (that is everywhere), and every peer by `podSelector` alone. */
function withinNamespace(direction: 'ingress' | 'egress', peers: 'from' | 'to'): Validation {
  return {
    expression: [
      `object.?spec.?${direction}.orValue([]).all(rule, size(rule.?${peers}.orValue([])) > 0 &&`,
      `rule.${peers}.all(peer, has(peer.podSelector) && !has(peer.namespaceSelector) && !has(peer.ipBlock)))`,
    ].join(' '),
    message: `this environment is Strict: every ${direction} rule needs ${peers}, with podSelector alone in each peer; list other peers in the Project's spec.network.${direction}`,
    messageExpression: [
      `'NetworkPolicy ' + object.metadata.name + ' opens the wall of a Strict environment: every ${direction} rule needs ${peers},'`,
      `' with podSelector alone in each peer (no namespaceSelector, no ipBlock). List other peers in spec.network.${direction} of the Project '`,
      "variables.project + '.'",
    ].join(' + '),
    reason: 'Forbidden',
  };
}
