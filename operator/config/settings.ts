import * as z from 'zod';

/** One value of the configuration: everything in the schema that is not a section. */
export interface Setting {
  readonly keys: readonly string[];
  /** `leaderElection.leaseDuration` */
  readonly path: string;
  /** `--leader-election-lease-duration` */
  readonly flag: string;
  /** `MAINSTAY_LEADER_ELECTION_LEASE_DURATION` */
  readonly variable: string;
  /** Text is taken as it is; of anything else it is read as YAML. */
  readonly form: 'text' | 'boolean' | 'yaml';
  readonly secret: boolean;
  /** In a section that may be absent: there is no such section unless one of its values is set. */
  readonly inOptional: boolean;
  readonly description: string;
}

export interface Tree {
  [key: string]: unknown;
}

/** The schema's values in its order. Throws if two of them would have the same variable. */
export function settingsOf(schema: z.ZodObject, prefix: string): readonly Setting[] {
  const settings = [...walk(schema, [], prefix, false)];
  const variables = new Map<string, string>();
  for (const { variable, path } of settings) {
    const other = variables.get(variable);
    if (other !== undefined) throw new TypeError(`${other} and ${path} would both be set by ${variable}`);
    variables.set(variable, path);
  }
  return settings;
}

function* walk(
  section: z.ZodObject,
  above: readonly string[],
  prefix: string,
  inOptional: boolean,
): Iterable<Setting> {
  for (const [key, inner] of Object.entries(section.shape)) {
    const keys = [...above, key];
    const { core, meta, optional } = unwrap(inner);
    if (core instanceof z.ZodObject) {
      yield* walk(core, keys, prefix, inOptional || optional);
      continue;
    }
    const words = keys.map((part) => part.replace(/([a-z0-9])([A-Z])/g, '$1-$2').toLowerCase()).join('-');
    yield {
      keys,
      path: keys.join('.'),
      flag: `--${words}`,
      variable: `${prefix}_${words.replaceAll('-', '_').toUpperCase()}`,
      form: formOf(core),
      inOptional,
      secret: meta.secret === true,
      description: typeof meta.description === 'string' ? meta.description : '',
    };
  }
}

/** The schema without its wrappers (optional, default, …), and what any of them says about it. */
function unwrap(schema: unknown): {
  readonly core: unknown;
  readonly meta: Tree;
  readonly optional: boolean;
} {
  let core = schema;
  const optional = schema instanceof z.ZodOptional;
  let meta: Tree = {};
  for (;;) {
    if (core instanceof z.ZodType) meta = { ...core.meta(), ...meta };
    if (
      core instanceof z.ZodOptional ||
      core instanceof z.ZodNullable ||
      core instanceof z.ZodDefault ||
      core instanceof z.ZodPrefault ||
      core instanceof z.ZodReadonly
    ) {
      core = core.unwrap();
    } else if (core instanceof z.ZodPipe) {
      core = core.in;
    } else {
      return { core, meta, optional };
    }
  }
}

function formOf(core: unknown): Setting['form'] {
  if (core instanceof z.ZodString || core instanceof z.ZodStringFormat || core instanceof z.ZodEnum)
    return 'text';
  return core instanceof z.ZodBoolean ? 'boolean' : 'yaml';
}
