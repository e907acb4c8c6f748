import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LineSplitter } from './lines.ts';

const line = fc
  .string({ unit: 'grapheme', minLength: 1 })
  .filter((text) => !text.includes('\n') && text.isWellFormed());

test('lines come out as they went in, wherever the bytes are cut', () => {
  fc.assert(
    fc.property(fc.array(line), fc.array(fc.nat(), { maxLength: 30 }), (lines, cuts) => {
      const bytes = Buffer.from(lines.map((text) => `${text}\n`).join(''));
      const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
      const splitter = new LineSplitter();
      const out = places
        .slice(1)
        .flatMap((end, index) => [...splitter.push(bytes.subarray(places[index], end))]);
      expect(out).toEqual(lines);
      expect(splitter.pending).toBe(0);
    }),
  );
});

test('a line that has not ended is not taken for one', () => {
  const splitter = new LineSplitter();
  expect([...splitter.push(Buffer.from('{"half":'))]).toEqual([]);
  expect(splitter.pending).toBe(8);
});

test('time is linear in the bytes: a line in 100,000 pieces takes no more than a moment', () => {
  const splitter = new LineSplitter();
  const piece = Buffer.alloc(100, 'x');
  const began = performance.now();
  for (let count = 0; count < 100_000; count++)
    for (const _line of splitter.push(piece)) expect.unreachable();
  expect([...splitter.push(Buffer.from('\n'))][0]?.length).toBe(10_000_000);
  // Joining at every piece would copy 500 GB.
  expect(performance.now() - began).toBeLessThan(5000);
});
