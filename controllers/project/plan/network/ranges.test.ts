import { describe, expect, test } from 'vitest';
import { type Block, cidr, contains } from './cidr.ts';
import { addressRanges } from './ranges.ts';
import { networkSettings } from './settings.ts';

const settings = networkSettings.parse({
  clusterRanges: { pods: ['10.244.0.0/16', 'fd12::/48', '198.51.100.0/24'], services: ['10.96.0.0/12'] },
  internal: ['203.0.113.0/24'],
  forbidden: ['192.0.2.0/24'],
});
const ranges = addressRanges(settings, { pods: [], services: [], nodes: ['10.10.0.5/32', '2a00:1::5/128'] });
const reaches = (blocks: readonly (Block | undefined)[], address: string) =>
  blocks.some(
    (block) =>
      block !== undefined &&
      contains(block.range, cidr(address)) &&
      !block.except.some((hole) => contains(hole, cidr(address))),
  );

describe('internet', () => {
  test.each([
    '1.1.1.1',
    '9.255.255.255',
    '11.0.0.0',
    '100.63.255.255',
    '100.128.0.0',
    '169.253.255.255',
    '172.15.255.255',
    '172.32.0.0',
    '192.167.255.255',
    '223.255.255.255',
    '2606:4700::1111',
    '2a00:1::6',
    '64:ff9b::101:101',
  ])('%s is reached', (address) => expect(reaches(ranges.internet, address)).toBe(true));

  test.each([
    ['this host', '0.0.0.1'],
    ['private', '10.0.0.1'],
    ['private', '172.16.0.1'],
    ['private', '172.31.255.255'],
    ['private', '192.168.0.1'],
    ['shared', '100.64.0.1'],
    ['shared', '100.127.255.255'],
    ['loopback', '127.0.0.1'],
    ['metadata', '169.254.169.254'],
    ['metadata of Azure', '168.63.129.16'],
    ['metadata of Alibaba', '100.100.100.200'],
    ['metadata of Oracle', '192.0.0.192'],
    ['benchmarks', '198.19.0.1'],
    ['multicast', '224.0.0.1'],
    ['reserved', '250.0.0.1'],
    ['broadcast', '255.255.255.255'],
    ["the cluster's public pods", '198.51.100.7'],
    ["the organisation's own", '203.0.113.7'],
    ['forbidden', '192.0.2.7'],
    ['loopback of IPv6', '::1'],
    ['unique local', 'fd00::1'],
    ['metadata of AWS', 'fd00:ec2::254'],
    ['metadata of Google', 'fd20:ce::254'],
    ['link-local', 'fe80::1'],
    ['multicast of IPv6', 'ff02::1'],
    ['a node', '2a00:1::5'],
    ['metadata as IPv4-mapped', '::ffff:169.254.169.254'],
    ['metadata through NAT64', '64:ff9b::169.254.169.254'],
    ['private through NAT64', '64:ff9b::10.0.0.1'],
    ['public pods through NAT64', '64:ff9b::198.51.100.7'],
    ['metadata through 6to4', '2002:a9fe:a9fe::1'],
    ['Teredo', '2001::1'],
  ])('%s (%s) is not', (_, address) => expect(reaches(ranges.internet, address)).toBe(false));

  test('a NAT64 prefix of the network itself is seen through as well', () => {
    const own = addressRanges({ ...settings, nat64: ['2a00:64::/96'] });
    expect(reaches(own.internet, '2a00:64::1.1.1.1')).toBe(true);
    expect(reaches(own.internet, '2a00:64::169.254.169.254')).toBe(false);
    expect(reaches(own.internet, '64:ff9b::1.1.1.1')).toBe(false);
  });
});

describe('cidr', () => {
  const egress = (text: string, except: readonly string[] = []) =>
    ranges.egress(cidr(text), except.map(cidr));
  const ingress = (text: string) => ranges.ingress(cidr(text), []);

  test('reaches what it names, the private and the internal included', () => {
    expect(reaches([egress('10.0.0.0/8')], '10.1.2.3')).toBe(true);
    expect(reaches([egress('203.0.113.0/24')], '203.0.113.9')).toBe(true);
    expect(reaches([egress('10.0.0.0/8', ['10.1.0.0/16'])], '10.1.2.3')).toBe(false);
  });

  test.each([
    ['0.0.0.0/0', '10.244.3.4'],
    ['0.0.0.0/0', '10.96.0.1'],
    ['10.0.0.0/8', '10.10.0.5'],
    ['0.0.0.0/0', '169.254.169.254'],
    ['0.0.0.0/0', '127.0.0.1'],
    ['192.0.2.0/23', '192.0.2.1'],
    ['::/0', 'fd12::1'],
    ['::/0', '::1'],
    ['::/0', '::ffff:10.244.3.4'],
    ['::/0', '64:ff9b::10.244.3.4'],
    ['::/0', '2002:af4:304::1'],
    ['fd00::/8', 'fd00:ec2::254'],
  ])('%s does not reach %s', (text, address) => {
    expect(egress(text)).toBeDefined();
    expect(reaches([egress(text)], address)).toBe(false);
  });

  test.each([
    '10.244.7.0/24',
    '10.96.0.1/32',
    '169.254.169.254/32',
    '::ffff:10.0.0.0/104',
    '10.10.0.5/32',
  ])('%s, all inside what is closed, reaches nothing', (text) => expect(egress(text)).toBeUndefined());

  test('lets in nodes, whose addresses load balancers use, but no pods', () => {
    expect(reaches([ingress('0.0.0.0/0')], '10.10.0.5')).toBe(true);
    expect(reaches([ingress('0.0.0.0/0')], '10.244.3.4')).toBe(false);
  });

  test('the exceptions pass what Go takes for being inside: none is IPv4-mapped', () => {
    const mapped = cidr('::ffff:0:0/96');
    for (const hole of egress('::/0')?.except ?? []) expect(contains(mapped, hole)).toBe(false);
  });
});
