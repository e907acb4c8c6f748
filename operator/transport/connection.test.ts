import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { connect } from './connect.ts';
import { type Connection, openConnection } from './connection.ts';
import { isConnectionError } from './connectionError.ts';
import { FileCredentials, type TlsIdentity } from './credentials.ts';
import { describeInCluster, inCluster } from './inCluster.ts';

function directory(): string {
  const path = mkdtempSync(join(tmpdir(), 'transport-'));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return (server.address() as AddressInfo).port;
}

function closed(connection: Connection): Connection {
  onTestFinished(() => connection.close());
  return connection;
}

/** A server that takes requests with that token only. */
async function tokenServer(accepted: { token: string }) {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    response.statusCode = request.headers.authorization === `Bearer ${accepted.token}` ? 200 : 401;
    response.end('{}');
  });
  return { port: await listen(server), requests };
}

/** Key and certificate of a server at 127.0.0.1 that is its own CA. */
function certificate(at: string, name: string): { key: string; cert: string } {
  const key = join(at, `${name}.key`);
  const cert = join(at, `${name}.crt`);
  const subject = ['-subj', `/CN=${name}`, '-addext', 'subjectAltName=IP:127.0.0.1'];
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  execFileSync('openssl', ['req', '-x509', ...curve, '-keyout', key, '-out', cert, ...subject], {
    stdio: 'ignore',
  });
  return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
}

const get = { method: 'GET', path: '/version' } as const;

test('a token that was rotated is read again as soon as the old one is refused', async () => {
  const file = join(directory(), 'token');
  writeFileSync(file, 'old\n');
  const accepted = { token: 'old' };
  const { port, requests } = await tokenServer(accepted);
  const connection = closed(
    openConnection({
      server: new URL(`http://127.0.0.1:${port}`),
      namespace: 'default',
      credentials: new FileCredentials({ token: { file } }),
    }),
  );
  expect((await connection.send(get)).status).toBe(200);
  writeFileSync(file, 'new\n');
  accepted.token = 'new';
  expect((await connection.send(get)).status).toBe(200);
  expect(requests.length).toBe(3);
  // A refusal that reading again does not help is an answer, and is not asked for twice.
  accepted.token = 'another';
  expect((await connection.send(get)).status).toBe(401);
  expect(requests.length).toBe(4);
});

test('a token is read again in time even if nobody refuses the old one', async () => {
  const file = join(directory(), 'token');
  writeFileSync(file, 'old');
  let now = 0;
  const credentials = new FileCredentials({ token: { file }, maxAge: 30_000, now: () => now });
  expect((await credentials.current()).authorization).toBe('Bearer old');
  writeFileSync(file, 'new');
  now = 29_999;
  expect((await credentials.current()).authorization).toBe('Bearer old');
  now = 30_000;
  expect((await credentials.current()).authorization).toBe('Bearer new');
  rmSync(file);
  now = 60_000;
  expect((await credentials.current()).authorization).toBe('Bearer new');
});

test('a CA that was replaced is read again, and the server with the new certificate is trusted', async () => {
  const at = directory();
  const [old, renewed, other] = [
    certificate(at, 'old'),
    certificate(at, 'renewed'),
    certificate(at, 'other'),
  ];
  const server = createTlsServer(old, (_request, response) => response.end('{}'));
  const port = await listen(server);
  const ca = join(at, 'ca.crt');
  writeFileSync(ca, old.cert);
  const connection = closed(
    openConnection({
      server: new URL(`https://127.0.0.1:${port}`),
      namespace: 'default',
      credentials: new FileCredentials({ ca: { file: ca } }),
    }),
  );
  const answer = await connection.send(get);
  expect(await answer.text()).toBe('{}');
  writeFileSync(ca, renewed.cert);
  server.setSecureContext(renewed);
  server.closeAllConnections();
  expect((await connection.send(get)).status).toBe(200);
  // A certificate that no CA of ours has signed stays refused.
  server.setSecureContext(other);
  server.closeAllConnections();
  await expect(connection.send(get)).rejects.toMatchObject({ kind: 'tls', unsent: true });
});

test('a name that does not resolve and a port where nobody listens say so', async () => {
  for (const url of ['http://no-such-host.invalid:1', 'http://127.0.0.1:1']) {
    const connection = closed(
      openConnection({ server: new URL(url), namespace: 'default', credentials: new FileCredentials({}) }),
    );
    const error = await connection.send(get).catch((cause: unknown) => cause);
    expect(isConnectionError(error, 'unreachable')).toBe(true);
    expect(String(error)).toContain(`cannot reach the API server at ${url}`);
  }
});

test('a kubeconfig: the context, its files beside it, impersonation, and a path in the server’s URL', async () => {
  const { port, requests } = await tokenServer({ token: 'secret' });
  const at = directory();
  writeFileSync(join(at, 'token'), 'secret');
  writeFileSync(
    join(at, 'config'),
    `
apiVersion: v1
kind: Config
current-context: other
contexts:
  - { name: other, context: { cluster: nowhere, user: me } }
  - { name: wanted, context: { cluster: here, user: me, namespace: shop } }
clusters:
  - { name: here, cluster: { server: "http://127.0.0.1:${port}/proxied/" } }
users:
  - { name: me, user: { tokenFile: token } }
`,
  );
  const connection = closed(
    await connect({
      kubeconfig: join(at, 'config'),
      context: 'wanted',
      impersonate: { user: 'jane', groups: ['tenants', 'readers'] },
    }),
  );
  expect(connection.namespace).toBe('shop');
  expect((await connection.send(get)).status).toBe(200);
  expect(requests[0]?.url).toBe('/proxied/version');
  expect(requests[0]?.headers['impersonate-user']).toBe('jane');
  expect(requests[0]?.rawHeaders.filter((header) => /^(tenants|readers)$/.test(header))).toEqual([
    'tenants',
    'readers',
  ]);
  await expect(connect({ kubeconfig: join(at, 'config') })).rejects.toThrow('has no cluster "nowhere"');
  await expect(connect({ kubeconfig: join(at, 'config'), context: 'no' })).rejects.toThrow(
    'it has other, wanted',
  );
});

