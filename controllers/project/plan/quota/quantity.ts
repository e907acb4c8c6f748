/**
 * Kubernetes quantities, exactly: whole numbers of 10⁻⁹, which is the finest that Kubernetes keeps. (A ResourceQuota keeps
 * thousandths, rounded up: so nothing finer may be written to one, or shares would add up to more than the whole.)
 *
 * The text is canonical as Kubernetes writes it: server-side apply compares what we sent with what the API server stored,
 * and `1000m` stored as `1` would look like somebody's change.
 */
export interface Quantity {
  /** In 10⁻⁹. */
  readonly nano: bigint;
  /** The family of suffixes that it was written in, and is written in again. `1e3` is read, and written as `1k`. */
  readonly format: 'DecimalSI' | 'BinarySI';
}

const giga = 1_000_000_000n;
const suffixes: readonly string[] = ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E'];
const binarySuffixes: readonly string[] = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
/** Kubernetes caps what is larger. */
const largest = (2n ** 63n - 1n) * giga;

/** The quantity that a text such as `500m`, `1.5Gi` or `2e3` means; undefined where it means none. */
export function parseQuantity(text: string): Quantity | undefined {
  const parts = /^([+-]?)(\d*)(?:\.(\d*))?(n|u|m|k|M|G|T|P|E|[KMGTPE]i|[eE][+-]?\d{1,6})?$/.exec(text);
  if (parts === null) return undefined;
  const [, sign = '', whole = '', fraction = '', suffix = ''] = parts;
  const digits = whole + fraction;
  if (digits === '') return undefined;

  const binary = binarySuffixes.indexOf(suffix);
  const exponent = /^[eE](.+)$/.exec(suffix)?.[1];
  const decimal = exponent === undefined ? 3 * suffixes.indexOf(suffix) - 9 : Number(exponent);
  const unit = binary > 0 ? giga * 1024n ** BigInt(binary) : 0n;
  const shift = BigInt((binary > 0 ? 0 : decimal + 9) - fraction.length);
  const value = BigInt(digits) * (binary > 0 ? unit : 1n);
  // Anything beyond the cap is the cap; a huge exponent need not be worked out for that.
  const size = value === 0n ? 0n : shift > 60n ? largest : scaleUp(value, shift);
  const capped = size > largest ? largest : size;
  return {
    nano: sign === '-' ? -capped : capped,
    format: binary > 0 ? 'BinarySI' : 'DecimalSI',
  };
}

/** For quantities that a schema has checked. Throws a RangeError on a text that is none. */
export function quantity(text: string): Quantity {
  const parsed = parseQuantity(text);
  if (parsed === undefined) throw new RangeError(`${JSON.stringify(text)} is no quantity`);
  return parsed;
}

/** The canonical text: the largest suffix that needs no fraction. */
export function formatQuantity({ nano, format }: Quantity): string {
  if (nano === 0n) return '0';
  const small = nano > -1024n * giga && nano < 1024n * giga;
  // Kubernetes writes small and fractional values in decimal, whatever they were written in.
  if (format === 'BinarySI' && !small && nano % giga === 0n) {
    const [mantissa, power] = divideOut(nano / giga, 1024n, binarySuffixes.length - 1);
    // Without a suffix the text would be read back as decimal: 10000 is stored as 10k.
    if (power > 0) return `${mantissa}${binarySuffixes[power]}`;
  }
  const [mantissa, power] = divideOut(nano, 1000n, suffixes.length - 1);
  return `${mantissa}${suffixes[power]}`;
}

/** Value × 10^shift, rounded away from zero: who asks for a little shall not get nothing. */
function scaleUp(value: bigint, shift: bigint): bigint {
  if (shift >= 0n) return value * 10n ** shift;
  const divisor = 10n ** -shift;
  return (value + divisor - 1n) / divisor;
}

function divideOut(value: bigint, base: bigint, most: number): readonly [bigint, number] {
  let mantissa = value;
  let power = 0;
  while (power < most && mantissa % base === 0n) {
    mantissa /= base;
    power += 1;
  }
  return [mantissa, power];
}
