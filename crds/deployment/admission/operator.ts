import { type AdmissionPolicy, definePolicy, literal } from '../../admission/policy.ts';
import { group } from '../../group.ts';
import { fixManager, verbs } from '../../policy/names.ts';
import { operatorUser } from '../../project/admission.ts';
import { inClustersOwn, written } from './rules.ts';

const operations = ['CREATE', 'UPDATE', 'DELETE'] as const;
const made = (apiGroup: string, ...resources: readonly string[]) =>
  ({ apiGroups: [apiGroup], apiVersions: ['v1'], resources, operations, scope: 'Namespaced' }) as const;
const isOfDeployment = (object: string) =>
  `${object}.metadata.?ownerReferences.orValue([]).exists(owner, owner.kind == 'Deployment' && owner.apiVersion.startsWith(${literal(`${group}/`)}))`;

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
        // Some of these only fixes change. Who changes a DaemonSet of the cluster's own has its nodes.
        made('apps', 'replicasets', 'deployments', 'daemonsets', 'statefulsets'),
        made('batch', 'jobs', 'cronjobs'),
        made('', 'services', 'configmaps', 'pods', 'replicationcontrollers'),
        made('gateway.networking.k8s.io', 'httproutes', 'grpcroutes'),
      ],
    },
    matchConditions: [
      { name: 'the-operator', expression: `request.userInfo.username == ${literal(operatorUser)}` },
    ],
    variables: [
      // What Policies fix was made by people. Only where an installation has allowed that, by `manifests/dist/fixes.yaml`.
      {
        name: 'fixes',
        expression: [
          "(request.operation == 'UPDATE' || (request.operation == 'CREATE' && dyn(request).?dryRun.orValue(false) == true))",
          `dyn(request).?options.?fieldManager.orValue('').startsWith(${literal(fixManager)})`,
          `authorizer.group(${literal(group)}).resource('policies').check(${literal(verbs.fix)}).allowed()`,
        ].join(' && '),
      },
    ],
    validations: [
      {
        expression: `!${inClustersOwn}`,
        message: "the operator makes nothing for Deployments in the cluster's own namespaces, nor in its own",
        reason: 'Forbidden',
      },
      // What is taken over and given back is of `apps/v1`, which has the pods then.
      {
        expression: [
          "request.resource.resource == 'deployments'",
          `(object != null && ${isOfDeployment('object')})`,
          `(oldObject != null && ${isOfDeployment('oldObject')})`,
          'variables.fixes',
        ].join(' || '),
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
