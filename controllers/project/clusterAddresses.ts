import { isDeepStrictEqual } from 'node:util';
import type { Change } from '../../operator/cache/change.ts';
import type { Informer } from '../../operator/cache/informer.ts';
import type { Node } from '../../operator/resources/builtin.ts';
import type { KubernetesObject } from '../../operator/resources/object.ts';
import { defineResource } from '../../operator/resources/resource.ts';
import { type Cidr, formatCidr, parseCidr } from './plan/network/cidr.ts';
import { cover } from './plan/network/cover.ts';
import { type AddressRanges, addressRanges } from './plan/network/ranges.ts';
import type { ClusterRanges, NetworkSettings } from './plan/network/settings.ts';

/** A range of Service addresses (Kubernetes 1.33 and later), as far as it matters here. */
export interface ServiceCidr extends KubernetesObject {
  readonly spec?: { readonly cidrs?: readonly string[] };
}

export const serviceCidrs = defineResource<ServiceCidr>({
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'ServiceCIDR',
  plural: 'servicecidrs',
  scope: 'Cluster',
});

/** What of an informer is needed to learn from it. */
type Source<T extends KubernetesObject> = Pick<Informer<T>, 'list' | 'onChange'>;

/** The most ranges of one kind and family, so that walls stay small however large the cluster is. */
const most = { pods: 32, services: 16, nodes: 256 } as const;

/**
 * Which addresses are the cluster's own, as Nodes and ServiceCIDRs tell, besides those that are configured. Nodes tell of
 * pods' addresses only where Kubernetes gives them out (`spec.podCIDRs`), not where a network plug-in has ranges of its
 * own: such have to be configured.
 */
export class ClusterAddresses {
  readonly #settings: NetworkSettings;
  readonly #nodes: Source<Node>;
  readonly #services: Source<ServiceCidr>;
  #stale = true;
  #learned = '';
  #ranges: AddressRanges;

  constructor(settings: NetworkSettings, nodes: Source<Node>, services: Source<ServiceCidr>) {
    this.#settings = settings;
    this.#nodes = nodes;
    this.#services = services;
    this.#ranges = addressRanges(settings);
    // Nodes say every few minutes that they live: only what they say of addresses counts.
    nodes.onChange((change) => this.#note(change, (node) => [rangesOf(node), addressesOf(node)]));
    services.onChange((change) => this.#note(change, ({ spec }) => spec));
  }

  get ranges(): AddressRanges {
    this.renew();
    return this.#ranges;
  }

  /** Whether the ranges are others than when this, or they, were last asked for. */
  renew(): boolean {
    if (!this.#stale) return false;
    this.#stale = false;
    const ranges = learnedRanges(this.#nodes.list(), this.#services.list());
    const learned = JSON.stringify(ranges);
    if (learned === this.#learned) return false;
    this.#learned = learned;
    this.#ranges = addressRanges(this.#settings, ranges);
    return true;
  }

  #note<T extends KubernetesObject>(
    { type, object, previous }: Change<T>,
    told: (object: T) => unknown,
  ): void {
    if (type === 'Modified' && isDeepStrictEqual(told(object), told(previous))) return;
    this.#stale = true;
  }
}

/** What Nodes and ServiceCIDRs tell of the cluster's ranges. The same, in whatever order they come. */
export function learnedRanges(nodes: Iterable<Node>, services: Iterable<ServiceCidr>): ClusterRanges {
  const all = [...nodes];
  const few = (texts: readonly string[], kind: keyof typeof most) =>
    cover(texts.flatMap(rangeIn), most[kind]).map(formatCidr);
  return {
    pods: few(all.flatMap(rangesOf), 'pods'),
    services: few(
      [...services].flatMap(({ spec }) => spec?.cidrs ?? []),
      'services',
    ),
    nodes: few(all.flatMap(addressesOf), 'nodes'),
  };
}

/** Where a node's pods get their addresses. */
function rangesOf({ spec }: Node): readonly string[] {
  return spec?.podCIDRs ?? (spec?.podCIDR === undefined ? [] : [spec.podCIDR]);
}

/** A node's own; host names are none. */
function addressesOf({ status }: Node): readonly string[] {
  return (status?.addresses ?? [])
    .filter(({ type }) => type === 'InternalIP' || type === 'ExternalIP')
    .map(({ address }) => address);
}

function rangeIn(text: string): readonly Cidr[] {
  const range = parseCidr(text);
  return range === undefined ? [] : [range];
}
