import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { findBinaries } from '../../../cluster/binaries/index.ts';
import type { Page } from '../../docs/pages.ts';

/** What somebody does who reads a page from top to bottom. */
export interface Step {
  /** `docs/deployment/canary.md:40: kubectl apply -f shop.yaml`. */
  readonly title: string;
  /** Rejects where what it prints is not what the page shows, but for what is another each time. */
  readonly take: (place: Place) => Promise<void>;
}

/** Where the steps are taken. */
export interface Place {
  readonly kubeconfig: string;
  /** Files that the page says to write are written here, and it is where commands run. */
  readonly directory: string;
  /** What is put in place of texts that stand for the reader's own, such as addresses. */
  readonly instead?: Readonly<Record<string, string>>;
}

/** A command did not do, or did not print, what the page says. */
class OtherwiseError extends Error {
  override readonly name = 'OtherwiseError';
}

/**
 * The steps of a page. A block of `console` has commands after `$ ` and what they print; a block whose first line is
 * `# name.yaml` or `# name.sh` is a file to be written.
 */
export function stepsOf({ path, blocks }: Page): readonly Step[] {
  return blocks.flatMap(({ language, text, line }): readonly Step[] => {
    if (language === 'console') return commandsIn(`${path}:${line}`, text);
    const [, name] = /^# ([\w.-]+\.(?:yaml|sh))\n/.exec(text) ?? [];
    if (name === undefined) return [];
    return [
      {
        title: `${path}:${line}: ${name}`,
        take: ({ directory, instead = {} }) => writeFile(join(directory, name), withPlace(text, instead)),
      },
    ];
  });
}

function commandsIn(place: string, text: string): readonly Step[] {
  const [before = '', ...rest] = `\n${text}`.split('\n$ ');
  if (before.trim() !== '') throw new Error(`${place}: a block of console begins with a command`);
  return rest.map((part): Step => {
    const [command = '', ...printed] = part.split('\n');
    return {
      title: `${place}: ${command}`,
      take: async (where) => {
        const { printed: found } = await shell(command, where);
        if (!isLike(found, printed)) {
          throw new OtherwiseError(`${command}\nprints\n${found}\nand the page has\n${printed.join('\n')}`);
        }
      },
    };
  });
}

function withPlace(text: string, instead: Readonly<Record<string, string>>): string {
  let result = text;
  for (const [from, to] of Object.entries(instead)) result = result.replaceAll(from, to);
  return result;
}

/** Runs a command, and gives all that it prints, in the order in which it does. */
export async function shell(
  command: string,
  { kubeconfig, directory }: Pick<Place, 'kubeconfig' | 'directory'>,
): Promise<{ readonly code: number; readonly printed: string }> {
  const { kubectl } = await findBinaries(['kubectl']);
  const child = spawn('bash', ['-c', `exec 2>&1; ${command}`], {
    cwd: directory,
    env: {
      ...process.env,
      KUBECONFIG: kubeconfig,
      PATH: `${dirname(kubectl)}${delimiter}${process.env.PATH ?? ''}`,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let printed = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
  });
  const code = await new Promise<number>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => resolve(status ?? 1));
  });
  return { code, printed: printed.replaceAll(ownLog, '').trimEnd() };
}

/** What kubectl logs of how it fares with its watches, on a busy machine. */
const ownLog = /^[IWE]\d{4} \d\d:\d\d:\d\d\.\d+ .*\n/gm;

/** Ages are others each time, `…` stands for anything, and columns are as wide as they need to be. */
export function isLike(found: string, printed: readonly string[]): boolean {
  const lines = printed.join('\n').trimEnd().split('\n');
  const expressions = lines.map((line) => {
    if (line.trim() === '…') return '(?:.*\n)*?';
    const words = line.trim().split(/ +/);
    const last = words.length - 1;
    const expected = words.map((word, index) =>
      index === last && isAge.test(word) ? age : word.split('…').map(literally).join('.*'),
    );
    return ` *${expected.join(' +')} *\n`;
  });
  return new RegExp(`^${expressions.join('')}$`).test(`${found}\n`);
}

const age = '\\d+[smhd](?:\\d+[smhd])?';
const isAge = new RegExp(`^${age}$`);

function literally(text: string): string {
  return text.replace(/[\\.+*?()|[\]{}^$]/g, '\\$&');
}
