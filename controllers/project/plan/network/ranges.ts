import { type Block, type Cidr, cidr, translated, without } from './cidr.ts';
import type { ClusterRanges, NetworkSettings } from './settings.ts';

/**
 * Which addresses a rule reaches. Worked out once for an installation, not once for a rule.
 *
 * The dangerous cases:
 * - An IPv4 address has aliases in IPv6: through NAT64 (64:ff9b::/96 and configured prefixes), 6to4 (2002::/16), Teredo
 *   (2001::/32) and the IPv4-mapped form (::ffff:0:0/96). Whoever may not reach 169.254.169.254 must not reach it as
 *   64:ff9b::a9fe:a9fe. So every hole in IPv4 is cut out of the NAT64 prefixes too, and the other forms are cut out whole.
 * - `cidr: 0.0.0.0/0` would reach other tenants' pods, Services and node ports. So the cluster's own ranges are cut out of
 *   every `cidr` of egress, as are loopback, link-local and metadata addresses.
 * - The API server takes an exception for being inside its block only where Go's `net` does: it refuses ::ffff:0:0/96 in
 *   ::/0. `::/64` covers it, ::1 and the other IPv4-compatible forms.
 */
export interface AddressRanges {
  /** Every address that is nobody's in particular: one block for IPv4, one for IPv6, one for each NAT64 prefix. */
  readonly internet: readonly Block[];
  /** What of a `cidr` with its exceptions pods may call; undefined where nothing is left. */
  egress(range: Cidr, except: readonly Cidr[]): Block | undefined;
  /**
   * What of a `cidr` with its exceptions may call pods. Pods' addresses are cut out: pods are let in by project or by
   * selector, never by an address, which another tenant's pod may have tomorrow. Nodes are not: what comes through a
   * Service of type LoadBalancer often bears a node's address.
   */
  ingress(range: Cidr, except: readonly Cidr[]): Block | undefined;
}

/** IPv4 that is no internet: RFC 6890's private, shared, link-local, loopback, protocol, benchmark, multicast, reserved. */
const privateV4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '224.0.0.0/4',
  '240.0.0.0/4',
].map(cidr);

/**
 * IANA has given out global unicast addresses from 2000::/3 only. So this one range leaves out loopback, unique local,
 * link-local, multicast and IPv4-mapped addresses, and what will be reserved next.
 */
const globalV6 = cidr('2000::/3');

/** Where clouds answer for a machine's credentials, beyond link-local: AWS, Google, Azure, Alibaba, Oracle. */
const metadata = [
  'fd00:ec2::254/128',
  'fd20:ce::254/128',
  '168.63.129.16/32',
  '100.100.100.200/32',
  '192.0.0.192/32',
].map(cidr);

/** No rule of a Project reaches these, whatever it names. */
const never = [
  '0.0.0.0/8',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '::/64',
  '2001::/32',
  '2002::/16',
  'fe80::/10',
].map(cidr);

/** The ranges of one installation. `learned` adds to what is configured. */
export function addressRanges(settings: NetworkSettings, learned?: ClusterRanges): AddressRanges {
  const own = (kind: keyof ClusterRanges) =>
    [...settings.clusterRanges[kind], ...(learned?.[kind] ?? [])].map(cidr);
  const nat64 = settings.nat64.map(cidr);
  const throughNat64 = (ranges: readonly Cidr[]) => [
    ...ranges,
    ...ranges
      .filter((range) => range.family === 4)
      .flatMap((range) => nat64.map((prefix) => translated(prefix, range))),
  ];

  const pods = [...own('pods'), ...own('services')];
  const closed = throughNat64([
    ...never,
    ...metadata,
    ...pods,
    ...own('nodes'),
    ...settings.forbidden.map(cidr),
  ]);
  const notInternet = [...closed, ...throughNat64([...privateV4, ...settings.internal.map(cidr)])];
  const internet = [
    without(cidr('0.0.0.0/0'), notInternet),
    without(globalV6, [...notInternet, ...nat64]),
    ...nat64.map((prefix) => without(prefix, notInternet)),
  ].filter((block) => block !== undefined);

  return {
    internet,
    egress: (range, except) => without(range, [...except, ...closed]),
    ingress: (range, except) => without(range, [...except, ...pods]),
  };
}
