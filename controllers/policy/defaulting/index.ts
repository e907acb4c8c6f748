/**
 * What the API server makes of a manifest: the object that its policies see when the manifest is created. For manifests that
 * never were on a server; what comes from one has all of this.
 *
 * Only the server knows the rest, and no rule should depend on it: `uid`, `creationTimestamp`, `generation`,
 * `managedFields`, names that are made up, addresses and ports (some are put in, since a rule may ask whether there is one),
 * and what plugins add by what else is in the cluster (LimitRanges, default classes of storage).
 *
 * In the order of reading: `table.ts` the kinds; `shape.ts` what their types make of an object; `pods.ts`, `podResources.ts`,
 * `workloads.ts`, `others.ts` what is filled in. Of custom kinds: `customKinds.ts`; `customFilling.ts`, `customSchema.ts`,
 * `customRules.ts` what their schemas make of an object and refuse of it; `customValues.ts` what their rules see.
 */
import { type CustomKind, customDefaulted } from './customKinds.ts';
import { record, text } from './json.ts';
import { namespaceDefaulted, otherDefaults, secretDefaulted, serviceDefaulted } from './others.ts';
import { podDefaulted, podDefaults } from './pods.ts';
import { type Json, type Problem, Shaper } from './shape.ts';
import { type BuiltinKind, builtin } from './table.ts';
import {
  daemonSetDefaulted,
  jobDefaulted,
  replicationControllerDefaulted,
  workloadDefaults,
} from './workloads.ts';

export { type CustomKind, customKindsOf } from './customKinds.ts';
export type { Place, Problem } from './shape.ts';

export interface Defaulted {
  readonly object: Readonly<Record<string, unknown>>;
  /** In the order of the fields of the kind. With one that is `Refused`, no server takes the manifest. */
  readonly problems: readonly Problem[];
}

/** The kind, if every API server has it. */
export function builtinKind(apiVersion: string, kind: string): Omit<BuiltinKind, 'schema'> | undefined {
  return Object.hasOwn(builtin.kinds, `${apiVersion}/${kind}`)
    ? builtin.kinds[`${apiVersion}/${kind}`]
    : undefined;
}

/**
 * @param custom its kind, where that is not every server's; without it such a manifest comes back as it is
 */
export function defaulted(manifest: Readonly<Record<string, unknown>>, custom?: CustomKind): Defaulted {
  const { apiVersion, kind } = manifest;
  if (custom !== undefined) {
    const { object, problems } = customDefaulted(custom, { ...manifest });
    return { object: { ...object, metadata: named(record(object.metadata)) }, problems };
  }
  const known = builtin.kinds[`${String(apiVersion)}/${String(kind)}`];
  if (known === undefined) return { object: manifest, problems: [] };
  const shaper = new Shaper({ ...podDefaults, ...workloadDefaults, ...otherDefaults });
  const shaped = shaper.schema(known.schema, manifest, []);
  const { status: _, ...unnamed } = shaped;
  const object = { ...unnamed, metadata: named(record(unnamed.metadata)) };
  const finish = finishers[`${String(apiVersion)}/${String(kind)}`];
  return { object: finish?.(object) ?? object, problems: shaper.problems };
}

/** The server ends a name at random, where only its beginning is given. */
function named(metadata: Json): Json {
  const { name, generateName } = metadata;
  return name === undefined && generateName !== undefined
    ? { ...metadata, name: `${text(generateName)}xxxxx` }
    : metadata;
}

/** What is filled in of the object itself, and the status that it begins with. */
const finishers: Readonly<Record<string, (object: Json) => Json>> = {
  'v1/Pod': podDefaulted,
  'v1/Service': serviceDefaulted,
  'v1/Secret': secretDefaulted,
  'v1/Namespace': namespaceDefaulted,
  'v1/ReplicationController': replicationControllerDefaulted,
  'v1/PersistentVolume': (object) => ({ ...object, status: { phase: 'Pending' } }),
  'v1/PersistentVolumeClaim': (object) => ({ ...object, status: { phase: 'Pending' } }),
  'v1/ResourceQuota': (object) => ({ ...object, status: {} }),
  'apps/v1/Deployment': (object) => ({ ...object, status: {} }),
  'apps/v1/ReplicaSet': (object) => ({ ...object, status: { replicas: 0 } }),
  'apps/v1/StatefulSet': (object) => ({ ...object, status: { replicas: 0, availableReplicas: 0 } }),
  'apps/v1/DaemonSet': daemonSetDefaulted,
  'batch/v1/Job': jobDefaulted,
  'batch/v1/CronJob': (object) => ({ ...object, status: {} }),
  'autoscaling/v1/HorizontalPodAutoscaler': (object) => ({
    ...object,
    status: { currentReplicas: 0, desiredReplicas: 0 },
  }),
  'autoscaling/v2/HorizontalPodAutoscaler': (object) => ({
    ...object,
    status: { desiredReplicas: 0, currentMetrics: null },
  }),
  'networking.k8s.io/v1/Ingress': (object) => ({ ...object, status: { loadBalancer: {} } }),
  'policy/v1/PodDisruptionBudget': (object) => ({
    ...object,
    status: { disruptionsAllowed: 0, currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 },
  }),
  'scheduling.k8s.io/v1/PriorityClass': (object) => ({ preemptionPolicy: 'PreemptLowerPriority', ...object }),
  'storage.k8s.io/v1/StorageClass': (object) => ({
    reclaimPolicy: 'Delete',
    volumeBindingMode: 'Immediate',
    ...object,
  }),
};
