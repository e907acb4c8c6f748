import { labels, verbs } from '../crds/policy/names.ts';
import { fixRights } from './operatorRights.ts';

/** A ClusterRole without rules of its own: it has those of all ClusterRoles with a label. Bound to the operator. */
interface CollectingRole {
  readonly name: string;
  readonly label: string;
  readonly description: string;
}

/** What a platform team lets the operator do for Policies, beyond what comes with the installation. */
export const collectingRoles: readonly CollectingRole[] = [
  {
    name: 'mainstay-policy',
    label: labels.aggregateToPolicy,
    description: `Lets the operator read what Policies are about: what the ClusterRoles with the label ${labels.aggregateToPolicy}: "true" say (list and watch).`,
  },
  {
    name: 'mainstay-fix',
    label: labels.aggregateToFixes,
    description: `Lets the operator change what violates Policies, by spec.fix: what the ClusterRoles with the label ${labels.aggregateToFixes}: "true" say.`,
  },
];

/** What lets fixes change what is there and what is asked for; installed by choice. */
export const fixesRole = {
  name: 'mainstay-fixes',
  description:
    'Lets the operator put spec.fix of Policies in force (MutatingAdmissionPolicies), and make good workloads that violate them, by spec.fix.existing.',
  rules: [
    ...fixRights.map(({ groups: [group], resources, verbs: allowed, names }) => ({
      group,
      resources,
      verbs: allowed,
      names,
    })),
    // A dry run, by which a fix is asked for, needs the right as well.
    { group: '', resources: ['replicationcontrollers'], verbs: ['get', 'list', 'patch'] },
    // What cannot be changed any more is tried as if it were made.
    { group: '', resources: ['pods'], verbs: ['get', 'list', 'patch', 'create'] },
    {
      group: 'apps',
      resources: ['daemonsets', 'deployments', 'replicasets', 'statefulsets'],
      verbs: ['get', 'list', 'patch'],
    },
    { group: 'batch', resources: ['cronjobs'], verbs: ['get', 'list', 'patch'] },
    { group: 'batch', resources: ['jobs'], verbs: ['get', 'list', 'patch', 'create'] },
    // What keeps the operator from changing what people made asks for this one.
    { group: 'mainstay.dev', resources: ['policies'], verbs: [verbs.fix] },
    { group: 'mainstay.dev', resources: ['deployments'], verbs: ['get', 'list', 'patch'] },
  ],
} as const;
