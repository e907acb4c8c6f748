import { defaulted, type Problem as Wrong } from '../controllers/policy/defaulting/index.ts';
import type { Subject, Verdict } from '../controllers/policy/evaluate/index.ts';
import { labels } from '../crds/project/names.ts';
import { blamed } from './blame.ts';
import { environmentsOf, type Kinds } from './kinds.ts';
import { isObject, type JsonObject, type Manifest, metadataOf, objectNameOf, placeIn } from './manifests.ts';
import type { Judging } from './policies.ts';
import type { Problem, Result } from './report.ts';

export interface Judged {
  readonly results: readonly Result[];
  readonly problems: readonly Problem[];
  readonly notes: readonly Problem[];
}

/** Judges manifests as a cluster would, with what else is among the input for what is around them. */
export class Court {
  readonly #policies: readonly Judging[];
  readonly #kinds: Kinds;
  readonly #namespaces: ReadonlyMap<string, JsonObject>;
  readonly #there: ReadonlyMap<string, Manifest>;
  readonly #namespace: string;
  readonly #now: number;

  /**
   * @param around all that is known, also what is not judged: the namespaces among it
   * @param namespace of what says none itself
   * @param now milliseconds since 1970
   */
  constructor(
    policies: readonly Judging[],
    kinds: Kinds,
    around: readonly Manifest[],
    { namespace, now }: { readonly namespace: string; readonly now: number },
  ) {
    this.#policies = policies;
    this.#kinds = kinds;
    this.#namespaces = namespacesIn(around);
    this.#namespace = namespace;
    this.#now = now;
    this.#there = new Map(around.map((one) => [keyOf(within(one.object, namespace)), one]));
  }

  judge(manifest: Manifest): Judged {
    const { subject, guessed, problems: wrong } = this.#subjectOf(manifest);
    const { object, resource, namespaceObject } = subject;
    const told = wrong.map(({ place, message, weight }) => ({
      weight,
      place: placeIn(manifest, place),
      message: `${manifest.kind}: ${place.join('.')} ${message}`,
    }));
    const problems: Problem[] = told.filter(({ weight }) => weight === 'Refused');
    const notes: Problem[] = told.filter(({ weight }) => weight === 'Dropped');
    // What no API server takes has no verdict.
    if (problems.length > 0) return { results: [], problems, notes };
    const asked = this.#policies.filter(({ judge }) => judge.mayMatch(resource));
    if (guessed && asked.length > 0) {
      const message = `${manifest.kind} of ${manifest.apiVersion} is a kind that nothing here defines: taken to be ${resource.resource}, ${resource.namespaced ? 'in a namespace' : 'in none'}, without defaults. Give its CustomResourceDefinition as well`;
      notes.push({ place: placeIn(manifest), message });
    }
    const namespace = resource.namespaced ? String(metadataOf(object).namespace) : undefined;
    const results: Result[] = [];
    for (const judging of asked) {
      if (judging.judge.readsNamespace && namespace !== undefined && namespaceObject === undefined) {
        const message = `Policy ${judging.judge.policy} reads labels of the namespace ${namespace}, which is not among the input: give it as well, as with kubectl get namespaces -o yaml`;
        problems.push({ place: placeIn(manifest), message });
        continue;
      }
      if (this.#isSaidOfOwner(judging, object)) continue;
      const verdicts = judging.judge.judge(subject, this.#now) ?? [];
      results.push(...verdicts.map((verdict) => this.#result(verdict, judging, manifest, subject)));
    }
    return { results, problems, notes };
  }

  #subjectOf(manifest: Manifest): {
    readonly subject: Subject;
    readonly guessed: boolean;
    readonly problems: readonly Wrong[];
  } {
    const { resource, custom, guessed } = this.#kinds.of(manifest);
    const written = resource.namespaced ? within(manifest.object, this.#namespace) : manifest.object;
    const { object, problems } = defaulted(written, custom);
    const namespace = resource.namespaced ? String(metadataOf(object).namespace) : undefined;
    const namespaceObject = namespace === undefined ? undefined : this.#namespaces.get(namespace);
    return { subject: { object, resource, namespaceObject }, guessed, problems };
  }

  /** Of what a controller made, as it comes from a cluster: what is wrong with it is said of its owner, and once. */
  #isSaidOfOwner({ judge }: Judging, object: JsonObject): boolean {
    const owner = judge.ownerOf(object);
    if (owner === undefined) return false;
    const { apiVersion, kind, name } = owner;
    const { namespace } = metadataOf(object);
    const manifest = this.#there.get(keyOf({ apiVersion, kind, metadata: { name, namespace } }));
    return manifest !== undefined && judge.judge(this.#subjectOf(manifest).subject, this.#now) !== undefined;
  }

  #result(verdict: Verdict, { judge, facts }: Judging, manifest: Manifest, subject: Subject): Result {
    const passes = verdict.result === 'pass';
    const steps = passes ? [] : blamed(judge, verdict, subject, manifest.object, this.#now);
    return {
      policy: facts,
      rule: verdict.rule,
      object: objectNameOf(subject.object),
      place: placeIn(manifest, steps),
      verdict: verdict.result,
      message: passes ? '' : verdict.message,
      exception: verdict.result === 'skip' ? verdict.exception : undefined,
    };
  }
}

/** In the namespace, unless it says another itself. */
function within(object: JsonObject, namespace: string): JsonObject {
  const metadata = metadataOf(object);
  return { ...object, metadata: { ...metadata, namespace: metadata.namespace || namespace } };
}

function keyOf({ apiVersion, kind, metadata }: JsonObject): string {
  const { namespace, name } = isObject(metadata) ? metadata : {};
  return JSON.stringify([apiVersion, kind, namespace, name]);
}

/** The namespaces that are defined, and those that Projects make. */
function namespacesIn(manifests: readonly Manifest[]): ReadonlyMap<string, JsonObject> {
  const defined = manifests
    .filter(({ apiVersion, kind }) => apiVersion === 'v1' && kind === 'Namespace')
    .map(({ object }) => [String(metadataOf(object).name), defaulted(object).object] as const);
  const made = environmentsOf(manifests).map(({ project, environment, namespace }) => {
    const known = defined.find(([name]) => name === namespace)?.[1] ?? {};
    const { labels: own } = metadataOf(known);
    const marks = { [labels.project]: project, [labels.environment]: environment };
    const metadata = {
      ...metadataOf(known),
      name: namespace,
      labels: { ...(isObject(own) ? own : {}), ...marks },
    };
    return [namespace, { apiVersion: 'v1', kind: 'Namespace', ...known, metadata }] as const;
  });
  return new Map([...defined, ...made]);
}
