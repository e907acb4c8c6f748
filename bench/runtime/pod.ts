import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a program in a pod finds of the API server. */
export interface Pod {
  /** The root of its files. */
  readonly root: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Where the kubelet mounts token, CA and namespace. */
export const serviceAccountPath = 'var/run/secrets/kubernetes.io/serviceaccount';

interface ApiServer {
  readonly url: string;
  /** The CA's certificate, as PEM. */
  readonly authority: string;
  readonly token: string;
}

/** Lays a pod's files out in a directory, which need not be there. */
export function layOutPod(root: string, { url, authority, token }: ApiServer): Pod {
  const directory = join(root, serviceAccountPath);
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'ca.crt'), authority);
  writeFileSync(join(directory, 'namespace'), 'default');
  writeFileSync(join(directory, 'token'), token, { mode: 0o600 });
  const { hostname, port } = new URL(url);
  return { root, env: { KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: port } };
}
