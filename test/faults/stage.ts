import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { type Cluster, startCluster } from '../../cluster/index.ts';
import {
  type Connection,
  clusterRoleBindings,
  connect,
  HttpClient,
  namespaces,
  serviceAccounts,
} from '../../operator/index.ts';
import { FaultProxy } from './proxy.ts';

/** A cluster of its own for a file of tests, with a user who may do everything, known by a token. */
export interface Stage extends AsyncDisposable {
  readonly cluster: Cluster;
  /** Straight to the API server, past any proxy. */
  readonly direct: HttpClient;
  /** A new token of that user. */
  token(): Promise<string>;
  /** A proxy, and the path of a kubeconfig that leads through it. */
  proxy(): Promise<{ readonly proxy: FaultProxy; readonly kubeconfig: string }>;
  /** A new namespace. */
  namespace(): Promise<string>;
  /** A path in a folder that goes with the cluster. */
  path(file: string): string;
}

const home = 'faults';
const account = 'operator';

export async function openStage(): Promise<Stage> {
  const cluster = await startCluster();
  let connection: Connection | undefined;
  let count = 0;
  try {
    connection = await connect({ kubeconfig: cluster.kubeconfig });
    const direct = new HttpClient(connection, { fieldManager: 'test' });
    await giveRights(direct);
    const path = (file: string) => join(cluster.directory, file);
    const token = () => newToken(direct);
    return {
      cluster,
      direct,
      token,
      path,
      proxy: async () => {
        const proxy = await FaultProxy.start({ target: new URL(cluster.url), authority: cluster.authority });
        const kubeconfig = path(`proxy-${count++}.yaml`);
        await writeKubeconfig(kubeconfig, {
          server: proxy.url,
          cluster: { 'certificate-authority-data': base64(cluster.authority.certificate) },
          user: { token: await token() },
        });
        return { proxy, kubeconfig };
      },
      namespace: async () => {
        const metadata = { name: '', generateName: 'faults-' };
        const made = await direct.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata });
        return made.metadata.name;
      },
      [Symbol.asyncDispose]: async () => {
        await connection?.close();
        await cluster.stop();
      },
    };
  } catch (error) {
    await connection?.close();
    await cluster.stop();
    throw error;
  }
}

interface KubeconfigParts {
  readonly server: string;
  readonly cluster: Readonly<Record<string, string>>;
  readonly user: Readonly<Record<string, string>>;
}

export async function writeKubeconfig(
  path: string,
  { server, cluster, user }: KubeconfigParts,
): Promise<void> {
  const name = 'faults';
  const content = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': name,
    clusters: [{ name, cluster: { server, ...cluster } }],
    users: [{ name, user }],
    contexts: [{ name, context: { cluster: name, user: name } }],
  };
  await writeFile(path, stringify(content), { mode: 0o600 });
}

async function giveRights(direct: HttpClient): Promise<void> {
  await direct.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: home } });
  const metadata = { name: account, namespace: home };
  await direct.create(serviceAccounts, { apiVersion: 'v1', kind: 'ServiceAccount', metadata });
  await direct.apply(clusterRoleBindings, {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: 'faults' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
    subjects: [{ kind: 'ServiceAccount', name: account, namespace: home }],
  });
}

async function newToken(direct: HttpClient): Promise<string> {
  const answer = await direct.request<{ readonly status: { readonly token: string } }>({
    method: 'POST',
    path: `/api/v1/namespaces/${home}/serviceaccounts/${account}/token`,
    body: {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      spec: { expirationSeconds: 86_400 },
    },
  });
  return answer.status.token;
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
