import type { EndpointSlice, Pod } from '../../operator/resources/builtin.ts';
import type { KubernetesObject } from '../../operator/resources/object.ts';
import { troubleOf } from './revisions/podTrouble.ts';

/** Of any object, which it is and in which version. */
export function identityOutline({ apiVersion, kind, metadata }: KubernetesObject): KubernetesObject {
  const { name, namespace, uid, resourceVersion } = metadata;
  return {
    apiVersion,
    kind,
    metadata: {
      name,
      ...(namespace !== undefined && { namespace }),
      ...(uid !== undefined && { uid }),
      ...(resourceVersion !== undefined && { resourceVersion }),
    },
  };
}

/** Of a pod, whose it is, and its status while something is wrong with it: there are many, and they are large. */
export function podOutline(pod: Pod): Pod {
  return outlineOf(pod, troubleOf([pod]) !== undefined);
}

/** Of a Job's pod, whose it is, and how its containers are or ended: of one that is ready, nothing is read. */
export function jobPodOutline(pod: Pod): Pod {
  return outlineOf(pod, pod.status?.conditions?.find(({ type }) => type === 'Ready')?.status !== 'True');
}

function outlineOf(pod: Pod, withStatus: boolean): Pod {
  const { apiVersion, kind, metadata, status } = pod;
  const { creationTimestamp, deletionTimestamp, ownerReferences } = metadata;
  return {
    apiVersion,
    kind,
    metadata: {
      ...identityOutline(pod).metadata,
      ...(creationTimestamp !== undefined && { creationTimestamp }),
      ...(deletionTimestamp !== undefined && { deletionTimestamp }),
      ...(ownerReferences !== undefined && { ownerReferences }),
    },
    ...(withStatus && status !== undefined && { status: told(status) }),
  };
}

type Status = NonNullable<Pod['status']>;

function told({ phase, conditions, containerStatuses, initContainerStatuses }: Status): Status {
  return {
    ...(phase !== undefined && { phase }),
    ...(conditions !== undefined && {
      conditions: conditions.filter(({ type }) => type === 'Ready' || type === 'PodScheduled'),
    }),
    ...(containerStatuses !== undefined && { containerStatuses }),
    ...(initContainerStatuses !== undefined && { initContainerStatuses }),
  };
}

export function endpointsOutline({
  apiVersion,
  kind,
  metadata,
  addressType,
  endpoints,
}: EndpointSlice): EndpointSlice {
  return {
    apiVersion,
    kind,
    metadata,
    addressType,
    endpoints: (endpoints ?? []).map(({ addresses, conditions }) => ({
      addresses,
      ...(conditions !== undefined && { conditions }),
    })),
  };
}
