import type { Informer } from '../../../operator/cache/informer.ts';
import type { Manager } from '../../../operator/manager/manager.ts';
import { type Clock, sleep } from '../../../operator/queue/clock.ts';
import { type Node, nodes } from '../../../operator/resources/builtin.ts';
import type { KubernetesObject } from '../../../operator/resources/object.ts';
import { defineResource } from '../../../operator/resources/resource.ts';
import { identityOutline } from '../outlines.ts';

/** A range of Service addresses (Kubernetes 1.33 and later). */
interface ServiceCidr extends KubernetesObject {
  readonly spec?: { readonly cidrs?: readonly string[] };
}

const serviceCidrs = defineResource<ServiceCidr>({
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'ServiceCIDR',
  plural: 'servicecidrs',
  scope: 'Cluster',
});

/** Milliseconds that the first look may take. */
const patience = 2_000;

/**
 * The ranges of the cluster's own pods, nodes and Services, as Nodes and ServiceCIDRs tell. Both are followed from when
 * somebody first asks; until all are known everything counts as the cluster's own. Gives the same list for as long as the
 * ranges are the same.
 */
export function clusterRanges(
  manager: Pick<Manager, 'follow'>,
  clock: Clock,
): () => Promise<readonly string[]> {
  let followed: Followed | undefined;
  return async () => {
    followed ??= follow(manager);
    const { known } = followed;
    if (!followed.isKnown) await Promise.race([known, sleep(clock, patience)]);
    return followed.isKnown ? followed.ranges() : everything;
  };
}

const everything: readonly string[] = ['0.0.0.0/0', '::/0'];

interface Followed {
  readonly known: Promise<void>;
  readonly isKnown: boolean;
  ranges(): readonly string[];
}

function follow(manager: Pick<Manager, 'follow'>): Followed {
  const apart = 'analysis';
  const all = manager.follow<Node>({ resource: nodes, transform: nodeOutline, apart }).informer;
  const services = manager.follow<ServiceCidr>({
    resource: serviceCidrs,
    optional: true,
    transform: serviceOutline,
    apart,
  }).informer;
  const state = { isKnown: false };
  const known = Promise.all([all.synced, services.synced]).then(() => {
    state.isKnown = true;
  });
  return {
    known,
    get isKnown() {
      return state.isKnown;
    },
    ranges: remembered(all, services),
  };
}

/** Made anew once a node or a range has come, gone, or is another. */
function remembered(all: Informer<Node>, services: Informer<ServiceCidr>): () => readonly string[] {
  let ranges: readonly string[] | undefined;
  const forget = () => {
    ranges = undefined;
  };
  all.onChange(({ type, object, previous }) => {
    // Nodes say every few minutes that they live.
    if (type !== 'Modified' || rangesOf(object).join() !== rangesOf(previous).join()) forget();
  });
  services.onChange(forget);
  return () => {
    ranges ??= [
      ...[...all.list()].flatMap(rangesOf),
      ...[...services.list()].flatMap(({ spec }) => spec?.cidrs ?? []),
    ];
    return ranges;
  };
}

/** A node's own addresses, and those that its pods get. Host names are none. */
function rangesOf({ spec, status }: Node): readonly string[] {
  const own = (status?.addresses ?? []).filter(({ type }) => type.endsWith('IP'));
  const ofPods = spec?.podCIDRs ?? (spec?.podCIDR === undefined ? [] : [spec.podCIDR]);
  return [...own.map(({ address }) => address), ...ofPods];
}

/** There may be thousands, with images and volumes in their status. */
function nodeOutline(node: Node): Node {
  const { spec, status } = node;
  return {
    ...identityOutline(node),
    spec: {
      ...(spec?.podCIDR !== undefined && { podCIDR: spec.podCIDR }),
      ...(spec?.podCIDRs !== undefined && { podCIDRs: spec.podCIDRs }),
    },
    status: { ...(status?.addresses !== undefined && { addresses: status.addresses }) },
  };
}

function serviceOutline(range: ServiceCidr): ServiceCidr {
  const { spec } = range;
  return { ...identityOutline(range), ...(spec?.cidrs !== undefined && { spec: { cidrs: spec.cidrs } }) };
}
