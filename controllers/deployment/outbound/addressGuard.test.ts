import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../../operator/queue/manualClock.ts';
import { AddressGuard, isRange } from './addressGuard.ts';
import { apiServerAddresses } from './apiServerAddresses.ts';

describe('what a tenant’s address may reach', () => {
  const guard = new AddressGuard({
    apiServer: () => Promise.resolve(['10.96.0.1', 'fd00::1', 'no-address']),
  });
  it.each([
    '10.1.2.3',
    '192.168.1.1',
    '172.16.0.5',
    '8.8.8.8',
    '2001:db8::1',
    'fd12:3456::1',
    '::ffff:10.1.2.3',
    '64:ff9b::8.8.8.8',
    '100.64.0.1',
  ])('%s: yes', async (address) => {
    expect(await guard.allows(address)).toBe(true);
  });

  it.each([
    '127.0.0.1',
    '127.8.8.8',
    '0.0.0.0',
    '0.1.2.3',
    '::1',
    '::',
    '169.254.169.254',
    '169.254.20.10',
    'fe80::1',
    'fe80::1%eth0',
    'fd00:ec2::254',
    '168.63.129.16',
    '100.100.100.200',
    '192.0.0.192',
    '224.0.0.1',
    '255.255.255.255',
    '240.0.0.1',
    'ff02::1',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '::ffff:a9fe:a9fe',
    '::127.0.0.1',
    '64:ff9b::169.254.169.254',
    '2002:7f00:1::',
    '2002:a9fe:a9fe::1',
    '10.96.0.1',
    '::ffff:10.96.0.1',
    'fd00::1',
    'prometheus.monitoring',
    '',
    '0x7f000001',
  ])('%s: no', async (address) => {
    expect(await guard.allows(address)).toBe(false);
  });

  it('is widened and narrowed by an installation, and what it allows counts most', async () => {
    const narrow = new AddressGuard({ allow: ['10.5.0.0/16', '127.0.0.1'], deny: ['0.0.0.0/0', '::/0'] });
    expect(await narrow.allows('10.5.1.1')).toBe(true);
    expect(await narrow.allows('127.0.0.1')).toBe(true);
    expect(await narrow.allows('::ffff:10.5.1.1')).toBe(true);
    expect(await narrow.allows('2002:a05:101::1')).toBe(false);
    expect(await narrow.allows('127.0.0.2')).toBe(false);
    expect(await narrow.allows('10.6.1.1')).toBe(false);
    expect(await narrow.allows('2001:db8::1')).toBe(false);
  });
});

it('the cluster’s own pods, nodes and Services are out of reach, as they are now, unless an installation allows it', async () => {
  let ranges: readonly string[] = ['10.244.0.0/24', '192.168.7.2'];
  const cluster = () => Promise.resolve(ranges);
  const guard = new AddressGuard({ cluster });
  expect(await guard.allows('10.244.0.9')).toBe(false);
  expect(await guard.allows('::ffff:192.168.7.2')).toBe(false);
  expect(await guard.allows('10.96.0.20')).toBe(true);
  ranges = [...ranges, '10.96.0.0/16'];
  expect(await guard.allows('10.96.0.20')).toBe(false);
  expect(await new AddressGuard({ cluster, allow: ['10.96.0.20'] }).allows('10.96.0.20')).toBe(true);
});

it('the API server is known by all its names and by what is behind its Service, also when one of them does not resolve for a while', async () => {
  const clock = new ManualClock();
  const answers: Record<string, readonly string[]> = {
    'api.example.com': ['192.0.2.7'],
    '10.96.0.1': ['10.96.0.1'],
  };
  let asked = 0;
  const addresses = apiServerAddresses({
    hosts: ['api.example.com', '10.96.0.1', '[fd00::1]', 'kubernetes.default.svc'],
    endpoints: () => Promise.resolve(['172.18.0.3']),
    clock,
    resolve: (name) => {
      asked += 1;
      return name === 'fd00::1'
        ? Promise.resolve([name])
        : Promise.resolve(answers[name] ?? Promise.reject(new Error('no')));
    },
  });
  const guard = new AddressGuard({ apiServer: addresses });
  const refused = async () => [
    await guard.allows('192.0.2.7'),
    await guard.allows('10.96.0.1'),
    await guard.allows('fd00::1'),
    await guard.allows('172.18.0.3'),
  ];
  expect(await refused()).toEqual([false, false, false, false]);
  expect(asked).toBe(4);
  delete answers['api.example.com'];
  clock.advance(60_000);
  expect(await refused()).toEqual([false, false, false, false]);
  expect(asked).toBe(8);
  expect(await guard.allows('192.0.2.8')).toBe(true);
});

it.each([
  ['10.0.0.0/8', true],
  ['10.0.0.1', true],
  ['fd00::/8', true],
  ['10.0.0.0/33', false],
  ['10.0.0.0/', false],
  ['10.0.0.0/8/8', false],
  ['10.0.0.0/-1', false],
  ['monitoring', false],
  ['', false],
])('%j is a range: %s', (text, expected) => {
  expect(isRange(text)).toBe(expected);
});
