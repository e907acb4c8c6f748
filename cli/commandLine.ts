import { type ParseArgsConfig, parseArgs } from 'node:util';

/** What is asked. */
export type Command =
  | { readonly name: 'help' }
  | CheckCommand
  | { readonly name: 'test'; readonly paths: readonly string[] };

export interface CheckCommand {
  readonly name: 'check';
  readonly paths: readonly string[];
  readonly policies: readonly string[];
  readonly packs: readonly string[];
  readonly framework: string | undefined;
  /** Patterns of paths that are left out. */
  readonly exclude: readonly string[];
  readonly output: Output;
  readonly failOn: FailOn;
  /** Of what says none itself. */
  readonly namespace: string;
}

export type Output = (typeof outputs)[number];
/** The mildest enforcement whose violations count. */
export type FailOn = (typeof failOns)[number];

const outputs = ['text', 'json', 'sarif', 'junit'] as const;
const failOns = ['audit', 'warn', 'deny', 'never'] as const;

export const usage = `Usage: mainstay check [options] PATH…
       mainstay check test PATH…

Judges manifests by Policies, as a cluster with these Policies would. PATH is a file, a folder (all YAML and JSON in it), or
- for what comes from a pipe, as of helm template or kustomize build.

  --policies PATH   Policies, besides those among the manifests; may be given several times
  --pack NAME       Policies that come with Mainstay: restricted (which includes baseline), baseline, best-practices,
                    network, rbac, supply-chain; may be given several times. restricted, if no Policy is given at all
  --framework NAME  the Policies for CIS-Kubernetes-1.10, GDPR, HIPAA, NSA-CISA or SOC2; how each control of it stands is told
  --exclude PATTERN leave out paths that match, as '**/values.yaml'; may be given several times
  --namespace NAME  the namespace of what says none itself (default: default)
  --fail-on LEVEL   which violations count: those of Policies that audit (default: all of them), warn, deny; or never
  --output FORMAT   text (default), json, sarif, junit

check test runs the cases that stand beside Policies (*.cases.yaml). It takes no options.

Exit codes: 0 nothing is wrong; 1 a Policy is violated, or a case differs; 2 something could not be judged.
`;

/** Something that the person at the keyboard can put right. */
export class UsageError extends Error {}

/** @throws UsageError */
export function commandOf(args: readonly string[]): Command {
  const [command, ...rest] = args;
  if (command === undefined || command === 'help' || args.includes('--help') || args.includes('-h')) {
    return { name: 'help' };
  }
  if (command !== 'check') throw new UsageError(`There is no command ${command}.\n\n${usage}`);
  if (rest[0] === 'test') return { name: 'test', paths: pathsIn(parsed(rest.slice(1), {}).positionals) };
  const { values, positionals } = parsed(rest, options);
  const [paths, policies] = [pathsIn(positionals), values.policies ?? []];
  if ([...paths, ...policies].filter((path) => path === '-').length > 1) {
    throw new UsageError('Give - once: what comes from a pipe can be read once.');
  }
  return {
    name: 'check',
    paths,
    policies,
    packs: values.pack ?? [],
    framework: values.framework,
    exclude: values.exclude ?? [],
    output: oneOf('--output', outputs, values.output ?? 'text'),
    failOn: oneOf('--fail-on', failOns, (values['fail-on'] ?? 'audit').toLowerCase()),
    namespace: namespaceOf(values.namespace ?? 'default'),
  };
}

const options = {
  policies: { type: 'string', multiple: true },
  pack: { type: 'string', multiple: true },
  framework: { type: 'string' },
  exclude: { type: 'string', multiple: true },
  namespace: { type: 'string', short: 'n' },
  output: { type: 'string', short: 'o' },
  'fail-on': { type: 'string' },
} as const;

function parsed<T extends NonNullable<ParseArgsConfig['options']>>(args: readonly string[], allowed: T) {
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options: allowed });
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
  }
}

function pathsIn(paths: readonly string[]): readonly string[] {
  if (paths.length === 0) throw new UsageError(`Give at least one path, or - for a pipe.\n\n${usage}`);
  return paths;
}

function namespaceOf(given: string): string {
  if (/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(given)) return given;
  throw new UsageError(`--namespace is the name of a namespace, and ${JSON.stringify(given)} is none.`);
}

function oneOf<T extends string>(option: string, allowed: readonly T[], given: string): T {
  const found = allowed.find((one) => one === given);
  if (found === undefined)
    throw new UsageError(`${option} is one of ${allowed.join(', ')}, and not ${given}.`);
  return found;
}
