import { eachOf, record, text, within } from './json.ts';
import type { Defaulter, Json } from './shape.ts';

/** What is filled in of what makes pods. */
export const workloadDefaults: Readonly<Record<string, Defaulter>> = {
  'apps.v1.DeploymentSpec': (spec) => ({
    progressDeadlineSeconds: 600,
    replicas: 1,
    revisionHistoryLimit: 10,
    ...rolling(spec, 'strategy', { maxUnavailable: '25%', maxSurge: '25%' }),
  }),
  'apps.v1.DaemonSetSpec': (spec) => ({
    revisionHistoryLimit: 10,
    ...rolling(spec, 'updateStrategy', { maxUnavailable: 1, maxSurge: 0 }),
  }),
  'apps.v1.StatefulSetSpec': (spec) => {
    const { whenDeleted = 'Retain', whenScaled = 'Retain' } = record(
      spec.persistentVolumeClaimRetentionPolicy,
    );
    return {
      podManagementPolicy: 'OrderedReady',
      replicas: 1,
      revisionHistoryLimit: 10,
      ...eachOf(withUpdates(spec), 'volumeClaimTemplates', (claim) => ({
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        ...claim,
        status: { phase: 'Pending' },
      })),
      persistentVolumeClaimRetentionPolicy: { whenDeleted, whenScaled },
    };
  },
  'apps.v1.ReplicaSetSpec': (spec) => ({ replicas: 1, ...spec }),
  'batch.v1.CronJobSpec': (spec) => ({
    concurrencyPolicy: 'Allow',
    suspend: false,
    successfulJobsHistoryLimit: 3,
    failedJobsHistoryLimit: 1,
    ...spec,
  }),
  'batch.v1.PodFailurePolicyOnPodConditionsPattern': (pattern) => ({ status: 'True', ...pattern }),
};

function rolling(spec: Json, field: string, amounts: Json): Json {
  const { type = 'RollingUpdate', ...strategy } = record(spec[field]);
  if (type !== 'RollingUpdate') return { ...spec, [field]: { type, ...strategy } };
  return {
    ...spec,
    [field]: { ...strategy, type, rollingUpdate: { ...amounts, ...record(strategy.rollingUpdate) } },
  };
}

/** Unlike others, `type: RollingUpdate` alone adds nothing here. */
function withUpdates(spec: Json): Json {
  const { type, rollingUpdate } = record(spec.updateStrategy);
  const amounts = { partition: 0 };
  if (type === undefined) {
    const update = { ...amounts, ...record(rollingUpdate) };
    return { ...spec, updateStrategy: { type: 'RollingUpdate', rollingUpdate: update } };
  }
  return within(spec, 'updateStrategy', (strategy) =>
    type === 'RollingUpdate'
      ? within(strategy, 'rollingUpdate', (update) => ({ ...amounts, ...update }))
      : strategy,
  );
}

/** No object has it; the server takes one at random. */
const someUid = '00000000-0000-0000-0000-000000000000';

/** A Job marks its pods, so that it finds them again; one that has no labels has those of its pods. */
export function jobDefaulted(job: Json): Json {
  const spec = withJobDefaults(record(job.spec));
  const template = record(spec.template);
  const metadata = record(template.metadata);
  const name = text(record(job.metadata).name);
  const marks = {
    'controller-uid': someUid,
    'batch.kubernetes.io/controller-uid': someUid,
    'job-name': name,
    'batch.kubernetes.io/job-name': name,
  };
  const labels = spec.manualSelector === true ? metadata.labels : { ...record(metadata.labels), ...marks };
  const own = metadata.labels === undefined ? {} : { labels };
  return {
    ...job,
    metadata: { ...own, ...record(job.metadata) },
    spec:
      spec.manualSelector === true
        ? spec
        : {
            ...spec,
            selector: { matchLabels: { 'batch.kubernetes.io/controller-uid': someUid } },
            template: { ...template, metadata: { ...metadata, labels } },
          },
    status: {},
  };
}

/** Those of a Job itself, and not of a CronJob's template. */
function withJobDefaults(spec: Json): Json {
  const alone = spec.completions === undefined && spec.parallelism === undefined;
  return {
    ...(alone ? { completions: 1 } : {}),
    parallelism: 1,
    backoffLimit: spec.backoffLimitPerIndex === undefined ? 6 : 2 ** 31 - 1,
    completionMode: 'NonIndexed',
    manualSelector: false,
    suspend: false,
    podReplacementPolicy: spec.podFailurePolicy === undefined ? 'TerminatingOrFailed' : 'Failed',
    ...spec,
  };
}

/** Its template is counted, as it always was. */
export function daemonSetDefaulted(daemonSet: Json): Json {
  const metadata = record(daemonSet.metadata);
  const annotations = { ...record(metadata.annotations), 'deprecated.daemonset.template.generation': '1' };
  return {
    ...daemonSet,
    metadata: { ...metadata, annotations },
    status: { currentNumberScheduled: 0, numberMisscheduled: 0, desiredNumberScheduled: 0, numberReady: 0 },
  };
}

/** Its labels and selector are those of its pods, where it has none. */
export function replicationControllerDefaulted(controller: Json): Json {
  const { labels } = record(record(record(controller.spec).template).metadata);
  if (labels === undefined) return { ...controller, status: { replicas: 0 } };
  return {
    ...controller,
    metadata: { labels, ...record(controller.metadata) },
    spec: { selector: labels, ...record(controller.spec) },
    status: { replicas: 0 },
  };
}
