import { type Project, projects } from '../../../controllers/project/project.ts';
import { LineSplitter } from '../../../operator/cache/lines.ts';
import { parseWatchEvent } from '../../../operator/cache/watchEvent.ts';
import {
  type HttpClient,
  type KubernetesObject,
  keyOf,
  type LimitRange,
  limitRanges,
  type Namespace,
  type NetworkPolicy,
  namespaces,
  networkPolicies,
  type Pod,
  pods,
  type Resource,
  type ResourceQuota,
  type RoleBinding,
  resourceQuotas,
  roleBindings,
} from '../../../operator/index.ts';

/** One change as the server made it. `version` is etcd's, one clock for all kinds: of two changes the lower was first. */
export type Change =
  | ChangeOf<'Project', Project>
  | ChangeOf<'Namespace', Namespace>
  | ChangeOf<'NetworkPolicy', NetworkPolicy>
  | ChangeOf<'ResourceQuota', ResourceQuota>
  | ChangeOf<'LimitRange', LimitRange>
  | ChangeOf<'RoleBinding', RoleBinding>
  | ChangeOf<'Pod', Pod>;

interface ChangeOf<Kind extends string, T extends KubernetesObject> {
  readonly kind: Kind;
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: T;
  readonly version: number;
}

/** Every change of the kinds that matter, from the server's own watches: none is left out, or the history is broken. */
export class History {
  readonly #client: HttpClient;
  readonly #changes: Change[] = [];
  readonly #projects = new Map<string, Project>();
  /** The last version seen of each object that there is. */
  readonly #seen = new Map<string, string | undefined>();
  readonly #listeners = new Set<() => void>();
  readonly #stop = new AbortController();
  readonly #running: Promise<void>[] = [];
  #broken: Error | undefined;

  private constructor(client: HttpClient) {
    this.#client = client;
  }

  static async begin(client: HttpClient): Promise<History> {
    const history = new History(client);
    await Promise.all([
      history.#record(projects, (change) => history.#push({ kind: 'Project', ...change })),
      history.#record(namespaces, (change) => history.#push({ kind: 'Namespace', ...change })),
      history.#record(networkPolicies, (change) => history.#push({ kind: 'NetworkPolicy', ...change })),
      history.#record(resourceQuotas, (change) => history.#push({ kind: 'ResourceQuota', ...change })),
      history.#record(limitRanges, (change) => history.#push({ kind: 'LimitRange', ...change })),
      history.#record(roleBindings, (change) => history.#push({ kind: 'RoleBinding', ...change })),
      history.#record(pods, (change) => history.#push({ kind: 'Pod', ...change })),
    ]);
    return history;
  }

  /** A Project as it was last seen. */
  project(name: string): Project | undefined {
    return this.#projects.get(name);
  }

  /** Nobody looks any more. */
  get isOver(): boolean {
    return this.#stop.signal.aborted;
  }

  /** Waits for what is asked of Projects; asked again whenever one has changed. */
  async until(condition: () => boolean, what: () => string, within = 600_000): Promise<void> {
    const deadline = performance.now() + within;
    while (!condition()) {
      if (this.#broken !== undefined) throw this.#broken;
      this.#stop.signal.throwIfAborted();
      const left = deadline - performance.now();
      if (left <= 0) throw new Error(`waited ${within / 1000} s: ${what()}`);
      await new Promise<void>((resolve) => {
        const done = () => {
          clearTimeout(timer);
          this.#listeners.delete(done);
          resolve();
        };
        const timer = setTimeout(done, left);
        this.#listeners.add(done);
      });
    }
  }

  /** All changes up to now in the server's order, once the watches have shown what a list shows. */
  async complete(): Promise<readonly Change[]> {
    const all = await Promise.all(
      [projects, namespaces, networkPolicies, resourceQuotas, limitRanges, roleBindings].map(
        async (resource: Resource) => (await this.#client.list<KubernetesObject>(resource)).items,
      ),
    );
    const wanted = all.flat().filter(({ metadata }) => metadata.deletionTimestamp === undefined);
    const missing = () =>
      wanted.filter(
        (object) => Number(this.#seen.get(keyIn(object)) ?? 0) < Number(object.metadata.resourceVersion),
      );
    await this.until(
      () => missing().length === 0,
      () => `the watches have not shown ${missing().map(keyIn).join(', ')}`,
      30_000,
    );
    return this.#changes.toSorted((a, b) => a.version - b.version);
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    this.#wake();
    await Promise.all(this.#running);
  }

  async #record<T extends KubernetesObject>(
    resource: Resource<T>,
    push: (change: Omit<ChangeOf<never, T>, 'kind'>) => void,
  ): Promise<void> {
    const { items, resourceVersion } = await this.#client.list(resource);
    const take = (type: 'ADDED' | 'MODIFIED' | 'DELETED', object: T) => {
      const { managedFields: _, ...metadata } = object.metadata;
      push({ type, object: { ...object, metadata }, version: Number(metadata.resourceVersion) });
    };
    for (const item of items) take('ADDED', item);
    const running = this.#follow(resource, resourceVersion, take).catch((error: unknown) => {
      if (this.#stop.signal.aborted) return;
      this.#broken = new Error(`the history of ${resource.plural} is broken`, { cause: error });
      this.#wake();
    });
    this.#running.push(running);
  }

  async #follow<T extends KubernetesObject>(
    resource: Resource<T>,
    from: string,
    take: (type: 'ADDED' | 'MODIFIED' | 'DELETED', object: T) => void,
  ): Promise<void> {
    const { signal } = this.#stop;
    let resourceVersion = from;
    while (!signal.aborted) {
      const lines = new LineSplitter();
      const chunks = await this.#client.watch(resource, { resourceVersion, timeoutSeconds: 3000, signal });
      for await (const chunk of chunks) {
        for (const line of lines.push(chunk)) {
          const event = parseWatchEvent<T>(line);
          if (event.type === 'ERROR') throw new Error(event.status.message ?? 'an error in the watch');
          resourceVersion = event.resourceVersion;
          if (event.type !== 'BOOKMARK') take(event.type, event.object);
        }
      }
    }
  }

  #push(change: Change): void {
    this.#changes.push(change);
    const { object, type } = change;
    if (type === 'DELETED') this.#seen.delete(keyIn(object));
    else this.#seen.set(keyIn(object), object.metadata.resourceVersion);
    if (change.kind === 'Project') {
      if (type === 'DELETED') this.#projects.delete(object.metadata.name);
      else this.#projects.set(object.metadata.name, change.object);
    }
    this.#wake();
  }

  #wake(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}

function keyIn(object: KubernetesObject): string {
  return `${object.kind} ${keyOf(object)}`;
}
