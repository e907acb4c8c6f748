import type { Logger } from 'pino';
import { Informer, type InformerOptions } from '../cache/informer.ts';
import type { CachedClient } from '../client/cachedClient.ts';
import type { ListWatch } from '../client/listWatch.ts';
import { definitions } from '../discovery/definitions.ts';
import type { CustomResourceDefinition } from '../resources/builtin.ts';
import type { KubernetesObject } from '../resources/object.ts';
import { type Resource, resourceId } from '../resources/resource.ts';

/** What to follow. The manager has the rest. */
export interface InformerRequest<T extends KubernetesObject, IndexName extends string = never>
  extends Omit<InformerOptions<T, IndexName>, 'clock' | 'log'> {
  /**
   * Names a cache apart from the one that all others share, for a reader who keeps other parts of the same objects. It
   * costs a second watch and a second copy.
   */
  readonly apart?: string;
}

/** An informer that is followed for as long as somebody needs it. */
export interface Following<T extends KubernetesObject, IndexName extends string = never> extends Disposable {
  readonly informer: Informer<T, IndexName>;
  /**
   * Says that it is needed no more. When nobody needs it the watch ends and its handlers hear nothing further; what the
   * cache held is gone once the last reference to the informer is. Calling it again does nothing.
   */
  release(): void;
}

/** What an informer holds, for metrics. */
export interface InformerSize {
  readonly name: string;
  readonly objects: number;
}

/** The informers of a manager: one for each selection of objects, however many controllers read it. */
export class Informers {
  readonly #source: ListWatch;
  readonly #client: CachedClient;
  readonly #log: Logger;
  readonly #held = new Map<string, Held>();
  readonly #runs = new Set<Promise<void>>();
  readonly #followsDefinitions: boolean;
  #definitions: Informer<CustomResourceDefinition> | undefined;
  #state: 'created' | 'running' | 'stopped' = 'created';

  /** @param followsDefinitions so that an optional kind is looked for when its definition comes */
  constructor(source: ListWatch, client: CachedClient, log: Logger, followsDefinitions = false) {
    this.#source = source;
    this.#client = client;
    this.#log = log;
    this.#followsDefinitions = followsDefinitions;
  }

  /**
   * The informer of that selection, for as long as the manager runs; the manager is ready when it has synced. Throws a
   * `TypeError` if there is one already that keeps or indexes its objects in another way: a second cache of the same
   * objects would be a silent cost.
   */
  get<T extends KubernetesObject, IndexName extends string = never>(
    request: InformerRequest<T, IndexName>,
  ): Informer<T, IndexName> {
    const held = this.#hold(request);
    held.declared = true;
    return typed(held);
  }

  /** As `get`, but until it is released, and without the manager's readiness waiting for it. */
  follow<T extends KubernetesObject, IndexName extends string = never>(
    request: InformerRequest<T, IndexName>,
  ): Following<T, IndexName> {
    const held = this.#hold(request);
    const need = Symbol();
    held.needs.add(need);
    const release = () => {
      if (held.needs.delete(need)) this.#letGo(held);
    };
    return { informer: typed(held), release, [Symbol.dispose]: release };
  }

