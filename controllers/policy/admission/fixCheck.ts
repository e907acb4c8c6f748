import type { PolicySpec } from '../../../crds/policy/schema.ts';
import {
  type CelType,
  type Declarations,
  type FieldPath,
  formatType,
  type GroupVersionKind,
  type KindSchema,
  type Known,
  madeObjects,
  type ObjectOutline,
  type Outline,
  outlineOf,
  outlineOfJson,
  placeIn,
  string,
} from '../../../operator/cel/index.ts';
import { podPath } from '../compile/podSpec.ts';
import type { Field } from './field.ts';
import { type Misfit, misfits, type Place } from './misfits.ts';
import { isChangeable, patchMisfits } from './patchCheck.ts';
import { declarationsFor, type TypeProblem, typeOf } from './typeCheck.ts';

/** What is wrong with the fix of a Policy, for objects of one kind. */
export interface FixProblems {
  /** By which a mutation cannot be evaluated: then the API server leaves the object as it is. */
  readonly types: readonly TypeProblem[];
  /** By which what it makes does not stand where it is put. Where that is a patch, the API server answers 500 to the request. */
  readonly misfits: readonly TypeProblem[];
}

/**
 * Checks mutations against the fields of a kind. The API server looks at what a mutation makes only while a request waits.
 *
 * @param root the kind's OpenAPI
 */
export function fixCheck(
  spec: PolicySpec,
  kind: GroupVersionKind,
  { type }: KindSchema,
  root: Field,
): FixProblems {
  const types: TypeProblem[] = [];
  const plain = declarationsFor(spec, kind.kind, type, []);
  const declarations: Declarations = {
    variables: {
      ...plain.variables,
      ...(spec.match.workloads === true ? { podSpecPath: string } : {}),
    },
    objects: madeObjects(type),
  };
  const known = knownOf(spec, kind, plain);
  const source = sourcesOf(root, kind.kind);
  const found = (spec.fix?.mutations ?? []).flatMap((mutation, index): readonly TypeProblem[] => {
    const form = formOf(mutation);
    const field = `spec.fix.mutations[${index}].${form}.expression`;
    const expression = expressionOf(mutation);
    checkResult(typeOf(expression, field, declarations, types), form, field, types);
    const { made, whole } = outlineOf(expression, declarations, known);
    const of = (name: string) => made.filter((one) => one.name === name);
    const all =
      form === 'jsonPatch'
        ? of('JSONPatch').flatMap((patch) => patchMisfits(patch, root, source))
        : of('Object').flatMap((object) => [
            ...ofIdentity(object),
            ...misfits(object, root, { source, merged: true }),
          ]);
    const placed = [...all, ...(whole ? [] : [tooLarge])].map(({ at, message }) => ({
      field,
      ...placeIn(expression, at),
      message,
    }));
    return [...new Map(placed.map((one) => [JSON.stringify(one), one])).values()];
  });
  return { types, misfits: found };
}

const tooLarge: Misfit = { at: 0, message: 'its macros come to too many parts: nest them less deep' };

type Mutation = NonNullable<PolicySpec['fix']>['mutations'][number];
type Form = 'jsonPatch' | 'applyConfiguration';

export function formOf({ patchType }: Mutation): Form {
  return patchType === 'JSONPatch' ? 'jsonPatch' : 'applyConfiguration';
}

export function expressionOf(mutation: Mutation): string {
  return mutation[formOf(mutation)]?.expression ?? '';
}

function checkResult(type: CelType, form: Form, field: string, problems: TypeProblem[]): void {
  const isWell = (one: CelType, name: string) =>
    one.kind === 'dyn' || (one.kind === 'object' && one.name === name);
  const fits =
    form === 'applyConfiguration'
      ? isWell(type, 'Object')
      : type.kind === 'dyn' || (type.kind === 'list' && isWell(type.element, 'JSONPatch'));
  if (fits) return;
  const wanted = form === 'applyConfiguration' ? 'an Object' : 'a list of JSONPatch';
  problems.push({ field, line: 1, column: 1, message: `is ${formatType(type)}, and must be ${wanted}` });
}

/** What of a Policy's names is known of every object of the kind. */
function knownOf(spec: PolicySpec, kind: GroupVersionKind, declarations: Declarations): Known {
  const { group, version } = kind;
  const names = new Map<string, Outline>();
  const fields = new Map([
    ...['object', 'oldObject'].flatMap((object): [string, string][] => [
      [`${object}.kind`, kind.kind],
      [`${object}.apiVersion`, group === '' ? version : `${group}/${version}`],
    ]),
    ['request.kind.group', group],
    ['request.kind.version', version],
    ['request.kind.kind', kind.kind],
  ]);
  const known = { names, fields };
  if (spec.params !== undefined) names.set('params', outlineOfJson(spec.params));
  if (spec.match.workloads === true)
    names.set('podSpecPath', outlineOfJson(`/${podPath(kind.kind).join('/')}`));
  for (const { name, expression } of spec.variables ?? [])
    names.set(`variables.${name}`, outlineOf(expression, declarations, known).value);
  return known;
}

/** Where in objects of the kind an expression reads. */
function sourcesOf(root: Field, kind: string): Place['source'] {
  const starts: Readonly<Record<string, readonly string[]>> = {
    object: [],
    oldObject: [],
    podSpec: podPath(kind),
  };
  return ({ variable, path }: FieldPath) => {
    const start = starts[variable];
    return start === undefined ? undefined : root.at([...start, ...path]);
  };
}

/** What tells an object from others is not for a fix to change. */
function ofIdentity({ fields }: ObjectOutline): readonly Misfit[] {
  return fields.flatMap(({ name, at, value }) => {
    if (name === 'apiVersion' || name === 'kind')
      return [{ at, message: `${name} is not for a fix to change` }];
    return name !== 'metadata' || value.kind !== 'object' ? [] : ofMetadata(value);
  });
}

function ofMetadata({ fields }: ObjectOutline): readonly Misfit[] {
  return fields.flatMap(({ name = '', at }) =>
    isChangeable(name) ? [] : [{ at, message: `metadata.${name} is not for a fix to change` }],
  );
}
