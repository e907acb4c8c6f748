/**
 * The application of the traffic tests, a program without dependencies. It answers every request with its revision, and
 * misbehaves as it is told (behaviour.ts). On SIGTERM it goes on answering for 5 s, as every server behind a gateway
 * should: the gateway learns only after the kubelet that a pod goes.
 *
 * REVISION names it; PORT (8080), HOST (all addresses), BEHAVIOUR and DRAIN_MILLISECONDS (5000) are optional.
 * `GET /ready` is for its readiness probe. It prints one line when it listens.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { type Behaviour, good, parseBehaviour } from './behaviour.ts';

const {
  REVISION = '',
  HOSTNAME = '',
  HOST,
  PORT = '8080',
  BEHAVIOUR = '',
  DRAIN_MILLISECONDS = '5000',
} = process.env;

const usual = { ...good, ...parseBehaviour(BEHAVIOUR) };
const kept: Buffer[] = [];
let readyAt = 0;
let draining = false;
let leaking: NodeJS.Timeout | undefined;

/** What is not about one request, but about the program from now on. */
function follow({ crash, leak, ready }: Partial<Behaviour>): void {
  if (crash !== undefined && Number.isFinite(crash)) setTimeout(() => process.exit(1), crash * 1000);
  if (ready !== undefined) readyAt = performance.now() + ready * 1000;
  if (leak === undefined) return;
  clearInterval(leaking);
  // Filled, since memory that nobody has written to is not there.
  if (leak > 0) leaking = setInterval(() => kept.push(Buffer.alloc((leak * 2 ** 20) / 10, 1)), 100);
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://application');
  // A proxy then takes a new connection, to a pod that stays.
  if (draining) response.setHeader('connection', 'close');
  response.setHeader('x-revision', REVISION).setHeader('x-pod', HOSTNAME);
  if (url.pathname === '/ready') {
    response.writeHead(!draining && performance.now() >= readyAt ? 200 : 503).end();
    return;
  }
  const told = request.headers['x-behaviour'] ?? url.searchParams.get('behaviour') ?? '';
  let behaviour = usual;
  try {
    const wished = parseBehaviour(String(told));
    follow(wished);
    behaviour = { ...usual, ...wished };
  } catch (error) {
    response.writeHead(400).end(`${error instanceof Error ? error.message : error}\n`);
    return;
  }
  if (behaviour.delay > 0 && Math.random() < behaviour.slow) await delay(behaviour.delay);
  response.writeHead(Math.random() < behaviour.fail ? 500 : 200).end(`${REVISION}\n`);
}

const server = createServer((request, response) => {
  request.resume();
  answer(request, response).catch((error: unknown) =>
    response.destroy(error instanceof Error ? error : undefined),
  );
});
// Longer than any gateway keeps a connection: the side that closes it must be the one that sends requests on it.
server.keepAliveTimeout = 600_000;

process.once('SIGTERM', async () => {
  draining = true;
  await delay(Number(DRAIN_MILLISECONDS));
  server.close(() => process.exit(0));
  server.closeIdleConnections();
});

follow(usual);
server.listen(Number(PORT), HOST, () => {
  const address = server.address() as AddressInfo;
  console.log(JSON.stringify({ revision: REVISION, port: address.port }));
});
