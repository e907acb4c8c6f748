import { isNotFound } from '../../../operator/client/apiError.ts';
import type { Client } from '../../../operator/client/client.ts';
import type { ReplicaSet } from '../../../operator/resources/builtin.ts';
import { keyOf } from '../../../operator/resources/object.ts';
import type { Deployment } from '../deployment.ts';
import { copiesOf, copyName, copyOf, makeCopy, readSource } from './copies.ts';
import { LostCopies } from './lostCopies.ts';
import { type Reference, referencesOf, withNames } from './references.ts';
import type { Sources } from './sources.ts';

/** A Deployment whose template names copies, where it wants its configuration frozen. */
export type Frozen =
  | { readonly state: 'Known'; readonly deployment: Deployment }
  /** A source is missing, or may not be copied. */
  | { readonly state: 'Missing'; readonly message: string }
  /** Sources are not listed yet. */
  | { readonly state: 'Unknown' }
  /** They are being changed, perhaps several of them: to be asked again after so many milliseconds. */
  | { readonly state: 'Changing'; readonly wait: number };

/** Milliseconds without a change after which sources count as changed, and for which that is waited for at most. */
const quiet = 2_000;
const longestChange = 5_000;

interface Found {
  /** The references and the versions of their sources. */
  readonly of: string;
  /** The names of copies by those of sources. */
  readonly names: ReadonlyMap<string, string>;
}

interface Changing {
  readonly of: string;
  /** Milliseconds since the epoch. */
  readonly since: number;
  readonly first: number;
  /** It was waited for, and has not been copied yet. */
  readonly over: boolean;
}

/**
 * Freezes configuration: what a template refers to is copied, under a name that says what is in it, and pods are given the
 * copy. So a change of the source is a change of the template, which is rolled out like any; the revision before goes on
 * with what it had, and going back to it brings that back. Copies are immutable, and go when no revision has them.
 *
 * Of sources only the version is followed (`sources.ts`), and the content is read when that is another. Who applies several
 * together means one change: so they are left a moment in which nothing new begins.
 */
export class Snapshots {
  readonly #client: Pick<Client, 'get' | 'create' | 'list' | 'delete'>;
  readonly #sources: Pick<Sources, 'versionOf'>;
  readonly #now: () => number;
  /** All three by the Deployment's UID. */
  readonly #found = new Map<string, Found>();
  readonly #changing = new Map<string, Changing>();
  /** There may be copies that nobody has. */
  readonly #leftovers = new Set<string>();
  readonly #lost: LostCopies;

  /** @param now Milliseconds since the epoch. */
  constructor(
    client: Pick<Client, 'get' | 'create' | 'list' | 'delete'>,
    sources: Pick<Sources, 'versionOf'>,
    now: () => number = Date.now,
  ) {
    this.#client = client;
    this.#sources = sources;
    this.#now = now;
    this.#lost = new LostCopies(client, sources);
  }

