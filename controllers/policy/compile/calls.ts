import type { Expression } from '../../../operator/cel/syntax/expression.ts';

/** Parts of expressions as they are written (`written.ts`): taken apart, and made. */

export type Call = Expression & { readonly kind: 'call' };

/** A macro that computes something of each element, or of a value where there is one. */
export interface Loop {
  readonly range: Expression;
  readonly names: readonly Expression[];
  readonly variables: readonly string[];
  /** What is computed of each element; where there are two, the first is a filter. */
  readonly bodies: readonly Expression[];
  /** Whether it passes over an error where another element decides, as `&&` and `||` do. */
  readonly passesOver: boolean;
}

const ofOne = 'all/2 exists/2 exists_one/2 existsOne/2 map/2 map/3 filter/2 sortBy/2 optMap/2 optFlatMap/2';
const ofTwo =
  'all/3 exists/3 exists_one/3 existsOne/3 transformList/3 transformList/4 transformMap/3 transformMap/4 transformMapEntry/3 transformMapEntry/4';
const variablesOf = new Map([
  ...ofOne.split(' ').map((form) => [form, 1] as const),
  ...ofTwo.split(' ').map((form) => [form, 2] as const),
]);

export function loopOf({ function: name, target, args }: Call): Loop | undefined {
  const count = variablesOf.get(`${name}/${args.length}`);
  if (target === undefined || count === undefined) return undefined;
  const names = args.slice(0, count);
  return {
    range: target,
    names,
    variables: names.flatMap((one) => (one.kind === 'name' ? one.name : [])),
    bodies: args.slice(count),
    passesOver: name === 'all' || name === 'exists',
  };
}

/** The operands of `&&` or `||`. */
export function logical({
  function: name,
  args: [left, right],
}: Call): { readonly and: boolean; readonly left: Expression; readonly right: Expression } | undefined {
  if ((name !== '_&&_' && name !== '_||_') || left === undefined || right === undefined) return undefined;
  return { and: name === '_&&_', left, right };
}

export function conditional({
  function: name,
  args: [condition, yes, no],
}: Call): { readonly condition: Expression; readonly yes: Expression; readonly no: Expression } | undefined {
  if (name !== '_?_:_' || condition === undefined || yes === undefined || no === undefined) return undefined;
  return { condition, yes, no };
}

export function call(name: string, ...args: readonly Expression[]): Call {
  return { kind: 'call', at: 0, function: name, target: undefined, args };
}

export function member(target: Expression, name: string, ...args: readonly Expression[]): Call {
  return { kind: 'call', at: 0, function: name, target, args };
}

export function not(condition: Expression): Expression {
  const [inner] = condition.kind === 'call' && condition.function === '!_' ? condition.args : [];
  return inner ?? call('!_', condition);
}

export function or(a: Expression, b: Expression): Expression {
  return call('_||_', a, b);
}

/** @param conditions at least one */
export function all(conditions: readonly Expression[]): Expression {
  return conditions.reduce((a, b) => call('_&&_', a, b));
}
