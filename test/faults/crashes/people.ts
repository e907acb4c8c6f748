import { setTimeout as pause } from 'node:timers/promises';
import { type Project, projects } from '../../../controllers/project/project.ts';
import type { ProjectSpec } from '../../../crds/project/schema.ts';
import {
  type HttpClient,
  isNotFound,
  type KubernetesObject,
  namespaces,
  type Resource,
  secrets,
} from '../../../operator/index.ts';
import type { History } from './history.ts';

/** What a person writes: the rest has defaults. */
type Spec = { readonly [Field in keyof ProjectSpec]?: unknown };

const projectName = (index: number) => `crash-${index}`;

/** The Project that something with this name, or in a namespace of this name, was made for. */
export function projectIn(text: string): string | undefined {
  return /\bcrash-\d+/.exec(text)?.[0];
}

/** Who owns the Projects, now these, now those. */
export const teams = ['first-team', 'second-team'] as const;

/** One Project among so many, and what it is about. The same in every run. */
export interface Character {
  readonly name: string;
  readonly environments: readonly string[];
  readonly mode: 'Elastic' | 'Static' | undefined;
  /** Whether it is there at the end. */
  readonly stays: boolean;
  readonly spec: (variant: Variant) => Spec;
}

interface Variant {
  readonly environments: readonly string[];
  readonly network: 'Closed' | 'Listed' | 'Open';
  readonly owner: (typeof teams)[number];
  readonly total: number;
}

/**
 * Nothing divides evenly, so that no rounding goes unseen. What a quota was when its namespace was let go depends, where it
 * is Elastic, on what was used before and on what the operator of the time remembered of it; so an Elastic Project leaves
 * nothing behind: it stays with all its environments, or deletes its namespaces.
 */
export function character(
  index: number,
  count: number,
  { elasticStays }: { readonly elasticStays: boolean },
): Character {
  const name = projectName(index);
  const mode = index % 4 === 3 ? undefined : index % 4 === 1 ? 'Elastic' : 'Static';
  const deletes = index % 5 === 4 || (mode === 'Elastic' && !elasticStays);
  const stays = mode === 'Elastic' ? elasticStays : index % 3 !== 2;
  const spec = ({ environments, network, owner, total }: Variant): Spec => ({
    owners: [{ kind: 'Group', name: owner }],
    access: [{ role: 'view', subjects: [{ kind: 'Group', name: 'auditors' }] }],
    ...(mode === undefined
      ? {}
      : { quota: { mode, hard: { pods: String(total), 'requests.cpu': `${total}100m` } } }),
    ...(index % 2 === 0 ? { limits: { defaultRequest: { cpu: '10m' } } } : {}),
    ...(index % 3 === 0
      ? { secrets: [{ name: 'pull', from: { namespace: 'platform', name: 'pull' } }] }
      : {}),
    podSecurity: index % 2 === 0 ? 'restricted' : 'baseline',
    deletionPolicy: deletes ? 'Delete' : 'Retain',
    network: networkOf(network, projectName((index + 1) % count)),
    environments: environments.map((environment) => ({
      name: environment,
      quota: { weight: environment === 'prod' ? 3 : 1 },
    })),
  });
  return { name, environments: ['dev', 'prod', 'test'], mode, stays, spec };
}

function networkOf(network: Variant['network'], neighbour: string) {
  if (network === 'Open') return { isolation: 'Open' };
  if (network === 'Closed') return { isolation: 'Strict' };
  return {
    isolation: 'Strict',
    ingress: [{ from: [{ project: neighbour, environment: 'prod' }], ports: [{ port: 8443 }] }],
    egress: [{ to: [{ internet: true }], ports: [{ port: 443 }] }, { to: [{ project: neighbour }] }],
  };
}

