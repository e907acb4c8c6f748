import type { Checked, Problem } from './check.ts';
import { clauseAt, clauseTypes } from './library/formatText.ts';
import { type Call, children, type Expression } from './syntax/expression.ts';
import { type CelType, formatType, isDyn, optionalValue, parametersOf, runtimeName } from './types.ts';

/** What types alone do not tell, and the API server refuses: literals of mixed types, formats that do not fit. */
export function validate(expression: Expression, checked: Checked): readonly Problem[] {
  const problems: Problem[] = [];
  const seen = new Set<Expression>();
  visit(expression, false, (part, inFormat) => {
    if (seen.has(part)) return false;
    seen.add(part);
    if (part.kind === 'call' && part.function === 'format') problems.push(...formatProblems(part, checked));
    if (inFormat) return true;
    if (part.kind === 'list') problems.push(...listProblems(part, checked));
    if (part.kind === 'map') problems.push(...mapProblems(part, checked));
    return true;
  });
  return problems;
}

/** Every part, and whether it is within the arguments of `format`, where types may be mixed; no deeper if told so. */
function visit(
  part: Expression,
  inFormat: boolean,
  see: (part: Expression, inFormat: boolean) => boolean,
): void {
  if (!see(part, inFormat)) return;
  const within = inFormat || (part.kind === 'call' && part.function === 'format');
  for (const child of children(part)) visit(child, within, see);
}

function listProblems(list: Expression & { readonly kind: 'list' }, { type }: Checked): readonly Problem[] {
  const entries = list.elements.map((part, index) => entryOf(part, list.optional.has(index), type));
  const unknown = entries.filter(({ type }) => type === undefined);
  if (unknown.length > 0) return unknown.map(({ part }) => unknownOptional(part));
  return mixed(entries).slice(0, 1);
}

function mapProblems(
  { entries }: Expression & { readonly kind: 'map' },
  { type }: Checked,
): readonly Problem[] {
  const keys = entries.map(({ key }) => entryOf(key, false, type));
  const values = entries.map(({ value, optional }) => entryOf(value, optional, type));
  const unknown = values.filter(({ type }) => type === undefined);
  if (unknown.length > 0) return unknown.map(({ part }) => unknownOptional(part));
  return [...mixed(keys), ...mixed(values)];
}

interface Entry {
  readonly part: Expression;
  readonly type: CelType | undefined;
}

/** An entry with its type; of an optional one, the type that it holds, if that is known. */
function entryOf(part: Expression, optional: boolean, type: Checked['type']): Entry {
  return { part, type: optional ? optionalValue(type(part)) : type(part) };
}

/** The API server does not survive the look at such an entry. */
function unknownOptional({ at }: Expression): Problem {
  return {
    at,
    message: 'an optional entry must be known to be optional before it is evaluated',
    reason: 'Type',
  };
}

/** Entries of another type than the first. */
function mixed([first, ...rest]: readonly Entry[]): readonly Problem[] {
  const wanted = first?.type;
  if (wanted === undefined) return [];
  return rest.flatMap(({ part, type }) =>
    type === undefined || isEquivalent(wanted, type) ? [] : [mismatch(part, wanted, type)],
  );
}

function mismatch({ at }: Expression, wanted: CelType, found: CelType): Problem {
  const message = `expected type '${formatType(wanted)}' but found '${formatType(found)}'`;
  return { at, message, reason: 'Type' };
}

function isEquivalent(a: CelType, b: CelType): boolean {
  const [left, right] = [parametersOf(a), parametersOf(b)];
  if (a.kind !== b.kind || runtimeName(a) !== runtimeName(b) || left.length !== right.length) return false;
  return left.every((type, index) => isEquivalent(type, right[index] ?? type));
}

/** A format and its arguments, where both are written out. */
function formatProblems({ at, target, args }: Call, { type }: Checked): readonly Problem[] {
  const [list] = args;
  if (target?.kind !== 'literal' || typeof target.value !== 'string' || list?.kind !== 'list') return [];
  const template = target.value;
  const problem = (message: string, place = at): readonly Problem[] => [
    { at: place, message, reason: 'Type' },
  ];
  let next = 0;
  for (let place = template.indexOf('%'); place !== -1; ) {
    if (template[place + 1] === '%') {
      place = template.indexOf('%', place + 2);
      continue;
    }
    const clause = clauseAt(template, place + 1);
    if (clause === undefined) return problem('could not parse formatting clause');
    const arg = list.elements[next];
    if (arg === undefined) return problem(`index ${next} out of range`);
    const wrong = misfit(clause.letter, arg, type);
    if (wrong !== undefined)
      return problem(`the clause %${clause.letter} does not take ${formatType(type(wrong))}`, wrong.at);
    next++;
    place = template.indexOf('%', clause.end);
  }
  if (list.elements.length <= next) return [];
  return problem(
    `too many arguments supplied to string.format (expected ${next}, got ${list.elements.length})`,
  );
}

const printable = 'list map int uint double bool string timestamp bytes duration type null'.split(' ');

/** The part of an argument that a clause does not take. */
function misfit(letter: string, arg: Expression, type: Checked['type']): Expression | undefined {
  const own = type(arg);
  if (!isDyn(own) && !(clauseTypes[letter] ?? printable).includes(own.kind)) return arg;
  if (letter !== 's' || (arg.kind !== 'list' && arg.kind !== 'map')) return undefined;
  for (const child of children(arg)) {
    const wrong = misfit(letter, child, type);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}
