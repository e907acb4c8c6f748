import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { SCALAR_STYLE } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { isMap, isScalar, isSeq, type ParsedNode, parseAllDocuments, stringify } from 'yaml';
import { nodeOf } from '../../cli/places.ts';
import { valuesIn } from '../../cli/values.ts';
import { yamlOptions } from '../../cli/yamlOptions.ts';

/** Two parsers read manifests, a quick one and a thorough one: they find the same, in the same places. */

const root = fileURLToPath(new URL('../../', import.meta.url));
const files = globSync(
  ['policies/**/*.yaml', 'examples/**/*.yaml', 'manifests/dist/*.yaml', 'test/**/*.yaml'],
  {
    cwd: root,
    exclude: ['**/node_modules/**', '**/templates/**'],
  },
);

/** What the thorough one finds; undefined where there is a mistake. */
function thoroughly(text: string) {
  const documents = parseAllDocuments<ParsedNode>(text, yamlOptions);
  if (documents.some(({ errors }) => errors.length > 0)) return undefined;
  return documents
    .map((document) => ({ value: document.toJS() as unknown, node: document.contents }))
    .filter(({ value }) => value !== null);
}

/** Whether the quick one read it at all. */
function expectSame(text: string): boolean {
  const quick = valuesIn(text);
  const slow = quick && thoroughly(text);
  if (quick === undefined || slow === undefined) return false;
  expect(quick.map(({ value }) => value)).toEqual(slow.map(({ value }) => value));
  for (const [index, { range, begins }] of quick.entries()) {
    const node = slow[index]?.node;
    if (!isScalar(node)) expect(range[0] + begins).toBe(node?.range[0]);
    expect(placesOf(nodeOf(text.slice(...range)), range[0])).toEqual(thoroughPlaces(node));
  }
  return true;
}

/** Where the name of each field begins, and each item; of what begins nowhere or in the next line, nothing. */
function placesOf(node: ReturnType<typeof nodeOf>, offset: number): unknown {
  switch (node?.kind) {
    case 'Map':
      return [...node.fields].map(([name, { at, value }]) => [name, at + offset, placesOf(value, offset)]);
    case 'List':
      return node.items.map((item) => {
        const isMarked = item.kind === 'Text' && !lines.has(item.event.style);
        return [isMarked || item.at === undefined ? undefined : item.at + offset, placesOf(item, offset)];
      });
    default:
      return undefined;
  }
}

const lines: ReadonlySet<number> = new Set([
  SCALAR_STYLE.PLAIN,
  SCALAR_STYLE.SINGLE_QUOTED,
  SCALAR_STYLE.DOUBLE_QUOTED,
]);

function thoroughPlaces(node: unknown): unknown {
  if (isMap<ParsedNode, ParsedNode | null>(node)) {
    return node.items.map(({ key, value }) => [
      isScalar(key) ? String(key.value) : undefined,
      key.range[0],
      thoroughPlaces(value),
    ]);
  }
  if (!isSeq<ParsedNode>(node)) return undefined;
  return node.items.map((item) => {
    const isMarked =
      isScalar(item) && (item.type?.startsWith('BLOCK_') || (item.type === 'PLAIN' && item.source === ''));
    return [isMarked ? undefined : item.range[0], thoroughPlaces(item)];
  });
}

describe('what is read quickly', () => {
  it.each(files)('is read as thoroughly: %s', (file) => {
    expect(expectSame(readFileSync(`${root}${file}`, 'utf8'))).toBe(true);
  });

  const text = fc.oneof(
    fc.string({ unit: fc.constantFrom(...'abcE019 -+._:#\'"{}[],&*!|>%@`~=?\n\t\\') }),
    fc.constantFrom(
      'yes',
      'n',
      'null',
      '~',
      '',
      '0644',
      '0o17',
      '1_000',
      'e2',
      '.',
      '-',
      '22:22',
      '2027-01-01',
      '1e3',
      '.inf',
      '---',
      '...',
      '<<',
    ),
  );
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      text,
      fc.integer(),
      fc.double(),
      fc.boolean(),
      fc.constant(null),
      tie('list'),
      tie('map'),
    ),
    list: fc.array(tie('value'), { maxLength: 4 }),
    map: fc.dictionary(text, tie('value'), { maxKeys: 4 }),
  }));
  const written = fc.record({
    version: fc.constantFrom('1.1', '1.2'),
    defaultStringType: fc.constantFrom(
      'PLAIN',
      'QUOTE_SINGLE',
      'QUOTE_DOUBLE',
      'BLOCK_LITERAL',
      'BLOCK_FOLDED',
    ),
    collectionStyle: fc.constantFrom('any', 'block', 'flow'),
    indentSeq: fc.boolean(),
    lineWidth: fc.constantFrom(0, 20, 80),
  } as const);

  it('is read as thoroughly, however it is written', () => {
    let read = 0;
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 3 }), written, (values, options) => {
        const texts = values.map((one) => stringify({ field: one }, options));
        if (expectSame(texts.join('---\n'))) read += 1;
      }),
      { numRuns: 2000 },
    );
    expect(read).toBeGreaterThan(1000);
  });

  it('is read as thoroughly, whatever stands in the text', () => {
    let read = 0;
    const line = fc.string({ unit: fc.constantFrom(...'ab019eoxy -+._:#\'"{}[],&*!|>~?') });
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 4 }), (lines) => {
        if (expectSame(lines.map((one) => `a${lines.indexOf(one)}: ${one}\n`).join(''))) read += 1;
      }),
      { numRuns: 5000 },
    );
    expect(read).toBeGreaterThan(500);
  });

  it.each([
    ['an anchor', 'a: &b c\n'],
    ['an alias', 'a: &b c\nd: *b\n'],
    ['a tag', 'a: !!str 1\n'],
    ['what is merged in', '<<: { a: b }\n'],
    ['a field that is no text', '1: a\n'],
    ['the same field twice', 'a: 1\na: 2\n'],
    ['a directive', '%YAML 1.2\n---\na: 1\n'],
    ['an end in the middle', 'a: 1\n...\nb: 2\n'],
    ['a mistake', 'a: [\n'],
  ])('is not %s', (_, text) => {
    expect(valuesIn(text)).toBeUndefined();
  });

  it('is read in time that grows with its length, and no faster', () => {
    const digits = `0${'7'.repeat(300_000)}x`;
    expect(valuesIn(`a: ${digits}\n`)).toMatchObject([{ value: { a: digits } }]);
  });
});
