import { isForbidden } from '../../../operator/client/apiError.ts';
import type { ServedResource } from '../../../operator/discovery/servedResource.ts';
import type { Following } from '../../../operator/manager/informers.ts';
import type { Manager } from '../../../operator/manager/manager.ts';
import { type KubernetesObject, keyOf, type ObjectName } from '../../../operator/resources/object.ts';
import { defineResource } from '../../../operator/resources/resource.ts';
import { type JsonObject, type Path, projected, type Resource } from '../evaluate/index.ts';
import { resourceOf, whyNever } from './matching.ts';
import { covers, unionOf } from './paths.ts';

/** An object with the fields that are kept of it. */
export type Kept = KubernetesObject & JsonObject;

/** Told `listed` once all is there, and from then on each change. What comes before counts with the list. */
export interface KindObserver {
  readonly listed: (kind: KindWatch) => void;
  readonly changed: (kind: KindWatch, object: Kept, previous: Kept | undefined) => void;
  readonly gone: (kind: KindWatch, object: Kept) => void;
  /** Whether it can be read has changed. */
  readonly readable: (kind: KindWatch) => void;
}

/**
 * One kind that is looked at: its objects with the fields that somebody reads, and no others. It is listed again when
 * somebody comes who reads others.
 */
export class KindWatch {
  readonly resource: Resource;
  readonly #manager: Pick<Manager, 'follow'>;
  readonly #served: ServedResource;
  readonly #observer: KindObserver;
  #paths: readonly Path[] = [];
  #following: Following<Kept> | undefined;
  /** Counts how often it began to follow: what an informer says that is followed no more does not count. */
  #term = 0;
  #isListed = false;
  #why: string | undefined;

  constructor(manager: Pick<Manager, 'follow'>, served: ServedResource, observer: KindObserver) {
    this.resource = resourceOf(served);
    this.#manager = manager;
    this.#served = served;
    this.#observer = observer;
    this.#why = whyNever(served);
  }

  /** Everything that the server had has been seen, with the fields that are read now. */
  get isListed(): boolean {
    return this.#isListed;
  }

  /** Listed, or known not to be readable for now. */
  get isSettled(): boolean {
    return this.#isListed || this.#why !== undefined;
  }

  /** Why it cannot be read; undefined while it can. */
  get why(): string | undefined {
    return this.#why;
  }

  list(): Iterable<Kept> {
    return this.#isListed ? (this.#following?.informer.list() ?? []) : [];
  }

  get(name: ObjectName): Kept | undefined {
    return this.#isListed ? this.#following?.informer.get(keyOf(name)) : undefined;
  }

  /** Whether these fields are there. */
  has(paths: readonly Path[]): boolean {
    return this.#following === undefined || covers(this.#paths, paths);
  }

  /** Sees to it that these fields are there. Those that nobody reads any more stay until it is listed again. */
  read(paths: readonly (readonly Path[])[]): void {
    if (whyNever(this.#served) !== undefined) return;
    const wanted = unionOf(paths);
    if (this.#following !== undefined && covers(this.#paths, wanted)) return;
    // The old ones go first, so that the objects are never there twice.
    this.stop();
    this.#paths = wanted;
    this.#follow(wanted);
  }

  stop(): void {
    this.#term += 1;
    this.#isListed = false;
    this.#following?.release();
    this.#following = undefined;
  }

  #follow(paths: readonly Path[]): void {
    const term = this.#term;
    const { group, version, kind, plural, scope } = this.#served;
    const following = this.#manager.follow<Kept>({
      resource: defineResource<Kept>({ group, version, kind, plural, scope }),
      apart: 'policies',
      // A kind that somebody defined may go again.
      optional: true,
      transform: outline(projected(paths)),
      reflector: { backoff: { limit: longestWait } },
      onState: () => term === this.#term && this.#look(),
    });
    this.#following = following;
    following.informer.onChange(({ type, object, previous }) => {
      if (term !== this.#term || !this.#isListed) return;
      if (type === 'Deleted') this.#observer.gone(this, object);
      else this.#observer.changed(this, object, previous);
    });
    void following.informer.synced.then(() => {
      if (term !== this.#term) return;
      this.#isListed = true;
      this.#observer.listed(this);
    });
  }

  #look(): void {
    const trouble = this.#following?.informer.trouble;
    // A connection that is cut for a moment leaves what was listed as good as it was.
    const counts = isForbidden(trouble) || (trouble !== undefined && !this.#isListed);
    const why = counts ? messageOf(trouble) : undefined;
    if (why === this.#why) return;
    this.#why = why;
    this.#observer.readable(this);
  }
}

/** Milliseconds between two tries to read what cannot be read, at most. */
const longestWait = 60_000;

function messageOf(trouble: unknown): string {
  return trouble instanceof Error ? trouble.message : String(trouble);
}

/** What is projected keeps all that makes it an object: see `unionOf`. */
function outline(project: (object: JsonObject) => JsonObject): (object: Kept) => Kept {
  return (object) => project(object) as Kept;
}
