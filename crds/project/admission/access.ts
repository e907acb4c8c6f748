import { ownerRole } from '../../admission/installation.ts';
import {
  type AdmissionPolicy,
  definePolicy,
  literal,
  literals,
  type NamedExpression,
  type Validation,
} from '../../admission/policy.ts';
import { group, version } from '../../group.ts';
import { privilegeValidations, privilegeVariables } from './privileges.ts';

/** More would not fit: each check of a right costs about a third of what one expression may cost, and all together are bounded. */
const maximumChecks = 27;

/** At most this many roles can be granted, so that each is left one check in an environment's own namespace. */
export const maximumGrantableRoles = 12;

/**
 * Whoever writes a Project grants its roles, by the operator's hand: so they must hold the right to bind each one that
 * they newly grant, to whom it is newly granted. What was there before is not checked again.
 */
export function accessPolicy(grantableRoles: readonly string[]): AdmissionPolicy {
  const roles = [...new Set(grantableRoles)];
  if (roles.length === 0 || roles.length > maximumGrantableRoles)
    throw new RangeError(`between 1 and ${maximumGrantableRoles} roles can be granted, not ${roles.length}`);
  // Two checks are kept for the verbs of our own.
  const slots = Math.floor((maximumChecks - 2) / roles.length) - 1;
  return definePolicy(
    'mainstay-project-access',
    'The writer of a Project must hold the right to bind the roles that it newly grants, and the verbs use-privileged and use-gateways for what they name.',
    {
      matchConstraints: {
        matchPolicy: 'Equivalent',
        namespaceSelector: {},
        objectSelector: {},
        resourceRules: [
          {
            apiGroups: [group],
            apiVersions: [version],
            operations: ['CREATE', 'UPDATE'],
            resources: ['projects'],
            scope: 'Cluster',
          },
        ],
      },
      // Or labels, finalizers and the garbage collector would be held up for rights that nobody uses.
      matchConditions: [
        {
          name: 'spec-changed',
          expression: "request.operation == 'CREATE' || object.?spec != oldObject.?spec",
        },
      ],
      variables: [...entries, ...roles.flatMap(roleVariables), ...privilegeVariables],
      validations: [
        grantable(roles),
        ...roles.flatMap((role) => mayBind(role, slots)),
        ...privilegeValidations,
      ],
    },
  );
}

/** `old…` are empty on CREATE. New entries are found whole first, which is cheap, and then by role and subject. */
const entries: readonly NamedExpression[] = [
  {
    name: 'old',
    expression: "request.operation == 'CREATE' ? dyn({}) : dyn(oldObject).?spec.orValue({})",
  },
  { name: 'oldAccess', expression: 'variables.old.?access.orValue([])' },
  { name: 'oldOwners', expression: 'variables.old.?owners.orValue([])' },
  { name: 'oldEnvironments', expression: 'variables.old.?environments.orValue([])' },
  { name: 'environments', expression: 'object.spec.?environments.orValue([])' },
  {
    name: 'newOwners',
    expression: 'object.spec.?owners.orValue([]).filter(subject, !(subject in variables.oldOwners))',
  },
  {
    name: 'newAccess',
    expression:
      'object.spec.?access.orValue([]).filter(grant, !(grant in variables.oldAccess)).filter(grant, !grant.subjects.all(subject, variables.oldAccess.exists(old, old.role == grant.role && subject in old.subjects)))',
  },
  {
    name: 'changedEnvironments',
    expression: 'variables.environments.filter(environment, !(environment in variables.oldEnvironments))',
  },
  // Of each environment of which anything changed: its namespace, and the roles that somebody newly gets there. One of the
  // same name has the same namespace: the schema sees to it.
  {
    name: 'newGrants',
    expression: [
      'variables.changedEnvironments.map(environment, {',
      "'namespace': dyn(environment[?'namespace'].orValue(object.metadata.name + '-' + environment.name)),",
      "'roles': dyn(environment.?access.orValue([]).filter(grant, !variables.oldEnvironments.exists(old, old.name == environment.name &&",
      '(grant in old.?access.orValue([]) || grant.subjects.all(subject, old.?access.orValue([]).exists(held, held.role == grant.role && subject in held.subjects)))',
      ')).map(grant, grant.role))})',
    ].join(' '),
  },
];

