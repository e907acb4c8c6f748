import type { EndpointSlice, Pod } from '../../operator/resources/builtin.ts';
import type { KubernetesObject } from '../../operator/resources/object.ts';

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

/** Of a pod, whose it is and what is wrong with it: there are many, and they are large. */
export function podOutline(pod: Pod): Pod {
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
    ...(status !== undefined &&
      isTelling({ apiVersion, kind, metadata, status }) && { status: told(status) }),
  };
}

/** Whether there is anything to say: of a pod that is ready, nothing is read. */
function isTelling({ status }: Pod): boolean {
  return status?.conditions?.find(({ type }) => type === 'Ready')?.status !== 'True';
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
