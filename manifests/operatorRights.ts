import { compiledNames, probeName, triedName } from '../crds/policy/names.ts';

/** One rule of RBAC, and the scenario that fails without it. */
export interface Right {
  readonly scenario: string;
  readonly groups: readonly [string];
  readonly resources: readonly string[];
  readonly verbs: readonly Verb[];
  /** Only these objects. A `list` or `watch` is then allowed with `fieldSelector=metadata.name=…`. */
  readonly names?: readonly string[];
}

type Verb = 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete' | 'bind';

/** To keep a copy in the cache. */
const follow = ['list', 'watch'] as const;

/** To make by server-side apply, keep so, and take away again. */
const keep = ['create', 'patch', 'delete'] as const;

/**
 * All that the operator may do in the whole cluster: nothing more than its scenarios need, no wildcard, and no way to
 * more. It grants roles by `bind` on the installation's names alone, and holds none of what these roles allow.
 */
export function clusterRights(grantableRoles: readonly string[]): readonly Right[] {
  return [...projectRights(grantableRoles), ...deploymentRights, ...policyRights, ...commonRights];
}

function projectRights(grantableRoles: readonly string[]): readonly Right[] {
  return [
    {
      scenario: 'A Project is seen when it is applied, changed or deleted.',
      groups: ['mainstay.dev'],
      resources: ['projects'],
      verbs: follow,
    },
    {
      scenario:
        'A Project that is deleted stays until what it made is dealt with: its finalizer is set and removed.',
      groups: ['mainstay.dev'],
      resources: ['projects'],
      verbs: ['patch'],
    },
    {
      scenario: 'A Project says in its status how it is.',
      groups: ['mainstay.dev'],
      resources: ['projects/status'],
      verbs: ['patch'],
    },
    {
      scenario:
        'An environment gets its namespace; one that exists is adopted or refused; deletionPolicy Delete deletes it.',
      groups: [''],
      resources: ['namespaces'],
      verbs: [...follow, ...keep],
    },
    {
      scenario: 'Quotas and default limits of an environment are made, shifted, repaired and removed.',
      groups: [''],
      resources: ['resourcequotas', 'limitranges'],
      verbs: [...follow, ...keep],
    },
    {
      scenario: 'The walls of an environment are made, repaired and removed.',
      groups: ['networking.k8s.io'],
      resources: ['networkpolicies'],
      verbs: [...follow, ...keep],
    },
    {
      scenario:
        'People get and lose access; a binding with a finalizer of ours outlives what blocks its namespace.',
      groups: ['rbac.authorization.k8s.io'],
      resources: ['rolebindings'],
      verbs: [...follow, ...keep],
    },
    {
      scenario: 'The roles that Projects grant are bound, and no others can be.',
      groups: ['rbac.authorization.k8s.io'],
      resources: ['clusterroles'],
      verbs: ['bind'],
      names: grantableRoles,
    },
    // RBAC cannot say "only those with the label mainstay.dev/shared". The operator asks for no others, by
    // name neither; but whoever holds its token could. Copies are written in any namespace that a Project has.
    {
      scenario:
        'A shared Secret is copied into environments, follows its source and goes when no longer shared.',
      groups: [''],
      resources: ['secrets'],
      verbs: [...follow, ...keep],
    },
    {
      scenario: 'Elastic quota moves to where events tell of pods that were refused (FailedCreate).',
      groups: [''],
      resources: ['events'],
      verbs: follow,
    },
    {
      scenario: 'Nobody is given access while an admission policy of ours is missing or altered.',
      groups: ['admissionregistration.k8s.io'],
      resources: ['validatingadmissionpolicies', 'validatingadmissionpolicybindings'],
      verbs: follow,
    },
    {
      scenario:
        "A rule by address never reaches the cluster's own pods, nodes and Services, whose ranges are learned.",
      groups: [''],
      resources: ['nodes'],
      verbs: follow,
    },
    {
      scenario: "A rule by address never reaches the cluster's Services, on servers that tell their ranges.",
      groups: ['networking.k8s.io'],
      resources: ['servicecidrs'],
      verbs: follow,
    },
  ];
}

