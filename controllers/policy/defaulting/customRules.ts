import { type Compilation, compile, dyn, type Program, type Values } from '../../../operator/cel/index.ts';
import { Optional } from '../../../operator/cel/value.ts';
import { partsOf } from './customSchema.ts';
import { schemaValue } from './customValues.ts';
import { records, text } from './json.ts';
import type { Json, Place, Problem } from './shape.ts';

/**
 * What an object breaks of the rules of its kind (`x-kubernetes-validations`), as at its creation: rules about a change are
 * not asked then, unless they say what to do without an old object.
 */
export function brokenRules(schema: Json, value: unknown, place: Place): readonly Problem[] {
  if (value === null || value === undefined) return [];
  const whole = place.length === 0 ? { ...schema, 'x-kubernetes-embedded-resource': true } : schema;
  const values: Values = { self: () => schemaValue(whole, value), oldSelf: Optional.none };
  return [
    ...records(schema['x-kubernetes-validations']).flatMap((rule) => broken(rule, values, place)),
    ...partsOf(schema, value).flatMap(([step, part, item]) => brokenRules(part, item, [...place, step])),
  ];
}

function broken(rule: Json, values: Values, place: Place): readonly Problem[] {
  const { message, fieldPath, optionalOldSelf } = rule;
  const expression = text(rule.rule);
  const compiled = compiledOf(expression);
  const said = text(message).trim() || `breaks the rule ${expression.trim()}`;
  if (!compiled.ok) {
    const why = `the kind's rule ${expression.trim()} cannot be judged here: ${compiled.errors[0]?.message ?? ''}`;
    return [{ place, message: why, weight: 'Unjudged' }];
  }
  if (isAboutChange(compiled.program) && optionalOldSelf !== true) return [];
  const evaluation = compiled.program.evaluate(values);
  if (evaluation.ok && evaluation.value === true) return [];
  return [
    {
      place: [...place, ...stepsOf(text(fieldPath))],
      message: evaluation.ok
        ? (computedMessage(text(rule.messageExpression), values) ?? said)
        : `${said} (${evaluation.message})`,
      weight: 'Refused',
    },
  ];
}

/** Of UTF-8; the server says the plain message instead of a longer one. */
const longestMessage = 5 * 1024;

function computedMessage(expression: string, values: Values): string | undefined {
  const compiled = expression === '' ? undefined : compiledOf(expression);
  if (compiled?.ok !== true) return undefined;
  const evaluation = compiled.program.evaluate(values);
  const said = evaluation.ok && typeof evaluation.value === 'string' ? evaluation.value.trim() : '';
  const fits = said !== '' && !said.includes('\n') && Buffer.byteLength(said) <= longestMessage;
  return fits ? said : undefined;
}

function isAboutChange({ reads }: Program): boolean {
  return reads.some(({ variable }) => variable === 'oldSelf');
}

const known = new Map<string, Compilation>();

/** Types are the business of whoever wrote the definition: the server has checked them. */
function compiledOf(expression: string): Compilation {
  const compiled = known.get(expression) ?? compile(expression, { variables: { self: dyn, oldSelf: dyn } });
  known.set(expression, compiled);
  return compiled;
}

/** Of `.a.b['c-d']`. */
function stepsOf(path: string): readonly string[] {
  return [...path.matchAll(/\.([^.[\]]+)|\['((?:[^'\\]|\\.)*)'\]/g)].map(
    ([, plain, quoted = '']) => plain ?? quoted.replaceAll(/\\(.)/g, '$1'),
  );
}
