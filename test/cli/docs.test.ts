import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { commandOf } from '../../cli/commandLine.ts';
import { Workplace } from './workplace.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const page = readFileSync(join(root, 'docs/policy/check.md'), 'utf8');

function blocks(language: string): readonly string[] {
  return [...page.matchAll(new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, 'gs'))].map(([, text = '']) => text);
}

/** The packs grow. */
function uncounted(text: string): string {
  return text.replace(/\d+ Policies/, 'N Policies').replace(/\d+ passed/, 'N passed');
}

/** What is said, where `…` stands for lines that are left out. */
function pattern(text: string): RegExp {
  const lines = text.split('\n').map((line) => (line === '…' ? '(?:.*\\n)*?' : `${RegExp.escape(line)}\n`));
  return new RegExp(`^${lines.join('').replace(/\n$/, '')}$`);
}

/** The files of the page: their first line says how they are called. */
const files = Object.fromEntries(
  blocks('yaml').flatMap((text) => {
    const name = /^# (\S+\.yaml)\n/.exec(text)?.[1];
    return name === undefined ? [] : [[name, text]];
  }),
);

describe('docs/policy/check.md', { timeout: 120_000 }, () => {
  it.each(
    blocks('console').map((text) => [/^\$ (.*)/.exec(text)?.[1] ?? '', text] as const),
  )('shows what is said: %s', (command, text) => {
    using work = new Workplace(files);
    const args = command.replace('npx mainstay ', '').split(' ');
    const { stdout } = spawnSync(process.execPath, [join(root, 'cli/mainstay.ts'), ...args], {
      cwd: work.path,
      encoding: 'utf8',
      env: { ...process.env, PATH: `${dirname(process.execPath)}${delimiter}${process.env.PATH}` },
    });
    expect(uncounted(`$ ${command}\n${stdout}`)).toMatch(pattern(uncounted(text)));
  });

  it('has no command that there is not', () => {
    const commands = [...page.matchAll(/npx mainstay ([^`|>\n]*)/g)].map(([, args = '']) => args.trim());
    expect(commands.length).toBeGreaterThan(8);
    for (const args of commands) {
      const words = args.split(' ').map((word) => word.replaceAll("'", ''));
      expect(() => commandOf(words)).not.toThrow();
    }
  });
});