/** Nothing is asked of a Deployment of `apps/v1` but where somebody wants one taken over or given back. */
const deploymentRights: readonly Right[] = [
  {
    scenario: 'A Deployment of Mainstay is seen when it is applied, changed or deleted.',
    groups: ['mainstay.dev'],
    resources: ['deployments'],
    verbs: follow,
  },
  {
    scenario: 'A Deployment keeps its pods when its definition is deleted: its finalizer is set and removed.',
    groups: ['mainstay.dev'],
    resources: ['deployments'],
    verbs: ['patch'],
  },
  {
    scenario: 'A Deployment says in its status how far its rollout is.',
    groups: ['mainstay.dev'],
    resources: ['deployments/status'],
    verbs: ['patch'],
  },
  {
    scenario:
      'Each revision has a ReplicaSet, which is made, sized, taken over or given back, and removed after its time.',
    groups: ['apps'],
    resources: ['replicasets'],
    verbs: [...follow, 'get', ...keep],
  },
  {
    scenario: 'spec.adopt takes over a Deployment of apps/v1; deletionPolicy Release gives pods back to one.',
    groups: ['apps'],
    resources: ['deployments'],
    verbs: ['get', 'create', 'delete'],
  },
  {
    scenario: 'New pods that crash, cannot start or are not scheduled end a rollout early, with the reason.',
    groups: [''],
    resources: ['pods'],
    verbs: follow,
  },
  {
    scenario: 'A revision gets traffic only once the addresses of its pods are among the ready ones.',
    groups: ['discovery.k8s.io'],
    resources: ['endpointslices'],
    verbs: follow,
  },
  {
    scenario: 'Each revision with traffic has a Service.',
    groups: [''],
    resources: ['services'],
    verbs: [...follow, ...keep],
  },
  {
    scenario:
      "A Deployment's route gives each revision its weight; one of somebody else in its way is told of.",
    groups: ['gateway.networking.k8s.io'],
    resources: ['httproutes', 'grpcroutes'],
    verbs: [...follow, ...keep],
  },
  {
    scenario: 'What the gateway in use can do is known before a rollout begins.',
    groups: ['gateway.networking.k8s.io'],
    resources: ['gateways', 'gatewayclasses'],
    verbs: follow,
  },
  {
    scenario: 'A metric may be the end of a Job, which is made for its step.',
    groups: ['batch'],
    resources: ['jobs'],
    verbs: [...follow, 'create'],
  },
  {
    scenario: 'With configSnapshots, each revision has copies of its ConfigMaps.',
    groups: [''],
    resources: ['configmaps'],
    verbs: [...follow, 'get', 'create', 'patch', 'delete'],
  },
  {
    scenario: "A metric's server may ask for credentials, and configSnapshots may freeze a Secret by name.",
    groups: [''],
    resources: ['secrets'],
    verbs: ['get'],
  },
];

/**
 * The API server lets no admission policy guard admission policies. But RBAC knows names, also of a creation by server-side
 * apply: the operator may write none but its own, so that its guards hold for it as well.
 */
const compiled = [...compiledNames, probeName, triedName];

