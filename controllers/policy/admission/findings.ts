import type { Finding } from '../compile/index.ts';
import type { Subject } from './examination.ts';
import { expressionOf } from './fixCheck.ts';
import { type MatchedKind, spoken } from './matchedKinds.ts';
import { readsKind } from './readsKind.ts';
import type { Failure } from './trial.ts';
import type { TypeProblem } from './typeCheck.ts';

/** What is told of what was found out about a Policy. */

export function ofRule({ field, message }: Failure, kind: MatchedKind): Omit<Finding, 'policy'> {
  return {
    weight: 'Note',
    reason: 'Unproven',
    field,
    message: `a ${spoken(kind)} with nothing but what it needs has no verdict (${message}), so what makes the rule fail is let through: ask with has() or .? for what may be missing`,
  };
}

export function ofFix({ field, message }: Failure, kind: MatchedKind): Omit<Finding, 'policy'> {
  return {
    weight: 'Note',
    reason: 'Unproven',
    field,
    message: `a ${spoken(kind)} with nothing but what it needs is left as it is (${message}): ask with has() or .? for what may be missing`,
  };
}

export interface ProblemOfKind {
  readonly kind: MatchedKind;
  readonly problem: TypeProblem;
}

export interface FixFound {
  readonly types: ProblemOfKind[];
  readonly misfits: ProblemOfKind[];
  readonly failures: Omit<Finding, 'policy'>[];
}

interface Asking {
  /** Whether it asks which kind it sees. */
  readonly kind: boolean;
  /** What becomes of an error. */
  readonly otherwise: string;
}

export function ofRules({ variables = [], rules }: Subject['spec']): Asking {
  const texts = [...variables, ...rules].map(({ expression }) => expression);
  return { kind: readsKind(texts), otherwise: 'an error there is let through' };
}

/** What a mutation makes must stand where it is put, of every kind: elsewhere requests would be answered with 500. */
export function fixFindings(
  { variables = [], fix }: Subject['spec'],
  { types, misfits }: FixFound,
  kinds: number,
  unknown: readonly string[],
): readonly Omit<Finding, 'policy'>[] {
  if (fix === undefined) return [];
  const texts = [...variables.map(({ expression }) => expression), ...fix.mutations.map(expressionOf)];
  return [
    ...typeFindings(types, kinds, { kind: readsKind(texts), otherwise: 'nothing is changed there' }),
    ...typeFindings(misfits, kinds, { kind: false, otherwise: '' }),
    ...(unknown.length === 0 ? [] : [unfixable(unknown)]),
  ];
}

function unfixable(names: readonly string[]): Omit<Finding, 'policy'> {
  return {
    weight: 'Refused',
    reason: 'InvalidExpression',
    field: 'spec.fix',
    message: `what ${listed(names)} look like is not known beforehand, so they cannot be fixed: match them by another Policy`,
  };
}

/**
 * What is wrong for every kind is a mistake. What is wrong for some may be meant, where the expression asks which kind it
 * sees: then it is in force, and its errors let through.
 */
export function typeFindings(
  problems: readonly ProblemOfKind[],
  kinds: number,
  asks: Asking,
): readonly Omit<Finding, 'policy'>[] {
  const places = Map.groupBy(problems, ({ problem: { field, line, column } }) =>
    JSON.stringify([field, line, column]),
  );
  return [...places.values()].flatMap((same): readonly Omit<Finding, 'policy'>[] => {
    const [first] = same;
    if (first === undefined) return [];
    const { field, line, column, message } = first.problem;
    const everywhere = new Set(same.map(({ kind }) => spoken(kind))).size === kinds;
    const of = same.length === kinds && kinds > 1 ? '' : ` (${listed(same.map(({ kind }) => spoken(kind)))})`;
    const text = `line ${line}, column ${column}: ${message}${of}`;
    return asks.kind && !everywhere
      ? [{ weight: 'Note', reason: 'Unproven', field, message: `${text}; ${asks.otherwise}` }]
      : [{ weight: 'Refused', reason: 'InvalidExpression', field, message: text }];
  });
}

export function notServedNote(names: readonly string[]): Omit<Finding, 'policy'> {
  return {
    weight: 'Note',
    reason: 'NotServed',
    field: 'spec.match',
    message: `this API server does not serve ${listed(names)} now: the Policy counts from when it does`,
  };
}

export function unknownNote(names: readonly string[]): Omit<Finding, 'policy'> {
  return {
    weight: 'Note',
    reason: 'Unproven',
    field: 'spec.match.resources',
    message: `what ${listed(names)} look like is not known beforehand, so an error in a rule is let through`,
  };
}

/** One of each place, since the same is wrong for every kind. */
export function firstOfEach(
  findings: readonly Omit<Finding, 'policy'>[],
): readonly Omit<Finding, 'policy'>[] {
  return [...new Map(findings.toReversed().map((finding) => [finding.field, finding])).values()].toReversed();
}

/** The first few of many. */
function listed(names: readonly string[]): string {
  const distinct = [...new Set(names)];
  const more = distinct.length - 4;
  return more > 0 ? `${distinct.slice(0, 4).join(', ')} and ${more} more` : distinct.join(', ');
}
