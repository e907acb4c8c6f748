import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { CertificateAuthority } from '../../cluster/certificates/authority.ts';
import { FaultProxy } from './proxy.ts';

test.each([
  'freezeAll',
  'dropIdle',
] as const)('nothing of a proxy stays after %s, also of handshakes that nobody goes on with', async (fault) => {
  const sockets = () => process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length;
  const before = sockets();
  const authority = CertificateAuthority.create('faults');
  const proxy = await FaultProxy.start({ target: new URL('https://127.0.0.1:1'), authority });
  const client = connect(Number(new URL(proxy.url).port), '127.0.0.1');
  client.on('error', () => {});
  await once(client, 'connect');
  // Until it counts as idle.
  await pause(150);
  expect(proxy[fault]()).toBe(1);
  client.write('hello');
  client.resetAndDestroy();
  await pause(50);
  await proxy[Symbol.asyncDispose]();
  await expect.poll(sockets).toBe(before);
});
