import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { type Connection, type ConnectionLimits, type Impersonation, openConnection } from './connection.ts';
import { describeInCluster, inCluster } from './inCluster.ts';

export interface ConnectOptions {
  /** Path of a kubeconfig. Absent: `KUBECONFIG`, then the pod's ServiceAccount, then `~/.kube/config`. */
  readonly kubeconfig?: string;
  /** A context of the kubeconfig. Default: its current one. */
  readonly context?: string;
  /** Where the pod's token, CA and namespace lie. Default where the kubelet mounts them. */
  readonly serviceAccount?: string;
  readonly impersonate?: Impersonation;
  readonly limits?: ConnectionLimits;
  /** Default `process.env`. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/**
 * A connection to the API server that the options or the surroundings name.
 *
 * Nothing is sent yet: a server that is down is not an error here. Rejects if there is no usable configuration, and
 * says where it was looked for.
 */
export async function connect(options: ConnectOptions = {}): Promise<Connection> {
  const { limits, impersonate, env = process.env } = options;
  const description = await describe(options, env);
  return openConnection({
    ...description,
    ...(limits === undefined ? undefined : { limits }),
    ...(impersonate === undefined ? undefined : { impersonate }),
  });
}

async function describe(
  { kubeconfig, context, serviceAccount }: ConnectOptions,
  env: NonNullable<ConnectOptions['env']>,
) {
  const listed = kubeconfig ?? (env.KUBECONFIG === '' ? undefined : env.KUBECONFIG);
  if (listed === undefined && context === undefined && inCluster(env, serviceAccount)) {
    return describeInCluster(env, serviceAccount);
  }
  const home = join(homedir(), '.kube', 'config');
  if (listed === undefined && !existsSync(home)) {
    throw new Error(
      `no cluster is configured: no kubeconfig was given, KUBECONFIG is not set, this is no pod, and ${home} does not exist`,
    );
  }
  // Loaded only here: a pod needs neither YAML nor kubeconfig schemas in its memory.
  const { describeKubeconfig } = await import('./kubeconfig.ts');
  return describeKubeconfig(listed ?? home, context);
}
