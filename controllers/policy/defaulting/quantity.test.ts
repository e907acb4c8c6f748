import { describe, expect, it } from 'vitest';
import { canonicalQuantity, isSameAmount, largerOf, sumOf } from './quantity.ts';

describe('an amount in the API server’s words', () => {
  it.each([
    ['1', '1'],
    ['0', '0'],
    ['0.0', '0'],
    ['0.5', '500m'],
    ['1.5', '1500m'],
    ['1000m', '1'],
    ['100m', '100m'],
    ['1000', '1k'],
    ['1500', '1500'],
    ['1e3', '1e3'],
    ['12e1', '120'],
    ['0.001', '1m'],
    ['1k', '1k'],
    ['1000k', '1M'],
    ['1024Mi', '1Gi'],
    ['1.5Gi', '1536Mi'],
    ['1023', '1023'],
    ['0.5Ki', '512'],
    ['1Ki', '1Ki'],
    ['1000Ki', '1000Ki'],
    ['.5', '500m'],
    ['5.', '5'],
    ['-0.5', '-500m'],
    ['+2', '2'],
    ['1n', '1n'],
    ['0.1n', '1n'],
    ['134217728', '134217728'],
  ])('%s is %s', (written, canonical) => {
    expect(canonicalQuantity(written)).toBe(canonical);
  });

  it('of a resource is no finer than a thousandth', () => {
    expect(canonicalQuantity('0.1m', -3)).toBe('1m');
    expect(canonicalQuantity('1500u', -3)).toBe('2m');
    expect(canonicalQuantity('-0.1m', -3)).toBe('-1m');
  });

  it.each([
    '',
    'lots',
    '1 Gi',
    '1gi',
    '1KI',
    '--1',
    '1.2.3',
    'Gi',
    '.',
    '1e',
    '0x10',
  ])('is none: %j', (written) => {
    expect(canonicalQuantity(written)).toBeUndefined();
  });
});

describe('two amounts', () => {
  it.each([
    ['100m', '1', '1100m'],
    ['500m', '500m', '1'],
    ['512Mi', '512Mi', '1Gi'],
    ['1Gi', '1k', '1073742824'],
    ['1k', '1Ki', '2024'],
    ['0', '1Ki', '1Ki'],
    ['0', '0', '0'],
  ])('%s and %s are %s', (first, second, sum) => {
    expect(sumOf(first, second)).toBe(sum);
  });

  it('are compared by what they are', () => {
    expect(largerOf('1Gi', '1G')).toBe('1Gi');
    expect(largerOf('999m', '1')).toBe('1');
    expect(largerOf('1Ki', '1024')).toBe('1Ki');
  });

  it.each([
    ['1Gi', '1073741824', true],
    ['1', '1000m', true],
    ['1e3', '1k', true],
    ['1Gi', '1G', false],
    ['1', '', false],
    ['', '', false],
  ])('%s and %s are the same: %s', (first, second, same) => {
    expect(isSameAmount(first, second)).toBe(same);
  });
});
