import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { generatedFiles, staleFiles } from './generate.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

describe('the generated files', () => {
  it('are those of the schemas', () => {
    expect(staleFiles(root)).toEqual([]);
  });

  it('come out the same each time', () => {
    expect(generatedFiles()).toEqual(generatedFiles());
  });

  it('leave room in the annotation of kubectl apply, 262,144 bytes', () => {
    for (const { path, content } of generatedFiles().filter(({ path }) => path.endsWith('.yaml'))) {
      // The annotation holds JSON, which is shorter than this YAML by its indentation.
      expect(Buffer.byteLength(JSON.stringify(parse(content))), path).toBeLessThan(200_000);
    }
  });
});

describe('a check for stale files', () => {
  const copy = mkdtempSync(join(tmpdir(), 'generated-'));
  afterEach(() => rmSync(copy, { recursive: true, force: true }));

  it('names a file that was changed and one that is not there', () => {
    const [changed, ...missing] = generatedFiles().map(({ path }) => path);
    expect(staleFiles(copy)).toEqual([changed, ...missing]);
    mkdirSync(dirname(join(copy, changed ?? '')), { recursive: true });
    cpSync(join(root, changed ?? ''), join(copy, changed ?? ''));
    expect(staleFiles(copy)).toEqual(missing);
    writeFileSync(join(copy, changed ?? ''), '# edited\n');
    expect(staleFiles(copy)).toEqual([changed, ...missing]);
  });
});
