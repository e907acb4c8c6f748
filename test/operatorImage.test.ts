import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { bundle } from './operatorImage.ts';

// Node keeps the source of what it runs, with two bytes a letter as soon as one of them is not of Latin-1, and in a file of a
// megabyte as soon as one is not of ASCII. In strings the bundler escapes such letters, in regular expressions it cannot.
it('the operator’s program is kept with one byte a letter', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'mainstay-bundle-'));
  try {
    await bundle({ mainstay: new URL('../main.ts', import.meta.url).pathname }, directory);
    const files = await readdir(directory);
    expect(files).toContain('mainstay.mjs');
    for (const file of files) {
      const text = await readFile(join(directory, file), 'utf8');
      const letter = text.length > 1_000_000 ? /.{0,40}[^\0-\x7f].{0,40}/ : /.{0,40}[^\0-\xff].{0,40}/;
      expect(text.match(letter)?.[0], file).toBeUndefined();
    }
  } finally {
    await rm(directory, { recursive: true });
  }
});
