import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findBinaries } from '../../cluster/binaries/index.ts';
import { type RealCluster, startRealCluster } from '../../cluster/node/realCluster.ts';
import { busyboxImage } from '../../cluster/node/realNode.ts';
import { eventually } from '../eventually.ts';
import { Kubectl } from '../kubectl.ts';

let cluster: RealCluster;
let kubectl: Kubectl;

beforeAll(async () => {
  cluster = await startRealCluster();
  kubectl = await Kubectl.forCluster(cluster.kubeconfig);
});
afterAll(async () => cluster?.stop());

interface Pod {
  readonly status: {
    readonly podIP?: string;
    readonly phase: string;
    readonly containerStatuses?: readonly {
      readonly restartCount: number;
      readonly state: {
        readonly terminated?: {
          readonly reason: string;
          readonly exitCode: number;
          readonly message?: string;
        };
      };
    }[];
  };
}

/** A pod of busybox that runs a line of shell. */
function pod(name: string, script: string, container: object = {}, spec: object = {}): object {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default', labels: { app: name } },
    spec: {
      terminationGracePeriodSeconds: 0,
      ...spec,
      containers: [
        {
          name: 'main',
          image: busyboxImage,
          imagePullPolicy: 'Never',
          command: ['sh', '-c', script],
          ...container,
        },
      ],
    },
  };
}

const webServer = 'echo hello > /tmp/index.html; httpd -f -p 8080 -h /tmp';

describe('a pod is a real container', () => {
  beforeAll(async () => {
    const service = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'web', namespace: 'default' },
      spec: { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 8080 }] },
    };
    const readinessProbe = { httpGet: { path: '/', port: 8080 }, periodSeconds: 1 };
    await kubectl.apply([pod('web', `echo started; ${webServer}`, { readinessProbe }), service]);
    await kubectl.run('wait', '--for=condition=Ready', 'pod/web', '--timeout=60s');
  });

  test('with an address that this machine reaches', async () => {
    const { status } = await kubectl.get<Pod>('pod', 'web');
    const answer = await fetch(`http://${status.podIP}:8080/`, { signal: AbortSignal.timeout(5000) });
    expect(await answer.text()).toBe('hello\n');
  });

  test('with logs', async () => {
    expect(await kubectl.run('logs', 'web')).toBe('started\n');
  });

  test('with exec, names from DNS, and a Service that answers', async () => {
    const call =
      'nslookup web.default.svc.cluster.local; printf "GET / HTTP/1.0\\r\\n\\r\\n" | nc web.default 80';
    const text = await eventually(() => kubectl.run('exec', 'web', '--', 'sh', '-c', call));
    expect(text).toContain('web.default.svc.cluster.local');
    expect(text).toContain('hello');
  });

  test('with port-forward', async () => {
    const { kubectl: program } = await findBinaries(['kubectl']);
    const port = await freePort();
    const forward = spawn(program, ['port-forward', 'pod/web', `${port}:8080`], {
      env: { ...process.env, KUBECONFIG: cluster.kubeconfig },
    });
    try {
      const answer = await eventually(() => fetch(`http://127.0.0.1:${port}/`));
      expect(await answer.text()).toBe('hello\n');
    } finally {
      forward.kill();
    }
  });

  test('with a token of its ServiceAccount that the API server knows', async () => {
    const path = '/var/run/secrets/kubernetes.io/serviceaccount/token';
    const token = await kubectl.run('exec', 'web', '--', 'cat', path);
    const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec: { token } };
    const { stdout } = await kubectl.attempt(['create', '-f', '-', '-o', 'json'], JSON.stringify(review));
    expect(JSON.parse(stdout)).toMatchObject({
      status: { authenticated: true, user: { username: 'system:serviceaccount:default:default' } },
    });
    await eventually(() =>
      kubectl.run('exec', 'web', '--', 'sh', '-c', 'nc -w 2 kubernetes.default 443 < /dev/null'),
    );
  });
});

