import { readFile } from 'node:fs/promises';
import { delimiter, dirname, resolve } from 'node:path';
import { parse, YAMLParseError } from 'yaml';
import * as z from 'zod';
import type { ConnectionDescription, Impersonation } from './connection.ts';
import {
  type Credentials,
  FileCredentials,
  type FileCredentialsOptions,
  type Source,
} from './credentials.ts';

/**
 * What a context of one or more kubeconfig files (joined as in `KUBECONFIG`) describes. Of several files the first to
 * name a context, cluster or user wins, as with kubectl.
 *
 * It is read here and not by client-node, whose kubeconfig module brings the whole generated API with it (84 MB, 360 ms).
 * Its plug-ins for `exec` and OIDC are used, and loaded only by a kubeconfig that needs them.
 */
export async function describeKubeconfig(
  paths: string,
  contextName?: string,
): Promise<ConnectionDescription> {
  const files = await Promise.all(paths.split(delimiter).filter(Boolean).map(readKubeconfig));
  const wanted = contextName ?? files.find((file) => file['current-context'])?.['current-context'];
  const where = `kubeconfig ${paths}`;
  if (wanted === undefined) throw new Error(`${where} has no current-context: name a context`);
  const context = named(files, 'contexts', wanted);
  if (context === undefined) throw new Error(`${where} has no context "${wanted}"${known(files)}`);
  const cluster = named(files, 'clusters', context.context.cluster);
  if (cluster === undefined) {
    throw new Error(`${where} has no cluster "${context.context.cluster}", which context "${wanted}" names`);
  }
  const user = context.context.user === undefined ? undefined : named(files, 'users', context.context.user);
  if (context.context.user !== undefined && user === undefined) {
    throw new Error(`${where} has no user "${context.context.user}", which context "${wanted}" names`);
  }
  const { server, 'proxy-url': proxy } = cluster.cluster;
  if (proxy !== undefined)
    throw new Error(`${where}: proxy-url of cluster "${cluster.name}" is not supported`);
  const impersonate = user === undefined ? undefined : impersonationOf(user.user);
  return {
    server: new URL(server),
    namespace: context.context.namespace ?? 'default',
    credentials: await credentialsOf(cluster, user),
    ...(impersonate === undefined ? undefined : { impersonate }),
  };
}

const clusterSchema = z.object({
  name: z.string(),
  cluster: z.object({
    server: z.url(),
    'certificate-authority': z.string().optional(),
    'certificate-authority-data': z.string().optional(),
    'insecure-skip-tls-verify': z.boolean().optional(),
    'tls-server-name': z.string().optional(),
    'proxy-url': z.string().optional(),
  }),
});

const userSchema = z.object({
  name: z.string(),
  user: z.object({
    'client-certificate': z.string().optional(),
    'client-certificate-data': z.string().optional(),
    'client-key': z.string().optional(),
    'client-key-data': z.string().optional(),
    token: z.string().optional(),
    tokenFile: z.string().optional(),
    username: z.string().optional(),
    password: z.string().optional(),
    as: z.string().optional(),
    'as-groups': z.array(z.string()).optional(),
    exec: z.looseObject({ command: z.string() }).optional(),
    'auth-provider': z.looseObject({ name: z.string() }).optional(),
  }),
});

const contextSchema = z.object({
  name: z.string(),
  context: z.object({
    cluster: z.string(),
    user: z.string().optional(),
    namespace: z.string().optional(),
  }),
});

const kubeconfigSchema = z.object({
  'current-context': z.string().optional(),
  contexts: z.array(contextSchema).nullish(),
  clusters: z.array(clusterSchema).nullish(),
  users: z.array(userSchema).nullish(),
});

type File = z.infer<typeof kubeconfigSchema> & { readonly directory: string };
type Section = 'contexts' | 'clusters' | 'users';
type Entry<Name extends Section> = NonNullable<File[Name]>[number] & { readonly directory: string };
type User = Entry<'users'>['user'];

async function readKubeconfig(path: string): Promise<File> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new Error(`cannot read the kubeconfig ${path}`, { cause: error });
  });
  const parsed = kubeconfigSchema.safeParse(parseYaml(path, text) ?? {});
  // The problems name places only: a kubeconfig's values are secret.
  if (!parsed.success) throw new Error(`${path} is no kubeconfig: ${places(parsed.error)}`);
  return { ...parsed.data, directory: dirname(resolve(path)) };
}

function parseYaml(path: string, text: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    // Neither the parser's message nor the error as a cause: they quote the line.
    const line = error instanceof YAMLParseError ? error.linePos?.[0].line : undefined;
    throw new Error(`${path} is no YAML${line === undefined ? '' : ` at line ${line}`}`);
  }
}

function places(error: z.ZodError): string {
  return error.issues.map((issue) => `${issue.path.join('.') || 'the file'} ${issue.message}`).join('; ');
}

function named<Name extends Section>(
  files: readonly File[],
  section: Name,
  name: string,
): Entry<Name> | undefined {
  for (const file of files) {
    const entries: readonly NonNullable<File[Name]>[number][] = file[section] ?? [];
    const found = entries.find((entry) => entry.name === name);
    if (found !== undefined) return { ...found, directory: file.directory };
  }
  return undefined;
}

function known(files: readonly File[]): string {
  const names = files.flatMap((file) => (file.contexts ?? []).map((context) => context.name));
  return names.length === 0 ? '' : `; it has ${names.join(', ')}`;
}

async function credentialsOf(
  cluster: Entry<'clusters'>,
  user: Entry<'users'> | undefined,
): Promise<Credentials> {
  const trust = {
    insecure: cluster.cluster['insecure-skip-tls-verify'] ?? false,
    serverName: cluster.cluster['tls-server-name'],
    ca: source(
      cluster,
      cluster.cluster['certificate-authority-data'],
      cluster.cluster['certificate-authority'],
    ),
  } satisfies FileCredentialsOptions;
  if (user === undefined) return new FileCredentials(trust);
  const own = user.user;
  if (own.exec !== undefined || own['auth-provider'] !== undefined) {
    const { PluginCredentials } = await import('./pluginCredentials.ts');
    return new PluginCredentials(new FileCredentials(trust), {
      name: user.name,
      exec: own.exec,
      authProvider: own['auth-provider'],
    });
  }
  return new FileCredentials({
    ...trust,
    certificate: source(user, own['client-certificate-data'], own['client-certificate']),
    key: source(user, own['client-key-data'], own['client-key']),
    // The file first: it is the one that rotates.
    token: tokenSource(user),
    basic: own.username === undefined ? undefined : `${own.username}:${own.password ?? ''}`,
  });
}

function tokenSource({ user, directory }: Entry<'users'>): Source | undefined {
  if (user.tokenFile !== undefined) return { file: resolve(directory, user.tokenFile) };
  return user.token === undefined ? undefined : { inline: user.token };
}

function source(at: { readonly directory: string }, data?: string, path?: string): Source | undefined {
  if (data !== undefined) return { inline: Buffer.from(data, 'base64').toString('utf8') };
  return path === undefined ? undefined : { file: resolve(at.directory, path) };
}

function impersonationOf(user: User): Impersonation | undefined {
  return user.as === undefined ? undefined : { user: user.as, groups: user['as-groups'] };
}
