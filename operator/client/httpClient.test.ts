import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { configMaps, secrets } from '../resources/builtin.ts';
import { openConnection } from '../transport/connection.ts';
import { isConnectionError } from '../transport/connectionError.ts';
import { FileCredentials } from '../transport/credentials.ts';
import { AnswerTooLargeError } from './answerTooLarge.ts';
import { ApiError, isConflict, isNotFound, isTooManyRequests } from './apiError.ts';
import type { RequestSample } from './exchange.ts';
import { HttpClient, type HttpClientOptions } from './httpClient.ts';

interface Seen {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

type Answer = (response: ServerResponse, request: IncomingMessage) => void;

/** A client of a server that gives these answers, one a request, the last one for ever. */
async function clientOf(answers: readonly Answer[], options: Partial<HttpClientOptions> = {}) {
  const seen: Seen[] = [];
  const samples: RequestSample[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    seen.push({ method: request.method, url: request.url, headers: request.headers, body });
    answers[Math.min(seen.length, answers.length) - 1]?.(response, request);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const connection = openConnection({
    server: new URL(`http://127.0.0.1:${port}`),
    namespace: 'default',
    credentials: new FileCredentials({}),
  });
  onTestFinished(async () => {
    await connection.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const onRequest = (sample: RequestSample) => samples.push(sample);
  return {
    client: new HttpClient(connection, { fieldManager: 'test', onRequest, ...options }),
    seen,
    samples,
  };
}

const name = { namespace: 'shop', name: 'settings' };
const settings = { apiVersion: 'v1', kind: 'ConfigMap', metadata: name, data: { a: '1' } };

const ok: Answer = (response) => response.end(JSON.stringify(settings));

function status(
  code: number,
  reason: string,
  headers: Record<string, string> = {},
  message = 'said so',
): Answer {
  return (response) => {
    response
      .writeHead(code, headers)
      .end(JSON.stringify({ kind: 'Status', code, reason, message, details: { name: 'x' } }));
  };
}

async function failure(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => expect.unreachable('it should have failed'),
    (error: unknown) => error,
  );
}

test('a refusal says what was refused, of which object, and why', async () => {
  const { client } = await clientOf([status(404, 'NotFound')]);
  const error = await failure(client.get(configMaps, name));
  expect(isNotFound(error)).toBe(true);
  expect(String(error)).toBe('ApiError: cannot get ConfigMap shop/settings: NotFound: said so');
});

test('a refusal that may quote a Secret is told without its words', async () => {
  const { client } = await clientOf([status(422, 'Invalid', {}, 'Invalid value: "hunter2"')]);
  const error = await failure(client.apply(secrets, { ...settings, kind: 'Secret' }));
  expect(error).toMatchObject({ reason: 'Invalid' });
  expect(String(error)).not.toContain('hunter2');
});

test('an answer that is not the API’s is told by its status, without its text', async () => {
  const { client } = await clientOf([
    (response) => response.writeHead(502).end('<html>token=hunter2</html>'),
  ]);
  const error = await failure(client.get(configMaps, name));
  expect(error).toMatchObject({ status: 502, reason: 'BadGateway' });
  expect(String(error)).not.toContain('hunter2');
});

test.each([
  ['half an object', '{"kind":"Conf', 'JSON'],
  ['no object', '[1]', 'no object'],
])('an answer that is %s is an error and not an object', async (_name, body, words) => {
  const { client } = await clientOf([(response) => response.end(body)]);
  const error = await failure(client.get(configMaps, name));
  expect(isConnectionError(error, 'malformed')).toBe(true);
  expect(String(error)).toContain(words);
});

test('429 with Retry-After is waited out, for writes too', async () => {
  const { client, seen, samples } = await clientOf([
    status(429, 'TooManyRequests', { 'retry-after': '0.01' }),
    ok,
  ]);
  await client.create(configMaps, settings);
  expect(seen.length).toBe(2);
  expect(samples.map(({ code, method, verb, kind }) => `${verb} ${kind} ${method} ${code}`)).toEqual([
    'create ConfigMap POST 429',
    'create ConfigMap POST 200',
  ]);
});

test('429 without Retry-After is an answer, as an eviction gets', async () => {
  const { client, seen } = await clientOf([status(429, 'TooManyRequests')]);
  expect(isTooManyRequests(await failure(client.get(configMaps, name)))).toBe(true);
  expect(seen.length).toBe(1);
});

test('a Retry-After beyond the deadline is the caller’s to wait for', async () => {
  const { client, seen } = await clientOf([status(429, 'TooManyRequests', { 'retry-after': '60' })]);
  expect(await failure(client.get(configMaps, name))).toMatchObject({ retryAfter: 60_000 });
  expect(seen.length).toBe(1);
});

test('503 with Retry-After: an apply is sent again, a create is not, since it may have been done', async () => {
  const busy = status(503, 'ServiceUnavailable', { 'retry-after': '0.01' });
  const applying = await clientOf([busy, ok]);
  await applying.client.apply(configMaps, settings);
  expect(applying.seen.length).toBe(2);
  const creating = await clientOf([busy, ok]);
  expect(await failure(creating.client.create(configMaps, settings))).toBeInstanceOf(ApiError);
  expect(creating.seen.length).toBe(1);
});

test('retries have an end', async () => {
  const { client, seen } = await clientOf([status(429, 'TooManyRequests', { 'retry-after': '0' })]);
  await failure(client.get(configMaps, name));
  expect(seen.length).toBe(5);
});

test('a connection that the server cut: a read is sent again once, a create is not', async () => {
  const cut: Answer = (_response, request) => request.socket.resetAndDestroy();
  const reading = await clientOf([cut, ok]);
  await expect(reading.client.get(configMaps, name)).resolves.toEqual(settings);
  const creating = await clientOf([cut, ok]);
  expect(isConnectionError(await failure(creating.client.create(configMaps, settings)), 'cut')).toBe(true);
});

test('a server that does not answer is given up at the deadline, with the object named', async () => {
  const { client } = await clientOf([() => {}]);
  const error = await failure(client.get(configMaps, name, { timeout: 30 }));
  expect(isConnectionError(error, 'deadline')).toBe(true);
  expect(String(error)).toContain('cannot get ConfigMap shop/settings');
});

test('so is one that stops in the middle of its answer', async () => {
  const { client } = await clientOf([
    (response) => response.writeHead(200, { 'content-length': '100' }).write('{'),
  ]);
  expect(isConnectionError(await failure(client.get(configMaps, name, { timeout: 50 })), 'deadline')).toBe(
    true,
  );
});

test('an abort by the caller rejects with the caller’s reason', async () => {
  const { client } = await clientOf([() => {}]);
  const stop = new AbortController();
  const asking = failure(client.get(configMaps, name, { signal: stop.signal }));
  stop.abort(new Error('enough'));
  expect(String(await asking)).toBe('Error: enough');
});

test('a closed fence: the write rejects with its error, and not a byte of it is sent; reads pass', async () => {
  const check = () => {
    throw new Error('not leading');
  };
  const { client, seen } = await clientOf([ok], { fence: { check, writeTimeout: undefined } });
  expect(String(await failure(client.apply(configMaps, settings)))).toBe('Error: not leading');
  expect(String(await failure(client.delete(configMaps, name)))).toBe('Error: not leading');
  expect(seen.length).toBe(0);
  await client.get(configMaps, name);
  expect(seen.length).toBe(1);
});

test('the fence is asked again before a retry', async () => {
  let asked = 0;
  const check = () => {
    asked++;
    if (asked > 1) throw new Error('not leading any more');
  };
  const busy = status(429, 'TooManyRequests', { 'retry-after': '0.01' });
  const { client, seen } = await clientOf([busy, ok], { fence: { check, writeTimeout: undefined } });
  expect(String(await failure(client.apply(configMaps, settings)))).toContain('not leading any more');
  expect(seen.length).toBe(1);
});

test('a write takes no longer than the fence allows', async () => {
  const { client } = await clientOf([() => {}], { fence: { check: () => {}, writeTimeout: 30 } });
  expect(isConnectionError(await failure(client.apply(configMaps, settings)), 'deadline')).toBe(true);
});

test('each verb asks what the API defines', async () => {
  const { client, seen } = await clientOf([ok]);
  await client.apply(configMaps, settings, { subresource: 'status', dryRun: true });
  await client.apply(configMaps, settings, { force: false });
  await client.create(configMaps, settings, { fieldValidation: 'Strict' });
  await client.update(configMaps, settings);
  await client.patch(configMaps, name, { type: 'json', body: [] });
  await client.patch(configMaps, name, { type: 'merge', body: {} }, { fieldManager: 'other' });
  await client.delete(configMaps, name, { preconditions: { uid: 'u' }, propagationPolicy: 'Orphan' });
  const path = '/api/v1/namespaces/shop/configmaps';
  expect(seen.map(({ method, url, headers }) => [method, url, headers['content-type']])).toEqual([
    [
      'PATCH',
      `${path}/settings/status?fieldManager=test&dryRun=All&fieldValidation=Ignore&force=true`,
      'application/apply-patch+yaml',
    ],
    [
      'PATCH',
      `${path}/settings?fieldManager=test&fieldValidation=Ignore&force=false`,
      'application/apply-patch+yaml',
    ],
    ['POST', `${path}?fieldManager=test&fieldValidation=Strict`, 'application/json'],
    ['PUT', `${path}/settings?fieldManager=test&fieldValidation=Ignore`, 'application/json'],
    ['PATCH', `${path}/settings?fieldManager=test&fieldValidation=Ignore`, 'application/json-patch+json'],
    ['PATCH', `${path}/settings?fieldManager=other&fieldValidation=Ignore`, 'application/merge-patch+json'],
    ['DELETE', `${path}/settings`, 'application/json'],
  ]);
  expect(JSON.parse(seen.at(-1)?.body ?? '')).toMatchObject({
    preconditions: { uid: 'u' },
    propagationPolicy: 'Orphan',
  });
  expect(seen[0]?.headers['user-agent']).toBe('test');
});

test('a delete of nothing in particular is refused before it becomes a delete of everything', async () => {
  const { client, seen } = await clientOf([ok]);
  expect(await failure(client.delete(configMaps, { namespace: 'shop', name: '' }))).toBeInstanceOf(TypeError);
  expect(await failure(client.delete(configMaps, { name: 'settings' }))).toBeInstanceOf(TypeError);
  expect(seen.length).toBe(0);
});

test('a reason that the server does not give is that of the status', async () => {
  const { client } = await clientOf([(response) => response.writeHead(409).end()]);
  expect(isConflict(await failure(client.get(configMaps, name)))).toBe(true);
});

test('with a rate limit, requests beyond the burst wait their turn', async () => {
  const { client } = await clientOf([ok], { rateLimit: { perSecond: 50, burst: 2 } });
  const began = performance.now();
  await Promise.all(Array.from({ length: 5 }, () => client.get(configMaps, name)));
  expect(performance.now() - began).toBeGreaterThanOrEqual(55);
});

test('waiting for the rate limit counts for the deadline, and who gave up holds up nobody after', async () => {
  const { client, seen } = await clientOf([ok], { rateLimit: { perSecond: 2, burst: 1 } });
  await client.get(configMaps, name);
  const impatient = Array.from({ length: 20 }, () => failure(client.get(configMaps, name, { timeout: 20 })));
  for (const error of await Promise.all(impatient)) expect(isConnectionError(error, 'deadline')).toBe(true);
  expect(seen.length).toBe(1);
  await client.get(configMaps, name, { timeout: 2000 });
});

test('a list of more bytes than its asker wants to hold is not read to its end', async () => {
  let sent = 0;
  const endless: Answer = (response) => {
    const send = () => {
      sent += 65_536;
      response.write(' '.repeat(65_536), (error) => (error ? undefined : send()));
    };
    send();
  };
  const items = [{ metadata: name }];
  const short: Answer = (response) =>
    response.end(JSON.stringify({ kind: 'ConfigMapList', metadata: { resourceVersion: '7' }, items }));
  const { client, seen } = await clientOf([endless, short]);
  expect(await failure(client.list(configMaps, { limit: 9, mostBytes: 1_000_000 }))).toBeInstanceOf(
    AnswerTooLargeError,
  );
  expect(sent).toBeLessThan(20_000_000);
  const page = await client.list(configMaps, { limit: 1, mostBytes: 1_000_000 });
  expect(page.items.length).toBe(1);
  expect(seen.map(({ url }) => url)).toEqual(['/api/v1/configmaps?limit=9', '/api/v1/configmaps?limit=1']);
});
