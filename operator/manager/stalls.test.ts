import { setImmediate as nextTurn } from 'node:timers/promises';
import { pino } from 'pino';
import { expect, it, onTestFinished } from 'vitest';
import { CallbackTimes } from '../controller/callbackTimes.ts';
import { currentRun, type Run } from '../controller/runs.ts';
import { ManualClock } from '../queue/manualClock.ts';
import { keyOf } from '../resources/object.ts';
import { explainStalls } from './stalls.ts';

/** An event loop that is blocked when the test says so, in the course of these runs. */
function blockable(times: CallbackTimes = new CallbackTimes()) {
  const clock = new ManualClock();
  const lines: { msg: string; runs: readonly string[]; milliseconds: number }[] = [];
  const named: string[] = [];
  const runs: Run[] = [];
  let blocked = 0;
  let stalled = 0;
  const log = pino({ base: null }, { write: (line: string) => lines.push(JSON.parse(line)) });
  const controller: Run['controller'] = {
    name: 'widget',
    strayed: () => {},
    blocked: (run, milliseconds, known) => {
      named.push(`${run.key} ${known} ${Math.round(milliseconds / 100) * 100}`);
      if (known === 'measured') run.blocked = { at: clock.now(), milliseconds };
    },
  };
  const end = explainStalls({
    clock,
    log,
    times,
    idle: () => clock.now() - blocked,
    runsSince: (time) => runs.filter(({ ended = time }) => ended >= time),
    onStall: (milliseconds) => {
      stalled += milliseconds;
    },
  });
  onTestFinished(end);
  return {
    clock,
    lines,
    named,
    controller,
    stalled: () => stalled,
    begin: (name: string) => {
      const run: Run = {
        controller,
        key: keyOf({ name }),
        began: clock.now(),
        overdue: false,
        log: () => log,
      };
      runs.push(run);
      return run;
    },
    block: (milliseconds: number) => {
      blocked += milliseconds;
      clock.freeze(milliseconds);
    },
    end,
  };
}

it('names the only run that was under way, also if it has ended since', () => {
  const here = blockable();
  here.begin('before').ended = here.clock.now();
  here.clock.advance(1100);
  const run = here.begin('a');
  here.block(2000);
  run.ended = here.clock.now();
  here.clock.advance(1000);
  expect(here.named).toEqual(['a alone 2000']);
  expect(here.lines).toMatchObject([{ milliseconds: 2000, runs: ['widget a'] }]);
  expect(here.stalled()).toBe(2000);
});

it('accuses none of several, and names whoever does it again', async () => {
  const here = blockable();
  const guilty = here.begin('a');
  here.begin('b');
  here.block(2000);
  here.clock.advance(1000);
  expect(here.named).toEqual([]);
  expect(here.lines).toMatchObject([{ runs: ['widget a', 'widget b'] }]);

  await currentRun.run(guilty, async () => {
    await nextTurn();
    const until = performance.now() + 800;
    while (performance.now() < until);
  });
  here.block(800);
  here.clock.advance(1000);
  expect(here.named).toEqual(['a measured 800']);
  expect(here.lines[1]).toMatchObject({ runs: ['widget a'], msg: expect.stringContaining('blocked it') });
});

it('accuses nobody once callbacks are timed and none of a run was long, and stops timing after a while', async () => {
  const times = new CallbackTimes();
  const here = blockable(times);
  here.begin('a');
  here.block(2000);
  here.clock.advance(1000);
  expect(here.named).toEqual(['a alone 2000']);
  expect(times.on).toBe(true);
  here.block(2000);
  here.clock.advance(1000);
  expect(here.named).toHaveLength(1);
  expect(here.lines[1]?.msg).toContain('no run blocked it');
  here.clock.advance(600_000);
  expect(times.on).toBe(false);
});

it('tells a frozen process from a blocked one', () => {
  const here = blockable();
  here.begin('a');
  here.clock.freeze(3000);
  here.clock.advance(1000);
  expect(here.lines.map(({ msg }) => msg)).toEqual(['the process did not run']);
  expect([here.named, here.stalled()]).toEqual([[], 0]);
});
