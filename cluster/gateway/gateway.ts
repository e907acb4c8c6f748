import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findBinaries } from '../binaries/index.ts';
import type { AdminApi } from '../controlPlane/adminApi.ts';
import type { RealCluster } from '../node/realCluster.ts';
import { addGatewayObjects, defineGatewayApi, gatewayProgrammed, gatewayReference } from './gatewayApi.ts';
import { configurePrometheus, findPrometheus, prometheusUrl } from './prometheus.ts';
import { Server } from './server.ts';
import {
  adminUrl,
  metricsTarget,
  traefikConfiguration,
  traefikRules,
  traefikUser,
  webPort,
} from './traefik.ts';

/** A gateway in front of a real node's pods, and a Prometheus that scrapes it. */
export interface Gateway {
  /** What a route names in its `parentRefs`. */
  readonly reference: { readonly name: string; readonly namespace: string };
  /** Where requests go. The host header decides which route takes them. */
  readonly url: string;
  readonly traefik: Server;
  readonly prometheus: Server;
}

/**
 * Brings the Gateway API, Traefik and Prometheus into a real cluster. Both run in the cluster's network namespace, and
 * go with the cluster, however it ends.
 *
 * Traefik is got like the programs of Kubernetes: its first build from Go modules takes about five minutes.
 */
export async function addGateway(cluster: RealCluster): Promise<Gateway> {
  const [{ traefik: program }, prometheusProgram] = await Promise.all([
    findBinaries(['traefik']),
    findPrometheus(),
  ]);
  const { controlPlane, node } = cluster;
  const { api, reaper, directory } = controlPlane;
  const { address, enter } = node.network;
  await defineGatewayApi(api);
  await grant(api);
  await addGatewayObjects(api, webPort);

  const start = (
    name: string,
    words: readonly string[],
    url: string,
    readyPath: string,
    environment = {},
  ) => {
    const [command = 'nsenter', ...rest] = [...enter, ...words];
    const log = controlPlane.files.log(name);
    const process = { name, command: [command, ...rest] as const, log, environment };
    return Server.start(reaper, { process, url, readyPath });
  };
  // In the cluster's folder, so that the processes name it in their arguments, as all of a cluster's do.
  const folder = join(directory, 'gateway');
  await mkdir(folder);
  const configuration = join(folder, 'traefik.yaml');
  await writeFile(configuration, traefikConfiguration(address));
  const flags = await configurePrometheus(folder, address, metricsTarget(address));
  const [traefik, prometheus] = await Promise.all([
    start('traefik', [program, `--configFile=${configuration}`], adminUrl(address), '/ping', {
      KUBECONFIG: controlPlane.kubeconfigFor(traefikUser),
      // In a pod itself it would take the cluster that the pod is in.
      KUBERNETES_SERVICE_HOST: '',
    }),
    start('prometheus', [prometheusProgram, ...flags], prometheusUrl(address), '/-/ready'),
  ]);
  await gatewayProgrammed(api);
  return { reference: gatewayReference, url: `http://${address}`, traefik, prometheus };
}

async function grant(api: AdminApi): Promise<void> {
  const rbac = '/apis/rbac.authorization.k8s.io/v1';
  await api.create(`${rbac}/clusterroles`, {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name: traefikUser },
    rules: traefikRules,
  });
  await api.create(`${rbac}/clusterrolebindings`, {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: traefikUser },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: traefikUser },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: traefikUser }],
  });
}
