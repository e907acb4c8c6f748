import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findBinaries } from '../../../cluster/binaries/index.ts';
import { freePort } from '../../../cluster/controlPlane/ports.ts';
import { type Cluster, isMutating, readAuditLog, startCluster } from '../../../cluster/index.ts';
import { eventually } from '../../eventually.ts';

const execute = promisify(execFile);

describe('a cluster on this machine', () => {
  let cluster: Cluster;
  let kubectl: string;
  beforeAll(async () => {
    kubectl = (await findBinaries(['kubectl'])).kubectl;
    cluster = await startCluster({ nodes: 'simulated:2', auditLog: true });
  });
  afterAll(() => cluster?.stop());

  const as = (kubeconfig: string) => async (command: string) => {
    const { stdout } = await execute(kubectl, [`--kubeconfig=${kubeconfig}`, ...command.split(' ')]);
    return stdout.trim();
  };
  const admin = (command: string): Promise<string> => as(cluster.kubeconfig)(command);

  it('runs the pods of a Deployment on its simulated nodes, and removes them with it', async () => {
    expect(await admin('get nodes -o name')).toBe('node/simulated-1\nnode/simulated-2');
    await admin('create deployment web --image=nowhere/web --replicas=3');
    await admin('rollout status deployment/web --timeout=30s');
    await admin('delete deployment web --cascade=foreground --timeout=30s');
    await eventually(async () => expect(await admin('get pods -l app=web -o name')).toBe(''));
  });

  it('completes Jobs', async () => {
    await admin('create job once --image=nowhere/once -- true');
    await admin('wait job/once --for=condition=complete --timeout=30s');
  });

  it('crashes an image whose name says so, and no other', async () => {
    await admin('run well --image=nowhere/web:1');
    await admin('run bad --image=nowhere/web:2-crashes');
    const state = (name: string) =>
      admin(`get pod ${name} -o jsonpath={.status.containerStatuses[0]['ready','state','lastState']}`);
    await eventually(async () => {
      expect(await state('bad')).toMatch(/^false .*CrashLoopBackOff.* .*"exitCode":1/);
    });
    expect(await state('well')).toMatch(/^true {"running":/);
    expect(await admin('get pod bad -o jsonpath={.status.phase}')).toBe('Running');
  });

  it('lets a user do what RBAC grants, to them or to their group, and nothing else', async () => {
    await admin('create rolebinding team --clusterrole=view --group=team-a');
    const alice = as(cluster.kubeconfigFor('alice', ['team-a']));
    expect(await alice('auth whoami -o jsonpath={.status.userInfo.username}')).toBe('alice');
    await alice('get configmaps');
    await expect(alice('create configmap x')).rejects.toThrow(/Forbidden|forbidden/);
    await expect(as(cluster.kubeconfigFor('bob'))('get configmaps')).rejects.toThrow(/forbidden/);
  });

  it('knows a ServiceAccount by its token and by a certificate in its name', async () => {
    const name = 'system:serviceaccount:default:default';
    const token = await admin('create token default');
    expect(token.split('.')).toHaveLength(3);
    const user = as(cluster.kubeconfigFor(name, ['system:serviceaccounts']));
    expect(await user('auth whoami -o jsonpath={.status.userInfo.username}')).toBe(name);
  });

  it('writes down who changed what', async () => {
    await admin('create clusterrolebinding carol --clusterrole=edit --user=carol');
    const carol = as(cluster.kubeconfigFor('carol'));
    await carol('create configmap mine');
    await carol('create configmap dry --dry-run=server');
    await carol('get configmap mine');
    await expect(carol('create namespace no')).rejects.toThrow(/forbidden/);
    const writes = (await readAuditLog(cluster.auditLog)).filter(
      (request) => request.user === 'carol' && isMutating(request),
    );
    expect(writes.map(({ verb, resource, namespace, code }) => [verb, resource, namespace, code])).toEqual([
      ['create', 'configmaps', 'default', 201],
      ['create', 'namespaces', undefined, 403],
    ]);
    expect(writes[0]?.name).toBe('mine');
  });

  it('keeps its data, its address and its certificates when the API server is killed and started again', async () => {
    await admin('create configmap kept');
    await cluster.restartApiServer();
    expect(await admin('get configmap kept -o name')).toBe('configmap/kept');
  });
});

describe('starting a cluster', () => {
  it('works twice at the same time, apart from each other', async () => {
    await using stack = new AsyncDisposableStack();
    const [one, two] = await Promise.all([startCluster(), startCluster()]);
    stack.use(one);
    stack.use(two);
    await one.api.create('/api/v1/namespaces', { metadata: { name: 'only-in-one' } });
    expect(await one.api.answers('/api/v1/namespaces/only-in-one')).toBe(true);
    expect(await two.api.answers('/api/v1/namespaces/only-in-one')).toBe(false);
  });

  it('leaves nothing behind after its block', async () => {
    let directory: string;
    {
      await using cluster = await startCluster();
      directory = cluster.directory;
      expect(existsSync(directory)).toBe(true);
    }
    expect(existsSync(directory)).toBe(false);
    expect(await processesNaming(directory)).toEqual([]);
  });

  it('says which component failed and what its log ends with, and leaves nothing behind', async () => {
    const failing = startCluster({ flags: { apiServer: ['--no-such-flag'] } });
    await expect(failing).rejects.toThrow(
      /kube-apiserver ended with code 1 while starting(.|\n)*--no-such-flag/,
    );
    expect(await processesNaming('--no-such-flag')).toEqual([]);
  });

  it('gives up on a component that does not get ready', async () => {
    const flags = { controllerManager: ['--controllers=*,-serviceaccount-controller'] };
    const failing = startCluster({ flags, startTimeoutMilliseconds: 5000 });
    // On a busy machine another component may be the one that is not ready by then.
    await expect(failing).rejects.toThrow(/(etcd|kube-[a-z-]+) was not ready in time/);
  });

  it('tries another port when somebody takes the first, but not when it was asked for by number', async () => {
    await using blocker = new AsyncDisposableStack();
    const listener = createServer().listen(0, '127.0.0.1');
    blocker.defer(() => void listener.close());
    await once(listener, 'listening');
    const address = listener.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    const taken = address.port;
    const free = await freePort('127.0.0.1');
    const ports = [taken, free];
    await using cluster = await startCluster({ port: () => ports.shift() ?? 0 });
    expect(cluster.url).toBe(`https://127.0.0.1:${free}`);
    await expect(startCluster({ port: taken })).rejects.toThrow('address already in use');
  });
});

async function processesNaming(text: string): Promise<readonly string[]> {
  const { stdout } = await execute('ps', ['-eo', 'pid,stat,args', '-ww']);
  return stdout.split('\n').filter((line) => line.includes(text) && !/^\s*\d+ Z/.test(line));
}
