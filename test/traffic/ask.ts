import { type IncomingMessage, request } from 'node:http';
import { probePath } from './objects.ts';

/** One request, on a connection of its own. `fetch` cannot set the host that a route goes by. */
export async function ask(
  gateway: string,
  hostname: string,
  path = '/',
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const options = {
    agent: false,
    headers: { ...headers, host: hostname },
    signal: AbortSignal.timeout(5000),
  };
  request(new URL(path, gateway), options, resolve).on('error', reject).end();
  const response = (await promise).resume();
  const { location, 'x-revision': revision } = response.headers;
  return { status: response.statusCode ?? 0, location, revision: revision?.toString() };
}

/** The token that the gateway answers with now; undefined if no such rule is served. */
export async function probe(gateway: string, hostname: string): Promise<string | undefined> {
  const { location } = await ask(gateway, hostname, probePath);
  return /^(?:http:)?\/\/([^/]+)\.mainstay\.invalid/.exec(location ?? '')?.[1];
}

export interface Answer {
  readonly status: number;
  readonly location: string | undefined;
  readonly revision: string | undefined;
}