  /** The Deployment with copies in place of sources, which are there when this resolves. `own` are its revisions. */
  async freeze(deployment: Deployment, own: readonly ReplicaSet[], signal: AbortSignal): Promise<Frozen> {
    const references = frozenReferences(deployment);
    if (references.length === 0) return { state: 'Known', deployment };
    const { namespace = '', uid = '' } = deployment.metadata;
    const key = keyOf(deployment);
    const versions = references.map((one) => this.#sources.versionOf(key, one, namespace));
    if (versions.includes('Unknown')) return { state: 'Unknown' };
    const of = JSON.stringify([references, versions]);
    const before = this.#found.get(uid);
    const wait = before === undefined || before.of === of ? 0 : this.#wait(uid, of);
    if (wait > 0) return { state: 'Changing', wait };
    const stands = before?.of === of && this.#areThere(deployment, references, before.names);
    const { names, problem } = stands
      ? { ...before, problem: undefined }
      : await this.#copies(deployment, references, signal);
    if (problem !== undefined) return { state: 'Missing', message: `configSnapshots: ${problem}` };
    if (before !== undefined && before.of !== of) this.#leftovers.add(uid);
    this.#changing.delete(uid);
    this.#found.set(uid, { of, names });
    await this.#lost.remake(deployment, own, signal);
    const nameFor = ({ kind, name }: Reference) => names.get(`${kind}/${name}`);
    const template = withNames(deployment.spec.template, nameFor);
    return { state: 'Known', deployment: { ...deployment, spec: { ...deployment.spec, template } } };
  }

  /** Whether there is anything that `collect` may find. */
  hasLeftovers({ metadata: { uid = '' } }: Deployment): boolean {
    return this.#leftovers.has(uid);
  }

  forget(uid: string): void {
    this.#found.delete(uid);
    this.#changing.delete(uid);
    this.#leftovers.delete(uid);
    this.#lost.forget(uid);
  }

  /** Removes copies that none of the Deployment's revisions has any more. */
  async collect(deployment: Deployment, own: readonly ReplicaSet[], signal: AbortSignal): Promise<void> {
    const { namespace = '' } = deployment.metadata;
    const used = new Set(
      [deployment.spec.template, ...own.map(({ spec }) => spec?.template)].flatMap((template) =>
        template === undefined
          ? []
          : referencesOf(template as Deployment['spec']['template']).map(
              ({ kind, name }) => `${kind}/${name}`,
            ),
      ),
    );
    for (const { resource, metadata } of await copiesOf(this.#client, deployment, signal)) {
      if (used.has(`${resource.kind}/${metadata.name}`)) continue;
      const preconditions = metadata.uid === undefined ? {} : { uid: metadata.uid };
      await this.#client
        .delete(resource, { name: metadata.name, namespace }, { preconditions, signal })
        .catch((error: unknown) => {
          if (!isNotFound(error)) throw error;
        });
    }
    this.#leftovers.delete(deployment.metadata.uid ?? '');
  }

  /** Milliseconds that are still to be waited for more changes. */
  #wait(uid: string, of: string): number {
    const now = this.#now();
    const last = this.#changing.get(uid);
    if (last?.over && last.of === of) return 0;
    const before = last?.over ? undefined : last;
    const since = before?.of === of ? before.since : now;
    const first = before?.first ?? now;
    const wait = Math.min(since + quiet, first + longestChange) - now;
    this.#changing.set(uid, { of, since, first, over: wait <= 0 });
    return wait;
  }

  /** Somebody may have deleted a copy. */
  #areThere(
    deployment: Deployment,
    references: readonly Reference[],
    names: ReadonlyMap<string, string>,
  ): boolean {
    const { namespace = '' } = deployment.metadata;
    return references.every((reference) => {
      const name = names.get(`${reference.kind}/${reference.name}`);
      if (name === undefined) return true;
      return this.#sources.versionOf(keyOf(deployment), { ...reference, name }, namespace) !== undefined;
    });
  }

  /** The names of copies, which are made where they are not there; or why one cannot be. */
  async #copies(
    deployment: Deployment,
    references: readonly Reference[],
    signal: AbortSignal,
  ): Promise<{ readonly names: ReadonlyMap<string, string>; readonly problem?: string }> {
    const names = new Map<string, string>();
    for (const reference of references) {
      const source = await readSource(this.#client, deployment, reference, signal);
      const { kind, name: called } = reference;
      if (source === undefined && !reference.optional)
        return { names, problem: `the ${kind} ${called} that the template refers to is missing: create it` };
      if (source === undefined) continue;
      const there = await copyOf(this.#client, deployment, reference, source, signal);
      const name = there ?? copyName(deployment, reference, source);
      if (there === undefined) {
        const refusal = await makeCopy(this.#client, deployment, { ...reference, name }, source, signal);
        if (refusal !== undefined)
          return { names, problem: `the ${kind} ${called} cannot be copied${where(kind)}: ${refusal}` };
      }
      names.set(`${kind}/${called}`, name);
    }
    return { names };
  }
}

/** What of a template is to be frozen: its ConfigMaps, and of its Secrets those that are named. */
export function frozenReferences({ spec }: Pick<Deployment, 'spec'>): readonly Reference[] {
  const { enabled = false, secrets: named = [] } = spec.configSnapshots ?? {};
  if (!enabled) return [];
  return referencesOf(spec.template).filter(({ kind, name }) => kind === 'ConfigMap' || named.includes(name));
}

/** Of Secrets the server's own words are withheld, so the usual reason is said. */
function where(kind: Reference['kind']): string {
  return kind === 'Secret' ? ', which is possible only in a namespace that a Project holds' : '';
}