describe('a container ends as on any node', () => {
  async function ended(name: string): Promise<NonNullable<Pod['status']['containerStatuses']>[number]> {
    return eventually(async () => {
      const { status } = await kubectl.get<Pod>('pod', name);
      const container = status.containerStatuses?.[0];
      if (container?.state.terminated === undefined) throw new Error(`pod ${name} is ${status.phase}`);
      return container;
    });
  }

  test('with its exit code and its termination message', async () => {
    await kubectl.apply([
      pod('fails', 'echo why > /dev/termination-log; exit 3', {}, { restartPolicy: 'Never' }),
    ]);
    expect((await ended('fails')).state.terminated).toMatchObject({
      exitCode: 3,
      message: 'why\n',
      reason: 'Error',
    });
  });

  test('OOM-killed at its memory limit', async () => {
    const resources = { limits: { memory: '32Mi' } };
    const hungry = 'x=a; while true; do x=$x$x; done';
    await kubectl.apply([pod('hungry', hungry, { resources }, { restartPolicy: 'Never' })]);
    expect((await ended('hungry')).state.terminated).toMatchObject({ reason: 'OOMKilled', exitCode: 137 });
  });

  test('and a Job counts it', async () => {
    const job = {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name: 'once', namespace: 'default' },
      spec: {
        template: {
          spec: {
            restartPolicy: 'Never',
            containers: [{ name: 'main', image: busyboxImage, imagePullPolicy: 'Never', command: ['true'] }],
          },
        },
      },
    };
    await kubectl.apply([job]);
    await kubectl.run('wait', '--for=condition=Complete', 'job/once', '--timeout=60s');
  });
});

test('containers outlive a crash of containerd', async () => {
  await kubectl.apply([pod('lasting', webServer)]);
  await kubectl.run('wait', '--for=condition=Ready', 'pod/lasting', '--timeout=60s');
  await cluster.node.restartContainerd();
  await eventually(() => kubectl.run('exec', 'lasting', '--', 'true'));
  const { status } = await kubectl.get<Pod>('pod', 'lasting');
  expect(status.containerStatuses?.[0]?.restartCount).toBe(0);
});

test('two clusters stand beside each other', async () => {
  await using other = await startRealCluster();
  expect(other.node.network.address).not.toBe(cluster.node.network.address);
  const there = await Kubectl.forCluster(other.kubeconfig);
  await there.run('create', 'namespace', 'only-there');
  expect(await kubectl.run('get', 'namespaces', '-o', 'name')).not.toContain('only-there');
});

test('nothing is left on the machine when its parent is killed', async () => {
  const program = fileURLToPath(new URL('startedRealCluster.ts', import.meta.url));
  const parent = fork(program, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const [started] = (await once(parent, 'message')) as [Place];
  expect(tracesOf(started)).toEqual(['directory', 'network namespace', 'mounts', 'cgroups', 'processes']);
  parent.kill('SIGKILL');
  await eventually(() => expect(tracesOf(started)).toEqual([]));
});

interface Place {
  readonly namespace: string;
  readonly directory: string;
}

/** What of a cluster can be found on this machine. */
function tracesOf({ namespace, directory }: Place): readonly string[] {
  const found: Readonly<Record<string, boolean>> = {
    directory: existsSync(directory),
    'network namespace': existsSync(`/run/netns/${namespace}`),
    mounts: readFileSync('/proc/self/mountinfo', 'utf8').includes(directory),
    cgroups: readdirSync('/sys/fs/cgroup').some((name) => existsSync(`/sys/fs/cgroup/${name}/${namespace}`)),
    processes: readdirSync('/proc').some((entry) => {
      try {
        return readFileSync(`/proc/${entry}/cmdline`, 'utf8').includes(directory);
      } catch {
        return false; // Not a process, or one that has just ended.
      }
    }),
  };
  return Object.keys(found).filter((what) => found[what]);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
