import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { cpus, release, totalmem, type } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** A number that is measured against a limit. */
export interface Figure {
  /** In kebab-case, as it stands in the output. */
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly limit: number;
  /** Which side of the limit is the good one; the limit itself is good. */
  readonly better: 'lower' | 'higher';
}

export interface Table {
  readonly caption: string;
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** What a benchmark has to tell. */
export interface Report {
  readonly title: string;
  /** What was done and how, in Markdown. */
  readonly paragraphs: readonly string[];
  readonly tables: readonly Table[];
  readonly figures: readonly Figure[];
  /** Of what took part beside Node and ourselves, by name. */
  readonly versions?: Readonly<Record<string, string>>;
}

/** Prints a line a figure: `figure NAME VALUE UNIT limit LIMIT ok`, or `short`. Returns whether all are ok. */
export function printFigures(figures: readonly Figure[]): boolean {
  for (const figure of figures) {
    const { name, value, unit, limit } = figure;
    console.log(`figure ${name} ${shown(value)} ${unit} limit ${limit} ${isOk(figure) ? 'ok' : 'short'}`);
  }
  return figures.every(isOk);
}

/** Prints the tables, with their columns in line. */
export function printTables(tables: readonly Table[]): void {
  for (const { caption, header, rows } of tables) {
    const all = [header, ...rows];
    const widths = header.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
    console.log(`\n${caption}`);
    for (const row of all) {
      const cells = row.map((cell, column) => {
        const width = widths[column] ?? 0;
        return column === 0 ? cell.padEnd(width) : cell.padStart(width);
      });
      console.log(`  ${cells.join('  ')}`);
    }
  }
  console.log('');
}

/**
 * Puts the report in the place of the section of that id, between `<!-- id -->` and `<!-- /id -->`, with the machine, the
 * versions and the day. A page without the section gets it at its end; a page that is not there is begun.
 */
export async function writeSection(path: string, id: string, report: Report): Promise<void> {
  const page = existsSync(path) ? await readFile(path, 'utf8') : '# Benchmarks\n';
  const [begin, end] = [`<!-- ${id} -->`, `<!-- /${id} -->`];
  const section = `${begin}\n\n${await markdown(report)}\n${end}`;
  const from = page.indexOf(begin);
  const to = page.indexOf(end);
  const whole = from >= 0 && to > from;
  const text = whole
    ? page.slice(0, from) + section + page.slice(to + end.length)
    : `${page.trimEnd()}\n\n${section}\n`;
  await writeFile(path, text);
}

async function markdown({ title, paragraphs, tables, figures, versions }: Report): Promise<string> {
  const setting = [
    `Machine: ${machine()}.`,
    `Versions: ${list({ ...(await ownVersions()), ...versions })}.`,
    `Measured on ${new Date().toISOString().slice(0, 10)}.`,
  ];
  const limits: Table = {
    caption: 'Against the limits:',
    header: ['figure', 'value', 'limit', ''],
    rows: figures.map((figure) => [
      figure.name,
      `${shown(figure.value)} ${figure.unit}`,
      `${figure.better === 'lower' ? 'at most' : 'at least'} ${figure.limit}`,
      isOk(figure) ? 'ok' : 'short',
    ]),
  };
  const parts = [
    `## ${title}`,
    ...paragraphs,
    ...(figures.length === 0 ? tables : [...tables, limits]).map(tableMarkdown),
    setting.join(' '),
  ];
  return `${parts.join('\n\n')}\n`;
}

function tableMarkdown({ caption, header, rows }: Table): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const ruler = header.map((_, column) => (column === 0 ? '---' : '---:'));
  return [caption, '', line(header), line(ruler), ...rows.map(line)].join('\n');
}

function isOk({ value, limit, better }: Figure): boolean {
  return better === 'lower' ? value <= limit : value >= limit;
}

/** Three digits that count are as many as a measurement on a machine with neighbours is worth. */
function shown(value: number): string {
  if (Number.isInteger(value)) return String(value);
  return value.toFixed(Math.abs(value) < 10 ? 2 : Math.abs(value) < 100 ? 1 : 0);
}

function machine(): string {
  const model = cpus()[0]?.model.trim() ?? 'unknown processor';
  const memory = Math.round(totalmem() / 1024 ** 3);
  return `${cpus().length} × ${model}, ${memory} GiB, ${type()} ${release()}`;
}

const root = join(import.meta.dirname, '..');

async function ownVersions(): Promise<Readonly<Record<string, string>>> {
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
  const git = promisify(execFile)('git', ['rev-parse', '--short', 'HEAD'], { cwd: root });
  // A copy without its history has no commit to name.
  const commit = await git.then(
    ({ stdout }) => ` (${stdout.trim()})`,
    () => '',
  );
  return { Node: process.versions.node, mainstay: `${version}${commit}` };
}

function list(versions: Readonly<Record<string, string>>): string {
  return Object.entries(versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(', ');
}
