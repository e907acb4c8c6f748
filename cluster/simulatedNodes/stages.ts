/**
 * What a simulated node does, as Stage objects for kwok: it is Ready at once, its pods run at once, the pods of a Job
 * are done a second later, and a deleted pod goes without a wait. A pod with an image whose name ends in `-crashes`
 * crashes a second after its start, and is not tried again. A stage is a selector (when) and a template (what next).
 */
interface Stage {
  readonly name: string;
  readonly kind: 'Node' | 'Pod';
  /** jq-like paths into the object; all must hold. */
  readonly when: readonly StageCondition[];
  readonly delayMilliseconds?: number;
  readonly next: { readonly statusTemplate: string } | { readonly delete: true };
}

interface StageCondition {
  readonly key: string;
  readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';
  readonly values?: readonly string[];
}

const alive: StageCondition = { key: '.metadata.deletionTimestamp', operator: 'DoesNotExist' };

const stages: readonly Stage[] = [
  {
    name: 'node-ready',
    kind: 'Node',
    when: [
      {
        key: '.status.conditions.[] | select(.type == "Ready") | .status',
        operator: 'NotIn',
        values: ['True'],
      },
    ],
    next: {
      statusTemplate: `
addresses:
- type: InternalIP
  address: {{ NodeIP | Quote }}
- type: Hostname
  address: {{ .metadata.name | Quote }}
conditions:
{{ range NodeConditions }}
- type: {{ .type | Quote }}
  status: {{ .status | Quote }}
  reason: {{ .reason | Quote }}
  message: {{ .message | Quote }}
  lastHeartbeatTime: {{ Now | Quote }}
  lastTransitionTime: {{ Now | Quote }}
{{ end }}
phase: Running
`,
    },
  },
  {
    name: 'pod-running',
    kind: 'Pod',
    when: [alive, { key: '.status.phase', operator: 'In', values: ['Pending'] }],
    next: {
      statusTemplate: `
{{ $now := Now }}
phase: Running
startTime: {{ $now | Quote }}
hostIP: {{ NodeIPWith .spec.nodeName | Quote }}
podIP: {{ PodIPWith .spec.nodeName (or .spec.hostNetwork false) (or .metadata.uid "") (or .metadata.name "") (or .metadata.namespace "") | Quote }}
conditions:
{{ range $type := list "Initialized" "ContainersReady" "Ready" }}
- type: {{ $type }}
  status: "True"
  lastTransitionTime: {{ $now | Quote }}
{{ end }}
containerStatuses:
{{ range .spec.containers }}
- name: {{ .name | Quote }}
  image: {{ .image | Quote }}
  imageID: ""
  ready: true
  started: true
  restartCount: 0
  state: { running: { startedAt: {{ $now | Quote }} } }
{{ end }}
initContainerStatuses:
{{ range .spec.initContainers }}
- name: {{ .name | Quote }}
  image: {{ .image | Quote }}
  imageID: ""
  ready: true
  restartCount: 0
  {{ if eq .restartPolicy "Always" }}
  started: true
  state: { running: { startedAt: {{ $now | Quote }} } }
  {{ else }}
  state: { terminated: { exitCode: 0, reason: Completed, startedAt: {{ $now | Quote }}, finishedAt: {{ $now | Quote }} } }
  {{ end }}
{{ end }}
`,
    },
  },
  {
    name: 'job-pod-succeeded',
    kind: 'Pod',
    when: [
      alive,
      { key: '.status.phase', operator: 'In', values: ['Running'] },
      { key: '.metadata.ownerReferences.[].kind', operator: 'In', values: ['Job'] },
    ],
    delayMilliseconds: 1000,
    next: {
      statusTemplate: `
{{ $now := Now }}
{{ $started := .status.startTime }}
phase: Succeeded
conditions:
{{ range $type := list "ContainersReady" "Ready" }}
- type: {{ $type }}
  status: "False"
  reason: PodCompleted
  lastTransitionTime: {{ $now | Quote }}
{{ end }}
containerStatuses:
{{ range .spec.containers }}
- name: {{ .name | Quote }}
  image: {{ .image | Quote }}
  imageID: ""
  ready: false
  started: false
  restartCount: 0
  state: { terminated: { exitCode: 0, reason: Completed, startedAt: {{ $started | Quote }}, finishedAt: {{ $now | Quote }} } }
{{ end }}
`,
    },
  },
  {
    name: 'pod-crashes',
    kind: 'Pod',
    when: [
      alive,
      { key: '.status.phase', operator: 'In', values: ['Running'] },
      // Once: it is not ready afterwards.
      {
        key: '.status.containerStatuses.[] | select(.ready and (.image | endswith("-crashes"))) | .name',
        operator: 'Exists',
      },
      { key: '.metadata.ownerReferences.[].kind', operator: 'NotIn', values: ['Job'] },
    ],
    delayMilliseconds: 1000,
    next: {
      statusTemplate: `
{{ $now := Now }}
{{ $started := .status.startTime }}
conditions:
{{ range $type := list "ContainersReady" "Ready" }}
- type: {{ $type }}
  status: "False"
  reason: ContainersNotReady
  lastTransitionTime: {{ $now | Quote }}
{{ end }}
containerStatuses:
{{ range .spec.containers }}
- name: {{ .name | Quote }}
  image: {{ .image | Quote }}
  imageID: ""
  {{ if hasSuffix "-crashes" .image }}
  ready: false
  started: false
  restartCount: 1
  state: { waiting: { reason: CrashLoopBackOff, message: back-off restarting failed container } }
  lastState: { terminated: { exitCode: 1, reason: Error, startedAt: {{ $started | Quote }}, finishedAt: {{ $now | Quote }} } }
  {{ else }}
  ready: true
  started: true
  restartCount: 0
  state: { running: { startedAt: {{ $started | Quote }} } }
  {{ end }}
{{ end }}
`,
    },
  },
  {
    name: 'pod-gone',
    kind: 'Pod',
    when: [{ key: '.metadata.deletionTimestamp', operator: 'Exists' }],
    next: { delete: true },
  },
];

/** The stages as kwok's configuration file: YAML documents, written as JSON. */
export function stageFile(): string {
  return stages.map((stage) => JSON.stringify(stageObject(stage))).join('\n---\n');
}

function stageObject({ name, kind, when, delayMilliseconds, next }: Stage): unknown {
  return {
    apiVersion: 'kwok.x-k8s.io/v1alpha1',
    kind: 'Stage',
    metadata: { name },
    spec: {
      resourceRef: { apiGroup: 'v1', kind },
      selector: { matchExpressions: when },
      ...(delayMilliseconds === undefined ? {} : { delay: { durationMilliseconds: delayMilliseconds } }),
      next,
    },
  };
}
