import type { NamedExpression, Validation } from '../../admission/policy.ts';
import { group } from '../../group.ts';
import { verbs } from '../names.ts';

/**
 * What may be had only by a verb of our own on the Project. Privileged pods break out of any wall, so each environment
 * that newly is privileged counts, by its own word or the Project's; a rule about gateways counts when it is new.
 */
export const privilegeVariables: readonly NamedExpression[] = [
  {
    name: 'newlyPrivileged',
    expression: [
      `variables.environments.exists(environment, ${privileged('environment', 'object.spec')} &&`,
      `!variables.oldEnvironments.exists(old, old.name == environment.name && ${privileged('old', 'variables.old')}))`,
    ].join(' '),
  },
  {
    name: 'newGateways',
    expression: [
      newGatewayRules('object.spec', 'variables.old'),
      `variables.changedEnvironments.exists(environment, environment.?network.?ingress.orValue([]).exists(rule, ${ofGateways('rule')} && !variables.oldEnvironments.exists(old, old.name == environment.name && rule in old.?network.?ingress.orValue([]))))`,
    ].join(' || '),
  },
];

export const privilegeValidations: readonly Validation[] = [
  guardedBy(verbs.privileged, 'variables.newlyPrivileged', 'podSecurity: privileged'),
  guardedBy(verbs.gateways, 'variables.newGateways', 'ingress from gateways: true'),
];

function guardedBy(verb: string, condition: string, what: string): Validation {
  return {
    expression: `!(${condition}) || authorizer.group('${group}').resource('projects').name(object.metadata.name).check('${verb}').allowed()`,
    message: `${what} needs the verb ${verb} on projects.${group}`,
    messageExpression: `'user ' + request.userInfo.username + ' may not set ${what}: this needs the verb ${verb} on projects.${group} ' + object.metadata.name + '.'`,
    reason: 'Forbidden',
  };
}

/** An environment says it itself, or else the Project does; the schema's default is restricted. */
function privileged(environment: string, spec: string): string {
  return `${environment}.?podSecurity.orValue(${spec}.?podSecurity.orValue('restricted')) == 'privileged'`;
}

function newGatewayRules(spec: string, old: string): string {
  return `${spec}.?network.?ingress.orValue([]).exists(rule, ${ofGateways('rule')} && !(rule in ${old}.?network.?ingress.orValue([])))`;
}

function ofGateways(rule: string): string {
  return `${rule}.?from.orValue([]).exists(peer, peer.?gateways.orValue(false))`;
}
