import type * as z from 'zod';
import { ConfigurationError, type ConfigurationProblem } from './configurationError.ts';
import { chosen, fromArguments, fromEnvironment, fromFile, type Layer, splitArguments } from './layers.ts';
import { type Setting, settingsOf, type Tree } from './settings.ts';

export interface ConfigurationOptions<Schema extends z.ZodObject> {
  /** Of the environment variables: `MAINSTAY` makes `MAINSTAY_LEADER_ELECTION_LEASE_DURATION` of `leaderElection.leaseDuration`. */
  readonly prefix: string;
  /** Nested objects are sections; everything else is a value, replaced as a whole. A value with `.meta({ secret: true })` is never printed. */
  readonly schema: Schema;
  /** Without the program's own name: `process.argv.slice(2)`. */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where the files are, unless `--config` or `<PREFIX>_CONFIG` says otherwise. Default `config`. */
  readonly directory?: string;
  /** Its file is `components/<component>.yaml`. */
  readonly component?: string;
  /** Its file is `environments/<environment>.yaml`, unless `--environment` or `<PREFIX>_ENVIRONMENT` names another. A named environment must have a file. */
  readonly environment?: string;
  /** Variables with the prefix that are somebody else's, and so are not refused. */
  readonly ignore?: readonly string[];
}

export interface Configuration<Schema extends z.ZodObject> {
  readonly value: z.output<Schema>;
  /** Every value in the schema's order. */
  readonly origins: readonly ConfigurationOrigin[];
  /** What the command line asks for instead of a run. */
  readonly asked: 'run' | 'print' | 'help';
  /** One line a value, with where it comes from; secrets hidden. What `--print-config` prints. */
  print(): string;
  /** One line a value: its flag, its environment variable, and what it means. What `--help` prints. */
  help(): string;
}

export interface ConfigurationOrigin {
  readonly path: string;
  /** As it was written, before the schema's transformations. Secrets: `(hidden)`. */
  readonly value: unknown;
  /** `MAINSTAY_X`, `--x`, `config/global.yaml:3`, `default`. */
  readonly origin: string;
}

/**
 * Reads a program's configuration. Highest first: environment variables, command line, the environment's file, the
 * component's file, the global file (`global.yaml`), the schema's defaults.
 *
 *     const { value } = loadConfiguration({ prefix: 'WIDGETS', schema, argv: process.argv.slice(2), env: process.env });
 *
 * Throws a `ConfigurationError` that names every unknown key and every bad value, each with its place.
 */
export function loadConfiguration<Schema extends z.ZodObject>(
  options: ConfigurationOptions<Schema>,
): Configuration<Schema> {
  const { prefix, schema, env, component, ignore = [] } = options;
  const settings = settingsOf(schema, prefix);
  const { asked, selected, rest } = splitArguments(options.argv);
  const variables = { config: `${prefix}_CONFIG`, environment: `${prefix}_ENVIRONMENT` };
  const choose = (name: 'config' | 'environment') =>
    chosen(name, variables[name], env[variables[name]], selected[name]);
  const folder = choose('config');
  const named = choose('environment');
  const directory = folder.value ?? options.directory ?? 'config';
  const environment = named.value ?? options.environment;
  const own = [variables.config, variables.environment, ...ignore];

  const layers: readonly Layer[] = [
    fromEnvironment(settings, prefix, env, own),
    fromArguments(settings, rest),
    ...(environment === undefined
      ? []
      : [fromFile(settings, `${directory}/environments/${environment}.yaml`, 'must exist')]),
    ...(component === undefined ? [] : [fromFile(settings, `${directory}/components/${component}.yaml`)]),
    fromFile(settings, `${directory}/global.yaml`),
  ];
  const found = new Map(
    settings.map((setting) => [
      setting.path,
      layers.map((layer) => layer.values.get(setting.path)).find((entry) => entry !== undefined),
    ]),
  );
  const problems: ConfigurationProblem[] = [folder, named, ...layers].flatMap((source) => source.problems);

  const parsed = schema.safeParse(treeOf(settings, (setting) => found.get(setting.path)?.value));
  for (const issue of parsed.error?.issues ?? []) {
    const setting = settings.find(({ keys }) => keys.every((key, n) => issue.path[n] === key));
    const path = issue.path.join('.');
    const origin = setting === undefined ? undefined : found.get(setting.path)?.origin;
    const hint = setting === undefined ? '' : ` (set ${setting.flag} or ${setting.variable})`;
    // A secret's message could quote it.
    const message = setting?.secret ? 'is not valid' : issue.message;
    problems.push(
      origin === undefined
        ? { place: path, message: `${message}${hint}` }
        : { place: origin, message: `${path}: ${message}` },
    );
  }
  if (problems.length > 0 || !parsed.success) throw new ConfigurationError(problems);

  const origins = settings.map(({ path, keys, secret }): ConfigurationOrigin => {
    const entry = found.get(path);
    const value = entry?.value ?? at(parsed.data, keys);
    return {
      path,
      value: secret && value !== undefined ? '(hidden)' : value,
      origin: entry?.origin ?? 'default',
    };
  });
  return {
    value: parsed.data,
    origins,
    asked,
    print: () =>
      columns(
        origins.map(({ path, value, origin }) => [
          path,
          `= ${JSON.stringify(value) ?? '(unset)'}`,
          `# ${origin}`,
        ]),
      ),
    help: () => columns(settings.map(({ flag, variable, description }) => [flag, variable, description])),
  };
}

/** The values at their places. Sections are there even if nothing is said of them, so that their defaults apply, unless they are optional. */
function treeOf(settings: readonly Setting[], read: (setting: Setting) => unknown): Tree {
  const root: Tree = {};
  for (const setting of settings) {
    const value = read(setting);
    if (value === undefined && setting.inOptional) continue;
    let section = root;
    for (const key of setting.keys.slice(0, -1)) {
      const inner = section[key];
      const next: Tree = isTree(inner) ? inner : {};
      section[key] = next;
      section = next;
    }
    const key = setting.keys.at(-1);
    if (value !== undefined && key !== undefined) section[key] = value;
  }
  return root;
}

function at(value: unknown, keys: readonly string[]): unknown {
  return keys.reduce<unknown>((inner, key) => (isTree(inner) ? inner[key] : undefined), value);
}

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function columns(rows: readonly (readonly string[])[]): string {
  const widths = rows.reduce<number[]>(
    (widest, row) => row.map((cell, n) => Math.max(widest[n] ?? 0, cell.length)),
    [],
  );
  return rows
    .map((row) =>
      row
        .map((cell, n) => cell.padEnd(widths[n] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