/** What may mutate comes by choice: `fixRights`. */
const policyRights: readonly Right[] = [
  {
    scenario: 'A Policy is seen when it is applied, changed or deleted.',
    groups: ['mainstay.dev'],
    resources: ['policies'],
    verbs: follow,
  },
  {
    scenario: 'A Policy says in its status how it stands, and what violates it.',
    groups: ['mainstay.dev'],
    resources: ['policies/status'],
    verbs: ['patch'],
  },
  {
    scenario: 'The API server judges by Policies: what they are compiled into is made, repaired and removed.',
    groups: ['admissionregistration.k8s.io'],
    resources: ['validatingadmissionpolicies', 'validatingadmissionpolicybindings'],
    verbs: keep,
    names: compiled,
  },
  {
    scenario: 'Fixes of Policies that are in force are seen, and what is no longer so is repaired.',
    groups: ['admissionregistration.k8s.io'],
    resources: ['mutatingadmissionpolicies', 'mutatingadmissionpolicybindings'],
    verbs: follow,
  },
  {
    scenario: 'A Policy whose fix the operator may not put in force says so, and what to apply.',
    groups: ['authorization.k8s.io'],
    resources: ['selfsubjectaccessreviews'],
    verbs: ['create'],
  },
  {
    scenario: 'Pods that are there, and what makes them, are looked at with Policies.',
    groups: [''],
    resources: ['replicationcontrollers', 'serviceaccounts'],
    verbs: follow,
  },
  {
    scenario: 'Workloads that are there are looked at with Policies.',
    groups: ['apps'],
    resources: ['daemonsets', 'deployments', 'statefulsets'],
    verbs: follow,
  },
  {
    scenario: 'CronJobs that are there are looked at with Policies.',
    groups: ['batch'],
    resources: ['cronjobs'],
    verbs: follow,
  },
  {
    scenario: 'Ingresses that are there are looked at with Policies.',
    groups: ['networking.k8s.io'],
    resources: ['ingresses'],
    verbs: follow,
  },
  {
    scenario: 'Roles that are there, and whom they are bound to, are looked at with Policies.',
    groups: ['rbac.authorization.k8s.io'],
    resources: ['clusterrolebindings', 'clusterroles', 'roles'],
    verbs: follow,
  },
  {
    scenario: 'Autoscalers that are there are looked at with Policies.',
    groups: ['autoscaling'],
    resources: ['horizontalpodautoscalers'],
    verbs: follow,
  },
  {
    scenario: 'Disruption budgets that are there are looked at with Policies.',
    groups: ['policy'],
    resources: ['poddisruptionbudgets'],
    verbs: follow,
  },
  {
    scenario:
      'What violates Policies is told by a report in each namespace, where PolicyReports are installed.',
    groups: ['wgpolicyk8s.io'],
    resources: ['policyreports', 'clusterpolicyreports'],
    verbs: [...follow, ...keep],
  },
  {
    scenario:
      'What violates Policies is told by a report in each namespace, where Reports of openreports.io are installed.',
    groups: ['openreports.io'],
    resources: ['reports', 'clusterreports'],
    verbs: [...follow, ...keep],
  },
];

const commonRights: readonly Right[] = [
  {
    scenario:
      'A Policy about a kind that is defined later holds from then on; while a definition of ours is itself being deleted, a deletion means Retain or Release.',
    groups: ['apiextensions.k8s.io'],
    resources: ['customresourcedefinitions'],
    verbs: follow,
  },
  {
    scenario: 'What was made, repaired or refused is told by events beside the object.',
    groups: ['events.k8s.io'],
    resources: ['events'],
    verbs: ['create', 'patch'],
  },
];

/** What the operator may do besides where somebody has installed that by choice, of fixes in the API server. */
export const fixRights: readonly Right[] = [
  {
    scenario: 'Fixes of Policies are mutations in the API server, which are made, repaired and removed.',
    groups: ['admissionregistration.k8s.io'],
    resources: ['mutatingadmissionpolicies', 'mutatingadmissionpolicybindings'],
    verbs: keep,
    names: compiled,
  },
];

/** What the operator may do in its own namespace besides. */
export const ownNamespaceRights: readonly Right[] = [
  {
    scenario: 'The first replica to start makes the lease; RBAC cannot name what does not exist yet.',
    groups: ['coordination.k8s.io'],
    resources: ['leases'],
    verbs: ['create'],
  },
  {
    scenario: 'One replica leads, renews its lease, and gives it up when it stops.',
    groups: ['coordination.k8s.io'],
    resources: ['leases'],
    verbs: ['get', 'update'],
    names: ['mainstay'],
  },
];
