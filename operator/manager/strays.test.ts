import { EventEmitter } from 'node:events';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { currentRun, type Run } from '../controller/runs.ts';
import { keyOf } from '../resources/object.ts';
import { catchStrays } from './strays.ts';

function caught() {
  const source = new EventEmitter();
  const lines: { level: number; msg: string; running: readonly string[] }[] = [];
  const log = pino({ base: null }, { write: (line: string) => lines.push(JSON.parse(line)) });
  const strays: (string | undefined)[] = [];
  const told: string[] = [];
  const controller: Run['controller'] = {
    name: 'widget',
    blocked: () => {},
    strayed: (run, error, how) => told.push(`${run.key} ${how} ${String(error)}`),
  };
  const run: Run = { controller, key: keyOf({ name: 'a' }), began: 0, overdue: false, log: () => log };
  const end = catchStrays({
    log,
    process: source,
    ours: (other) => other.controller === controller,
    running: () => ['widget b (3 ms)'],
    onStray: (name) => strays.push(name),
  });
  return { source, lines, strays, told, run, end };
}

it('takes what goes wrong in the course of a run for its failure', () => {
  const { source, lines, strays, told, run } = caught();
  currentRun.run(run, () => source.emit('unhandledRejection', new Error('no luck')));
  currentRun.run(run, () => source.emit('uncaughtException', new Error('no luck')));
  expect(told).toEqual(['a rejected Error: no luck', 'a thrown Error: no luck']);
  expect(strays).toEqual(['widget', 'widget']);
  expect(lines).toEqual([]);
});

it('leaves the runs of another manager to that', () => {
  const { source, lines, strays, told, run } = caught();
  const other = { ...run, controller: { ...run.controller } };
  currentRun.run(other, () => source.emit('unhandledRejection', new Error('no luck')));
  expect([told, strays, lines]).toEqual([[], [], []]);
});

it('counts a rejection of nobody’s, and names what is under way', () => {
  const { source, lines, strays } = caught();
  source.emit('unhandledRejection', new Error('no luck'));
  expect(strays).toEqual([undefined]);
  expect(lines).toMatchObject([
    { running: ['widget b (3 ms)'], msg: expect.stringContaining('nobody awaits') },
  ]);
});

it('lets an exception of nobody’s end the process', () => {
  const { source, lines } = caught();
  expect(() => source.emit('uncaughtException', new Error('no luck'))).toThrow('no luck');
  expect(lines).toMatchObject([{ level: 60, running: ['widget b (3 ms)'] }]);
});

it('leaves no listener behind', () => {
  const { source, end } = caught();
  end();
  expect(source.eventNames()).toEqual([]);
});
