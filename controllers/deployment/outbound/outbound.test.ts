import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { AddressGuard } from './addressGuard.ts';
import { createOutbound } from './outbound.ts';
import { OutboundError } from './outboundError.ts';

async function serve(listener: RequestListener): Promise<number> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return (server.address() as AddressInfo).port;
}

function outbound(allow: readonly string[], names: Readonly<Record<string, readonly string[]>> = {}) {
  const made = createOutbound({
    guard: new AddressGuard({ allow }),
    connections: 4,
    resolve: (name) => {
      const found = names[name];
      const missing = Object.assign(new Error(`queryA ENOTFOUND ${name}`), { code: 'ENOTFOUND' });
      return found === undefined ? Promise.reject(missing) : Promise.resolve(found);
    },
  });
  onTestFinished(() => made.close());
  return made;
}

const signal = () => AbortSignal.timeout(5000);
const get = (url: string) => ({ url: new URL(url), method: 'GET', signal: signal() }) as const;

test('an allowed server answers, by address and by name', async () => {
  const seen: (string | undefined)[] = [];
  const port = await serve((request, response) => {
    seen.push(`${request.method} ${request.url} ${request.headers.host} ${request.headers.authorization}`);
    response.statusCode = 201;
    response.end('{"a":1}');
  });
  const client = outbound(['127.0.0.0/8'], { prometheus: ['127.0.0.1'] });
  expect(await client.send(get(`http://127.0.0.1:${port}/a?b=c`))).toEqual({ status: 201, body: '{"a":1}' });
  const headers = { authorization: 'Bearer t' };
  await client.send({ ...get(`http://prometheus:${port}/`), method: 'POST', headers, body: 'x' });
  expect(seen).toEqual([`GET /a?b=c 127.0.0.1:${port} undefined`, `POST / prometheus:${port} Bearer t`]);
});

test('nothing is sent to this host, by whatever name or way of writing', async () => {
  let requests = 0;
  const port = await serve((_request, response) => {
    requests += 1;
    response.end('{}');
  });
  const client = outbound([], { innocent: ['127.0.0.1'], mapped: ['::ffff:127.0.0.1'] });
  for (const host of ['127.0.0.1', 'innocent', 'mapped', '[::1]', '[::ffff:127.0.0.1]', '2130706433', '0']) {
    await expect(client.send(get(`http://${host}:${port}/`))).rejects.toMatchObject({ trouble: 'forbidden' });
  }
  expect(requests).toBe(0);
});

test('of a name’s addresses only those that are allowed are tried', async () => {
  const port = await serve((_request, response) => response.end('{}'));
  const client = outbound(['127.0.0.1/32'], { both: ['127.0.0.2', '127.0.0.1', '169.254.169.254'] });
  expect(await client.send(get(`http://both:${port}/`))).toMatchObject({ status: 200 });
});

test('a redirect is not followed', async () => {
  let requests = 0;
  const port = await serve((_request, response) => {
    requests += 1;
    response.writeHead(302, { location: '/elsewhere' }).end();
  });
  expect(await outbound(['127.0.0.1']).send(get(`http://127.0.0.1:${port}/`))).toMatchObject({ status: 302 });
  expect(requests).toBe(1);
});

test('an answer without end is given up', async () => {
  const port = await serve((_request, response) => {
    const chunk = Buffer.alloc(65_536, 'x');
    const more = () => {
      while (!response.destroyed && response.write(chunk));
      if (!response.destroyed) response.once('drain', more);
    };
    more();
  });
  await expect(outbound(['127.0.0.1']).send(get(`http://127.0.0.1:${port}/`))).rejects.toMatchObject({
    trouble: 'tooLarge',
  });
});

test('a server that says nothing is waited for until the signal, and no longer', async () => {
  const port = await serve(() => {});
  const client = outbound(['127.0.0.1']);
  const deadline = new AbortController();
  const sent = client.send({ ...get(`http://127.0.0.1:${port}/`), signal: deadline.signal });
  setTimeout(() => deadline.abort(new Error('too late')), 50);
  await expect(sent).rejects.toThrow('too late');
});

test('what goes wrong is named, without what was asked', async () => {
  const cut = await serve((request) => request.socket.destroy());
  const plain = await serve((_request, response) => response.end('{}'));
  const client = outbound(['127.0.0.1']);
  const troubles: [string, string][] = [
    ['http://nowhere/?token=hunter2', 'noSuchHost'],
    ['http://127.0.0.1:1/?token=hunter2', 'refused'],
    [`http://127.0.0.1:${cut}/?token=hunter2`, 'cut'],
    [`https://127.0.0.1:${plain}/?token=hunter2`, 'tls'],
  ];
  for (const [url, trouble] of troubles) {
    const error = await client.send(get(url)).catch((cause: unknown) => cause);
    expect(error).toMatchObject({ trouble });
    expect(String(error)).not.toContain('hunter2');
  }
  const headers = { authorization: 'hunter2\nx' };
  const invalid = client
    .send({ ...get(`http://127.0.0.1:${plain}/`), headers })
    .catch((cause: unknown) => cause);
  expect(await invalid).toMatchObject({ trouble: 'invalid' });
  expect(String(await invalid)).not.toContain('hunter2');
});

test('a trouble is found among causes, and among those of several addresses', () => {
  const refused = Object.assign(new Error('secret'), { code: 'ECONNREFUSED' });
  expect(OutboundError.of(new Error('a', { cause: new Error('b', { cause: refused }) })).trouble).toBe(
    'refused',
  );
  expect(OutboundError.of(new AggregateError([new Error('a'), refused])).trouble).toBe('refused');
  expect(OutboundError.of('nothing known')).toMatchObject({ trouble: 'unreachable' });
});
