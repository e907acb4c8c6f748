import { labels } from '../../crds/project/names.ts';
import { listPath, objectPath } from '../../operator/client/paths.ts';
import type { KubernetesObject, Resource } from '../../operator/index.ts';
import {
  limitRanges,
  namespaces,
  networkPolicies,
  resourceQuotas,
  roleBindings,
  secrets,
} from '../../operator/resources/builtin.ts';
import { mainstay, prepare } from '../contestant.ts';
import { type BenchProject, benchProjects, Scene } from './scene.ts';
import { objectsPerProject, projectName } from './world.ts';

/** What one Project came to, as requests that would make it again. */
export interface ProjectSample {
  /** Of the Project; both stand in the requests wherever another's must. */
  readonly name: string;
  readonly uid: string;
  /** The path of all Projects. */
  readonly projects: string;
  /** Server-side applies: the first status, the objects, the last status. */
  readonly writes: readonly { readonly path: string; readonly body: string }[];
}

/** The kinds that a Project comes to, in an order in which they can be made. */
const madeKinds: readonly Resource[] = [
  namespaces,
  resourceQuotas,
  limitRanges,
  networkPolicies,
  roleBindings,
  secrets,
];

/** Lets Mainstay converge one Project, and takes down what came of it. */
export async function takeSample(): Promise<ProjectSample> {
  await using scene = await Scene.open(1);
  const start = await prepare(mainstay, scene);
  const operator = await start();
  await scene.allReady;
  await operator.end();
  const name = projectName(1);
  const project = await scene.administrator.get<BenchProject>(benchProjects, { name });
  const objects = await madeObjects(scene);
  if (objects.length !== objectsPerProject)
    throw new Error(`a Project came to ${objects.length} objects, and not to ${objectsPerProject}`);
  const status = (said: object) => ({
    path: objectPath(benchProjects, { name }, 'status'),
    body: JSON.stringify({ ...identity(project), status: said }),
  });
  return {
    name,
    uid: project.metadata.uid ?? '',
    projects: listPath(benchProjects),
    writes: [
      status({ ...project.status, conditions: notYet(project) }),
      ...objects.map(({ resource, object }) => ({
        path: objectPath(resource, object.metadata),
        body: JSON.stringify(asWritten(object)),
      })),
      status(project.status ?? {}),
    ],
  };
}

/** Everything that was made for the Projects of a scene. */
export async function madeObjects(
  scene: Scene,
): Promise<readonly { readonly resource: Resource; readonly object: KubernetesObject }[]> {
  const lists = await Promise.all(
    madeKinds.map(async (resource) => {
      const { items } = await scene.administrator.list(resource, { labelSelector: labels.owner });
      return items.map((object) => ({ resource, object }));
    }),
  );
  return lists.flat();
}

function identity({ apiVersion, kind, metadata: { name } }: KubernetesObject) {
  return { apiVersion, kind, metadata: { name } };
}

function notYet({ status }: BenchProject) {
  return status?.conditions?.map((condition) => ({ ...condition, status: 'False' })) ?? [];
}

/** Without what the server adds. */
function asWritten(object: KubernetesObject): object {
  const { name, namespace, labels: all, annotations } = object.metadata;
  const { 'kubernetes.io/metadata.name': _, ...own } = all ?? {};
  const { status: _status, spec, ...rest } = object as KubernetesObject & { status?: object; spec?: object };
  return {
    ...rest,
    metadata: { name, ...(namespace && { namespace }), labels: own, ...(annotations && { annotations }) },
    // A namespace's finalizer is the server's.
    ...(spec !== undefined && object.kind !== 'Namespace' && { spec }),
  };
}
