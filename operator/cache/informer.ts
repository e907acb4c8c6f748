import { isNotFound } from '../client/apiError.ts';
import type { ListWatch } from '../client/listWatch.ts';
import type { WriteInFlight, WriteObserver } from '../client/writeObserver.ts';
import { type Clock, monotonicClock } from '../queue/clock.ts';
import type { KubernetesObject, ObjectKey } from '../resources/object.ts';
import { type Resource, resourceId } from '../resources/resource.ts';
import { Cache } from './cache.ts';
import type { Change, ChangeHandler } from './change.ts';
import type { IndexFunction, Lister } from './lister.ts';
import { Reflector, type ReflectorOptions } from './reflector.ts';
import type { ReflectorState } from './reflectorState.ts';
import { matcher, type Selection } from './selector.ts';
import type { Indexes } from './store.ts';
import { freezeDeep, type KeepManagedFields, Trimmer } from './trim.ts';

export interface InformerOptions<T extends KubernetesObject, IndexName extends string = never>
  extends Selection {
  readonly resource: Resource<T>;
  /** Found again by `byIndex`. A function that throws maps its object to nothing, and the log says so. */
  readonly indexes?: Indexes<T, IndexName>;
  /** Default `none`. */
  readonly managedFields?: KeepManagedFields;
  /**
   * What to keep of an object, before its managed fields are trimmed; must not change its metadata's name, namespace, uid
   * or resourceVersion.
   */
  readonly transform?: (object: T) => T;
  /** Freeze what is in the cache, so that who changes it is found out. Default: unless `NODE_ENV` is `production`. */
  readonly freeze?: boolean;
  /**
   * The server may not serve the resource: its CustomResourceDefinition may come later, or never. Until it does the
   * informer is synced and empty, and looks for it again: when `look` is called, and at first after a second, then every
   * 30 s at the most (`reflector.absence`). Default false: that is trouble, and nobody is ready before it ends.
   */
  readonly optional?: boolean;
  readonly reflector?: Omit<ReflectorOptions, 'clock' | 'onState' | 'optional'>;
  readonly clock?: Clock;
  readonly log?: InformerLog;
  /** Told of every change of the reflector's state. Must not throw. */
  readonly onState?: (state: ReflectorState) => void;
}