/** Per role: whether its writer may bind it everywhere, and in which namespaces it is newly granted by an environment. */
function roleVariables(role: string): readonly NamedExpression[] {
  return [
    {
      name: `mayBind_${identifier(role)}`,
      expression: `${bindCheck(role)}.check('bind').allowed()`,
    },
    {
      name: `in_${identifier(role)}`,
      expression: `variables.newGrants.filter(granted, ${literal(role)} in granted.roles).map(granted, granted.namespace)`,
    },
  ];
}

/** One validation an index: two checks are the most that an expression can pay for. */
function mayBind(role: string, slots: number): readonly Validation[] {
  const name = identifier(role);
  const newly = [`variables.newAccess.exists(grant, grant.role == ${literal(role)})`];
  if (role === ownerRole) newly.push('size(variables.newOwners) > 0');
  const remedy = `needs the right to bind the ClusterRole ${role}`;
  const everywhere: Validation = {
    expression: `!(${newly.join(' || ')}) || variables.mayBind_${name}`,
    message: `granting the role ${role}${role === ownerRole ? ' (which owners get)' : ''} ${remedy} in all namespaces (verb bind on clusterroles/${role})`,
    messageExpression: `'user ' + request.userInfo.username + ' may not grant the role ${role}${role === ownerRole ? ' (which spec.owners get)' : ''}: this ${remedy} in all namespaces (verb bind on clusterroles.rbac.authorization.k8s.io ${role}).'`,
    reason: 'Forbidden',
  };
  const tooMany: Validation = {
    expression: `size(variables.in_${name}) <= ${slots} || variables.mayBind_${name}`,
    message: `granting the role ${role} in more than ${slots} environments at once ${remedy} in all namespaces; or add them a few at a time`,
    reason: 'Forbidden',
  };
  const inNamespace = Array.from({ length: slots }, (_, slot): Validation => {
    const namespace = `variables.in_${name}[${slot}]`;
    return {
      expression: `size(variables.in_${name}) <= ${slot} || variables.mayBind_${name} || ${bindCheck(role)}.namespace(${namespace}).check('bind').allowed()`,
      message: `granting the role ${role} in an environment ${remedy} in its namespace`,
      messageExpression: `'user ' + request.userInfo.username + ' may not grant the role ${role} in the namespace ' + ${namespace} + ': this ${remedy} there (verb bind on clusterroles.rbac.authorization.k8s.io ${role}).'`,
      reason: 'Forbidden',
    };
  });
  return [everywhere, tooMany, ...inNamespace];
}

function grantable(roles: readonly string[]): Validation {
  const list = literals(roles);
  return {
    expression: `variables.newAccess.all(grant, grant.role in ${list}) && variables.newGrants.all(granted, granted.roles.all(role, role in ${list}))${roles.includes(ownerRole) ? '' : ' && size(variables.newOwners) == 0'}`,
    message: `this installation grants only the roles ${roles.join(', ')}${roles.includes(ownerRole) ? '' : `, and owners would get ${ownerRole}`}`,
    reason: 'Forbidden',
  };
}

function bindCheck(role: string): string {
  return `authorizer.group('rbac.authorization.k8s.io').resource('clusterroles').name(${literal(role)})`;
}

/** A role's name as part of a CEL identifier, different for different roles. */
function identifier(role: string): string {
  return role.replaceAll(/[^A-Za-z0-9]/g, (character) => `_${character.charCodeAt(0).toString(16)}_`);
}
