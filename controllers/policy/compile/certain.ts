import type { Expression } from '../../../operator/cel/syntax/expression.ts';
import { all, type Call, conditional, logical, loopOf, not, or } from './calls.ts';
import { also, type Facts, factsOf, needs, texts, without } from './needs.ts';
import { readWritten, writtenAs } from './written.ts';

/**
 * A condition that is true where the given one is, and else false, also where that one fails because it reads what is not
 * there: `c.a.b == 1` becomes `has(c.a) && has(c.a.b) && c.a.b == 1`. What asks before it reads stays as it is.
 *
 * What fails otherwise still fails, and nothing else does: conversions, functions of a type that takes others, the limit of
 * cost, and, within what is no condition by itself, what only an operand of `&&` or `||` reads, or an element that is filtered.
 *
 * @param condition well-formed
 */
export function certain(condition: string): string {
  const written = readWritten(condition);
  const made = sure(written, false, alwaysThere);
  return made === written ? condition : writtenAs(made);
}

/** What every object has, and every pod: the API server has looked at that before. */
const alwaysThere: Facts = new Set([
  'has(object.apiVersion)',
  'has(object.kind)',
  'has(object.metadata)',
  'has(podSpec.containers)',
]);

/**
 * The condition, with another value where it cannot be told. `&&`, `||`, and loops of them, are what they were where they can
 * be told: they pass over an error where another operand decides, and as well over the value that decides nothing.
 */
function sure(condition: Expression, otherwise: boolean, known: Facts): Expression {
  if (condition.kind !== 'call') return guarded(condition, needs(condition, known), otherwise);
  const [first] = condition.args;
  const operands = logical(condition);
  const choice = conditional(condition);
  const loop = loopOf(condition);
  if (condition.function === '!_' && first !== undefined)
    return changed(condition, [sure(first, !otherwise, known)]);
  if (operands !== undefined) {
    const { and, left, right } = operands;
    const sureLeft = sure(left, otherwise, known);
    // Where the right one decides, the left one has been told: else it would have the value that decides.
    const told = sureLeft === left || and !== otherwise ? factsOf(left, and) : [];
    return changed(condition, [sureLeft, sure(right, otherwise, also(known, told))]);
  }
  if (choice !== undefined) {
    const needed = needs(choice.condition, known);
    const choices = [choice.yes, choice.no].map((chosen, index) =>
      sure(chosen, otherwise, also(known, factsOf(choice.condition, index === 0))),
    );
    return guarded(changed(condition, [choice.condition, ...choices]), needed, otherwise);
  }
  if (loop?.passesOver === true) {
    const needed = needs(loop.range, known);
    const inside = without(also(known, texts(needed)), loop.variables);
    const bodies = loop.bodies.map((body) => sure(body, otherwise, inside));
    return guarded(changed(condition, [...loop.names, ...bodies]), needed, otherwise);
  }
  return guarded(condition, needs(condition, known), otherwise);
}

function guarded(condition: Expression, needed: readonly Expression[], otherwise: boolean): Expression {
  if (needed.length === 0) return condition;
  return otherwise ? or(not(all(needed)), condition) : all([...needed, condition]);
}

/** The same call where nothing in it is another. */
function changed(its: Call, args: readonly Expression[]): Expression {
  return args.every((argument, index) => argument === its.args[index]) ? its : { ...its, args };
}
