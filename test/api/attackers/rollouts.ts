import { expect } from 'vitest';
import { type Deployment, deployments } from '../../../controllers/deployment/deployment.ts';
import { grpcRoutes, httpRoutes } from '../../../controllers/deployment/route/routes.ts';
import { jobs, type KubernetesObject, type Resource, services } from '../../../operator/index.ts';
import { eventually } from '../../eventually.ts';
import { Kubectl } from '../../kubectl.ts';
import { FakeGateway } from '../deployment/fakeGateway.ts';
import { applyProject, exists, gone, type Installation, ready } from '../project/installation.ts';
import type { Stage } from './stage.ts';

/** What the rules of the operator name, of Deployments: each right is used once at least. */
export async function liveThroughRollouts({ here }: Stage): Promise<void> {
  const kubectl = await Kubectl.forCluster(here.cluster.kubeconfig);
  const gateway = await FakeGateway.start(kubectl, here.admin);
  try {
    await takeOverAndRoute(here, kubectl);
    await freezeAndGiveBack(here, kubectl);
  } finally {
    await gateway.stop();
  }
}

/** A Deployment of `apps/v1` is taken over, gets a route, one of the other kind, and none any more; then it goes. */
async function takeOverAndRoute(here: Installation, kubectl: Kubectl): Promise<void> {
  const name = { namespace: 'default', name: 'shop' };
  const spec = { replicas: 1, selector: { matchLabels: { app: 'shop' } }, template: template('shop', '1') };
  await kubectl.apply([{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: name, spec }]);
  await kubectl.run('rollout', 'status', 'deployment/shop', '-n', 'default', '--timeout=60s');
  const routed = (kind: string) => ({
    ports: [{ port: 80 }],
    gateway: { kind, parentRefs: [{ name: 'public' }], hostnames: ['shop.example.com'] },
  });
  await kubectl.apply([deployment(name, { ...spec, adopt: true, traffic: routed('HTTPRoute') })]);
  await healthy(here, name);
  expect(await exists(here, httpRoutes, name)).toBe(true);
  await kubectl.apply([deployment(name, { ...spec, traffic: routed('GRPCRoute') })]);
  await gone(here, httpRoutes, name);
  await there(here, grpcRoutes, name);
  await kubectl.apply([deployment(name, spec)]);
  await gone(here, grpcRoutes, name);
  await eventually(async () => {
    const { items } = await here.admin.list(services, {
      namespace: 'default',
      labelSelector: 'mainstay.dev/deployment=shop',
    });
    expect(items).toEqual([]);
  });
  await here.admin.delete(deployments, name);
  await gone(here, deployments, name);
}

/** Revisions with frozen configuration are measured by Jobs, old ones go, and the last is given back to `apps/v1`. */
async function freezeAndGiveBack(here: Installation, kubectl: Kubectl): Promise<void> {
  await applyProject(here, 'rolls');
  await ready(here, 'rolls');
  const namespace = 'rolls-dev';
  const name = { namespace, name: 'frozen' };
  const configMap = (color: string) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'settings', namespace },
    data: { color },
  });
  const secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'token', namespace },
    stringData: { token: 'one' },
  };
  await kubectl.apply([configMap('red'), secret]);
  const envFrom = [{ configMapRef: { name: 'settings' } }, { secretRef: { name: 'token' } }];
  const job = { template: { spec: { restartPolicy: 'Never', containers: [container('smoke')] } } };
  const spec = (image: string) => ({
    replicas: 1,
    selector: { matchLabels: { app: 'frozen' } },
    template: template('frozen', image, { envFrom }),
    revisionHistoryLimit: 0,
    configSnapshots: { enabled: true, secrets: ['token'] },
    strategy: { type: 'Canary', canary: { steps: [{ weight: 50, analysis: {} }] } },
    analysis: { metrics: [{ name: 'smoke', job }] },
    deletionPolicy: 'Release',
  });
  await kubectl.apply([deployment(name, spec('1'))]);
  await healthy(here, name, 1);
  await kubectl.apply([deployment(name, spec('2')), configMap('green')]);
  await healthy(here, name, 2);
  expect((await here.admin.list(jobs, { namespace })).items.length).toBeGreaterThan(0);
  await eventually(async () => expect(await copies(kubectl)).toEqual(['green']));
  await here.admin.delete(deployments, name);
  await gone(here, deployments, name);
}

async function copies(kubectl: Kubectl): Promise<readonly string[]> {
  const colors = await kubectl.run(
    ...['get', 'configmaps', '-n', 'rolls-dev', '-l', 'mainstay.dev/deployment=frozen'],
    ...['-o', 'jsonpath={.items[*].data.color}'],
  );
  return colors.split(' ');
}

interface Name {
  readonly namespace: string;
  readonly name: string;
}

/** Of its present generation, and of a revision not before this one. */
function healthy({ admin, operator }: Installation, name: Name, revision = 1): Promise<void> {
  return eventually(
    async () => {
      const { metadata, status }: Deployment = await admin.get(deployments, name);
      const { phase, observedGeneration, stable } = status ?? {};
      const is = phase === 'Healthy' && observedGeneration === metadata.generation;
      if (!is || (stable?.revision ?? 0) < revision)
        throw new Error(
          `${name.name} is not Healthy in revision ${revision}: ${JSON.stringify(status)}; the last that the operator logged of it:\n${operator()
            .log.filter((line) => line.includes(name.name))
            .slice(-12)
            .join('')}`,
        );
    },
    { within: 120_000 },
  );
}

async function there<T extends KubernetesObject>(
  here: Installation,
  resource: Resource<T>,
  name: Name,
): Promise<void> {
  await eventually(async () => expect(await exists(here, resource, name)).toBe(true));
}

function deployment(metadata: Name, spec: object): object {
  return { apiVersion: 'mainstay.dev/v1alpha1', kind: 'Deployment', metadata, spec };
}

function template(app: string, image: string, more: object = {}): object {
  return {
    metadata: { labels: { app } },
    spec: { containers: [{ ...container(image), ...more }] },
  };
}

/** As a Project's namespace takes it. */
function container(image: string): object {
  const securityContext = {
    allowPrivilegeEscalation: false,
    runAsNonRoot: true,
    capabilities: { drop: ['ALL'] },
    seccompProfile: { type: 'RuntimeDefault' },
  };
  return { name: 'main', image: `main:${image}`, securityContext };
}
