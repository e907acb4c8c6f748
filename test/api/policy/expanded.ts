import type { Manifest } from '../../policies/packs.ts';
import { record } from './json.ts';

/** What makes pods of the same template: one of each kind. */

interface Template {
  readonly metadata: object;
  readonly spec: object;
}

/** @returns nothing for what has no pod in it */
export function expanded(object: Manifest): readonly Manifest[] {
  const template = templateOf(object);
  if (template === undefined) return [];
  const app = { app: 'expanded' };
  const { restartPolicy: _, ...serving } = record(template.spec);
  const labelled = (spec: object) => ({
    metadata: { ...template.metadata, labels: { ...record(record(template.metadata).labels), ...app } },
    spec,
  });
  const metadata = { name: 'expanded', ...placeOf(object) };
  const selector = { matchLabels: app };
  const job = { template: labelled({ ...template.spec, restartPolicy: 'Never' }) };
  const apps = (kind: string, more: object = {}): Manifest => ({
    apiVersion: 'apps/v1',
    kind,
    metadata,
    spec: { selector, template: labelled(serving), ...more },
  });
  return [
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { ...template.metadata, ...metadata },
      spec: template.spec,
    },
    apps('Deployment'),
    apps('ReplicaSet'),
    apps('StatefulSet', { serviceName: 'expanded' }),
    apps('DaemonSet'),
    { apiVersion: 'batch/v1', kind: 'Job', metadata, spec: job },
    {
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata,
      spec: { schedule: '0 4 * * *', jobTemplate: { spec: job } },
    },
    {
      apiVersion: 'v1',
      kind: 'ReplicationController',
      metadata,
      spec: { selector: app, template: labelled(serving) },
    },
    { ...apps('Deployment'), apiVersion: 'mainstay.dev/v1alpha1' },
  ];
}

/** In a kind of ours, of which the API server checks no more than the types. */
export function inOurDeployment(object: Manifest): Manifest | undefined {
  return expanded(object).at(-1);
}

function templateOf({ kind, metadata, spec }: Manifest): Template | undefined {
  const { template, jobTemplate, containers } = record(spec);
  if (kind === 'Pod') {
    const { annotations, labels } = metadata;
    const kept = Object.entries({ annotations, labels }).filter(([, value]) => value !== undefined);
    return { metadata: Object.fromEntries(kept), spec: record(spec) };
  }
  const found = kind === 'CronJob' ? record(record(jobTemplate).spec).template : template;
  if (containers !== undefined || found === undefined) return undefined;
  return { metadata: record(record(found).metadata), spec: record(record(found).spec) };
}

function placeOf({ metadata: { namespace } }: Manifest): object {
  return namespace === undefined ? {} : { namespace };
}
