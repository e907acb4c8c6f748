import { readFileSync, statSync } from 'node:fs';
import { isMap, isScalar, LineCounter, parse, parseDocument } from 'yaml';
import type { ConfigurationProblem } from './configurationError.ts';
import type { Setting } from './settings.ts';

/** What one source says. Values by the setting's path. */
export interface Layer {
  readonly values: ReadonlyMap<string, { readonly value: unknown; readonly origin: string }>;
  readonly problems: readonly ConfigurationProblem[];
}

/** The variables with the prefix. */
export function fromEnvironment(
  settings: readonly Setting[],
  prefix: string,
  env: Readonly<Record<string, string | undefined>>,
  ignore: readonly string[],
): Layer {
  const layer = newLayer();
  for (const [name, text] of Object.entries(env)) {
    if (!name.startsWith(`${prefix}_`) || text === undefined || ignore.includes(name)) continue;
    const setting = settings.find(({ variable }) => variable === name);
    if (setting !== undefined) put(layer, setting, text, name);
    else if (!isServiceLink(name, env))
      layer.problems.push({
        place: name,
        message: unknown(
          name,
          settings.map(({ variable }) => variable),
        ),
      });
  }
  return layer;
}

/** A Service of our prefix's name gives every pod beside it variables such as `MAINSTAY_SERVICE_HOST` and `MAINSTAY_PORT_80_TCP`. */
function isServiceLink(name: string, env: Readonly<Record<string, string | undefined>>): boolean {
  const service = /^(.+?)_(SERVICE_(HOST|PORT(_\w+)?)|PORT(_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?)$/.exec(
    name,
  )?.[1];
  return service !== undefined && env[`${service}_SERVICE_HOST`] !== undefined;
}

/** What the command line says besides settings: which files, and what to do instead of running. */
export function splitArguments(argv: readonly string[]) {
  const selected: { config?: string; environment?: string } = {};
  const rest: string[] = [];
  let asked: 'run' | 'print' | 'help' = 'run';
  for (let n = 0; n < argv.length; n += 1) {
    const argument = argv[n] ?? '';
    const own = /^--(config|environment)(=(.*))?$/s.exec(argument);
    if (own?.[1] === 'config' || own?.[1] === 'environment') {
      const next = own[3] === undefined ? valueAfter(argv, n) : undefined;
      if (next !== undefined) n += 1;
      selected[own[1]] = own[3] ?? next ?? '';
    } else if (argument === '--print-config') asked = 'print';
    else if (argument === '--help') asked = 'help';
    else rest.push(argument);
  }
  return { asked, selected, rest };
}

/** Which folder, or which environment: what the variable says, else the flag. Chosen without being named is a problem. */
export function chosen(
  name: 'config' | 'environment',
  variable: string,
  said: string | undefined,
  flag?: string,
) {
  const value = said ?? flag;
  const place = said === undefined ? `--${name}` : variable;
  const problems: ConfigurationProblem[] = [];
  if (value === '') problems.push({ place, message: 'needs a value' });
  else if (name === 'config' && value !== undefined && !isFolder(value)) {
    problems.push({ place, message: `${value} is no folder` });
  }
  return { value: value === '' ? undefined : value, problems };
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** The argument after that one, unless it is a flag. */
function valueAfter(argv: readonly string[], n: number): string | undefined {
  const next = argv[n + 1];
  return next?.startsWith('--') === true ? undefined : next;
}

/** `--flag value`, `--flag=value`, and `--flag` alone for a boolean. */
export function fromArguments(settings: readonly Setting[], argv: readonly string[]): Layer {
  const layer = newLayer();
  for (let n = 0; n < argv.length; n += 1) {
    const argument = argv[n] ?? '';
    const equals = argument.indexOf('=');
    const flag = equals < 0 ? argument : argument.slice(0, equals);
    const setting = settings.find((other) => other.flag === flag);
    if (setting === undefined) {
      const message = flag.startsWith('--')
        ? unknown(
            flag,
            settings.map((other) => other.flag),
          )
        : 'is not expected here';
      layer.problems.push({ place: flag, message });
      // The value of an unknown flag is no second problem.
      if (equals < 0 && flag.startsWith('--') && argv[n + 1]?.startsWith('--') === false) n += 1;
      continue;
    }
    let text = equals < 0 ? undefined : argument.slice(equals + 1);
    if (text === undefined) {
      const next = valueAfter(argv, n);
      const taken = setting.form !== 'boolean' || next === 'true' || next === 'false';
      text = taken ? next : 'true';
      if (taken && next !== undefined) n += 1;
    }
    if (text === undefined) layer.problems.push({ place: flag, message: 'needs a value' });
    else put(layer, setting, text, flag);
  }
  return layer;
}

/** A YAML file; one that does not exist says nothing, unless it must. */
export function fromFile(settings: readonly Setting[], file: string, presence?: 'must exist'): Layer {
  const layer = newLayer();
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    if (!missing || presence !== undefined) {
      layer.problems.push({
        place: file,
        message: missing ? 'does not exist' : `cannot be read: ${String(error)}`,
      });
    }
    return layer;
  }
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const place = (offset: number | undefined) => `${file}:${lines.linePos(offset ?? 0).line}`;
  for (const error of document.errors) {
    layer.problems.push({ place: place(error.pos[0]), message: error.message.split('\n')[0] ?? error.code });
  }
  if (document.errors.length > 0) return layer;

  const read = (node: unknown, above: readonly string[], offset: number | undefined) => {
    if (node === null || (isScalar(node) && node.value === null)) return;
    if (!isMap(node)) {
      const what = above.length === 0 ? 'the file' : `${above.join('.')}`;
      layer.problems.push({ place: place(offset), message: `${what} must be a mapping of keys to values` });
      return;
    }
    for (const { key, value } of node.items) {
      const name = String(isScalar(key) ? key.value : key);
      const keys = [...above, name];
      const path = keys.join('.');
      const start = isScalar(key) ? key.range?.[0] : undefined;
      const setting = settings.find((other) => other.path === path);
      if (setting !== undefined) {
        const plain: unknown = document.getIn(keys, true);
        const json: unknown = isNode(plain) ? plain.toJSON() : plain;
        if (json !== null && json !== undefined)
          layer.values.set(path, { value: json, origin: place(start) });
      } else if (settings.some((other) => other.path.startsWith(`${path}.`))) {
        read(value, keys, start);
      } else {
        const siblings = new Set(
          settings
            .filter((other) => above.every((part, n) => other.keys[n] === part))
            .map((other) => other.keys[above.length] ?? ''),
        );
        layer.problems.push({
          place: place(start),
          message: unknown(
            path,
            [...siblings].map((sibling) => [...above, sibling].join('.')),
          ),
        });
      }
    }
  };
  read(document.contents, [], 0);
  return layer;
}

function newLayer() {
  return {
    values: new Map<string, { value: unknown; origin: string }>(),
    problems: [] as ConfigurationProblem[],
  };
}

function put(layer: ReturnType<typeof newLayer>, setting: Setting, text: string, origin: string): void {
  try {
    const value: unknown = setting.form === 'text' ? text : parse(text);
    layer.values.set(setting.path, { value, origin });
  } catch {
    layer.problems.push({ place: origin, message: `${setting.path}: cannot be read as YAML` });
  }
}

function isNode(value: unknown): value is { toJSON(): unknown } {
  return (
    typeof value === 'object' && value !== null && 'toJSON' in value && typeof value.toJSON === 'function'
  );
}

/** Says that a key is unknown, and which one may have been meant. */
function unknown(name: string, known: readonly string[]): string {
  const nearest = known
    .map((candidate) => ({ candidate, distance: editDistance(name.toLowerCase(), candidate.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance)[0];
  const meant = nearest !== undefined && nearest.distance <= 3 ? `; did you mean ${nearest.candidate}?` : '';
  return `unknown key ${name}${meant}`;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, n) => n);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
