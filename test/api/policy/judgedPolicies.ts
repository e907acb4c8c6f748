import type { PolicySpec } from '../../../crds/policy/schema.ts';

type Fields = Pick<PolicySpec, 'match' | 'rules'> & Partial<PolicySpec>;

const configMaps = [{ apiGroups: [''], resources: ['configmaps'] }];
const everything = [{ apiGroups: ['*'], resources: ['*'] }];
const named = { name: 'rule', message: 'it must be so' };

/** A Policy on workloads, with one rule. */
function onPods(expression: string, fields: Partial<PolicySpec> = {}): Fields {
  return { match: { workloads: true }, rules: [{ ...named, expression }], ...fields };
}

/** On everything, with one rule. */
function onAll(expression: string, fields: Partial<PolicySpec> = {}): Fields {
  return { match: { resources: everything }, rules: [{ ...named, expression }], ...fields };
}

/** Policies of one rule, of every form that a Policy can have. */
export const policyCases: readonly Fields[] = [
  onPods('podSpec.containers.all(c, has(c.resources.limits))'),
  onPods("podSpec.containers.all(c, c.resources.requests['cpu'] != '')"),
  onPods("podSpec.containers.all(c, quantity(c.resources.limits.cpu).isLessThan(quantity('8')))"),
  onPods("podSpec.containers.all(c, !has(c.resources.requests) || c.resources.requests.memory == '64Mi')"),
  onPods("podSpec.containers.all(c, c.imagePullPolicy == 'Always')"),
  onPods('!has(podSpec.hostNetwork)'),
  onPods('!has(podSpec.hostIPC) || !podSpec.hostIPC'),
  onPods('podSpec.hostNetwork == true'),
  onPods('podSpec.hostNetwork'),
  onPods('podSpec.serviceAccountName'),
  onPods("podSpec.volumes.all(v, !has(v.hostPath) || v.hostPath.type == 'Directory')"),
  onPods('podSpec.volumes.all(v, has(v.emptyDir) || has(v.projected))'),
  onPods("podSpec.dnsPolicy == 'ClusterFirst' && podSpec.terminationGracePeriodSeconds >= 30"),
  onPods('podSpec.?enableServiceLinks.orValue(false)'),
  onPods("podSpec.serviceAccountName == 'default'"),
  onPods('size(podSpec.tolerations) > 1'),
  onPods('podSpec.containers.exists(c, c.?livenessProbe.?periodSeconds.orValue(0) == 10)'),
  onPods('podSpec.containers.all(c, c.?securityContext.?runAsNonRoot.orValue(false))', {
    rules: [
      {
        ...named,
        expression: 'podSpec.containers.all(c, c.?securityContext.?runAsNonRoot.orValue(false))',
        messageExpression:
          "'root: ' + podSpec.containers.filter(c, !c.?securityContext.?runAsNonRoot.orValue(false)).map(c, c.name).join(', ')",
      },
    ],
  }),
  onPods('false', { rules: [{ ...named, expression: 'false', messageExpression: 'podSpec.hostname' }] }),
  onPods('false', { rules: [{ ...named, expression: 'false', messageExpression: "'a\\nb'" }] }),
  onPods('false', { rules: [{ ...named, expression: 'false', messageExpression: "'  spaced  '" }] }),
  onPods('false', {
    rules: [
      {
        name: 'rule',
        expression: 'false',
        messageExpression: "object.kind + ' ' + string(size(podSpec.containers))",
      },
    ],
  }),
  onPods('variables.images.all(i, params.registries.exists(r, i.startsWith(r)))', {
    params: { registries: ['registry:5000/', 'nginx'], least: 2 },
    variables: [
      { name: 'all', expression: 'podSpec.containers + podSpec.?initContainers.orValue([])' },
      { name: 'images', expression: 'variables.all.map(c, c.image)' },
    ],
  }),
  onPods('size(variables.all) >= params.least', {
    params: { least: 3 },
    variables: [{ name: 'all', expression: 'podSpec.containers + podSpec.initContainers' }],
  }),
  onPods("namespaceObject.metadata.labels.?stage.orValue('') == 'prod'"),
  onPods("namespaceObject.metadata.name == 'judged-plain' && namespaceObject.status.phase == 'Active'"),
  onPods('false', { match: { workloads: true, namespaceSelector: { matchLabels: { stage: 'prod' } } } }),
  onPods('false', {
    match: {
      workloads: true,
      namespaceSelector: { matchExpressions: [{ key: 'stage', operator: 'NotIn', values: ['prod'] }] },
    },
  }),
  onPods('false', {
    match: { workloads: true, objectSelector: { matchExpressions: [{ key: 'app', operator: 'Exists' }] } },
  }),
  onPods('false', {
    match: {
      workloads: true,
      exclude: [{ kinds: ['Pod', 'Job'] }, { kinds: ['Deployment'], namespaces: ['judged-prod'] }],
    },
  }),
  onPods('false', {
    match: { workloads: true, exclude: [{ namespaceSelector: { matchLabels: { stage: 'prod' } } }] },
  }),
  onPods('false', { match: { workloads: true, exclude: [{ names: ['we*'], kinds: ['CronJob'] }] } }),
  onPods('false', {
    exceptions: [
      { name: 'past', match: { kinds: ['Pod'] }, reason: 'over', expires: '2020-01-01' },
      { name: 'now', match: { kinds: ['DaemonSet'] }, reason: 'holds', expires: '2100-01-01' },
    ],
  }),
  onPods(
    "request.kind.kind == object.kind && request.operation == 'CREATE' && request.namespace.startsWith('judged-')",
  ),
  onPods(
    "request.name == 'web' && request.resource.resource.endsWith('s') && request.requestKind == request.kind",
  ),
  onAll("request.subResource == ''"),
  onAll("request.namespace != ''"),
  onAll('false', { match: { resources: everything, exclude: [{ namespaces: ['judged-prod'] }] } }),
  onAll('false', {
    match: {
      resources: everything,
      exclude: [{ namespaceSelector: { matchLabels: { stage: 'prod' } } }],
    },
  }),
  onAll("object.metadata.name.startsWith('judged')"),
  onAll("namespaceObject == null || namespaceObject.metadata.name != ''"),
  onAll('has(object.spec)'),
  onAll("object.metadata.?annotations.?owner.orValue('') == 'ann'"),
  onAll('size(object.metadata.labels) == 1'),
  onAll("object.spec.type in ['ClusterIP', 'NodePort']"),
  onAll('object.spec.ports.all(p, p.targetPort == p.port)'),
  onAll('object.spec.ports.all(p, !has(p.nodePort)) && has(object.spec.clusterIP)'),
  onAll('object.rules.all(r, !("*" in r.verbs))'),
  onAll('type(object.rules) == list && object.rules.size() == 1'),
  onAll('false', { match: { resources: everything, namespaces: ['judged-plain'] } }),
  onAll('false', { match: { resources: everything, namespaceSelector: { matchLabels: { stage: 'prod' } } } }),
  onAll('false', {
    match: {
      resources: [
        { apiGroups: ['apps', 'batch'], resources: ['*'] },
        { apiGroups: [''], resources: ['namespaces'] },
      ],
    },
  }),
  onAll('false', { match: { resources: [{ apiGroups: [''], apiVersions: ['v1'], resources: ['pods/*'] }] } }),
  onAll('false', {
    match: { resources: [{ apiGroups: [''], resources: ['configmaps'], operations: ['UPDATE'] }] },
  }),
  { match: { resources: configMaps }, rules: [{ ...named, expression: "object.data.mode == 'safe'" }] },
  {
    match: { resources: configMaps },
    rules: [{ ...named, expression: "object.metadata.name != 'settings' && has(object.data)" }],
  },
];
