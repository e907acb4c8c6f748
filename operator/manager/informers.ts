import type { Logger } from 'pino';
import { Informer, type InformerOptions } from '../cache/informer.ts';
import type { CachedClient } from '../client/cachedClient.ts';
import type { ListWatch } from '../client/listWatch.ts';
import type { KubernetesObject } from '../resources/object.ts';
import { type Resource, resourceId } from '../resources/resource.ts';

/** What to follow. The manager has the rest. */
export type InformerRequest<T extends KubernetesObject, IndexName extends string = never> = Omit<
  InformerOptions<T, IndexName>,
  'clock' | 'log'
>;

/** The informers of a manager: one for each selection of objects, however many controllers read it. */
export class Informers {
  readonly #source: ListWatch;
  readonly #client: CachedClient;
  readonly #log: Logger;
  readonly #held = new Map<string, Held>();
  readonly #runs: Promise<void>[] = [];
  #signal: AbortSignal | undefined;

  constructor(source: ListWatch, client: CachedClient, log: Logger) {
    this.#source = source;
    this.#client = client;
    this.#log = log;
  }

  /**
   * The informer of that selection. Throws a `TypeError` if there is one already that keeps or indexes its objects in
   * another way: a second cache of the same objects would be a silent cost.
   */
  get<T extends KubernetesObject, IndexName extends string = never>(
    request: InformerRequest<T, IndexName>,
  ): Informer<T, IndexName> {
    const name = nameOf(request);
    const held = this.#held.get(name);
    if (held !== undefined) {
      const differing = differences(request, held.request);
      if (differing.length > 0) {
        throw new TypeError(
          `the informer of ${name} exists with other ${differing.join(', ')}: declare it once, with what all its readers need`,
        );
      }
      // The resource names the type, and the indexes are those that it was made with.
      return held.informer as unknown as Informer<T, IndexName>;
    }
    const informer = new Informer<T, IndexName>(this.#source, { ...request, log: this.#log });
    this.#client.tell(informer);
    this.#held.set(name, { informer, request });
    if (this.#signal !== undefined) this.#runs.push(informer.run(this.#signal));
    return informer;
  }

  /** Runs those that are there and those that come, until the signal aborts. */
  start(signal: AbortSignal): void {
    this.#signal = signal;
    for (const { informer } of this.#held.values()) this.#runs.push(informer.run(signal));
  }

  /** Resolves when all have ended. */
  async ended(): Promise<void> {
    await Promise.all(this.#runs);
  }

  /** The names of those that have not seen everything yet, with why if it is known. */
  unsynced(): readonly string[] {
    return [...this.#held]
      .filter(([, { informer }]) => !informer.hasSynced)
      .map(([name, { informer }]) =>
        informer.trouble instanceof Error ? `${name} (${informer.trouble.message})` : name,
      );
  }
}

interface Held {
  readonly informer: RunningInformer;
  readonly request: object;
}

interface Selected {
  readonly resource: Resource;
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
}

/** What is asked of an informer of any type. */
interface RunningInformer {
  readonly hasSynced: boolean;
  readonly trouble: unknown;
  run(signal: AbortSignal): Promise<void>;
}

function nameOf({ resource, namespace, labelSelector, fieldSelector }: Selected): string {
  const selection = [
    namespace === undefined ? '' : `namespace ${namespace}`,
    labelSelector === undefined ? '' : `labels ${labelSelector}`,
    fieldSelector === undefined ? '' : `fields ${fieldSelector}`,
  ].filter((part) => part !== '');
  const name = `${resourceId(resource)}/${resource.version}`;
  return selection.length === 0 ? name : `${name} with ${selection.join(' and ')}`;
}

/**
 * The options of the later request that the earlier one has not got the same. What it leaves out it does not need, but
 * for a transform: who asks for none reads whole objects.
 */
function differences(later: object, earlier: object): readonly string[] {
  const had = new Map<string, unknown>(Object.entries(earlier));
  const asked = new Map<string, unknown>([['transform', undefined], ...Object.entries(later)]);
  return [...asked]
    .filter(([option, value]) => option !== 'resource' && (value !== undefined || option === 'transform'))
    .filter(([option, value]) => had.get(option) !== value)
    .map(([option]) => option);
}
