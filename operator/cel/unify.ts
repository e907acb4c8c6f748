import { type CelType, dyn, isDyn, type ObjectType, parametersOf, runtimeName, sameType } from './types.ts';

/**
 * What the type parameters met so far stand for. Checking whether one type may stand where another is wanted may settle
 * parameters; where it may not, nothing is settled.
 */
export class Substitutions {
  readonly #settled = new Map<string, CelType>();
  /** What was settled, so that it can be taken back: the name, and what it stood for before. */
  #trail: (readonly [string, CelType | undefined])[] = [];
  #fresh = 0;

  /** A parameter that is like no other. */
  freshParameter(): CelType {
    return { kind: 'parameter', name: `_var${this.#fresh++}` };
  }

  /** Whether values of each of `from` may stand where `to` is wanted. */
  assignable(from: readonly CelType[], to: readonly CelType[]): boolean {
    this.#trail = [];
    if (this.#allAssignable(from, to)) return true;
    for (const [name, type] of this.#trail.toReversed()) {
      if (type === undefined) this.#settled.delete(name);
      else this.#settled.set(name, type);
    }
    return false;
  }

  /** The type with every settled parameter replaced; those that are not settled become `dyn` if told so. */
  resolve(type: CelType, parametersToDyn = false): CelType {
    const settled = type.kind === 'parameter' ? this.#settled.get(type.name) : undefined;
    if (settled !== undefined) return this.resolve(settled, parametersToDyn);
    if (type.kind === 'parameter') return parametersToDyn ? dyn : type;
    return mapParameters(type, (inner) => this.resolve(inner, parametersToDyn));
  }

  #allAssignable(from: readonly CelType[], to: readonly CelType[]): boolean {
    if (from.length !== to.length) return false;
    return from.every((type, index) => this.#isAssignable(type, to[index] ?? dyn));
  }

  #isAssignable(a: CelType, b: CelType): boolean {
    if (b.kind === 'parameter') {
      const { valid, settled } = this.#substitute(a, b);
      if (valid) return true;
      if (settled) return false;
    }
    if (a.kind === 'parameter') return this.#substitute(b, a).valid;
    if (isDynOrError(a) || isDynOrError(b)) return true;
    if (a.kind === 'null') return isNullable(b);
    if (b.kind === 'null') return isNullable(a);
    if (a.kind !== b.kind) return false;
    if (a.kind === 'type' || areStructural(a, b)) return true;
    return runtimeName(a) === runtimeName(b) && this.#allAssignable(parametersOf(a), parametersOf(b));
  }

  /** Whether `type` may be what a parameter stands for. */
  #substitute(
    type: CelType,
    of: CelType & { readonly kind: 'parameter' },
  ): { valid: boolean; settled: boolean } {
    if (sameType(type, of)) return { valid: true, settled: true };
    const before = this.#settled.get(of.name);
    if (before === undefined) {
      const valid = !this.#occurs(of, type);
      if (valid) this.#settle(of.name, type);
      return { valid, settled: false };
    }
    if (sameType(type, before)) return { valid: true, settled: true };
    if (!this.#isAssignable(type, before)) return { valid: false, settled: true };
    const general = mostGeneral(type, before);
    if (!this.#occurs(of, general)) this.#settle(of.name, general);
    return { valid: true, settled: true };
  }

  #settle(name: string, type: CelType): void {
    this.#trail.push([name, this.#settled.get(name)]);
    this.#settled.set(name, type);
  }

  #occurs(of: CelType & { readonly kind: 'parameter' }, within: CelType): boolean {
    if (sameType(of, within)) return true;
    if (within.kind !== 'parameter') return parametersOf(within).some((inner) => this.#occurs(of, inner));
    const settled = this.#settled.get(within.name);
    return settled !== undefined && this.#occurs(of, settled);
  }
}

/** A type with each of the types that it stands on replaced. */
export function mapParameters(type: CelType, replace: (type: CelType) => CelType): CelType {
  switch (type.kind) {
    case 'list':
      return { kind: 'list', element: replace(type.element) };
    case 'map':
      return { kind: 'map', key: replace(type.key), value: replace(type.value) };
    case 'opaque':
      return { ...type, parameters: type.parameters.map(replace) };
    case 'type':
      return { kind: 'type', of: type.of === undefined ? undefined : replace(type.of) };
    default:
      return type;
  }
}

/** Of two types that agree, the one that says less; of structural objects, what has the fields of either. */
export function mostGeneral(a: CelType, b: CelType): CelType {
  if (saysNoMore(a, b)) return a;
  if (a.kind === 'object' && b.kind === 'object' && areStructural(a, b)) return eitherOf(a, b);
  if (!holdsStructural(a) || !holdsStructural(b)) return b;
  const others = parametersOf(b);
  let index = 0;
  return mapParameters(a, (inner) => {
    const other = others[index] ?? dyn;
    index += 1;
    return mostGeneral(inner, other);
  });
}

function areStructural(a: CelType, b: CelType): boolean {
  return a.kind === 'object' && b.kind === 'object' && a.structural === true && b.structural === true;
}

/** In a list or map, however deep: to what holds none, the API server's own way applies. */
function holdsStructural(type: CelType): boolean {
  if (type.kind === 'object') return type.structural === true;
  return parametersOf(type).some(holdsStructural);
}

function eitherOf(a: ObjectType, b: ObjectType): ObjectType {
  return {
    kind: 'object',
    name: `${a.name} or ${b.name}`,
    structural: true,
    field: (name) => {
      const [one, other] = [a.field(name), b.field(name)];
      if (one === undefined || other === undefined) return one ?? other;
      return new Substitutions().assignable([one], [other]) ? mostGeneral(one, other) : dyn;
    },
  };
}

function saysNoMore(a: CelType, b: CelType): boolean {
  if (isDyn(a) || a.kind === 'parameter') return true;
  if (isDyn(b) || b.kind === 'parameter' || a.kind !== b.kind) return false;
  if (a.kind === 'type') return true;
  const [left, right] = [parametersOf(a), parametersOf(b)];
  if (runtimeName(a) !== runtimeName(b) || left.length !== right.length) return false;
  return left.every((type, index) => saysNoMore(type, right[index] ?? dyn));
}

const isDynOrError = (type: CelType): boolean => isDyn(type) || type.kind === 'error';

/** Objects, Kubernetes' own types, times and null itself may be compared with null; scalars, lists and maps may not. */
function isNullable({ kind }: CelType): boolean {
  return ['object', 'opaque', 'timestamp', 'duration', 'null'].includes(kind);
}
