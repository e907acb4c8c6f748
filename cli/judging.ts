import { defaulted, type Problem as Wrong } from '../controllers/policy/defaulting/index.ts';
import type { Judge, Subject, Verdict } from '../controllers/policy/evaluate/index.ts';
import { alone, isOutcome, isPod, type Outcome, outcomeOf } from '../controllers/policy/scan/outcome.ts';
import { blamed, nullRead } from './blame.ts';
import type { Kinds } from './kinds.ts';
import { isObject, type JsonObject, type Manifest, metadataOf, objectNameOf, placeIn } from './manifests.ts';
import { type Missing, Namespaces } from './namespaces.ts';
import type { Judging } from './policies.ts';
import type { Problem, Result } from './report.ts';

export interface Judged {
  readonly results: readonly Result[];
  readonly problems: readonly Problem[];
  readonly notes: readonly Problem[];
  readonly missing: readonly Missing[];
}

/** Judges manifests as a cluster would, with what else is among the input for what is around them. */
export class Court {
  readonly #policies: readonly Judging[];
  readonly #kinds: Kinds;
  readonly #namespaces: Namespaces;
  readonly #there: ReadonlyMap<string, Manifest>;
  readonly #namespace: string;
  readonly #now: number;
  /** What each Policy says of an owner, since it may have many pods. */
  readonly #said = new Map<Judging, Map<Manifest, Outcome | undefined>>();

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
    this.#namespaces = new Namespaces(around, kinds);
    this.#namespace = namespace;
    this.#now = now;
    this.#there = new Map(around.map((one) => [keyOf(within(one.object, namespace)), one]));
  }

  judge(manifest: Manifest): Judged {
    const { subject, guessed, problems: wrong } = this.#subjectOf(manifest);
    const { object, resource } = subject;
    const told = wrong.map(({ place, message, weight }) => ({
      weight,
      place: placeIn(manifest, place),
      message: `${manifest.kind}: ${place.join('.')} ${message}`,
    }));
    const problems: Problem[] = told.filter(({ weight }) => weight === 'Refused');
    const notes: Problem[] = told.filter(({ weight }) => weight !== 'Refused');
    // What no API server takes has no verdict.
    if (problems.length > 0) return { results: [], problems, notes, missing: [] };
    const asked = this.#policies.filter(({ judge }) => judge.mayMatch(resource));
    if (guessed && asked.length > 0) {
      const message = `${manifest.kind} of ${manifest.apiVersion} is a kind that nothing here defines: taken to be ${resource.resource}, ${resource.namespaced ? 'in a namespace' : 'in none'}, without defaults. Give its CustomResourceDefinition as well`;
      notes.push({ place: placeIn(manifest), message });
    }
    const namespace = resource.namespaced ? String(metadataOf(object).namespace) : undefined;
    const results: Result[] = [];
    const missing: Missing[] = [];
    for (const judging of asked) {
      const { judge, facts } = judging;
      const above = this.#saidAbove(judging, object);
      // As an operator does: of what controllers make, a pod alone may be otherwise than its owner says.
      if (above !== undefined && !isPod(resource)) continue;
      if (namespace !== undefined && !this.#namespaces.isKnownTo(judge, namespace)) {
        if (this.#mayViolate(judge, subject)) {
          missing.push({ namespace, policy: facts.name, place: placeIn(manifest) });
        }
        continue;
      }
      const all = judge.judge(subject, this.#now) ?? [];
      const verdicts = above === undefined ? all : ofPodAlone(all, above);
      results.push(...verdicts.map((verdict) => this.#result(verdict, judging, manifest, subject)));
    }
    return { results, problems, notes, missing };
  }

  /** Whether it depends on what its namespace is like: what passes in any needs none. */
  #mayViolate(judge: Judge, subject: Subject): boolean {
    const worst = judge.judgeIfMatched(subject, this.#now) ?? [];
    const readsAll = judge.namespaceLabels === undefined && worst.length > 0;
    return readsAll || worst.some(({ result }) => result === 'fail' || result === 'error');
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
    const namespaceObject = namespace === undefined ? undefined : this.#namespaces.of(namespace);
    return { subject: { object, resource, namespaceObject }, guessed, problems };
  }

  /**
   * Of what a controller made, as it comes from a cluster: what is said of the object that stands for it, which made it or made
   * what did. Objects that control each other in a ring stand for none.
   */
  #saidAbove(judging: Judging, object: JsonObject): Outcome | undefined {
    const above: Manifest[] = [];
    for (let next = this.#ownerOf(judging, object); next !== undefined; ) {
      if (above.includes(next)) return undefined;
      above.push(next);
      next = this.#ownerOf(judging, within(next.object, this.#namespace));
    }
    for (const manifest of above.toReversed()) {
      const said = this.#saidOf(judging, manifest);
      if (said !== undefined) return said;
    }
    return undefined;
  }

  #ownerOf({ judge }: Judging, object: JsonObject): Manifest | undefined {
    const owner = judge.ownerOf(object);
    if (owner === undefined) return undefined;
    const { apiVersion, kind, name } = owner;
    const { namespace } = metadataOf(object);
    return this.#there.get(keyOf({ apiVersion, kind, metadata: { name, namespace } }));
  }

  #saidOf(judging: Judging, manifest: Manifest): Outcome | undefined {
    const all = this.#said.get(judging) ?? new Map<Manifest, Outcome | undefined>();
    this.#said.set(judging, all);
    if (!all.has(manifest)) {
      const verdicts = judging.judge.judge(this.#subjectOf(manifest).subject, this.#now);
      all.set(manifest, verdicts === undefined ? undefined : outcomeOf(verdicts));
    }
    return all.get(manifest);
  }

  #result(verdict: Verdict, { judge, facts }: Judging, manifest: Manifest, subject: Subject): Result {
    return {
      policy: facts,
      rule: verdict.rule,
      object: objectNameOf(subject.object),
      verdict: verdict.result,
      exception: verdict.result === 'skip' ? verdict.exception : undefined,
      ...this.#reason(verdict, judge, manifest, subject),
    };
  }

  #reason(
    verdict: Verdict,
    judge: Judge,
    manifest: Manifest,
    subject: Subject,
  ): Pick<Result, 'place' | 'message'> {
    if (verdict.result === 'pass') return { place: placeIn(manifest), message: '' };
    const { rule, result, message } = verdict;
    const nothing = result === 'error' ? nullRead(judge, rule, subject) : undefined;
    if (nothing === undefined) {
      const steps = blamed(judge, verdict, subject, manifest.object, this.#now);
      return { place: placeIn(manifest, steps), message };
    }
    const hint = `${nothing.join('.')} is null, which a ${manifest.kind} of ${manifest.apiVersion} may be: leave it out`;
    return { place: placeIn(manifest, nothing), message: `${message} (${hint})` };
  }
}

function ofPodAlone(verdicts: readonly Verdict[], above: Outcome): readonly Verdict[] {
  const own = alone(outcomeOf(verdicts), above);
  return isOutcome(own) ? own.bad : [];
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
