import type { Rule } from './metadata.ts';
import { foreign, type StructuralSchema } from './openApi.ts';
import type { Refusal } from './refusal.ts';

/**
 * What would let a rule cost more than the API server grants: everything a rule can read, and every list and map that
 * it is evaluated in once per item, must have a bound, or its cost is estimated without one and the definition refused.
 */
export function unboundedBelowRules(schema: StructuralSchema, path: string): readonly Refusal[] {
  return [...visit(schema, path)]
    .filter(({ readByRule, holdsRules }) => readByRule || holdsRules)
    .flatMap(({ schema, path, readByRule }) => {
      const missing = missingBound(schema, readByRule);
      return missing === undefined
        ? []
        : [{ path, problem: `${missing}, and a rule reads it or stands in it` }];
    });
}

/** Rules that the API server would refuse or never run: no message, no such field, an old value that cannot be found. */
export function unplacedRules(schema: StructuralSchema, path: string): readonly Refusal[] {
  return [...visit(schema, path)].flatMap(({ schema, path, correlatable }) =>
    (schema['x-kubernetes-validations'] ?? []).flatMap((rule) =>
      ruleProblems(rule, schema, correlatable).map((problem) => ({ path, problem })),
    ),
  );
}

interface Visited {
  readonly schema: StructuralSchema;
  readonly path: string;
  /** A rule of this value or of one around it may read it. */
  readonly readByRule: boolean;
  /** A rule stands on it or in it. */
  readonly holdsRules: boolean;
  /** On an update the API server knows which old value this one was: no atomic list or set stands around it. */
  readonly correlatable: boolean;
}

function* visit(
  schema: StructuralSchema,
  path: string,
  around: { readonly ruled: boolean; readonly correlatable: boolean } = { ruled: false, correlatable: true },
): Generator<Visited> {
  const ruled = around.ruled || rulesOf(schema).length > 0;
  const { correlatable } = around;
  // What rules read of it, it bounds itself; the API server says where that is not so.
  if (schema[foreign]) return;
  yield { schema, path, readByRule: ruled, holdsRules: holdsRules(schema), correlatable };
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    yield* visit(property, `${path}.${name}`, { ruled, correlatable });
  }
  if (schema.additionalProperties !== undefined) {
    yield* visit(schema.additionalProperties, `${path}{}`, { ruled, correlatable });
  }
  if (schema.items !== undefined) {
    yield* visit(schema.items, `${path}[]`, {
      ruled,
      correlatable: correlatable && schema['x-kubernetes-list-type'] === 'map',
    });
  }
}

function missingBound(schema: StructuralSchema, readByRule: boolean): string | undefined {
  if (schema.type === 'array' && schema.maxItems === undefined) return 'is a list without a maximum';
  if (schema.additionalProperties !== undefined && schema.maxProperties === undefined) {
    return 'is a map without maxProperties';
  }
  if (!readByRule) return undefined;
  const mayBeString = schema.type === 'string' || schema['x-kubernetes-int-or-string'] === true;
  const bounded =
    schema.maxLength !== undefined || schema.enum !== undefined || schema.format === 'date-time';
  return mayBeString && !bounded ? 'is a string without a maximum length' : undefined;
}

function ruleProblems(rule: Rule, schema: StructuralSchema, correlatable: boolean): readonly string[] {
  const problems: string[] = [];
  if (!/\bself\b/.test(rule.rule)) problems.push(`has a rule that does not look at self: ${rule.rule}`);
  if (rule.message.trim() === '' || rule.message.includes('\n')) {
    problems.push(`has a rule without a message of one line: ${rule.rule}`);
  }
  if (/\boldSelf\b/.test(rule.rule) && !correlatable) {
    problems.push(`has a rule about oldSelf in a list that is not of type map: ${rule.rule}`);
  }
  if (rule.fieldPath !== undefined && !hasField(schema, rule.fieldPath)) {
    problems.push(`has a rule that blames ${rule.fieldPath}, which it has not`);
  }
  return problems;
}

function hasField(schema: StructuralSchema, fieldPath: string): boolean {
  if (!fieldPath.startsWith('.')) return false;
  let at: StructuralSchema | undefined = schema;
  for (const name of fieldPath.slice(1).split('.')) at = at?.properties?.[name];
  return at !== undefined;
}

function holdsRules(schema: StructuralSchema): boolean {
  const below = [schema.items, schema.additionalProperties, ...Object.values(schema.properties ?? {})];
  return rulesOf(schema).length > 0 || below.some((inner) => inner !== undefined && holdsRules(inner));
}

function rulesOf(schema: StructuralSchema): readonly Rule[] {
  return schema['x-kubernetes-validations'] ?? [];
}
