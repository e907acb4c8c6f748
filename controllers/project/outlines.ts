/**
 * What the caches keep of each object: what is read of it, and of what people write without a bound only what that says.
 * There may be very many, and whoever makes them must not decide how much memory they take.
 */

import { group } from '../../crds/group.ts';
import { compiledPrefix } from '../../crds/policy/names.ts';
import type {
  CoreEvent,
  LimitRange,
  Namespace,
  NetworkPolicy,
  Node,
  RoleBinding,
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicyBinding,
} from '../../operator/resources/builtin.ts';
import { bare } from './bareMetadata.ts';
import type { ServiceCidr } from './clusterAddresses.ts';
import { opensWall } from './plan/holes.ts';
import { quotaName } from './plan/quotaShares.ts';
import { refusedAmounts } from './plan/refusal.ts';

/** All namespaces are followed, since any may be asked for: so only marks, and why one that goes is not gone. */
export function namespaceOutline(namespace: Namespace): Namespace {
  const { apiVersion, kind, metadata, status } = namespace;
  const { annotations: all, ...rest } = metadata;
  const ours = Object.entries(all ?? {}).filter(([name]) => name.startsWith(`${group}/`));
  const going = metadata.deletionTimestamp !== undefined && status !== undefined;
  return {
    apiVersion,
    kind,
    metadata: { ...rest, ...(ours.length === 0 ? {} : { annotations: Object.fromEntries(ours) }) },
    ...(going ? { status } : {}),
  };
}

/** Whether it is as desired is told by our annotation and the managed fields. */
export function limitsOutline({ apiVersion, kind, metadata }: LimitRange): LimitRange {
  return { apiVersion, kind, metadata };
}

/** Of what people made: whether it opens a wall, as the shortest policy that does or does not. */
export function strangerOutline(policy: NetworkPolicy): NetworkPolicy {
  const { apiVersion, kind, metadata } = policy;
  return { apiVersion, kind, metadata: bare(metadata), ...(opensWall(policy) ? { spec: open } : {}) };
}

const open = { podSelector: {}, ingress: [{}] } as const;

export function accessOutline({ apiVersion, kind, metadata, roleRef }: RoleBinding): RoleBinding {
  return { apiVersion, kind, metadata, roleRef };
}

/** Of those that are not ours, that they are there. */
export function admissionOutline<T extends ValidatingAdmissionPolicy | ValidatingAdmissionPolicyBinding>(
  object: T,
): T {
  if (isShippedName(object.metadata.name)) return object;
  return { ...object, metadata: bare(object.metadata), spec: undefined };
}

/** Of a guard that comes with the installation: what Policies are compiled into is none. */
export function isShippedName(name: string): boolean {
  return name.startsWith('mainstay-') && !name.startsWith(compiledPrefix);
}

/** There may be thousands of nodes, with images and volumes in their status. */
export function nodeOutline({ apiVersion, kind, metadata, spec, status }: Node): Node {
  return {
    apiVersion,
    kind,
    metadata: bare(metadata),
    spec: {
      ...(spec?.podCIDR === undefined ? {} : { podCIDR: spec.podCIDR }),
      ...(spec?.podCIDRs === undefined ? {} : { podCIDRs: spec.podCIDRs }),
    },
    ...(status?.addresses === undefined ? {} : { status: { addresses: status.addresses } }),
  };
}

export function rangesOutline({ apiVersion, kind, metadata, spec }: ServiceCidr): ServiceCidr {
  return { apiVersion, kind, metadata: bare(metadata), ...(spec === undefined ? {} : { spec }) };
}

/** Anybody may write events, of any length: a message is kept only where it tells of our quota. */
export function refusalOutline(event: CoreEvent): CoreEvent {
  const { message } = event;
  return {
    apiVersion: event.apiVersion,
    kind: event.kind,
    metadata: bare(event.metadata),
    involvedObject: {},
    ...(message === undefined || refusedAmounts(message, quotaName) === undefined ? {} : { message }),
    ...(event.series === undefined ? {} : { series: event.series }),
    ...(event.lastTimestamp === undefined ? {} : { lastTimestamp: event.lastTimestamp }),
    ...(event.eventTime === undefined ? {} : { eventTime: event.eventTime }),
  };
}
