import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { type Cluster, startCluster } from '../../../cluster/index.ts';
import { connect, HttpClient } from '../../../operator/index.ts';
import { install, operatorProgram, writeOperatorKubeconfig } from '../../installation.ts';
import { Kubectl } from '../../kubectl.ts';
import { FakeGateway } from '../deployment/fakeGateway.ts';

/** The cluster of somebody who reads the pages: simulated nodes, Mainstay as it is installed, and a Gateway called `public`. */
export interface Stage extends AsyncDisposable {
  readonly kubeconfig: string;
  readonly kubectl: Kubectl;
  readonly client: HttpClient;
  readonly gateway: FakeGateway;
  /** An empty folder, gone with the cluster. */
  folder(): Promise<string>;
}

export async function openStage(): Promise<Stage> {
  await using open = new AsyncDisposableStack();
  const cluster = await startCluster({ nodes: 'simulated:2' });
  open.defer(() => cluster.stop());
  const kubectl = await Kubectl.forCluster(cluster.kubeconfig);
  const connection = await connect({ kubeconfig: cluster.kubeconfig });
  open.defer(() => connection.close());
  const client = new HttpClient(connection, { fieldManager: 'test' });
  await install(kubectl);
  const gateway = await FakeGateway.start(kubectl, client);
  open.defer(() => gateway.stop());
  // One whose metrics presets know.
  const body = { spec: { controllerName: 'traefik.io/gateway-controller' } };
  await kubectl.run('patch', 'gatewayclass', 'fake', '--type=merge', '-p', JSON.stringify(body));
  await startOperator(cluster, kubectl);
  const kept = open.move();
  return {
    kubeconfig: cluster.kubeconfig,
    kubectl,
    client,
    gateway,
    folder: () => mkdtemp(join(cluster.directory, 'reader-')),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

/** The program, with the rights of the installed ServiceAccount. It ends with the cluster. */
async function startOperator(cluster: Cluster, kubectl: Kubectl): Promise<void> {
  const kubeconfig = join(cluster.directory, 'operator.yaml');
  await writeOperatorKubeconfig(kubectl, cluster.kubeconfig, kubeconfig);
  await cluster.reaper.spawn({
    name: 'operator',
    command: [process.execPath, operatorProgram],
    log: join(cluster.directory, 'operator.log'),
    environment: {
      KUBECONFIG: kubeconfig,
      MAINSTAY_PROBES_PORT: '0',
      MAINSTAY_METRICS_PORT: '0',
      // What stands in for Prometheus and for the gateway is on this machine.
      MAINSTAY_DEPLOYMENT_ANALYSIS_ALLOW: '[127.0.0.0/8]',
    },
    graceMilliseconds: 10_000,
  });
}
