import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { until } from '../eventually.ts';
import { parseBehaviour } from './behaviour.ts';

describe('the test application', () => {
  const children: ChildProcess[] = [];
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
  });

  /** As the kubelet would start it, but on a free port of this machine alone. */
  async function start(environment: Readonly<Record<string, string>>) {
    const child = fork(fileURLToPath(new URL('./application.ts', import.meta.url)), {
      env: { ...process.env, REVISION: 'a', HOST: '127.0.0.1', PORT: '0', ...environment },
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    });
    children.push(child);
    const [line] = (await once(child.stdout ?? child, 'data')) as [Buffer];
    const url = `http://127.0.0.1:${JSON.parse(line.toString()).port}`;
    const get = (path: string, headers = {}) => fetch(`${url}${path}`, { headers });
    const statusOf = async (path: string, headers = {}): Promise<number> => (await get(path, headers)).status;
    return { child, get, statusOf };
  }

  it('answers with its revision, and fails or waits when a request says so', async () => {
    const { get, statusOf } = await start({});
    const answer = await get('/some/path?with=parameters');
    expect([answer.status, answer.headers.get('x-revision'), await answer.text()]).toEqual([200, 'a', 'a\n']);
    expect(await statusOf('/', { 'x-behaviour': 'fail=1' })).toBe(500);
    expect(await statusOf('/?behaviour=fail%3D1')).toBe(500);
    expect(await statusOf('/')).toBe(200);
    const began = performance.now();
    expect(await statusOf('/', { 'x-behaviour': 'delay=200' })).toBe(200);
    expect(performance.now() - began).toBeGreaterThan(198);
    const refused = await get('/', { 'x-behaviour': 'fail=2' });
    expect([refused.status, await refused.text()]).toEqual([
      400,
      'behaviour "fail=2" is no number from 0 to 1\n',
    ]);
    expect(await statusOf('/ready')).toBe(200);
    await statusOf('/', { 'x-behaviour': 'ready=never' });
    expect(await statusOf('/ready')).toBe(503);
  });

  it('behaves as its environment says, for every request', async () => {
    const { statusOf } = await start({ BEHAVIOUR: 'fail=0.5&ready=never' });
    const statuses = await Promise.all([...Array(200)].map(() => statusOf('/')));
    const failures = statuses.filter((status) => status === 500).length;
    // Further away than one in 10^8 runs is.
    expect(failures).toBeGreaterThan(58);
    expect(failures).toBeLessThan(142);
    expect(await statusOf('/ready')).toBe(503);
    // What one request is told is not told to the others.
    expect(await statusOf('/', { 'x-behaviour': 'fail=0' })).toBe(200);
  });

  it('crashes, and takes memory', async () => {
    const { child, get, statusOf } = await start({});
    const { pid = 0 } = child;
    const residentMegabytes = async (): Promise<number> => {
      const { readFile } = await import('node:fs/promises');
      return (Number((await readFile(`/proc/${pid}/statm`, 'utf8')).split(' ')[1]) * 4096) / 2 ** 20;
    };
    const before = await residentMegabytes();
    await statusOf('/', { 'x-behaviour': 'leak=400' });
    await until('it has taken 60 MB', async () => (await residentMegabytes()) > before + 60);
    const exited = once(child, 'exit');
    await get('/', { 'x-behaviour': 'crash=0' }).catch(() => undefined);
    expect(await exited).toEqual([1, null]);
  });

  it('goes on answering for a while when it is told to end, and asks its clients to leave', async () => {
    const { child, get } = await start({ DRAIN_MILLISECONDS: '800' });
    const kept = await get('/');
    expect(kept.headers.get('connection')).toBe('keep-alive');
    const exited = once(child, 'exit');
    const told = performance.now();
    child.kill('SIGTERM');
    await until('it drains', async () => (await get('/ready')).status === 503, { within: 700, every: 10 });
    const answer = await get('/');
    expect([answer.status, answer.headers.get('connection')]).toEqual([200, 'close']);
    expect(await exited).toEqual([0, null]);
    expect(performance.now() - told).toBeGreaterThan(798);
  });
});

it('a behaviour that does not exist is refused by its name', () => {
  expect(parseBehaviour('fail=0.05&delay=300&ready=never')).toEqual({
    fail: 0.05,
    delay: 300,
    ready: Number.POSITIVE_INFINITY,
  });
  expect(parseBehaviour('')).toEqual({});
  for (const text of ['explode=1', 'fail=', 'fail=x', 'fail=-1', 'slow=1.1', 'crash=never', 'toString=1'])
    expect(() => parseBehaviour(text)).toThrow(`behaviour "${text.split('=')[0]}`);
});
