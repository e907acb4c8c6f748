import { PassThrough } from 'node:stream';
import {
  type AuditedRequest,
  type Cluster,
  type ClusterOptions,
  isMutating,
  readAuditLog,
  startCluster,
} from '../../../cluster/index.ts';
import { addDeploymentController } from '../../../controllers/deployment/index.ts';
import { deploymentSettings } from '../../../controllers/deployment/settings.ts';
import { addPolicyController } from '../../../controllers/policy/index.ts';
import { policySettings } from '../../../controllers/policy/settings.ts';
import { addProjectController } from '../../../controllers/project/index.ts';
import { type Project, projects } from '../../../controllers/project/project.ts';
import { projectSettings } from '../../../controllers/project/settings.ts';
import { installation, operatorUser } from '../../../crds/project/admission.ts';
import { HttpClient } from '../../../operator/client/httpClient.ts';
import { createLog } from '../../../operator/manager/log.ts';
import { Manager } from '../../../operator/manager/manager.ts';
import { type Event, events, namespaces } from '../../../operator/resources/builtin.ts';
import { type KubernetesObject, keyOf, type ObjectName } from '../../../operator/resources/object.ts';
import type { Resource } from '../../../operator/resources/resource.ts';
import { connect } from '../../../operator/transport/connect.ts';
import type { Connection } from '../../../operator/transport/connection.ts';
import { eventually, type Patience } from '../../eventually.ts';
import { install } from '../../installation.ts';
import { Kubectl } from '../../kubectl.ts';

/** A cluster of its own with Mainstay installed, in which the operator runs with exactly its ServiceAccount's rights. */
export interface Installation extends AsyncDisposable {
  readonly cluster: Cluster;
  /** A cluster administrator. */
  readonly admin: HttpClient;
  /** The operator that runs now. */
  readonly operator: () => RunningOperator;
  /** Starts another operator; the one before must be stopped. */
  start(): Promise<RunningOperator>;
  /** A client with another user's rights. */
  as(user: string, ...groups: readonly string[]): Promise<HttpClient>;
  kubectl(...words: readonly string[]): Promise<string>;
  /** Applies the manifests again. */
  reinstall(): Promise<void>;
}

export interface RunningOperator {
  readonly manager: Manager;
  /** Lines of its log. */
  readonly log: readonly string[];
  stop(): Promise<void>;
}

/** Starts a cluster, installs Mainstay from the file that people apply, and starts the operator, with settings for Projects. */
export async function installMainstay(
  settings: object = {},
  options: ClusterOptions = {},
): Promise<Installation> {
  const cluster = await startCluster({ auditLog: true, ...options });
  const kubectl = await Kubectl.forCluster(cluster.kubeconfig);
  const connections: Connection[] = [];
  const clientOf = async (kubeconfig: string) => {
    const connection = await connect({ kubeconfig });
    connections.push(connection);
    return new HttpClient(connection, { fieldManager: 'test' });
  };
  await install(kubectl);
  const admin = await clientOf(cluster.kubeconfig);
  let current: RunningOperator | undefined;
  const start = async () => {
    current = await startOperator(cluster, settings);
    return current;
  };
  await start();
  return {
    cluster,
    admin,
    start,
    kubectl: (...words) => kubectl.run(...words),
    reinstall: () => install(kubectl),
    operator: () => {
      if (current === undefined) throw new Error('no operator runs');
      return current;
    },
    as: (user, ...groups) => clientOf(cluster.kubeconfigFor(user, groups)),
    [Symbol.asyncDispose]: async () => {
      await current?.stop();
      await Promise.all(connections.map((connection) => connection.close()));
      await cluster.stop();
    },
  };
}

/** With exactly the rights of the operator's ServiceAccount. */
export function connectAsOperator(cluster: Cluster): Promise<Connection> {
  const groups = ['system:serviceaccounts', `system:serviceaccounts:${installation.namespace}`];
  return connect({ kubeconfig: cluster.kubeconfigFor(operatorUser, groups) });
}

