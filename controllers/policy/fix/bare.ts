import { isRecord } from '../../../operator/resources/json.ts';
import type { KubernetesObject } from '../../../operator/resources/object.ts';
import { answers } from '../compile/mutating.ts';

/** An object's content: without what the server keeps for itself, and the answers of a dry run. */
export function bare(object: KubernetesObject): Readonly<Record<string, unknown>> {
  const { metadata, ...content } = object;
  const { managedFields: _m, resourceVersion: _r, generation: _g, annotations = {}, ...kept } = metadata;
  const own = Object.entries(annotations).filter(([name]) => !name.startsWith(`${answers}/`));
  return {
    ...without(content, ['status']),
    metadata: { ...kept, ...(own.length === 0 ? {} : { annotations: Object.fromEntries(own) }) },
  };
}

/**
 * The object as if somebody made it now, under another name: for what cannot be changed once it is there. What the server
 * gives a Job and a Pod when it makes them is left out.
 */
export function asNew(object: KubernetesObject, name: string): KubernetesObject {
  const { namespace, labels, annotations } = object.metadata;
  const metadata = {
    name,
    ...(namespace === undefined ? {} : { namespace }),
    ...(labels === undefined ? {} : { labels: withoutJobLabels(labels) }),
    ...(annotations === undefined ? {} : { annotations }),
  };
  const { apiVersion, kind } = object;
  const content = newContent(kind, without({ ...object }, ['metadata', 'status']));
  return { ...content, apiVersion, kind, metadata };
}

function newContent(
  kind: string,
  content: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const { spec } = content;
  if (!isRecord(spec)) return content;
  if (kind === 'Job') return { ...content, spec: jobSpec(spec) };
  return kind === 'Pod' ? { ...content, spec: without(spec, ['ephemeralContainers']) } : content;
}

function jobSpec(spec: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  if (spec.manualSelector === true) return spec;
  const { template, ...others } = without(spec, ['selector']);
  if (!isRecord(template) || !isRecord(template.metadata)) return { ...others, template };
  const { labels } = template.metadata;
  const metadata = {
    ...template.metadata,
    ...(isRecord(labels) ? { labels: withoutJobLabels(labels) } : {}),
  };
  return { ...others, template: { ...template, metadata } };
}

const jobLabels = [
  'controller-uid',
  'job-name',
  'batch.kubernetes.io/controller-uid',
  'batch.kubernetes.io/job-name',
];

function withoutJobLabels<T>(labels: Readonly<Record<string, T>>): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(labels).filter(([name]) => !jobLabels.includes(name)));
}

function without(
  record: Readonly<Record<string, unknown>>,
  fields: readonly string[],
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(record).filter(([name]) => !fields.includes(name)));
}
