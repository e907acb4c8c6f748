import { fixManager } from '../../../crds/policy/names.ts';
import { isRecord } from '../../../operator/resources/json.ts';
import type { FieldsV1, KubernetesObject, ManagedFieldsEntry } from '../../../operator/resources/object.ts';
import { type Change, type Path, textOf } from './changes.ts';

/** Who else has a say in what an object is: what would be changed in spite of them would come back, or stand in their way. */

/**
 * What keeps the object as it is written elsewhere, as its own marks say; undefined where nothing does. A change belongs
 * there: Argo CD and Flux would take it back, and of Helm the next upgrade would, or would fail by it.
 */
export function sourceOf({ metadata }: KubernetesObject): string | undefined {
  const { labels = {}, annotations = {} } = metadata;
  const instance = labels['app.kubernetes.io/instance'] ?? '';
  const tracked = annotations['argocd.argoproj.io/tracking-id'];
  if (tracked !== undefined) return `the Application ${tracked.split(':')[0]} of Argo CD`;
  const marked = labels['argocd.argoproj.io/instance'];
  if (marked !== undefined) return `the Application ${marked} of Argo CD`;
  // Many set this label, Argo CD among them: it counts where Argo CD has written the object.
  if (instance !== '' && writers(metadata.managedFields).some((manager) => argo.has(manager)))
    return `the Application ${instance} of Argo CD`;
  for (const [kind, prefix] of flux) {
    const name = labels[`${prefix}/name`];
    if (name !== undefined) return `the ${kind} ${labels[`${prefix}/namespace`] ?? ''}/${name} of Flux`;
  }
  const release = annotations['meta.helm.sh/release-name'];
  if (release !== undefined && labels['app.kubernetes.io/managed-by'] === 'Helm')
    return `the Helm release ${annotations['meta.helm.sh/release-namespace'] ?? metadata.namespace ?? ''}/${release}`;
  return undefined;
}

const argo: ReadonlySet<string> = new Set(['argocd-controller', 'argocd-application-controller']);

const flux = [
  ['Kustomization', 'kustomize.toolkit.fluxcd.io'],
  ['HelmRelease', 'helm.toolkit.fluxcd.io'],
] as const;

function writers(managedFields: readonly ManagedFieldsEntry[] = []): readonly string[] {
  return managedFields.map(({ manager = '' }) => manager);
}

/**
 * Another manager that owns what would be changed by server-side apply, and which field that is; undefined where there is
 * none. Its next apply would take the change back, or be refused for it.
 */
export function applierOf(
  { metadata }: KubernetesObject,
  changes: readonly Change[],
): { readonly manager: string; readonly field: string } | undefined {
  for (const entry of metadata.managedFields ?? []) {
    const { manager = 'somebody', operation, subresource = '', fieldsV1 } = entry;
    if (operation !== 'Apply' || subresource !== '' || manager === fixManager) continue;
    const owned = changes.find(({ path }) => owns(fieldsV1, path));
    if (owned !== undefined) return { manager, field: textOf(owned.path) };
  }
  return undefined;
}

/** Whether a set of fields has the value at the path, part of it, or the whole that it is part of. */
function owns(fields: FieldsV1 | undefined, [step, ...rest]: Path, isRoot = true): boolean {
  if (fields === undefined) return false;
  if (step === undefined) return true;
  if (!isRoot && Object.keys(fields).length === 0) return true;
  return below(fields, step).some((next) => owns(next, rest, false));
}

function below(fields: FieldsV1, step: Path[number]): readonly FieldsV1[] {
  if (typeof step === 'string') return [fields[`f:${step}`]].filter((next) => next !== undefined);
  return Object.entries(fields)
    .filter(([element]) => element.startsWith('k:') && isOf(element.slice(2), step))
    .map(([, next]) => next);
}

/** The key of a list has all of what the server tells elements apart by, a step one field of it. */
function isOf(key: string, step: Readonly<Record<string, string | number>>): boolean {
  const names: unknown = JSON.parse(key);
  return isRecord(names) && Object.entries(step).every(([name, value]) => names[name] === value);
}

/**
 * Who took back what changes would change again, at most three, the latest first: they own it now, which was ours. Who
 * merely took a field away owns nothing; then it is whoever has written beside it since, if anybody is told at all.
 *
 * @param since seconds since 1970; the server writes times in whole seconds
 */
export function undoersOf(
  { metadata }: KubernetesObject,
  since: number,
  changes: readonly Change[],
): readonly string[] {
  const entries = (metadata.managedFields ?? [])
    // By `scale` an autoscaler writes what a spec says; that entry has no time.
    .filter(({ subresource, manager }) => subresource !== 'status' && manager !== fixManager)
    .toSorted((a, b) => (b.time ?? '').localeCompare(a.time ?? ''));
  const owning = entries.filter(({ fieldsV1 }) => changes.some(({ path }) => owns(fieldsV1, path)));
  const beside = entries
    .filter(({ time }) => time !== undefined && Date.parse(time) / 1000 >= since)
    .filter(({ fieldsV1 = {} }) => changes.some(({ path: [field] }) => `f:${field}` in fieldsV1));
  return [...new Set(writers(owning.length > 0 ? owning : beside))].slice(0, 3);
}
