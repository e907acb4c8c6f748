import { CelMap, GrowingList } from './collections.ts';
import type { Frame, Run, Step, StepPlanner } from './step.ts';
import type { Comprehension } from './syntax/expression.ts';
import { CelError, ListValue, MapValue, type Value } from './value.ts';

/** Plans a loop. */
export function planFold(planner: StepPlanner, loop: Comprehension): Step {
  const range = planner.plan(loop.range).run;
  const init = planner.plan(loop.init).run;
  return planner.withSlot(loop.accumulator, (accumulator) => {
    const { first, second, condition, step } = planner.withSlot(loop.variable, (first) =>
      planner.withSlot(loop.variable2 ?? '#unused', (second) => ({
        first,
        second: loop.variable2 === undefined ? undefined : second,
        condition: planner.plan(loop.condition).run,
        step: planner.plan(loop.step).run,
      })),
    );
    const result = planner.plan(loop.result).run;
    const run = (frame: Frame) =>
      fold(frame, { range, init, accumulator, first, second, condition, step, result });
    return { run };
  });
}

interface Fold {
  readonly range: Run;
  readonly init: Run;
  readonly accumulator: number;
  readonly first: number;
  readonly second: number | undefined;
  readonly condition: Run;
  readonly step: Run;
  readonly result: Run;
}

function fold(frame: Frame, loop: Fold): Value {
  const range = loop.range(frame);
  if (range instanceof CelError) return range;
  frame.slots[loop.accumulator] = startOf(loop.init(frame));
  if (range instanceof ListValue) foldList(frame, loop, range);
  else if (range instanceof MapValue) foldMap(frame, loop, range);
  else return new CelError('expected iterable type');
  const result = loop.result(frame);
  return result instanceof GrowingList ? result.finished() : result;
}

/** An empty list or map is gathered into in place, for nobody else sees it before the end. */
function startOf(init: Value): Value {
  if (init instanceof ListValue && init.size === 0) return new GrowingList();
  return init instanceof MapValue && init.size === 0 ? new CelMap([]) : init;
}

function foldList(frame: Frame, loop: Fold, list: ListValue): void {
  const { slots } = frame;
  for (let index = 0; index < list.size; index++) {
    if (loop.second === undefined) slots[loop.first] = list.at(index);
    else [slots[loop.first], slots[loop.second]] = [BigInt(index), list.at(index)];
    if (!again(frame, loop)) return;
  }
}

function foldMap(frame: Frame, loop: Fold, map: MapValue): void {
  const { slots } = frame;
  for (const key of map.keys()) {
    slots[loop.first] = key;
    if (loop.second !== undefined) slots[loop.second] = map.get(key) ?? null;
    if (!again(frame, loop)) return;
  }
}

/** One round, and whether there may be another. */
function again(frame: Frame, { condition, step, accumulator }: Fold): boolean {
  const more = condition(frame);
  if (typeof more === 'boolean' && !more) return false;
  frame.slots[accumulator] = step(frame);
  return true;
}