async function startOperator(cluster: Cluster, settings: object): Promise<RunningOperator> {
  const connection = await connectAsOperator(cluster);
  const log: string[] = [];
  const destination = new PassThrough();
  destination.on('data', (line) => log.push(String(line)));
  const manager = new Manager({
    connection,
    fieldManager: installation.fieldManager,
    leaderElection: { name: 'mainstay', namespace: installation.namespace },
    log: createLog({ level: 'info', destination }),
  });
  addProjectController(manager, projectSettings.parse({ usageInterval: 200, ...settings }));
  addDeploymentController(manager, deploymentSettings.parse({}), []);
  addPolicyController(manager, policySettings.parse({}));
  const stopping = new AbortController();
  const running = manager.run(stopping.signal);
  let stopped: Promise<void> | undefined;
  return {
    manager,
    log,
    stop: () => {
      stopped ??= (async () => {
        stopping.abort();
        await running;
        await connection.close();
      })();
      return stopped;
    },
  };
}

/** Applies a Project as a person does. */
export async function applyProject(
  { admin }: Installation,
  name: string,
  spec: Readonly<Record<string, unknown>> = {},
): Promise<Project> {
  const object = {
    apiVersion: 'mainstay.dev/v1alpha1',
    kind: 'Project',
    metadata: { name },
    spec: { environments: [{ name: 'dev' }], ...spec },
  };
  // By way of the resource without its type: people leave out what has a default.
  const resource: Resource = projects;
  await admin.apply(resource, object, { fieldManager: 'kubectl' });
  return admin.get(projects, { name });
}

/** Waits until the Project says of itself, for its present spec, that the condition is so. */
export function condition(
  { admin }: Installation,
  name: string,
  type: string,
  expected: { readonly status: string; readonly reason?: string },
  patience: Patience = {},
): Promise<Project> {
  return eventually(async () => {
    const project = await admin.get(projects, { name });
    const found = project.status?.conditions?.find((one) => one.type === type);
    const { generation } = project.metadata;
    const told = found?.status === expected.status && (expected.reason ?? found.reason) === found.reason;
    if (!told || found.observedGeneration !== generation) {
      throw new Error(
        `${name}: ${type} is ${JSON.stringify(found)} at generation ${generation}, not ${JSON.stringify(expected)}`,
      );
    }
    return project;
  }, patience);
}

export function ready(here: Installation, name: string): Promise<Project> {
  return condition(here, name, 'Ready', { status: 'True' });
}

/** The events on an object, newest last. */
export async function eventsOf({ admin }: Installation, name: string): Promise<readonly Event[]> {
  const { items } = await admin.list(events, { namespace: 'default', limit: 500 });
  return items.filter(({ regarding }) => regarding?.name === name);
}

/** Whether something is there. */
export async function exists<T extends KubernetesObject>(
  { admin }: Installation,
  resource: Resource<T>,
  name: ObjectName,
): Promise<boolean> {
  const scope = name.namespace === undefined ? {} : { namespace: name.namespace };
  const { items } = await admin.list(resource, { ...scope, fieldSelector: `metadata.name=${name.name}` });
  return items.length > 0;
}

export const gone = async (here: Installation, resource: Resource, name: ObjectName) =>
  eventually(async () => {
    if (await exists(here, resource, name)) throw new Error(`${resource.kind} ${keyOf(name)} is still there`);
  });

/** Waits until a namespace is gone; the namespace controller takes its time. */
export async function namespaceGone({ admin }: Installation, name: string): Promise<void> {
  await eventually(
    async () => {
      const { items } = await admin.list(namespaces, { fieldSelector: `metadata.name=${name}` });
      if (items.length > 0) throw new Error(`${name} is still there: ${JSON.stringify(items[0]?.status)}`);
    },
    { within: 40_000 },
  );
}

/** The writes of the operator that the API server has logged so far, but for those to its Lease. */
export async function writesOfOperator({ cluster }: Installation): Promise<readonly AuditedRequest[]> {
  const requests = await readAuditLog(cluster.auditLog);
  return requests.filter(
    (request) => request.user === operatorUser && request.resource !== 'leases' && isMutating(request),
  );
}
