import type { Manifest } from './stage.ts';

/** Whatever makes pods, in small. */

interface Shape {
  readonly labels?: Readonly<Record<string, string>>;
  readonly [field: string]: unknown;
}

export function pod(
  namespace: string,
  name: string,
  image: string,
  { labels = {}, ...spec }: Shape = {},
): Manifest {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, labels },
    spec: { containers: [{ name: 'main', image }], ...spec },
  };
}

const template = (name: string, image: string, spec: object = {}) => ({
  metadata: { labels: { app: name } },
  spec: { containers: [{ name: 'main', image }], ...spec },
});

/** Deployment, ReplicaSet, StatefulSet, DaemonSet. */
export function app(
  kind: 'Deployment' | 'ReplicaSet' | 'StatefulSet' | 'DaemonSet',
  namespace: string,
  name: string,
  image: string,
  metadata: object = {},
): Manifest {
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata: { name, namespace, ...metadata },
    spec: {
      ...(kind === 'DaemonSet' ? {} : { replicas: 0 }),
      selector: { matchLabels: { app: name } },
      ...(kind === 'StatefulSet' ? { serviceName: name } : {}),
      template: template(name, image),
    },
  };
}

/** A Job whose pods no node takes. */
export function job(namespace: string, name: string, image: string): Manifest {
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name, namespace },
    spec: {
      template: template(name, image, { restartPolicy: 'Never', nodeSelector: { nowhere: 'at-all' } }),
    },
  };
}

/** One of each kind that has a pod in it. */
export function everyKind(namespace: string, name: string, image: string): readonly Manifest[] {
  const { metadata, ...own } = app('Deployment', namespace, name, image);
  return [
    pod(namespace, name, image),
    app('Deployment', namespace, name, image),
    app('ReplicaSet', namespace, name, image),
    app('StatefulSet', namespace, name, image),
    app('DaemonSet', namespace, name, image),
    job(namespace, name, image),
    {
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata: { name, namespace },
      spec: {
        schedule: '0 0 1 1 *',
        jobTemplate: { spec: { template: template(name, image, { restartPolicy: 'Never' }) } },
      },
    },
    {
      apiVersion: 'v1',
      kind: 'ReplicationController',
      metadata: { name, namespace },
      spec: { replicas: 0, selector: { app: name }, template: template(name, image) },
    },
    { ...own, metadata, apiVersion: 'mainstay.dev/v1alpha1' },
  ];
}
