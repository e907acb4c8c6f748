import { expiryOf } from '../../../crds/policy/defaults.ts';
import type { PolicySpec } from '../../../crds/policy/schema.ts';
import { compile, type Evaluation, type Values } from '../../../operator/cel/index.ts';
import type { Facts } from '../compile/index.ts';
import { leftOut } from '../compile/scope.ts';
import { labelsAsked } from './matched.ts';
import { declarations } from './values.ts';

/** What a Policy leaves out, by the compiler's own conditions. */
export interface Scope {
  /** Whether it leaves this out; the reason why that cannot be told otherwise. */
  leavesOut(values: Values): boolean | string;
  readonly texts: readonly string[];
  /** Labels of the namespace that it asks for. */
  readonly namespaceLabels: readonly string[];
}

export interface Exception extends Scope {
  readonly name: string;
  readonly reason: string;
  readonly expires: string | undefined;
  /** Milliseconds since 1970. */
  readonly until: number;
}

/** For good. */
export function exclusionsOf({ match }: PolicySpec, facts: Facts): readonly Scope[] {
  return (match.exclude ?? []).map((one) => scopeOf({ match: { ...match, exclude: [one] } }, facts));
}

/** Each for itself, also those whose date is over. */
export function exceptionsOf({ match, exceptions = [] }: PolicySpec, facts: Facts): readonly Exception[] {
  const { exclude: _, ...matched } = match;
  return exceptions.map((exception) => {
    const { expires, ...others } = exception;
    const { name, reason } = exception;
    const until = expiryOf(exception) ?? Number.POSITIVE_INFINITY;
    return { ...scopeOf({ match: matched, exceptions: [others] }, facts), name, reason, expires, until };
  });
}

function scopeOf(spec: Parameters<typeof leftOut>[0], facts: Facts): Scope {
  const { conditions, inNamespaces } = leftOut(spec, facts);
  const scopes = [...(spec.match.exclude ?? []), ...(spec.exceptions ?? []).map(({ match }) => match)];
  // A condition says what is looked at, an expression of namespaces what is not.
  const expressions = [
    ...conditions.map(({ expression }) => ({ expression, out: false })),
    ...inNamespaces.map((expression) => ({ expression, out: true })),
  ];
  const compiled = expressions.map(({ expression, out }) => {
    const compilation = compile(expression, declarations);
    if (!compilation.ok) throw new Error(`the compiler's own condition: ${compilation.errors[0]?.message}`);
    return { program: compilation.program, out };
  });
  return {
    texts: expressions.map(({ expression }) => expression),
    namespaceLabels: scopes.flatMap(({ namespaceSelector }) => labelsAsked(namespaceSelector ?? {})),
    leavesOut(values) {
      for (const { program, out } of compiled) {
        const evaluation: Evaluation = program.evaluate(values);
        if (!evaluation.ok) return evaluation.message;
        if (evaluation.value === out) return true;
      }
      return false;
    },
  };
}
