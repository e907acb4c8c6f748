import { expect, it } from 'vitest';
import { candidates, createResolver, parseConfiguration } from './names.ts';

it('names are tried as a pod’s resolv.conf says', () => {
  const configuration = parseConfiguration(
    'nameserver 10.96.0.10\nsearch shop.svc.cluster.local svc.cluster.local cluster.local\noptions ndots:5 timeout:1\n',
  );
  expect(candidates('prometheus.monitoring', configuration)).toEqual([
    'prometheus.monitoring.shop.svc.cluster.local',
    'prometheus.monitoring.svc.cluster.local',
    'prometheus.monitoring.cluster.local',
    'prometheus.monitoring',
  ]);
  expect(candidates('example.com.', configuration)).toEqual(['example.com.']);
  expect(candidates('a.b.c.d.e.f', configuration)[0]).toBe('a.b.c.d.e.f');
  expect(candidates('example.com', parseConfiguration(''))).toEqual(['example.com']);
});

it('an address is its own', async () => {
  const resolve = createResolver({ search: [], ndots: 1 });
  expect(await resolve('10.1.2.3')).toEqual(['10.1.2.3']);
  expect(await resolve('fd00::1')).toEqual(['fd00::1']);
});
