import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { configMaps, events } from '../../operator/index.ts';
import type { LogLine } from './operator.ts';
import { openStage, type Stage } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage[Symbol.asyncDispose]());

const within = { timeout: 20_000, interval: 50 };
const bad = ['not-awaited', 'never-awaited', 'in-a-timer'];

test('errors that a handler does not await are that key’s alone, and end nothing', async () => {
  const namespace = await stage.namespace();
  const make = (name: string, value = '0') =>
    stage.direct.apply(configMaps, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { namespace, name, labels: { mine: 'true' } },
      data: { value },
    });
  await Promise.all([...bad, 'good'].map((name) => make(name)));
  const program = new URL('./strayHandlers.ts', import.meta.url);
  const child = fork(program, [stage.cluster.kubeconfig, namespace], { silent: true, execArgv: [] });
  const exited = once(child, 'exit');
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const lines: LogLine[] = [];
  if (child.stdout === null) throw new Error('no output');
  createInterface(child.stdout).on('line', (line) => lines.push(JSON.parse(line)));

  const failures = () => lines.filter(({ reason }) => reason === 'Unawaited');
  await vi.waitFor(() => expect(failures()).toHaveLength(3), within);
  expect(
    failures()
      .map(({ key }) => key)
      .toSorted(),
  ).toEqual(bad.map((name) => `${namespace}/${name}`).toSorted());
  for (const { msg } of failures()) expect(msg).toContain('out of luck');
  await vi.waitFor(async () => {
    const { items } = await stage.direct.list(events, { namespace });
    const named = items
      .filter(({ reason }) => reason === 'ReconcileFailed')
      .map((event) => event.regarding?.name);
    expect(new Set(named)).toEqual(new Set(bad));
  }, within);

  child.send('reject');
  const nobodys = () => lines.filter(({ msg }) => msg === 'a promise was rejected, and nobody awaits it');
  await vi.waitFor(() => expect(nobodys()).toMatchObject([{ err: { message: 'nobody’s' } }]), within);

  await make('good', '1');
  await vi.waitFor(
    () => expect(lines).toContainEqual(expect.objectContaining({ msg: 'seen', value: '1' })),
    within,
  );
  child.send('metrics');
  const [metrics]: string[] = await once(child, 'message');
  expect(metrics).toContain('operator_unhandled_errors_total{controller="strays"} 3');
  expect(metrics).toContain('operator_unhandled_errors_total{controller=""} 1');
  child.disconnect();
  expect(await exited).toEqual([0, null]);
});
