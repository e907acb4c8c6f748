import { bool, int, type Kind, member, type Overload, overload, string } from '../functions.ts';
import { compareText } from '../text.ts';
import { objectOf } from '../types.ts';
import { CelError, noSuchOverload, OpaqueValue, type Value } from '../value.ts';

const type = objectOf('kubernetes.Semver');
const maxNumber = 2n ** 64n - 1n;

/** A version; what is built does not count when two are compared. */
class Semver extends OpaqueValue {
  override readonly type = type;
  readonly numbers: readonly [bigint, bigint, bigint];
  readonly pre: readonly (bigint | string)[];

  constructor(numbers: readonly [bigint, bigint, bigint], pre: readonly (bigint | string)[]) {
    super();
    this.numbers = numbers;
    this.pre = pre;
  }

  override equals(other: Value): boolean | CelError {
    return other instanceof Semver ? compare(this, other) === 0 : noSuchOverload;
  }
}

const semver: Kind<Semver> = { type, is: (value) => value instanceof Semver };
const signed = (value: bigint) => BigInt.asIntN(64, value);

export const semvers: Readonly<Record<string, readonly Overload[]>> = {
  semver: [
    overload('string_to_semver', [string], semver, (text) => parse(text) ?? invalid(text)),
    overload(
      'string_bool_to_semver',
      [string, bool],
      semver,
      (text, normalize) => read(text, normalize) ?? invalid(text),
    ),
  ],
  isSemver: [
    overload('is_semver_string', [string], bool, (text) => parse(text) !== undefined),
    overload(
      'is_semver_string_bool',
      [string, bool],
      bool,
      (text, normalize) => read(text, normalize) !== undefined,
    ),
  ],
  isGreaterThan: [member('semver_is_greater_than', [semver, semver], bool, (a, b) => compare(a, b) > 0)],
  isLessThan: [member('semver_is_less_than', [semver, semver], bool, (a, b) => compare(a, b) < 0)],
  compareTo: [member('semver_compare_to', [semver, semver], int, (a, b) => BigInt(compare(a, b)))],
  major: [member('semver_major', [semver], int, ({ numbers }) => signed(numbers[0]))],
  minor: [member('semver_minor', [semver], int, ({ numbers }) => signed(numbers[1]))],
  patch: [member('semver_patch', [semver], int, ({ numbers }) => signed(numbers[2]))],
};

const invalid = (text: string) => new CelError(`invalid semantic version ${JSON.stringify(text)}`);

function read(text: string, normalize: boolean): Semver | undefined {
  const normalized = normalize ? normalized3(text) : text;
  return normalized === undefined ? undefined : parse(normalized);
}

/** Without a leading `v` and leading zeros, and of three numbers. */
function normalized3(text: string): string | undefined {
  const parts = split3(text.replace(/^v/, '')).map((part) => {
    if (part.length <= 1) return part;
    const trimmed = part.replace(/^0+/, '');
    return /^\d/.test(trimmed) ? trimmed : `0${trimmed}`;
  });
  if (parts.length < 3 && /[+-]/.test(parts.at(-1) ?? '')) return undefined;
  return [...parts, '0', '0'].slice(0, Math.max(3, parts.length)).join('.');
}

/** At the first two dots. */
function split3(text: string): readonly string[] {
  const [first = '', second, ...rest] = text.split('.');
  if (second === undefined) return [first];
  return rest.length === 0 ? [first, second] : [first, second, rest.join('.')];
}

function parse(text: string): Semver | undefined {
  const [first = '', second = '', rest] = split3(text);
  if (rest === undefined) return undefined;
  const plus = rest.indexOf('+');
  const build = plus === -1 ? [] : rest.slice(plus + 1).split('.');
  const version = plus === -1 ? rest : rest.slice(0, plus);
  const dash = version.indexOf('-');
  const pre =
    dash === -1
      ? []
      : version
          .slice(dash + 1)
          .split('.')
          .map(preRelease);
  const [major, minor, patch] = [first, second, dash === -1 ? version : version.slice(0, dash)].map(number);
  if (major === undefined || minor === undefined || patch === undefined) return undefined;
  if (pre.includes(undefined) || !build.every((part) => /^[0-9A-Za-z-]+$/.test(part))) return undefined;
  return new Semver(
    [major, minor, patch],
    pre.map((part) => part ?? ''),
  );
}

function number(text: string): bigint | undefined {
  if (!/^(?:0|[1-9]\d*)$/.test(text) || text.length > 20) return undefined;
  const value = BigInt(text);
  return value <= maxNumber ? value : undefined;
}

function preRelease(text: string): bigint | string | undefined {
  if (/^\d+$/.test(text)) return number(text);
  return /^[0-9A-Za-z-]+$/.test(text) ? text : undefined;
}

function compare(a: Semver, b: Semver): -1 | 0 | 1 {
  for (const index of [0, 1, 2] as const) {
    const [left, right] = [a.numbers[index], b.numbers[index]];
    if (left !== right) return left < right ? -1 : 1;
  }
  if (a.pre.length === 0 || b.pre.length === 0)
    return a.pre.length === b.pre.length ? 0 : a.pre.length === 0 ? 1 : -1;
  for (const [index, left] of a.pre.entries()) {
    const right = b.pre[index];
    if (right === undefined) return 1;
    const compared = comparePre(left, right);
    if (compared !== 0) return compared;
  }
  return a.pre.length < b.pre.length ? -1 : 0;
}

/** Numbers come before words. */
function comparePre(a: bigint | string, b: bigint | string): -1 | 0 | 1 {
  if (typeof a === 'string' && typeof b === 'string') return compareText(a, b);
  if (typeof a === 'bigint' && typeof b === 'bigint') return a < b ? -1 : a > b ? 1 : 0;
  return typeof a === 'bigint' ? -1 : 1;
}