export async function shareSecret(admin: HttpClient): Promise<void> {
  await admin.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'platform' } });
  const marks = {
    labels: { 'mainstay.dev/shared': 'true' },
    annotations: { 'mainstay.dev/shared-with': '*' },
  };
  const metadata = { name: 'pull', namespace: 'platform', ...marks };
  await admin.create(secrets, { apiVersion: 'v1', kind: 'Secret', metadata, stringData: { token: 'abc' } });
}

interface Work {
  readonly admin: HttpClient;
  readonly history: History;
  readonly random: () => number;
  /** Called after each life: whether to begin another. */
  readonly again: () => Promise<boolean>;
  /** Called when nobody is to use the Project's namespaces any more, for the end to be the same in every run. */
  readonly beforeEnd: () => Promise<void>;
}

/** The lives of one Project, at least one, and its end. Gives the number of changes that people made. */
export async function live(
  who: Character,
  { admin, history, random, again, beforeEnd }: Work,
): Promise<number> {
  let changes = 0;
  let total = 21;
  let owner: Variant['owner'] = teams[0];
  const all = who.environments;
  const put = async (variant: Partial<Variant>, patience: 'Wait' | 'Perhaps') => {
    owner = random() < 0.3 ? teams[1] : owner;
    total = random() < 0.3 ? 13 + 2 * Math.floor(random() * 8) : total;
    const whole: Variant = { environments: all, network: 'Closed', owner, total, ...variant };
    const applied = await apply(admin, who.name, who.spec(whole));
    changes += 1;
    if (patience === 'Wait' || random() < 0.6) await settled(history, applied);
    else await pause(random() * 1500);
  };
  const remove = async () => {
    await admin.delete(projects, { name: who.name }).catch((error: unknown) => {
      if (!isNotFound(error)) throw error;
    });
    changes += 1;
    await history.until(
      () => history.project(who.name) === undefined,
      () => `${who.name} is still there: ${JSON.stringify(history.project(who.name)?.status)}`,
    );
  };
  do {
    await put({}, 'Wait');
    await put({ network: 'Listed' }, 'Perhaps');
    await put({ network: 'Listed', environments: ['dev', 'prod'] }, 'Perhaps');
    await put({ network: random() < 0.5 ? 'Open' : 'Closed', environments: ['dev'] }, 'Perhaps');
    await put({ network: 'Closed' }, 'Perhaps');
    await remove();
  } while (await again());
  await beforeEnd();
  // The walls of what is let go stay as they are. What they list depends on who was there at the time, so they list nothing.
  const end = { owner: teams[1], total: 21 };
  await put(end, 'Wait');
  const network = who.stays ? 'Listed' : 'Closed';
  const environments = who.mode === 'Elastic' ? all : ['prod', 'dev'];
  await put({ ...end, network, environments }, 'Wait');
  if (!who.stays) await remove();
  return changes;
}

async function apply(admin: HttpClient, name: string, spec: Spec): Promise<KubernetesObject> {
  // By way of the resource without its type: people leave out what has a default.
  const resource: Resource = projects;
  const object = { apiVersion: 'mainstay.dev/v1alpha1', kind: 'Project', metadata: { name }, ...{ spec } };
  return admin.apply(resource, object);
}

/** Until it says of this very spec that all is as desired, and nothing is under way any more. */
async function settled(
  history: History,
  { metadata: { name, uid, generation } }: KubernetesObject,
): Promise<void> {
  const isThis = ({ metadata }: Project) => metadata.uid === uid && metadata.generation === generation;
  await history.until(
    () => {
      const project = history.project(name);
      return project !== undefined && isThis(project) && isSettled(project);
    },
    () => `${name} is not settled: ${JSON.stringify(history.project(name))}`,
  );
}

function isSettled({ metadata, status }: Project): boolean {
  const is = (type: string, wanted: string) =>
    status?.conditions?.some(
      (condition) =>
        condition.type === type &&
        condition.status === wanted &&
        condition.observedGeneration === metadata.generation,
    ) === true;
  return is('Ready', 'True') && is('Reconciling', 'False');
}
