/**
 * The type of an expression, as the API server's type checker knows it. `dyn` is anything, and is looked at only when the
 * expression runs; admission policies see the object under admission so.
 */
export type CelType =
  | { readonly kind: ScalarKind }
  | { readonly kind: 'list'; readonly element: CelType }
  | { readonly kind: 'map'; readonly key: CelType; readonly value: CelType }
  | ObjectType
  | { readonly kind: 'opaque'; readonly name: string; readonly parameters: readonly CelType[] }
  | { readonly kind: 'type'; readonly of: CelType | undefined }
  | { readonly kind: 'parameter'; readonly name: string };

type ScalarKind =
  | 'dyn'
  | 'error'
  | 'null'
  | 'bool'
  | 'int'
  | 'uint'
  | 'double'
  | 'string'
  | 'bytes'
  | 'timestamp'
  | 'duration';

/** An object of which every field is known. Fields are looked up when asked for, since schemas may contain themselves. */
export interface ObjectType {
  readonly kind: 'object';
  readonly name: string;
  readonly field: (name: string) => CelType | undefined;
  /**
   * Whether its fields are all that it is: such an object may stand where another one of that sort is wanted, as to the
   * API server any object may. What is made of both has the fields of each.
   */
  readonly structural?: boolean;
  /** Whether an expression makes it. Its name then says where it belongs: `Object.spec` is the `spec` of an `Object`. */
  readonly made?: boolean;
}

const scalar = <K extends ScalarKind>(kind: K): { readonly kind: K } => ({ kind });

export const dyn = scalar('dyn');
export const errorType = scalar('error');
export const nullType = scalar('null');
export const bool = scalar('bool');
export const int = scalar('int');
export const uint = scalar('uint');
export const double = scalar('double');
export const string = scalar('string');
export const bytes = scalar('bytes');
export const timestamp = scalar('timestamp');
export const duration = scalar('duration');

export const listOf = (element: CelType): CelType => ({ kind: 'list', element });
export const mapOf = (key: CelType, value: CelType): CelType => ({ kind: 'map', key, value });
export const optionalOf = (value: CelType): CelType => ({
  kind: 'opaque',
  name: optionalName,
  parameters: [value],
});
export const opaque = (name: string): CelType => ({ kind: 'opaque', name, parameters: [] });
export const typeOf = (of: CelType | undefined): CelType => ({ kind: 'type', of });
export const parameter = (name: string): CelType => ({ kind: 'parameter', name });

/** An object with these fields. */
export function objectOf(name: string, fields: Readonly<Record<string, CelType>> = {}): ObjectType {
  return {
    kind: 'object',
    name,
    field: (field) => (Object.hasOwn(fields, field) ? fields[field] : undefined),
  };
}

const optionalName = 'optional_type';

/** The types that a type stands on, in order. */
export function parametersOf(type: CelType): readonly CelType[] {
  switch (type.kind) {
    case 'list':
      return [type.element];
    case 'map':
      return [type.key, type.value];
    case 'opaque':
      return type.parameters;
    case 'type':
      return type.of === undefined ? [] : [type.of];
    default:
      return [];
  }
}

/** The name by which `type(value)` is known at run time: without parameters. */
export function runtimeName(type: CelType): string {
  switch (type.kind) {
    case 'object':
    case 'opaque':
    case 'parameter':
      return type.name;
    case 'null':
      return 'null_type';
    case 'timestamp':
      return 'google.protobuf.Timestamp';
    case 'duration':
      return 'google.protobuf.Duration';
    case 'error':
      return '*error*';
    default:
      return type.kind;
  }
}

/** As people write it: `list(string)`. */
export function formatType(type: CelType): string {
  if (type.kind === 'null') return 'null';
  if (type.kind === 'error') return '!error!';
  const parameters = parametersOf(type);
  const name = runtimeName(type);
  return parameters.length === 0 ? name : `${name}(${parameters.map(formatType).join(', ')})`;
}

/** What an optional may hold, or undefined for any other type. */
export function optionalValue(type: CelType): CelType | undefined {
  return type.kind === 'opaque' && type.name === optionalName ? type.parameters[0] : undefined;
}

export const isDyn = (type: CelType): boolean => type.kind === 'dyn';

/** The same type to the last parameter. */
export function sameType(a: CelType, b: CelType): boolean {
  if (a === b) return true;
  if (a.kind !== b.kind || runtimeName(a) !== runtimeName(b)) return false;
  const [left, right] = [parametersOf(a), parametersOf(b)];
  return left.length === right.length && left.every((type, index) => sameType(type, right[index] ?? dyn));
}
