import { type AdmissionPolicy, definePolicy, literal } from '../../admission/policy.ts';
import { group } from '../../group.ts';
import { fixManager, verbs } from '../../policy/names.ts';
import { operatorUser } from '../../project/admission.ts';
import { inClustersOwn, written } from './rules.ts';

const rule = (
  operations: readonly ('CREATE' | 'UPDATE' | 'DELETE')[],
  apiGroup: string,
  ...resources: readonly string[]
) => ({ apiGroups: [apiGroup], apiVersions: ['v1'], resources, operations, scope: 'Namespaced' }) as const;
const made = (apiGroup: string, ...resources: readonly string[]) =>
  rule(['CREATE', 'UPDATE', 'DELETE'], apiGroup, ...resources);
const fixed = (apiGroup: string, ...resources: readonly string[]) =>
  rule(['CREATE', 'UPDATE'], apiGroup, ...resources);
const isOfDeployment = (object: string) =>
  `${object}.metadata.?ownerReferences.orValue([]).exists(owner, owner.kind == 'Deployment' && owner.apiVersion.startsWith(${literal(`${group}/`)}))`;

/** What Policies fix was made by people. Only where an installation has allowed that, by `manifests/dist/fixes.yaml`. */
const isFix = [
  "(request.operation == 'UPDATE' || (request.operation == 'CREATE' && dyn(request).?dryRun.orValue(false) == true))",
  `dyn(request).?options.?fieldManager.orValue('').startsWith(${literal(fixManager)})`,
  `authorizer.group(${literal(group)}).resource('policies').check(${literal(verbs.fix)}).allowed()`,
].join(' && ');
const inItsPlace = `!${inClustersOwn}`;
/** What is taken over and given back is of `apps/v1`, which has the pods then. */
const isItsOwn = [
  "request.resource.resource == 'deployments'",
  `(object != null && ${isOfDeployment('object')})`,
  `(oldObject != null && ${isOfDeployment('oldObject')})`,
  `(${isFix})`,
].join(' || ');

/**
 * RBAC cannot say "only for a Deployment". Whoever had the operator's token could run pods as any ServiceAccount, and in
 * the cluster's own namespaces some of them may do everything.
 */
export const operatorMakes: AdmissionPolicy = definePolicy(
  'mainstay-deployment-operator',
  "The operator makes and changes workloads, Services, ConfigMaps and routes only for a Deployment of Mainstay, or for a Policy's fix where that is allowed, and none in the cluster's own namespaces.",
  {
    matchConstraints: {
      matchPolicy: 'Equivalent',
      namespaceSelector: {},
      objectSelector: {},
      resourceRules: [
        made('apps', 'replicasets', 'deployments'),
        made('batch', 'jobs'),
        made('', 'services', 'configmaps'),
        made('gateway.networking.k8s.io', 'httproutes', 'grpcroutes'),
        // These only fixes change. Who changes a DaemonSet of the cluster's own has its nodes. There is no role by which the
        // operator might delete them, and of all that is deleted in a cluster most are pods.
        fixed('apps', 'daemonsets', 'statefulsets'),
        fixed('batch', 'cronjobs'),
        fixed('', 'pods', 'replicationcontrollers'),
      ],
    },
    // Once more what is asked below: for a condition the API server converts the object once, and for validations and their
    // messages again each. So what everybody else writes, and the operator where it may, costs no more than that.
    matchConditions: [
      {
        name: 'the-operator-where-it-may-not',
        expression: `request.userInfo.username == ${literal(operatorUser)} && !(${inItsPlace} && (${isItsOwn}))`,
      },
    ],
    validations: [
      {
        expression: inItsPlace,
        message: "the operator makes nothing for Deployments in the cluster's own namespaces, nor in its own",
        reason: 'Forbidden',
      },
      {
        expression: isItsOwn,
        message: 'the operator makes and changes only what is of a Deployment of Mainstay',
        reason: 'Forbidden',
      },
    ],
  },
);

/** Told at once, and not by a Deployment that never gets a pod. */
export const place: AdmissionPolicy = definePolicy(
  'mainstay-deployment-place',
  "Deployments of Mainstay are for people's namespaces: in the cluster's own the operator makes nothing.",
  {
    matchConstraints: {
      matchPolicy: 'Equivalent',
      namespaceSelector: {},
      objectSelector: {},
      resourceRules: [{ ...written, operations: ['CREATE'] }],
    },
    matchConditions: [{ name: 'in-the-clusters-own', expression: inClustersOwn }],
    validations: [
      {
        expression: 'false',
        message: "the operator makes no pods in the cluster's own namespaces: use apps/v1 there",
        messageExpression: `'in the namespace ' + request.namespace + ' the operator makes no pods: use a Deployment of apps/v1 there.'`,
        reason: 'Forbidden',
      },
    ],
  },
);
