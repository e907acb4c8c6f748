import { type Comprehension, type Expression, SyntaxProblem } from './expression.ts';

/** The accumulator of every loop. No name that can be written is like it. */
const accumulator = '@result';
const sortInput = '@sorted';

/** A call, or what the macro of that name and number of arguments stands for. Throws SyntaxProblem. */
export function expandMacro(
  at: number,
  name: string,
  target: Expression | undefined,
  args: readonly Expression[],
): Expression {
  const macro = target === undefined ? undefined : receiverMacros.get(`${name}/${args.length}`);
  if (target !== undefined && macro !== undefined) return macro({ at, target, args });
  if (target === undefined && name === 'has' && args.length === 1) return has(args[0], at);
  return { kind: 'call', at, function: name, target, args };
}

interface Use {
  readonly at: number;
  readonly target: Expression;
  readonly args: readonly Expression[];
}

function has(argument: Expression | undefined, at: number): Expression {
  if (argument?.kind !== 'select') throw new SyntaxProblem('invalid argument to has() macro', at);
  return { ...argument, test: true };
}

const receiverMacros = new Map<string, (use: Use) => Expression>([
  ['all/2', (use) => all(oneVariable(use))],
  ['all/3', (use) => all(twoVariables(use))],
  ['exists/2', (use) => exists(oneVariable(use))],
  ['exists/3', (use) => exists(twoVariables(use))],
  ['exists_one/2', (use) => existsOne(oneVariable(use))],
  ['exists_one/3', (use) => existsOne(twoVariables(use))],
  ['existsOne/2', (use) => existsOne(oneVariable(use))],
  ['existsOne/3', (use) => existsOne(twoVariables(use))],
  ['map/2', (use) => collect(oneVariable(use))],
  ['map/3', (use) => collect(oneVariable(use))],
  ['filter/2', filter],
  ['transformList/3', (use) => collect(twoVariables(use))],
  ['transformList/4', (use) => collect(twoVariables(use))],
  ['transformMap/3', (use) => transformMap(twoVariables(use))],
  ['transformMap/4', (use) => transformMap(twoVariables(use))],
  ['transformMapEntry/3', (use) => transformMapEntry(twoVariables(use))],
  ['transformMapEntry/4', (use) => transformMapEntry(twoVariables(use))],
  ['optMap/2', (use) => withValue(use, (value) => call(use.at, 'optional.of', value))],
  ['optFlatMap/2', (use) => withValue(use, (value) => value)],
  ['sortBy/2', sortBy],
]);

/** A loop with its variables taken off its arguments. */
interface Loop {
  readonly at: number;
  readonly range: Expression;
  readonly variable: string;
  readonly variable2: string | undefined;
  /** A filter, if there are two, and what is done with each element. */
  readonly args: readonly Expression[];
}

function oneVariable({ at, target, args }: Use): Loop {
  return { at, range: target, variable: variableOf(args[0], at), variable2: undefined, args: args.slice(1) };
}

function twoVariables({ at, target, args }: Use): Loop {
  const [variable, variable2] = [variableOf(args[0], at), variableOf(args[1], at)];
  if (variable === variable2)
    throw new SyntaxProblem(`duplicate variable name: ${variable}`, args[1]?.at ?? at);
  return { at, range: target, variable, variable2, args: args.slice(2) };
}

function variableOf(argument: Expression | undefined, at: number): string {
  if (argument?.kind !== 'name')
    throw new SyntaxProblem('argument must be a simple name', argument?.at ?? at);
  if (argument.name !== '__result__') return argument.name;
  throw new SyntaxProblem('iteration variable overwrites accumulator variable', argument.at);
}

function all(loop: Loop): Expression {
  const { at } = loop;
  return comprehension(loop, {
    init: literal(at, true),
    condition: call(at, '@not_strictly_false', accumulated(at)),
    step: call(at, '_&&_', accumulated(at), last(loop)),
    result: accumulated(at),
  });
}

function exists(loop: Loop): Expression {
  const { at } = loop;
  return comprehension(loop, {
    init: literal(at, false),
    condition: call(at, '@not_strictly_false', call(at, '!_', accumulated(at))),
    step: call(at, '_||_', accumulated(at), last(loop)),
    result: accumulated(at),
  });
}

