/** Every reason that a condition or an ending of a Deployment can have. The troubleshooting page is made from this table. */
export const reasons = {
  AsDesired: {
    meaning: 'The revision of the template serves everything, with all of its pods.',
    remedy: 'Nothing to do.',
  },
  Progressing: {
    meaning: 'Pods or traffic are on their way to what the spec says; the message says what is awaited.',
    remedy: 'Wait. If it lasts, read the message.',
  },
  Analyzing: {
    meaning: 'A step watches metrics before the rollout goes on.',
    remedy: 'Wait, or skip the step with a `Promote` request.',
  },
  StepPaused: {
    meaning: 'A step pauses, for a time or until somebody asks to go on.',
    remedy: 'Wait for the time in the message, or write a `Promote` or `Abort` request.',
  },
  PauseRequested: {
    meaning: 'A `Pause` request holds the rollout where it is.',
    remedy: 'Write a `Resume` request.',
  },
  AnalysisPaused: {
    meaning: 'A metric had no data, an error or no verdict, and its spec says to pause then.',
    remedy: 'Mend the metric and write a `Resume` request; or decide with `Promote` or `Abort`.',
  },
  RollingBack: {
    meaning: 'Traffic goes back to the stable revision; the message says why.',
    remedy: 'Wait. Then read why, and mend the template.',
  },
  Suspended: {
    meaning: '`spec.paused` is true: pods are scaled, and no revision moves.',
    remedy: 'Set `spec.paused` to false.',
  },
  TemplateInvalid: {
    meaning:
      'The API server refuses the pod template. Nothing begins, and what is on its way stands still until the deadline.',
    remedy: 'Mend `spec.template`; the message is the server’s own.',
  },
  StrategyImpossible: {
    meaning:
      'Steps or metrics ask for what cannot be done here: a gateway is missing, or this one cannot. Nothing begins, and what is on its way stands still until the deadline.',
    remedy: 'Change what the message names, or use a gateway that can.',
  },
  NoReplicas: {
    meaning: '`spec.replicas` is 0, so there is nothing to try the new revision on.',
    remedy: 'Scale up: the rollout goes on from where it is.',
  },
  PodsUnavailable: {
    meaning: 'Pods of the revision that serves are missing or not available.',
    remedy: 'Look at the pods and their events.',
  },
  RouteNotAccepted: {
    meaning: 'The gateway does not accept the route. Traffic stays as it is; an abort or rollback goes on.',
    remedy: 'Mend what the message says, in the gateway’s own words.',
  },
  RouteConflict: {
    meaning:
      'Another route takes the same requests ahead of ours, so weights would mean nothing; or one of somebody else has the name of ours.',
    remedy: 'Remove the hostname or path from the route that the message names, or that route.',
  },
  WriteRefused: {
    meaning:
      'The API server, a webhook or a quota refuses something that is to be written. All that does not need it goes on.',
    remedy: 'Do what the message says. It is tried again by itself.',
  },
  NameTaken: {
    meaning: 'A Service of somebody else has the name of one that is to be made, and is left as it is.',
    remedy: 'Delete the Service that the message names, or set `spec.adopt: true` to have it taken over.',
  },
  CrashLoop: {
    meaning: 'Pods of the new revision crash again and again.',
    remedy: 'Read the log of the crashed container, and mend the template.',
  },
  OutOfMemory: {
    meaning: 'Pods of the new revision were killed for want of memory.',
    remedy: 'Raise the memory limit, or find the leak.',
  },
  ImagePull: {
    meaning: 'The image of the new revision cannot be pulled.',
    remedy: 'Check the image’s name and tag, and the pull secret.',
  },
  FailedCreate: {
    meaning:
      'Pods of the new revision cannot be made: a quota, pod security or an admission policy refuses them.',
    remedy: 'Do what the message says: raise the quota, or mend the template.',
  },
  Unschedulable: {
    meaning: 'No node takes pods of the new revision.',
    remedy: 'Lower the requests, loosen affinities, or add nodes.',
  },
  ProbeFailed: {
    meaning: 'Pods of the new revision do not pass their probes.',
    remedy: 'Look what the probe answers; give slow starters a startup probe.',
  },
  ConfigError: {
    meaning: 'Containers of the new revision cannot be made, for want of a ConfigMap, a Secret or a key.',
    remedy: 'Create what the message names.',
  },
  Restarting: {
    meaning: 'Containers of the new revision were restarted.',
    remedy: 'Read the log of the container before its restart.',
  },
  MetricFailed: {
    meaning: 'A metric of the new revision failed as often as its `failureLimit`.',
    remedy: 'Mend the revision; if the metric is wrong, mend it and write a `Retry` request.',
  },
  DeadlineExceeded: {
    meaning: 'Nothing got further for `progressDeadlineSeconds`.',
    remedy: 'Find what the message says it waited for; then change the template, or write a `Retry` request.',
  },
  AbortRequested: {
    meaning: 'An `Abort` request sent the rollout back.',
    remedy: 'Change the template, or write a `Retry` request.',
  },
  RollbackRequested: {
    meaning: 'A `Rollback` request asked for another revision than the template’s.',
    remedy: 'Change the template to go on, or write a `Retry` request.',
  },
  MinimumReplicasAvailable: {
    meaning: 'As many pods are available as the strategy promises, as in `apps/v1`.',
    remedy: 'Nothing to do.',
  },
  MinimumReplicasUnavailable: {
    meaning: 'Fewer pods are available than the strategy promises, as in `apps/v1`.',
    remedy: 'Look at the pods and their events.',
  },
  NewReplicaSetAvailable: {
    meaning: 'The rollout is complete, as in `apps/v1`.',
    remedy: 'Nothing to do.',
  },
  ReplicaSetUpdated: {
    meaning: 'The rollout gets further, as in `apps/v1`.',
    remedy: 'Wait.',
  },
  ProgressDeadlineExceeded: {
    meaning: 'The rollout got no further for `progressDeadlineSeconds`, as in `apps/v1`.',
    remedy: 'Read the message of the condition `Ready`.',
  },
  DeploymentPaused: {
    meaning: '`spec.paused` is true, as in `apps/v1`.',
    remedy: 'Set `spec.paused` to false.',
  },
} as const satisfies Readonly<Record<string, { readonly meaning: string; readonly remedy: string }>>;

export type Reason = keyof typeof reasons;

/** Reasons come back as text, from a status that an earlier version may have written. */
export function isReason(text: string): text is Reason {
  return Object.hasOwn(reasons, text);
}