/** The part of a pino logger that an informer needs. */
export interface InformerLog {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/**
 * A cache that follows a resource of the API server, and tells handlers what changes.
 *
 * ```ts
 * const informer = new Informer(client, {
 *   resource: pods,
 *   indexes: { byNode: (pod) => (pod.spec?.nodeName === undefined ? [] : [pod.spec.nodeName]) },
 * });
 * informer.onChange(({ type, object }) => console.log(type, object.metadata.name));
 * const running = informer.run(signal);
 * await informer.synced;
 * informer.byIndex('byNode', 'node-1');
 * ```
 */
export class Informer<T extends KubernetesObject, IndexName extends string = never>
  implements Lister<T, IndexName>, WriteObserver<T>
{
  readonly resource: Resource<T>;
  /** Resolves when everything that the server had has been seen once. Stays open if that never happens. */
  readonly synced: Promise<void>;
  readonly #source: ListWatch;
  readonly #options: InformerOptions<T, IndexName>;
  readonly #cache: Cache<T, IndexName>;
  readonly #handlers = new Set<ChangeHandler<T>>();
  #markSynced: () => void;
  #hasSynced = false;
  #served = true;
  #trouble: unknown;
  #reflector: Reflector<T> | undefined;

  /** Throws a `TypeError` on a selector that is none. */
  constructor(source: ListWatch, options: InformerOptions<T, IndexName>) {
    this.resource = options.resource;
    this.#source = source;
    this.#options = options;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.synced = promise;
    this.#markSynced = resolve;
    this.#cache = new Cache<T, IndexName>({
      indexes: this.#guarded(options.indexes),
      selects: matcher(options),
      admit: this.#admission(source.fieldManager),
      onChange: (change) => this.#notify(change),
    });
  }

  get hasSynced(): boolean {
    return this.#hasSynced;
  }

  /** Why the informer cannot reach what it follows right now; `undefined` while all is well. */
  get trouble(): unknown {
    return this.#trouble;
  }

  /** False while the server does not serve an optional resource. */
  get served(): boolean {
    return this.#served;
  }

  get size(): number {
    return this.#cache.store.size;
  }

  get(key: ObjectKey): T | undefined {
    return this.#cache.store.get(key);
  }

  list(): Iterable<T> {
    return this.#cache.store.list();
  }

  inNamespace(namespace: string): readonly T[] {
    return this.#cache.store.inNamespace(namespace);
  }

  byIndex(index: IndexName, value: string): readonly T[] {
    return this.#cache.store.byIndex(index, value);
  }

  /** Calls the handler on every change from now on; what is in the cache already it must `list()`. Returns what ends it. */
  onChange(handler: ChangeHandler<T>): () => void {
    this.#handlers.add(handler);
    return () => this.#handlers.delete(handler);
  }

  /** Follows the server until the signal aborts. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    const target = {
      beginList: () => this.#cache.beginList(),
      addPage: (items: readonly T[], resourceVersion: string) => this.#cache.addPage(items, resourceVersion),
      endList: (resourceVersion: string) => {
        this.#cache.endList(resourceVersion);
        this.#sync(true);
      },
      absent: () => {
        this.#cache.absent();
        this.#sync(false);
      },
      event: (type: 'ADDED' | 'MODIFIED' | 'DELETED', object: T, resourceVersion: string) =>
        this.#cache.event(type, object, resourceVersion),
      echo: (resourceVersion: string, names: (uid: string) => boolean) =>
        this.#cache.echo(resourceVersion, names),
      bookmark: (resourceVersion: string) => this.#cache.bookmark(resourceVersion),
    };
    const reflector = new Reflector(this.#source, this.resource, this.#options, target, {
      ...this.#options.reflector,
      optional: this.#options.optional,
      clock: this.#options.clock ?? monotonicClock,
      onState: (state) => this.#entered(state),
    });
    this.#reflector = reflector;
    await reflector.run(signal);
  }

  /** An optional resource may be served by now: it is looked for at once. */
  look(): void {
    this.#reflector?.look();
  }

  beginWrite(key: ObjectKey): WriteInFlight<T> {
    return this.#cache.beginWrite(key);
  }

  /** The server answered a write of ours with this object: the cache answers with it until the watch has it. */
  observeWrite(object: T): void {
    this.#cache.observeWrite(object);
  }

  /** The server has deleted the object of that UID on our request. */
  observeDelete(key: ObjectKey, uid: string | undefined): void {
    this.#cache.observeDelete(key, uid);
  }

  #sync(served: boolean): void {
    if (served !== this.#served) {
      const message = `the server ${served ? 'serves the resource now' : 'does not serve the resource'}`;
      this.#options.log?.info({ resource: resourceId(this.resource) }, message);
    }
    this.#served = served;
    this.#trouble = undefined;
    this.#hasSynced = true;
    this.#markSynced();
  }

  #entered(state: ReflectorState): void {
    const { log, onState, optional } = this.#options;
    const fields = { resource: resourceId(this.resource), phase: state.phase };
    if (state.phase === 'Waiting') {
      const { trouble, delay, next } = state;
      this.#trouble = trouble;
      // Of an optional resource that is just the end of its watch: what it means is known after the list.
      const expected = optional && isNotFound(trouble);
      const line = { ...fields, err: trouble, delay, next: next.phase };
      if (expected) log?.debug(line, 'the watch has ended');
      else log?.warn(line, 'the watch is in trouble');
    } else {
      if (state.phase === 'Watching') this.#trouble = undefined;
      log?.debug(fields, 'the reflector goes on');
    }
    onState?.(state);
  }

  #notify(change: Change<T>): void {
    const complain = (error: unknown) => this.#complain(error, change.object, 'a handler threw');
    for (const handler of this.#handlers) {
      try {
        // The type lets an async function through. Unhandled, its rejection would end the process.
        const returned: unknown = handler(change);
        if (returned instanceof Promise) returned.catch(complain);
      } catch (error) {
        complain(error);
      }
    }
  }

  #admission(fieldManager: string): (object: T) => T {
    const {
      managedFields = 'none',
      transform,
      freeze = process.env.NODE_ENV !== 'production',
    } = this.#options;
    const trimmer = new Trimmer(managedFields, fieldManager);
    return (object) => {
      let outline = object;
      try {
        outline = transform?.(object) ?? object;
      } catch (error) {
        this.#complain(error, object, 'the transform threw; the object is kept whole');
      }
      // Afterwards, so that trees of fields which a transform has made alike are shared, too.
      const admitted = trimmer.trim(outline);
      return freeze ? freezeDeep(admitted) : admitted;
    };
  }

  #guarded(indexes: Indexes<T, IndexName> | undefined): Indexes<T, IndexName> {
    const guard =
      (index: string, values: IndexFunction<T>): IndexFunction<T> =>
      (object) => {
        try {
          return values(object);
        } catch (error) {
          this.#complain(error, object, `the index "${index}" threw`);
          return [];
        }
      };
    const functions: [string, IndexFunction<T>][] = Object.entries(indexes ?? {});
    return Object.fromEntries(functions.map(([name, values]) => [name, guard(name, values)])) as Indexes<
      T,
      IndexName
    >;
  }

  #complain(error: unknown, { kind, metadata }: KubernetesObject, message: string): void {
    const { name, namespace } = metadata;
    this.#options.log?.error({ err: error, object: { kind, namespace, name } }, message);
  }
}