function existsOne(loop: Loop): Expression {
  const { at } = loop;
  const more = call(at, '_+_', accumulated(at), literal(at, 1n));
  return comprehension(loop, {
    init: literal(at, 0n),
    condition: literal(at, true),
    step: call(at, '_?_:_', last(loop), more, accumulated(at)),
    result: call(at, '_==_', accumulated(at), literal(at, 1n)),
  });
}

function collect(loop: Loop): Expression {
  const { at } = loop;
  const appended = call(at, '_+_', accumulated(at), list(at, [last(loop)]));
  return gathering(loop, list(at, []), appended);
}

function filter({ at, target, args }: Use): Expression {
  const variable = variableOf(args[0], at);
  const element: Expression = { kind: 'name', at, name: variable };
  const loop: Loop = { at, range: target, variable, variable2: undefined, args: [...args.slice(1), element] };
  return collect(loop);
}

function transformMap(loop: Loop): Expression {
  const { at } = loop;
  const key: Expression = { kind: 'name', at, name: loop.variable };
  const inserted = call(at, 'cel.@mapInsert', accumulated(at), key, last(loop));
  return gathering(loop, { kind: 'map', at, entries: [] }, inserted);
}

function transformMapEntry(loop: Loop): Expression {
  const { at } = loop;
  const inserted = call(at, 'cel.@mapInsert', accumulated(at), last(loop));
  return gathering(loop, { kind: 'map', at, entries: [] }, inserted);
}

function gathering(loop: Loop, init: Expression, gathered: Expression): Expression {
  const { at, args } = loop;
  const [condition] = args;
  const filtered = condition !== undefined && args.length === 2;
  const step = filtered ? call(at, '_?_:_', condition, gathered, accumulated(at)) : gathered;
  return comprehension(loop, { init, condition: literal(at, true), step, result: accumulated(at) });
}

function withValue({ at, target, args }: Use, result: (value: Expression) => Expression): Expression {
  const value = member(at, 'value', target);
  const bound = bind(at, variableOf(args[0], at), value, args[1] ?? literal(at, null));
  return call(at, '_?_:_', member(at, 'hasValue', target), result(bound), call(at, 'optional.none'));
}

function sortBy({ at, target, args }: Use): Expression {
  if (target.kind === 'literal' || target.kind === 'map' || target.kind === 'struct') {
    throw new SyntaxProblem(
      'sortBy can only be applied to a list, identifier, comprehension, call or select expression',
      target.at,
    );
  }
  const input: Expression = { kind: 'name', at, name: sortInput };
  const keys = collect(oneVariable({ at, target: input, args }));
  return bind(at, sortInput, target, member(at, '@sortByAssociatedKeys', input, keys));
}

/** A name for a value: a loop over nothing. */
function bind(at: number, name: string, value: Expression, inside: Expression): Expression {
  return {
    kind: 'comprehension',
    at,
    range: list(at, []),
    variable: '#unused',
    variable2: undefined,
    accumulator: name,
    init: value,
    condition: literal(at, false),
    step: { kind: 'name', at, name },
    result: inside,
  };
}

type Body = Pick<Comprehension, 'init' | 'condition' | 'step' | 'result'>;

function comprehension({ at, range, variable, variable2 }: Loop, body: Body): Expression {
  return { kind: 'comprehension', at, range, variable, variable2, accumulator, ...body };
}

function last({ at, args }: Loop): Expression {
  return args.at(-1) ?? literal(at, null);
}

const accumulated = (at: number): Expression => ({ kind: 'name', at, name: accumulator });
const literal = (at: number, value: boolean | bigint | null): Expression => ({ kind: 'literal', at, value });
const list = (at: number, elements: readonly Expression[]): Expression => ({
  kind: 'list',
  at,
  elements,
  optional: new Set(),
});

function call(at: number, name: string, ...args: readonly Expression[]): Expression {
  return { kind: 'call', at, function: name, target: undefined, args };
}

function member(at: number, name: string, target: Expression, ...args: readonly Expression[]): Expression {
  return { kind: 'call', at, function: name, target, args };
}
