import { annotations } from '../../crds/deployment/names.ts';
import { isNotFound } from '../../operator/client/apiError.ts';
import type { Client, JsonPatchOperation } from '../../operator/client/client.ts';
import { type ReplicaSet, replicaSets } from '../../operator/resources/builtin.ts';
import type { ObjectName } from '../../operator/resources/object.ts';
import type { Deployment } from './deployment.ts';
import { changes } from './metadataPatch.ts';
import { revisionName } from './names.ts';
import type { DeploymentPlan, PlannedReplicaSet } from './plan/deploymentPlan.ts';
import type { TemplateView } from './plan/observation.ts';
import { hashOfReplicaSet, newReplicaSet, sizeAnnotations } from './revisions/replicaSet.ts';

/** A write to a ReplicaSet that is still to be made. */
export type RevisionWrite =
  | { readonly type: 'Create'; readonly planned: PlannedReplicaSet }
  | {
      readonly type: 'Size';
      readonly live: ReplicaSet;
      readonly planned: PlannedReplicaSet;
      readonly operations: readonly JsonPatchOperation[];
    }
  | { readonly type: 'Remove'; readonly live: ReplicaSet };

/** The template, and the revision that has it, by which it is known at once when it is met again. */
export interface KnownTemplate {
  readonly view: TemplateView;
  readonly fingerprint: string;
}

/** What of the plan does not stand yet. */
export function writesOf(
  { spec: { minReadySeconds } }: Deployment,
  plan: DeploymentPlan,
  own: readonly ReplicaSet[],
  template: KnownTemplate,
): readonly RevisionWrite[] {
  const live = new Map(own.map((one) => [hashOfReplicaSet(one), one]));
  const sized = plan.replicaSets.flatMap((planned): readonly RevisionWrite[] => {
    const existing = live.get(planned.hash);
    if (existing === undefined) return planned.create === true ? [{ type: 'Create', planned }] : [];
    const { view } = template;
    const fingerprint =
      view.state === 'Known' && view.hash === planned.hash ? template.fingerprint : undefined;
    const operations = operationsFor(existing, planned, { fingerprint, minReadySeconds });
    return operations.length === 0 ? [] : [{ type: 'Size', live: existing, planned, operations }];
  });
  const removed = plan.remove.flatMap((hash): readonly RevisionWrite[] => {
    const existing = live.get(hash);
    return existing === undefined ? [] : [{ type: 'Remove', live: existing }];
  });
  return [...sized, ...removed];
}

/** Makes one. It fails where the ReplicaSet is not any more what the plan was made for: the next plan knows better. */
export async function makeWrite(
  client: Client,
  deployment: Deployment,
  write: RevisionWrite,
  { fingerprint, signal }: { readonly fingerprint: string; readonly signal: AbortSignal },
): Promise<void> {
  switch (write.type) {
    case 'Create':
      await client.create(replicaSets, newReplicaSet(deployment, write.planned, fingerprint), {
        fieldValidation: 'Strict',
        signal,
      });
      return;
    case 'Size':
      await client.patch(
        replicaSets,
        nameOf(write.live),
        { type: 'json', body: write.operations },
        { signal },
      );
      return;
    case 'Remove': {
      const { uid, resourceVersion } = write.live.metadata;
      const preconditions = {
        ...(uid !== undefined && { uid }),
        ...(resourceVersion !== undefined && { resourceVersion }),
      };
      const options = { preconditions, propagationPolicy: 'Background', signal } as const;
      await client.delete(replicaSets, nameOf(write.live), options).catch((error: unknown) => {
        if (!isNotFound(error)) throw error;
      });
    }
  }
}

/** For the log and for events: `scaled checkout-7d4 from 3 to 5`. */
export function sentence(deployment: Deployment, write: RevisionWrite): string {
  switch (write.type) {
    case 'Create':
      return `created ${revisionName(deployment.metadata.name, write.planned.hash)} with ${write.planned.replicas} replicas`;
    case 'Size': {
      const { metadata, spec } = write.live;
      const before = spec?.replicas ?? 1;
      return before === write.planned.replicas
        ? `marked ${metadata.name}`
        : `scaled ${metadata.name} from ${before} to ${write.planned.replicas}`;
    }
    case 'Remove':
      return `removed ${write.live.metadata.name}, of which there is enough history`;
  }
}

/**
 * What turns the live ReplicaSet into the planned one, on condition that it has the size that the plan knew: its status
 * may change meanwhile as often as it likes.
 */
function operationsFor(
  { metadata, spec }: ReplicaSet,
  planned: PlannedReplicaSet,
  {
    fingerprint,
    minReadySeconds,
  }: { readonly fingerprint: string | undefined; readonly minReadySeconds: number },
): readonly JsonPatchOperation[] {
  const before = spec?.replicas ?? 1;
  const sized = sizeAnnotations(planned);
  const marks = changes('annotations', metadata.annotations, {
    ...Object.fromEntries(managed.map((name) => [name, sized[name]])),
    ...(fingerprint !== undefined && { [annotations.template]: fingerprint }),
  });
  const size: readonly JsonPatchOperation[] =
    before === planned.replicas ? [] : [{ op: 'replace', path: '/spec/replicas', value: planned.replicas }];
  // Of one without pods it is of no consequence until it has some.
  const patient = planned.replicas === 0 || (spec?.minReadySeconds ?? 0) === minReadySeconds;
  const readiness: readonly JsonPatchOperation[] = patient
    ? []
    : [{ op: 'add', path: '/spec/minReadySeconds', value: minReadySeconds }];
  if (marks.length + size.length + readiness.length === 0) return [];
  return [
    { op: 'test', path: '/metadata/uid', value: metadata.uid },
    { op: 'test', path: '/spec/replicas', value: before },
    ...marks,
    ...size,
    ...readiness,
  ];
}

const managed = [
  annotations.revision,
  annotations.sizedFor,
  annotations.step,
  annotations.zeroSince,
] as const;

function nameOf({ metadata: { name, namespace } }: ReplicaSet): ObjectName {
  return namespace === undefined ? { name } : { name, namespace };
}