test('of several files in KUBECONFIG the first to name something wins', async () => {
  const at = directory();
  const file = (name: string, server: string) => {
    const path = join(at, name);
    writeFileSync(
      path,
      `{current-context: c, contexts: [{name: c, context: {cluster: c}}], clusters: [{name: c, cluster: {server: "${server}"}}]}`,
    );
    return path;
  };
  const env = { KUBECONFIG: `${file('a', 'http://first.invalid')}:${file('b', 'http://second.invalid')}` };
  expect(closed(await connect({ env })).server.host).toBe('first.invalid');
});

test('a file that is no kubeconfig is told by the place, never by its values', async () => {
  const path = join(directory(), 'config');
  writeFileSync(path, 'users: [{ name: me, user: { token: [hunter2] } }]');
  const error = await connect({ kubeconfig: path }).catch((cause: unknown) => cause);
  expect(String(error)).toContain('users.0.user.token');
  expect(String(error)).not.toContain('hunter2');
});

test('a kubeconfig that is no YAML is told by the line, never by what stands there', async () => {
  const path = join(directory(), 'config');
  writeFileSync(path, 'users:\n- name: me\n  user: { token: "hunter2 }\n');
  const error = await connect({ kubeconfig: path }).catch((cause: unknown) => cause);
  expect(String(error)).toMatch(/is no YAML at line \d+/);
  expect(String(error) + String(error instanceof Error && error.cause)).not.toContain('hunter2');
});

test('a user of an exec plug-in gets the token of the program, and a new one when it is refused', async () => {
  const accepted = { token: 'one' };
  const { port } = await tokenServer(accepted);
  const at = directory();
  const answer = (token: string) =>
    writeFileSync(join(at, 'answer'), JSON.stringify({ kind: 'ExecCredential', status: { token } }));
  answer('one');
  writeFileSync(
    join(at, 'config'),
    `{current-context: c, contexts: [{name: c, context: {cluster: c, user: u}}],
      clusters: [{name: c, cluster: {server: "http://127.0.0.1:${port}"}}],
      users: [{name: u, user: {exec: {apiVersion: client.authentication.k8s.io/v1, command: cat, args: ["${join(at, 'answer')}"]}}}]}`,
  );
  const connection = closed(await connect({ kubeconfig: join(at, 'config') }));
  expect((await connection.send(get)).status).toBe(200);
  answer('two');
  accepted.token = 'two';
  expect((await connection.send(get)).status).toBe(200);
});

test('credentials that never come hold a request up no longer than its own deadline', async () => {
  const connection = closed(
    openConnection({
      server: new URL('http://127.0.0.1:1'),
      namespace: 'default',
      credentials: { current: () => new Promise(() => {}), expire: () => {} },
    }),
  );
  const deadline = new AbortController();
  const sent = connection.send({ ...get, signal: deadline.signal });
  deadline.abort(new Error('too late'));
  await expect(sent).rejects.toThrow('too late');
});

test.each([
  'requests',
  'watches',
] as const)('what may not be sent is not, in the pool of %s', async (pool) => {
  const { port, requests } = await tokenServer({ token: 'any' });
  const connection = closed(
    openConnection({
      server: new URL(`http://127.0.0.1:${port}`),
      namespace: 'default',
      credentials: new FileCredentials({}),
    }),
  );
  const beforeSend = () => {
    throw new Error('not leading');
  };
  await expect(connection.send({ ...get, pool, beforeSend })).rejects.toThrow('not leading');
  expect(requests).toEqual([]);
});

test('in a pod: the ServiceAccount’s token, CA and namespace', async () => {
  const at = directory();
  for (const [name, content] of [
    ['token', 't'],
    ['ca.crt', 'ca'],
    ['namespace', 'mainstay-system\n'],
  ] as const) {
    writeFileSync(join(at, name), content);
  }
  const env = { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '6443' };
  expect(inCluster(env, at)).toBe(true);
  expect(inCluster({}, at)).toBe(false);
  const { server, namespace, credentials } = await describeInCluster(env, at);
  expect(server.href).toBe('https://[fd00::1]:6443/');
  expect(namespace).toBe('mainstay-system');
  expect(await credentials.current()).toEqual({
    authorization: 'Bearer t',
    tls: { ca: 'ca', insecure: false },
  });
});

test('a key that is none is told as trouble with certificates, sends nothing, and spoils nothing that worked', async () => {
  const own = certificate(directory(), 'own');
  const port = await listen(createTlsServer(own, (_request, response) => response.end('{}')));
  const good = { ca: own.cert, insecure: false };
  let tls: TlsIdentity = good;
  const connection = closed(
    openConnection({
      server: new URL(`https://127.0.0.1:${port}`),
      namespace: 'default',
      credentials: { current: async () => ({ tls }), expire: () => {} },
    }),
  );
  expect((await connection.send(get)).status).toBe(200);
  tls = { ...good, certificate: own.cert, key: 'no key' };
  await expect(connection.send(get)).rejects.toMatchObject({ kind: 'tls', unsent: true });
  tls = good;
  expect((await connection.send(get)).status).toBe(200);
});
