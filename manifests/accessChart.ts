import { Chart } from 'cdk8s';
import { k8s } from 'cdk8s-plus-34';
import type { Construct } from 'constructs';
import { labels } from '../crds/policy/names.ts';
import { verbs } from '../crds/project/names.ts';
import { aggregatedRoles, type ServedKind } from './aggregatedRoles.ts';
import { clusterRights, ownNamespaceRights, type Right } from './operatorRights.ts';
import { commonLabels, type InstallOptions, installation } from './options.ts';
import { collectingRoles, fixesRole } from './policyRoles.ts';

const { namespace, serviceAccount } = installation;
const rbac = 'rbac.authorization.k8s.io';

/** Who the operator is, what it may do, and the roles that an administrator gives to people. */
export class AccessChart extends Chart {
  constructor(scope: Construct, options: InstallOptions, kinds: readonly ServedKind[]) {
    super(scope, 'access', { disableResourceNameHashes: true, labels: { ...commonLabels } });
    new k8s.KubeServiceAccount(this, 'operator', {
      metadata: { name: serviceAccount, namespace },
      // Only the operator's own pods carry its token, and say so themselves.
      automountServiceAccountToken: false,
    });
    const subjects = [{ kind: 'ServiceAccount', name: serviceAccount, namespace }];
    new k8s.KubeClusterRole(this, 'cluster-rights', {
      metadata: { name: 'mainstay', annotations: scenarios(clusterRights(options.grantableRoles)) },
      rules: clusterRights(options.grantableRoles).map(policyRule),
    });
    new k8s.KubeClusterRoleBinding(this, 'cluster-rights-binding', {
      metadata: { name: 'mainstay' },
      roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: 'mainstay' },
      subjects,
    });
    new k8s.KubeRole(this, 'own-namespace-rights', {
      metadata: { name: 'mainstay', namespace, annotations: scenarios(ownNamespaceRights) },
      rules: ownNamespaceRights.map(policyRule),
    });
    new k8s.KubeRoleBinding(this, 'own-namespace-rights-binding', {
      metadata: { name: 'mainstay', namespace },
      roleRef: { apiGroup: rbac, kind: 'Role', name: 'mainstay' },
      subjects,
    });
    for (const { name, label, description: text } of collectingRoles) {
      new k8s.KubeClusterRole(this, name, {
        metadata: { name, annotations: { [description]: text } },
        aggregationRule: { clusterRoleSelectors: [{ matchLabels: { [label]: 'true' } }] },
      });
      new k8s.KubeClusterRoleBinding(this, `${name}-binding`, {
        metadata: { name },
        roleRef: { apiGroup: rbac, kind: 'ClusterRole', name },
        subjects,
      });
    }
    for (const role of [...projectRoles, ...aggregatedRoles(kinds)])
      new k8s.KubeClusterRole(this, role.name, {
        metadata: {
          name: role.name,
          labels: { ...role.labels },
          annotations: { [description]: role.description },
        },
        rules: [{ apiGroups: [...role.groups], resources: [...role.resources], verbs: [...role.verbs] }],
      });
  }
}

/** Rights that are installed by choice: with them, fixes of Policies change what is asked for, and workloads that are there. */
export class FixesChart extends Chart {
  constructor(scope: Construct) {
    super(scope, 'fixes', { disableResourceNameHashes: true, labels: { ...commonLabels } });
    const { name, description: text, rules } = fixesRole;
    new k8s.KubeClusterRole(this, 'workloads', {
      metadata: { name, labels: { [labels.aggregateToFixes]: 'true' }, annotations: { [description]: text } },
      rules: rules.map(({ group, resources, verbs: allowed, ...rule }) => ({
        apiGroups: [group],
        resources: [...resources],
        verbs: [...allowed],
        ...('names' in rule && rule.names !== undefined && { resourceNames: [...rule.names] }),
      })),
    });
  }
}

const description = 'kubernetes.io/description';

/**
 * For whoever an administrator lets write Projects. Neither grants roles (that takes the right to `bind` them) nor what
 * the two verbs of our own guard, which have a role each.
 */
const projectRoles = [
  {
    name: 'mainstay-project-viewer',
    description: 'Reads all Projects.',
    labels: {},
    groups: ['mainstay.dev'],
    resources: ['projects'],
    verbs: ['get', 'list', 'watch'],
  },
  {
    name: 'mainstay-project-editor',
    description:
      'Writes all Projects. To name owners and access in one, its writer needs the right to bind these roles besides.',
    labels: {},
    groups: ['mainstay.dev'],
    resources: ['projects'],
    verbs: ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete'],
  },
  {
    name: 'mainstay-project-privileged',
    description: 'May set podSecurity: privileged in the Projects that it may write.',
    labels: {},
    groups: ['mainstay.dev'],
    resources: ['projects'],
    verbs: [verbs.privileged],
  },
  {
    name: 'mainstay-project-gateways',
    description: 'May let gateways: true in, in the Projects that it may write.',
    labels: {},
    groups: ['mainstay.dev'],
    resources: ['projects'],
    verbs: [verbs.gateways],
  },
] as const;

function policyRule({ groups, resources, verbs: allowed, names }: Right): k8s.PolicyRule {
  return {
    apiGroups: [...groups],
    resources: [...resources],
    verbs: [...allowed],
    ...(names !== undefined && { resourceNames: [...names] }),
  };
}

/** Why each rule is there, for whoever reads the role in a cluster: one line a rule, in their order. */
function scenarios(rights: readonly Right[]): Record<string, string> {
  return { [description]: rights.map(({ scenario }, index) => `${index + 1}. ${scenario}`).join('\n') };
}
