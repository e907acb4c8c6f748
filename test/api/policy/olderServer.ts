import { join } from 'node:path';
import type { Cluster } from '../../../cluster/index.ts';
import { clusterRoleBindings, type HttpClient, serviceAccounts } from '../../../operator/index.ts';
import { refuse, rewrite } from '../../faults/exchange.ts';
import { FaultProxy } from '../../faults/proxy.ts';
import { writeKubeconfig } from '../../faults/stage.ts';
import type { Front } from '../operation.ts';

const namespace = 'default';
const name = 'behind-the-front';

/**
 * The API server as one that does not serve some resources yet: discovery does not name them, and none of them is found.
 *
 * @param hidden plurals, of which some may come to be served later
 */
export async function olderServer(
  cluster: Cluster,
  client: HttpClient,
  hidden: ReadonlySet<string>,
): Promise<Front> {
  const proxy = await FaultProxy.start({ target: new URL(cluster.url), authority: cluster.authority });
  proxy.on(({ path }) => path.split('/').some((part) => hidden.has(part)), refuse(404, 'NotFound'));
  proxy.on(
    ({ path }) => path === '/apis',
    rewrite((line) => without(hidden, line)),
  );
  const kubeconfig = join(cluster.directory, 'older.yaml');
  const authority = Buffer.from(cluster.authority.certificate).toString('base64');
  await writeKubeconfig(kubeconfig, {
    server: proxy.url,
    cluster: { 'certificate-authority-data': authority },
    user: { token: await tokenOf(client) },
  });
  return { kubeconfig, [Symbol.asyncDispose]: () => proxy[Symbol.asyncDispose]() };
}

/** Of an answer of discovery, which is one line. */
function without(hidden: ReadonlySet<string>, line: string): string {
  return JSON.stringify(JSON.parse(line), (key, value: unknown) =>
    key === 'resources' && Array.isArray(value)
      ? value.filter(({ resource }) => !hidden.has(resource))
      : value,
  );
}

/** Of somebody who may do everything: a client's certificate would end at the front. */
async function tokenOf(client: HttpClient): Promise<string> {
  await client.create(serviceAccounts, {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name, namespace },
  });
  await client.apply(clusterRoleBindings, {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
    subjects: [{ kind: 'ServiceAccount', name, namespace }],
  });
  const { status } = await client.request<{ readonly status: { readonly token: string } }>({
    method: 'POST',
    path: `/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`,
    body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} },
  });
  return status.token;
}