  /** Runs those that are there and those that come, until the signal aborts. */
  start(signal: AbortSignal): void {
    this.#state = 'running';
    for (const held of this.#held.values()) this.#run(held);
    signal.addEventListener('abort', () => this.#stop(), { once: true });
    if (signal.aborted) this.#stop();
  }

  /** Resolves when all have ended. */
  async ended(): Promise<void> {
    await Promise.all(this.#runs);
  }

  /** The names of those that readiness waits for, with why if it is known. */
  unsynced(): readonly string[] {
    return [...this.#held.values()]
      .filter(({ informer, declared }) => declared && !informer.hasSynced)
      .map(({ name, informer }) =>
        informer.trouble instanceof Error ? `${name} (${informer.trouble.message})` : name,
      );
  }

  sizes(): readonly InformerSize[] {
    return [...this.#held.values()].map(({ name, informer }) => ({ name, objects: informer.size }));
  }

  #hold<T extends KubernetesObject, IndexName extends string>(request: InformerRequest<T, IndexName>): Held {
    const name = nameOf(request);
    const held = this.#held.get(name);
    if (held !== undefined) {
      const differing = differences(request, held.request);
      if (differing.length === 0) return held;
      throw new TypeError(
        `the informer of ${name} exists with other ${differing.join(', ')}: declare it once, with what all its readers need`,
      );
    }
    const awaited = request.optional === true && this.#followsDefinitions;
    const informer = new Informer<T, IndexName>(this.#source, {
      ...request,
      ...(awaited && { reflector: { absence: { limit: longestAbsence }, ...request.reflector } }),
      log: this.#log,
    });
    const made: Held = {
      name,
      informer,
      request,
      declared: false,
      needs: new Set(),
      stop: new AbortController(),
      ends: [this.#client.tell(informer), ...(awaited ? [this.#lookWhenDefined(informer)] : [])],
    };
    this.#held.set(name, made);
    if (this.#state === 'running') this.#run(made);
    return made;
  }

  #run({ informer, stop }: Held): void {
    const run = informer.run(stop.signal).finally(() => this.#runs.delete(run));
    this.#runs.add(run);
  }

  #letGo(held: Held): void {
    if (held.declared || held.needs.size > 0) return;
    this.#held.delete(held.name);
    for (const end of held.ends) end();
    held.stop.abort();
  }

  /** Returns what ends it. */
  #lookWhenDefined(informer: Pick<RunningInformer, 'resource' | 'look'>): () => void {
    // For as long as the manager runs: some kind is always missing.
    this.#definitions ??= this.follow(definitions).informer;
    return this.#definitions.onChange(({ object }) => {
      if (object.metadata.name === resourceId(informer.resource)) informer.look();
    });
  }

  #stop(): void {
    this.#state = 'stopped';
    for (const { stop } of this.#held.values()) stop.abort();
  }
}

interface Held {
  readonly name: string;
  readonly informer: RunningInformer;
  readonly request: object;
  /** Asked for by `get`: stays. */
  declared: boolean;
  /** Of those who follow it. */
  readonly needs: Set<symbol>;
  readonly stop: AbortController;
  /** Ends its being told of writes, and of definitions. */
  readonly ends: readonly (() => void)[];
}

/** The resource names the type, and the indexes are those that it was made with. */
function typed<T extends KubernetesObject, IndexName extends string>(held: Held): Informer<T, IndexName> {
  return held.informer as unknown as Informer<T, IndexName>;
}

interface Selected {
  readonly resource: Resource;
  readonly apart?: string | undefined;
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
}

/** What is asked of an informer of any type. */
interface RunningInformer {
  readonly resource: Resource;
  readonly hasSynced: boolean;
  readonly size: number;
  readonly trouble: unknown;
  run(signal: AbortSignal): Promise<void>;
  look(): void;
}

/** Milliseconds until a kind is looked for that comes without a definition, as by an upgrade of the server. */
const longestAbsence = 600_000;

function nameOf({ resource, namespace, labelSelector, fieldSelector, apart }: Selected): string {
  const selection = [
    namespace === undefined ? '' : `namespace ${namespace}`,
    labelSelector === undefined ? '' : `labels ${labelSelector}`,
    fieldSelector === undefined ? '' : `fields ${fieldSelector}`,
  ].filter((part) => part !== '');
  const name = `${resourceId(resource)}/${resource.version}`;
  const selected = selection.length === 0 ? name : `${name} with ${selection.join(' and ')}`;
  return apart === undefined ? selected : `${selected} for ${apart}`;
}

/**
 * The options of the later request that the earlier one has not got the same. What it leaves out it does not need, but
 * for a transform: who asks for none reads whole objects. Whether the resource is optional the first one has said.
 */
function differences(later: object, earlier: object): readonly string[] {
  const had = new Map<string, unknown>(Object.entries(earlier));
  const asked = new Map<string, unknown>([['transform', undefined], ...Object.entries(later)]);
  return [...asked]
    .filter(([option]) => option !== 'resource' && option !== 'optional')
    .filter(([option, value]) => value !== undefined || option === 'transform')
    .filter(([option, value]) => had.get(option) !== value)
    .map(([option]) => option);
}
