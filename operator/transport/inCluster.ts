import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { ConnectionDescription } from './connection.ts';
import { FileCredentials } from './credentials.ts';

const defaultDirectory = '/var/run/secrets/kubernetes.io/serviceaccount';

/** True in a pod that has a ServiceAccount's token mounted. */
export function inCluster(
  env: Readonly<Record<string, string | undefined>>,
  directory = defaultDirectory,
): boolean {
  return env.KUBERNETES_SERVICE_HOST !== undefined && existsSync(`${directory}/token`);
}

/** The API server as a pod sees it. Token and CA are read again as the kubelet rotates them. */
export async function describeInCluster(
  env: Readonly<Record<string, string | undefined>>,
  directory = defaultDirectory,
): Promise<ConnectionDescription> {
  const host = env.KUBERNETES_SERVICE_HOST ?? 'kubernetes.default.svc';
  const port = env.KUBERNETES_SERVICE_PORT ?? '443';
  const namespace = await readFile(`${directory}/namespace`, 'utf8').catch(() => 'default');
  return {
    server: new URL(`https://${host.includes(':') ? `[${host}]` : host}:${port}`),
    namespace: namespace.trim(),
    credentials: new FileCredentials({
      ca: { file: `${directory}/ca.crt` },
      token: { file: `${directory}/token` },
    }),
  };
}
