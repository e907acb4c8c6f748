import { projects } from '../../../controllers/project/project.ts';
import { annotations, finalizers, labels } from '../../../crds/project/names.ts';
import {
  Discovery,
  type HttpClient,
  type KubernetesObject,
  resourceQuotas,
} from '../../../operator/index.ts';
import { eventually } from '../../eventually.ts';
import type { Character } from './people.ts';
import { projectIn } from './people.ts';

/** How a cluster ended. */
export interface End {
  /** Each object of ours or in our namespaces, as text without what differs between any two runs: UIDs, times, versions. */
  readonly objects: Readonly<Record<string, string>>;
  /** What bears a mark of ours, and no Project has it, nor did one retain it. */
  readonly orphans: readonly string[];
}

/** The end, once it stays as it is and idle quotas have come back to their weights. */
export async function endOf(admin: HttpClient, everybody: readonly Character[]): Promise<End> {
  await idleShares(admin, everybody);
  let before = '';
  return eventually(
    async () => {
      const all = await objectsOf(admin);
      const entries = all.map((object) => [nameOf(object), timeless(object)] as const);
      const objects = Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));
      const now = JSON.stringify(objects);
      const same = now === before;
      before = now;
      if (!same) throw new Error('the objects still change');
      return { objects, orphans: orphansAmong(all) };
    },
    { every: 4000, within: 120_000 },
  );
}

/** The objects that differ, each with where it first does. */
export function differences(left: End['objects'], right: End['objects']): readonly string[] {
  const names = [...new Set([...Object.keys(left), ...Object.keys(right)])].sort();
  return names
    .filter((name) => left[name] !== right[name])
    .map((name) => {
      const [without = '(missing)', killed = '(missing)'] = [left[name], right[name]];
      const first = [...without].findIndex((letter, index) => killed[index] !== letter);
      const around = (text: string) => text.slice(Math.max(0, first - 60), first + 200);
      return `${name}\n  without kills: ${around(without)}\n  with kills: ${around(killed)}`;
    });
}

/**
 * What an Elastic quota has lent to an environment that no longer needs it stays there for five minutes after the last
 * need, and an operator that has just started, knowing nothing, takes what is lent for needed. After that there is one end
 * to it, whatever was before: the shares by weight.
 */
async function idleShares(admin: HttpClient, everybody: readonly Character[]): Promise<void> {
  const elastic = everybody.filter(({ mode, stays }) => mode === 'Elastic' && stays);
  if (elastic.length === 0) return;
  await eventually(
    async () => {
      const { items } = await admin.list(resourceQuotas);
      for (const { name } of elastic) {
        const shares = items
          .filter(({ metadata }) => projectIn(metadata.namespace ?? '') === name)
          .map(
            ({ metadata, spec: { hard } = {} }) =>
              `${metadata.namespace} ${hard?.pods} ${hard?.['requests.cpu']}`,
          );
        // Of processors each is lent and given back by itself.
        const wanted = [`${name}-dev 4 4220m`, `${name}-prod 13 12660m`, `${name}-test 4 4220m`];
        const missing = wanted.filter((one) => !shares.includes(one));
        if (missing.length > 0) throw new Error(`${missing.join(', ')} is not so: ${shares.join(', ')}`);
      }
    },
    { every: 2000, within: 420_000 },
  );
}

/** Of every kind that the server has: no list of kinds here could leave one out. */
async function objectsOf(admin: HttpClient): Promise<readonly KubernetesObject[]> {
  const served = await new Discovery({ client: admin }).served();
  const kinds = served.filter(
    ({ preferred, verbs, kind }) => preferred && verbs.includes('list') && !unstable.has(kind),
  );
  const lists = await Promise.all(
    kinds.map(async (resource) => (await admin.list<KubernetesObject>(resource)).items),
  );
  return lists.flat().filter((object) => {
    const { name, namespace } = object.metadata;
    return projectIn(namespace ?? name) !== undefined || marksIn(object).length > 0;
  });
}

/** They come and go with time, not with what people ask for; a ComponentStatus is stored nowhere. */
const unstable: ReadonlySet<string> = new Set(['ComponentStatus', 'Event', 'Lease']);

/** The marks that say that something is a Project's, now or once. */
function marksIn({ metadata }: KubernetesObject): readonly string[] {
  const ours = [...Object.keys(metadata.labels ?? {}), ...(metadata.finalizers ?? [])];
  const marks: readonly string[] = [
    labels.owner,
    labels.project,
    labels.environment,
    ...Object.values(finalizers),
  ];
  return ours.filter((mark) => marks.includes(mark));
}

/** Retained are a namespace that says so, and the walls, quota, limits and Secrets in it; access never is. */
function orphansAmong(all: readonly KubernetesObject[]): readonly string[] {
  const present = new Set(
    all.filter(({ kind }) => kind === projects.kind).map(({ metadata }) => metadata.uid),
  );
  const spaces = new Map(
    all.filter(({ kind }) => kind === 'Namespace').map((one) => [one.metadata.name, one]),
  );
  const retained = new Set(['NetworkPolicy', 'ResourceQuota', 'LimitRange', 'Secret']);
  return all.flatMap((object) => {
    const { kind, metadata } = object;
    const owner = metadata.labels?.[labels.owner];
    const space = spaces.get(metadata.namespace ?? '');
    const isRetained =
      retained.has(kind) &&
      space?.metadata.labels?.[labels.owner] === undefined &&
      space?.metadata.annotations?.[annotations.retainedFor] === metadata.labels?.[labels.project];
    const isHeld = owner !== undefined && present.has(owner) && holds(space, owner);
    const goes = metadata.deletionTimestamp !== undefined;
    const held = metadata.finalizers?.includes(finalizers.access) === true;
    if (kind === projects.kind) return goes ? [`${nameOf(object)} is still being deleted`] : [];
    if (marksIn(object).length === 0) return goes ? [`${nameOf(object)} is still being deleted`] : [];
    if (goes || held) return [`${nameOf(object)} is held by ${metadata.finalizers?.join(', ')}`];
    return isHeld || isRetained ? [] : [`${nameOf(object)} of ${owner} is nobody's`];
  });
}

/** In a namespace that the Project holds, or the namespace itself. */
function holds(space: KubernetesObject | undefined, owner: string): boolean {
  return space === undefined || space.metadata.labels?.[labels.owner] === owner;
}

function nameOf({ kind, metadata }: KubernetesObject): string {
  return `${kind} ${metadata.namespace ?? ''}/${metadata.name}`;
}

/** Without what the server counts and dates. The hash of what is desired holds the owner's UID, and each cluster has its own CA. */
function timeless({ metadata, ...rest }: KubernetesObject): string {
  const { labels: marks, annotations: notes, finalizers: holders } = metadata;
  const content = nameOf({ ...rest, metadata }).endsWith('/kube-root-ca.crt') ? { kind: rest.kind } : rest;
  return JSON.stringify({ ...content, metadata: { marks, notes, holders } })
    .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '(uid)')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '(time)')
    .replace(/"(observedGeneration|generation)":\d+/g, '"$1":(n)')
    .replace(/"mainstay.dev\/desired":"[^"]*"/, '"mainstay.dev/desired":"(hash)"');
}
