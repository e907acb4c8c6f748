import { annotations } from '../../../crds/deployment/names.ts';
import type { Pod, ReplicaSet } from '../../../operator/resources/builtin.ts';
import type { StepMark } from '../plan/deploymentPlan.ts';
import type { RevisionView } from '../plan/observation.ts';
import { troubleOf } from './podTrouble.ts';
import { hashOfReplicaSet } from './replicaSet.ts';

/** What the planner sees of a ReplicaSet, its pods and the endpoints of its Service. */
export function revisionView(replicaSet: ReplicaSet, pods: readonly Pod[], endpoints: number): RevisionView {
  const { metadata, spec, status } = replicaSet;
  const marks = metadata.annotations ?? {};
  const trouble = troubleOf(pods, replicaSet);
  const zeroSince = Date.parse(marks[annotations.zeroSince] ?? '');
  const sizedFor = integer(marks[annotations.sizedFor]);
  const step = stepMarkOf(marks[annotations.step], spec?.replicas);
  return {
    hash: hashOfReplicaSet(replicaSet),
    name: metadata.name,
    uid: metadata.uid ?? '',
    revision: integer(marks[annotations.revision]) ?? 0,
    createdAt: Date.parse(metadata.creationTimestamp ?? '') || 0,
    desired: spec?.replicas ?? 1,
    observed: (status?.observedGeneration ?? 0) >= (metadata.generation ?? 0),
    pods: {
      total: status?.replicas ?? 0,
      ready: status?.readyReplicas ?? 0,
      available: status?.availableReplicas ?? 0,
      terminating: status?.terminatingReplicas ?? 0,
    },
    ...(trouble === undefined ? {} : { trouble }),
    endpoints,
    images: (spec?.template?.spec?.containers ?? []).flatMap(({ image }) => image ?? []),
    ...(Number.isNaN(zeroSince) ? {} : { zeroSince }),
    ...(sizedFor === undefined ? {} : { sizedFor }),
    ...(step === undefined ? {} : { step }),
  };
}

/** As `sizeAnnotations` writes it. Of another size than it was written with it says nothing: who made that did not know of it. */
function stepMarkOf(text: string | undefined, replicas: number | undefined): StepMark | undefined {
  const [, index, hash, size] = /^(\d{1,3})[/]([0-9a-f]{8})[/](\d{1,9})$/.exec(text ?? '') ?? [];
  if (index === undefined || hash === undefined || Number(size) !== replicas) return undefined;
  return { index: Number(index), hash };
}

function integer(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}
