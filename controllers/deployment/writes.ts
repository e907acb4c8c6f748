import { annotations } from '../../crds/deployment/names.ts';
import { isNotFound } from '../../operator/client/apiError.ts';
import type { Client, JsonPatchOperation } from '../../operator/client/client.ts';
import { type ReplicaSet, replicaSets } from '../../operator/resources/builtin.ts';
import type { ObjectName } from '../../operator/resources/object.ts';
import type { Deployment } from './deployment.ts';
import { revisionName } from './names.ts';
import type { DeploymentPlan, PlannedReplicaSet } from './plan/deploymentPlan.ts';
import { hashOfReplicaSet, newReplicaSet, sizeAnnotations } from './revisions/replicaSet.ts';

/** A write to a ReplicaSet that is still to be made. */
export type RevisionWrite =
  | { readonly type: 'Create'; readonly planned: PlannedReplicaSet }
  | { readonly type: 'Size'; readonly live: ReplicaSet; readonly planned: PlannedReplicaSet }
  | { readonly type: 'Remove'; readonly live: ReplicaSet };

/** What of the plan does not stand yet. */
export function writesOf(plan: DeploymentPlan, own: readonly ReplicaSet[]): readonly RevisionWrite[] {
  const live = new Map(own.map((one) => [hashOfReplicaSet(one), one]));
  const sized = plan.replicaSets.flatMap((planned): readonly RevisionWrite[] => {
    const existing = live.get(planned.hash);
    if (existing === undefined) return planned.create === true ? [{ type: 'Create', planned }] : [];
    return operationsFor(existing, planned).length === 0 ? [] : [{ type: 'Size', live: existing, planned }];
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
        signal,
      });
      return;
    case 'Size':
      await client.patch(
        replicaSets,
        nameOf(write.live),
        { type: 'json', body: operationsFor(write.live, write.planned) },
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
function operationsFor(live: ReplicaSet, planned: PlannedReplicaSet): readonly JsonPatchOperation[] {
  const { metadata, spec } = live;
  const before = spec?.replicas ?? 1;
  const wanted = sizeAnnotations(planned);
  const has = metadata.annotations ?? {};
  const marks = managed.flatMap((name): readonly JsonPatchOperation[] => {
    const [path, value] = [`/metadata/annotations/${name.replaceAll('/', '~1')}`, wanted[name]];
    if (value === has[name]) return [];
    return value === undefined ? [{ op: 'remove', path }] : [{ op: 'add', path, value }];
  });
  const size: readonly JsonPatchOperation[] =
    before === planned.replicas ? [] : [{ op: 'replace', path: '/spec/replicas', value: planned.replicas }];
  if (marks.length === 0 && size.length === 0) return [];
  const none: readonly JsonPatchOperation[] =
    metadata.annotations === undefined ? [{ op: 'add', path: '/metadata/annotations', value: {} }] : [];
  return [
    { op: 'test', path: '/metadata/uid', value: metadata.uid },
    { op: 'test', path: '/spec/replicas', value: before },
    ...none,
    ...marks,
    ...size,
  ];
}

const managed = [annotations.revision, annotations.sizedFor, annotations.zeroSince] as const;

function nameOf({ metadata: { name, namespace } }: ReplicaSet): ObjectName {
  return namespace === undefined ? { name } : { name, namespace };
}
