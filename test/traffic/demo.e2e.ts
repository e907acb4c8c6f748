import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';

test('npm run demo -- --node real tells of real requests: a good version is promoted, a bad one goes back', async () => {
  const program = fileURLToPath(new URL('../demo/demo.ts', import.meta.url));
  const child = spawn(process.execPath, [program, '--once', '--node', 'real'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  try {
    let printed = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        printed += stripVTControlCharacters(text);
      });
    }
    const code = await new Promise((resolve, reject) => child.on('error', reject).on('close', resolve));
    expect([code, printed]).toEqual([0, printed]);
    for (const weight of [5, 25, 50]) expect(printed).toMatch(new RegExp(`${weight} % claimed, \\S+ % of`));
    expect(printed).toMatch(/version 1\.1 is promoted, and none of \d+ requests failed on the way/);
    expect(printed).toMatch(
      /version 1\.2 is rolled back \S+ s after its first error: \d+ of \d+ requests failed, and none since/,
    );
    console.log(
      printed
        .split('\n')
        .filter((line) => / % claimed|version 1\./.test(line))
        .join('\n'),
    );
  } finally {
    child.kill();
  }
});
