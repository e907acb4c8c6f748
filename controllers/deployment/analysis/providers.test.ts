import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { ManualClock } from '../../../operator/queue/manualClock.ts';
import { AddressGuard } from '../outbound/addressGuard.ts';
import { createOutbound } from '../outbound/outbound.ts';
import type { PrometheusSource, WebSource } from './check.ts';
import { type Ask, concurrency, createProviders, type Question } from './providers.ts';
import { SecretValues } from './secretValues.ts';
import { parseJsonPath } from './web/jsonPath.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64');

interface Asked {
  readonly method: string | undefined;
  readonly type: string | undefined;
  readonly text: string;
  readonly authorization: string | undefined;
  readonly team: string | string[] | undefined;
  readonly body: URLSearchParams;
}

/** A Prometheus that answers as told, and a provider that asks it. */
async function setUp(answer: (asked: Asked, response: ServerResponse, request: IncomingMessage) => void) {
  const asked: Asked[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const { authorization, 'x-team': team, 'content-type': type } = request.headers;
    const { method } = request;
    const one = { method, type, text: body, authorization, team, body: new URLSearchParams(body) };
    asked.push(one);
    answer(one, response, request);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const outbound = createOutbound({
    guard: new AddressGuard({ allow: ['127.0.0.1'] }),
    resolve: () => Promise.reject(new Error('no names here')),
    connections: concurrency,
  });
  onTestFinished(async () => {
    await outbound.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const clock = new ManualClock();
  const data: Record<string, Record<string, string>> = {
    'shop/bearer': { token: base64('s3cret\n'), other: base64('other') },
    'shop/basic': { username: base64('jane'), password: base64('hunter2') },
    'shop/empty': {},
  };
  const reads: string[] = [];
  const secrets = new SecretValues(clock, (namespace, name) => {
    reads.push(`${namespace}/${name}`);
    return name === 'unreadable'
      ? Promise.reject(new Error('forbidden'))
      : Promise.resolve(data[`${namespace}/${name}`]);
  });
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { ask: createProviders({ clock, outbound, secrets }), asked, clock, data, origin, reads };
}

const ok = (value: string) =>
  JSON.stringify({
    status: 'success',
    data: { resultType: 'vector', result: [{ metric: {}, value: [1, value] }] },
  });

function prometheus(
  origin: string,
  query: string,
  credentials?: PrometheusSource['credentials'],
): PrometheusSource {
  const reading = { type: 'Number' } as const;
  const source = { type: 'Prometheus', url: `${origin}/api/v1/query`, query, reading } as const;
  return credentials === undefined ? source : { ...source, credentials };
}

function question(more: Partial<Question> = {}): Question {
  return { namespace: 'shop', elapsed: 37_400, timeout: 10_000, signal: AbortSignal.timeout(5000), ...more };
}

const messageOf = async (reading: ReturnType<Ask>) => {
  const found = await reading;
  return 'message' in found ? found.message : JSON.stringify(found);
};

test('a query is asked with the time since the analysis began, and without credentials where none are named', async () => {
  const { ask, asked, origin } = await setUp((_asked, response) => response.end(ok('0.5')));
  const source = prometheus(origin, 'increase(x[$elapsed])');
  expect(await ask(source, question())).toEqual({ type: 'Number', value: 0.5 });
  expect(asked[0]?.body.get('query')).toBe('increase(x[37s])');
  expect(asked[0]?.body.get('timeout')).toBe('10s');
  expect(asked[0]?.authorization).toBeUndefined();
});

test('the same query at the same moment is one request, but not for whoever has other credentials', async () => {
  const { ask, asked, clock, origin } = await setUp((_asked, response) => response.end(ok('1')));
  const source = prometheus(origin, 'up');
  await Promise.all([
    ask(source, question()),
    ask(source, question()),
    ask(source, question({ namespace: 'b' })),
  ]);
  expect(asked.length).toBe(1);
  await ask(prometheus(origin, 'up', { name: 'bearer' }), question());
  expect(asked.length).toBe(2);
  await ask(prometheus(origin, 'down'), question());
  expect(asked.length).toBe(3);
  clock.advance(1000);
  await ask(source, question());
  expect(asked.length).toBe(4);
});

test('credentials come from a Secret: a token, a key of it, or user and password', async () => {
  const { ask, asked, clock, origin } = await setUp((_asked, response) => response.end(ok('1')));
  for (const credentials of [{ name: 'bearer' }, { name: 'bearer', key: 'other' }, { name: 'basic' }]) {
    await ask(prometheus(origin, 'up', credentials), question());
    clock.advance(1000);
  }
  expect(asked.map(({ authorization }) => authorization)).toEqual([
    'Bearer s3cret',
    'Bearer other',
    `Basic ${base64('jane:hunter2')}`,
  ]);
});

test('a Secret is read once a minute, and at once after a refusal', async () => {
  const accepted = { token: 'Bearer s3cret' };
  const { ask, clock, data, origin, reads } = await setUp(({ authorization }, response) => {
    response.statusCode = authorization === accepted.token ? 200 : 401;
    response.end(response.statusCode === 200 ? ok('1') : '');
  });
  const source = prometheus(origin, 'up', { name: 'bearer' });
  for (let look = 0; look < 3; look += 1) {
    expect(await ask(source, question())).toMatchObject({ type: 'Number' });
    clock.advance(15_000);
  }
  expect(reads.length).toBe(1);
  accepted.token = 'Bearer new';
  data['shop/bearer'] = { token: base64('new') };
  expect(await messageOf(ask(source, question()))).toContain(
    'HTTP 401: the credentials are missing or refused',
  );
  clock.advance(1000);
  expect(await ask(source, question())).toMatchObject({ type: 'Number' });
  expect(reads.length).toBe(2);
});

test('what is missing of a Secret is told by name', async () => {
  const { ask, asked, origin } = await setUp((_asked, response) => response.end(ok('1')));
  const told = (credentials: PrometheusSource['credentials']) =>
    messageOf(ask(prometheus(origin, 'up', credentials), question()));
  expect(await told({ name: 'none' })).toBe('Secret shop/none does not exist');
  expect(await told({ name: 'bearer', key: 'nokey' })).toBe('Secret shop/bearer has no key nokey');
  expect(await told({ name: 'empty' })).toBe('Secret shop/empty has neither token nor username and password');
  expect(await told({ name: 'unreadable' })).toBe('Secret shop/unreadable cannot be read');
  expect(asked.length).toBe(0);
});

test('a server that repeats the token in its message does not have it shown', async () => {
  const words = { before: 'got' };
  const { ask, origin } = await setUp(({ authorization }, response) => {
    response.statusCode = 400;
    const error = `${words.before} ${authorization}`;
    response.end(JSON.stringify({ status: 'error', errorType: 'bad_data', error }));
  });
  const told = (name: string) =>
    messageOf(ask(prometheus(origin, name, { name: name.replace(/\d/, '') }), question()));
  expect(await told('bearer')).toBe('Prometheus: bad_data: got Bearer (withheld)');
  expect(await told('basic')).toBe('Prometheus: bad_data: got Basic (withheld)');
  words.before = 'x'.repeat(265);
  expect(await told('bearer2')).toMatch(/^Prometheus: bad_data: x+ Bearer \(wit…$/);
});

test('a server that does not answer is told by name and time, and nothing of its path', async () => {
  const { ask, origin } = await setUp(() => {});
  const deadline = new AbortController();
  const asking = ask(prometheus(`${origin}/private`, 'up'), question({ signal: deadline.signal }));
  setTimeout(() => deadline.abort(new Error('timed out')), 50);
  expect(await messageOf(asking)).toBe(`${origin} did not answer within 10 s`);
  expect(await messageOf(ask(prometheus('http://127.0.0.1:1/private', 'up'), question()))).toBe(
    'http://127.0.0.1:1 refuses connections (ECONNREFUSED)',
  );
  expect(await messageOf(ask(prometheus('http://169.254.169.254/latest', 'up'), question()))).toContain(
    'http://169.254.169.254 leads to an address that the operator may not be sent to',
  );
});

test('who was never asked since others were slow is told so', async () => {
  const { ask, origin } = await setUp(() => {});
  const deadline = new AbortController();
  const asking = Array.from({ length: concurrency + 2 }, (_, index) =>
    messageOf(ask(prometheus(origin, `up${index}`), question({ signal: deadline.signal }))),
  );
  setTimeout(() => deadline.abort(new Error('timed out')), 50);
  expect((await Promise.all(asking)).at(-1)).toMatch(
    /^http:.* was not asked: it is slow, and \d+ more checks wait for it$/,
  );
});

test('a Secret that is long in coming, or a connection, holds up nothing for longer than its check', async () => {
  const clock = new ManualClock();
  const never = () => new Promise<never>(() => {});
  const ask = createProviders({
    clock,
    outbound: { send: never, close: () => Promise.resolve() },
    secrets: new SecretValues(clock, never),
  });
  for (const credentials of [{ name: 'b' }, undefined]) {
    const deadline = new AbortController();
    const asking = ask(prometheus('http://a', 'up', credentials), question({ signal: deadline.signal }));
    deadline.abort(new Error('timed out'));
    expect(await messageOf(asking)).toBe('http://a did not answer within 10 s');
  }
});

test('a web service is asked with its headers, those of Secrets among them', async () => {
  const { ask, asked, origin } = await setUp((_asked, response, request) => {
    if (request.url === '/moved') response.writeHead(307, { location: '/quality?a=b' });
    response.end('{"rate":0.99}');
  });
  const source: WebSource = {
    type: 'Web',
    url: `${origin}/quality?a=b`,
    path: parseJsonPath('$.rate') ?? [],
    headers: [
      { name: 'x-team', value: 'shop' },
      { name: 'authorization', secret: { name: 'bearer', key: 'token' } },
    ],
  };
  expect(await ask(source, question())).toEqual({ type: 'Number', value: 0.99 });
  expect(asked[0]).toMatchObject({ method: 'GET', team: 'shop', authorization: 's3cret' });
  expect(await messageOf(ask({ ...source, url: `${origin}/moved` }, question()))).toContain('not followed');
  await ask({ ...source, body: '{"namespace":"shop"}' }, question());
  expect(asked[2]).toMatchObject({ method: 'POST', type: 'application/json', text: '{"namespace":"shop"}' });
  expect(asked.length).toBe(3);
});
