import { defaulted } from '../controllers/policy/defaulting/index.ts';
import type { Judge } from '../controllers/policy/evaluate/index.ts';
import { environmentsOf } from '../controllers/project/plan/environment.ts';
import { heldNamespace } from '../controllers/project/plan/namespace.ts';
import { labels } from '../crds/project/names.ts';
import type { Project } from '../crds/project/schema.ts';
import { isProject, type Kinds } from './kinds.ts';
import { isObject, type JsonObject, type Manifest, metadataOf } from './manifests.ts';
import type { Place, Problem } from './report.ts';

/** The namespaces of the cluster that the input is for, as far as they can be told. */
export class Namespaces {
  readonly #known: ReadonlyMap<string, JsonObject>;
  readonly #hasProjects: boolean;

  /** @param manifests all of the input: what it defines, and the Projects that make more */
  constructor(manifests: readonly Manifest[], kinds: Kinds) {
    const defined = manifests
      .filter(({ apiVersion, kind }) => apiVersion === 'v1' && kind === 'Namespace')
      .map(({ object }) => [String(metadataOf(object).name), defaulted(object).object] as const);
    const known = new Map([...everywhere.map((name) => [name, namespaceOf({ name })] as const), ...defined]);
    const projects = manifests.filter(isProject);
    for (const [name, made] of projects.flatMap((project) => heldBy(project, kinds))) {
      const metadata = metadataOf(known.get(name) ?? {});
      const own = isObject(metadata.labels) ? metadata.labels : {};
      known.set(name, namespaceOf({ ...metadata, name, labels: { ...own, ...made } }));
    }
    this.#known = known;
    this.#hasProjects = projects.length > 0;
  }

  /** Undefined where nothing is known of it but its name. */
  of(name: string): JsonObject | undefined {
    return this.#known.get(name);
  }

  /**
   * Whether all is known of it that a Policy reads. Where there are Projects among the input they are taken to be all: a
   * namespace that none of them has is in none.
   */
  isKnownTo({ namespaceLabels }: Judge, name: string): boolean {
    if (this.#known.has(name)) return true;
    return namespaceLabels?.every((label) => this.#hasProjects && marks.has(label)) ?? false;
  }
}

/** A namespace that must be known to tell whether an object in it violates a Policy. */
export interface Missing {
  readonly namespace: string;
  readonly policy: string;
  /** Of the object. */
  readonly place: Place;
}

/** Each namespace once, however much is in it. */
export function missingNamespaces(missing: readonly Missing[]): readonly Problem[] {
  return [...Map.groupBy(missing, ({ namespace }) => namespace)].map(([namespace, each]) => {
    const policies = [...new Set(each.map(({ policy }) => policy))];
    const objects = new Set(each.map(({ place }) => JSON.stringify(place))).size;
    const what = `${objects === 1 ? 'an object' : `${objects} objects`} in the namespace ${namespace}`;
    const who = `the ${policies.length === 1 ? 'Policy' : 'Policies'} ${policies.join(', ')}`;
    const [place = { file: '', line: 1, column: 1 }] = each.map((one) => one.place);
    const message = `${what} may violate ${who}: that depends on its labels, and it is not among the input. Give it as well, as with kubectl get namespace ${namespace} -o yaml`;
    return { place, message };
  });
}

/** Every cluster has them, and nobody labels them. */
const everywhere = ['default', 'kube-node-lease', 'kube-public', 'kube-system'];

/** Labels that none but Mainstay sets. */
const marks: ReadonlySet<string> = new Set([labels.project, labels.environment, labels.isolation]);

function namespaceOf(metadata: JsonObject): JsonObject {
  return defaulted({ apiVersion: 'v1', kind: 'Namespace', metadata }).object;
}

/** The namespaces that a Project makes or takes, with the labels that they then have. Of one with a mistake, none. */
function heldBy(manifest: Manifest, kinds: Kinds): readonly (readonly [string, JsonObject])[] {
  const { object, problems } = defaulted(manifest.object, kinds.of(manifest).custom);
  if (problems.some(({ weight }) => weight === 'Refused')) return [];
  // The kind's own definition has been asked, with all of its rules: what it takes is one.
  const project = object as unknown as Project;
  return environmentsOf(project, '').map((environment) => {
    const { metadata } = heldNamespace(project, environment, 'latest');
    return [environment.namespace, { ...metadata.labels }];
  });
}
