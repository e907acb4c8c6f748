import { describe, expect, it } from 'vitest';
import { canonicalQuantity } from './quantity.ts';

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
