import { CostExceeded } from './cost.ts';
import type { Expression } from './syntax/expression.ts';
import type { Value } from './value.ts';

/** What an expression is evaluated in: the values of its variables and its loops, and what it has cost so far. */
export interface Frame {
  readonly slots: (Value | (() => Value) | undefined)[];
  cost: number;
  /** How much functions have made so far. */
  made: number;
  readonly costLimit: number;
}

export type Run = (frame: Frame) => Value;

/** A part of an expression, ready to run. */
export interface Step {
  readonly run: Run;
  /** Known before it runs, and free. */
  readonly constant?: Value;
  /**
   * A variable with what is selected of it. The API server reckons one unit for reading it as a value, and none where
   * only more is selected of it: then `resolve` is run.
   */
  readonly resolve?: Run;
  readonly base?: number;
}

/** A part that would fail however it is run, which the API server refuses before. */
export class PlanProblem extends Error {
  readonly at: number;

  constructor(message: string, at: number) {
    super(message);
    this.name = 'PlanProblem';
    this.at = at;
  }
}

export function charge(frame: Frame, cost: number): void {
  frame.cost += cost;
  if (frame.cost > frame.costLimit) throw new CostExceeded();
}

/** What turns expressions into steps. */
export interface StepPlanner {
  plan(expression: Expression): Step;
  /** Plans with a name in a slot of its own. */
  withSlot<T>(name: string, plan: (slot: number) => T): T;
}
