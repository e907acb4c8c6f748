import type { KubernetesObject } from '../resources/object.ts';
import { type Resource, resourceId } from '../resources/resource.ts';
import type { ApplyClient } from './applyClient.ts';
import { Contention } from './contention.ts';
import type { DesiredObject } from './desired.ts';
import { type Action, diff, identify, judge, type LiveObject, type WriteAction } from './diff.ts';
import type { ApplyIdentity, Owner } from './identity.ts';
import type { Inventory } from './inventory.ts';
import { Limiter } from './limiter.ts';
import { type ApplyReport, type Outcome, reportOf, stands } from './report.ts';
import { StandingObjects } from './standing.ts';
import { type ChangeLog, Writer } from './writer.ts';

/** Counts what an applier did. */
export interface ApplyMetrics {
  /** Called for every change made and every one put off; not for what is unchanged. */
  applied(resource: Resource, result: Outcome['result']): void;
}

export interface ApplierOptions {
  readonly client: ApplyClient;
  readonly identity: ApplyIdentity;
  readonly inventory: Inventory;
  /** Default: a `Contention` with its defaults. */
  readonly contention?: Contention;
  /** Writes in flight at once, over all owners. Default 32. */
  readonly concurrency?: number;
  readonly metrics?: ApplyMetrics;
}

/** What an owner wants to stand, and what of its own it no longer wants. */
export interface ApplyRequest {
  readonly owner: Owner;
  readonly desired: readonly DesiredObject[];
  /** The resources of which objects of the owner that are not desired are deleted. */
  readonly prune?: readonly PruneRule[];
  /**
   * Whether the owner's status says that the object has stood as desired already, so that a missing one was deleted by
   * somebody. What this process has seen standing itself needs no telling.
   */
  readonly established?: (item: DesiredObject) => boolean;
  /** One line per change made is logged here. Not asked for where nothing is written. */
  readonly log: ChangeLog;
  readonly signal?: AbortSignal;
}

export interface PruneRule {
  readonly resource: Resource;
  /**
   * `First`: whatever comes of the rest (access is revoked at once). `Last` (the default): only once all that is
   * desired in its group stands (a wall goes after the one that replaces it).
   */
  readonly when?: 'First' | 'Last';
  /** Spares an object that answers false, although it is the owner's and not desired. */
  readonly only?: (object: KubernetesObject) => boolean;
}

/**
 * Makes objects stand as their owner wants them, by server-side apply, and prunes what it no longer wants.
 *
 * What already stands costs no request. Waves are kept within a group; objects of a wave are written side by side. An
 * object that fails, waits or is fought over takes nothing with it but the later waves of its group. Nothing is thrown
 * for what the API server refuses: see the outcomes.
 */
export class Applier {
  readonly #options: ApplierOptions;
  readonly #limiter: Limiter;
  readonly #standing = new StandingObjects();
  readonly #writer: Writer;

  constructor(options: ApplierOptions) {
    this.#options = options;
    this.#limiter = new Limiter(options.concurrency ?? 32);
    this.#writer = new Writer({
      client: options.client,
      identity: options.identity,
      contention: options.contention ?? new Contention(),
    });
  }

  /** @throws the signal's reason once it is aborted. */
  async apply(request: ApplyRequest): Promise<ApplyReport> {
    const { identity } = this.#options;
    const { owner, desired } = request;
    this.#standing.keepOnly(
      owner,
      desired.map((item) => identify(item.resource, item.object)),
    );
    const actions = diff({ identity, owner, desired, live: this.#seen(request) });
    const prunes = actions.filter((action) => action.type === 'Prune');
    const writes = actions.filter((action) => action.type !== 'Prune');
    const outcomes = new Map<DesiredObject, Outcome>();

    const first = await this.#prune(request, prunes, 'First', () => true);
    const groups = Map.groupBy(writes, ({ item }) => groupOf(item));
    await Promise.all([...groups.values()].map((group) => this.#applyGroup(request, group, outcomes)));
    const allStand = (group: string): boolean =>
      (groups.get(group) ?? []).every(({ item }) => {
        const outcome = outcomes.get(item);
        return outcome !== undefined && stands(outcome);
      });
    const last = await this.#prune(request, prunes, 'Last', allStand);
    request.signal?.throwIfAborted();
    return reportOf([...desired.flatMap((item) => outcomes.get(item) ?? []), ...first, ...last]);
  }

  /** To be called once an owner is gone, so that nothing is remembered of it. */
  forget(owner: Owner): void {
    this.#standing.forget(owner);
  }

  /** What the cache has of the objects desired, and of those that rules let go. */
  *#seen({ owner, desired, prune = [] }: ApplyRequest): Iterable<LiveObject> {
    const { inventory } = this.#options;
    for (const { resource, object } of desired) {
      const live = inventory.get(resource, object);
      if (live !== undefined) yield { resource, object: live };
    }
    for (const { resource, only } of prune)
      for (const live of inventory.ownedBy(resource, owner))
        if (only === undefined || only(live.object)) yield live;
  }

  async #applyGroup(
    request: ApplyRequest,
    actions: readonly WriteAction[],
    outcomes: Map<DesiredObject, Outcome>,
  ): Promise<void> {
    const waves = [...Map.groupBy(actions, ({ item }) => item.wave ?? 0)].sort(
      ([left], [right]) => left - right,
    );
    let held = false;
    for (const [, wave] of waves) {
      request.signal?.throwIfAborted();
      const results = await Promise.all(
        wave.map(async (action) => {
          const outcome: Outcome = held
            ? { ...subject(action.item.resource, action.item.object), result: 'held' }
            : await this.#applyOne(request, action);
          outcomes.set(action.item, outcome);
          return outcome;
        }),
      );
      held ||= !results.every(stands);
    }
  }

  /** Judged again right before the write, with what the cache knows by then, and never twice at once for one object. */
  async #applyOne(request: ApplyRequest, action: WriteAction): Promise<Outcome> {
    const { identity, inventory, metrics } = this.#options;
    const { owner, established, signal } = request;
    const { item } = action;
    const id = identify(item.resource, item.object);
    const outcome: Outcome =
      action.type === 'Nothing'
        ? { ...subject(item.resource, item.object), result: 'unchanged', object: action.live }
        : await this.#limiter.run(id, () => {
            const stood = this.#standing.has(owner, id) || established?.(item) === true;
            const live = inventory.get(item.resource, item.object);
            const now = judge(identity, owner, item, live, 'sealed' in action ? action.sealed : undefined);
            return this.#writer.execute(now, { id, stood, log: request.log, signal });
          });
    if (stands(outcome)) this.#standing.add(owner, id);
    if (outcome.result !== 'unchanged') metrics?.applied(item.resource, outcome.result);
    return outcome;
  }

  #prune(
    request: ApplyRequest,
    actions: readonly PruneAction[],
    when: 'First' | 'Last',
    mayIn: (group: string) => boolean,
  ): Promise<readonly Outcome[]> {
    const { prune = [], signal } = request;
    const due = actions.filter(({ resource, live }) => {
      const rule = prune.find(
        (candidate) =>
          resourceId(candidate.resource) === resourceId(resource) && (candidate.only?.(live) ?? true),
      );
      return (rule?.when ?? 'Last') === when;
    });
    return Promise.all(
      due.map(async ({ resource, live }) => {
        const id = identify(resource, live);
        const outcome: Outcome = mayIn(groupOf({ resource, object: live }))
          ? await this.#limiter.run(id, () => this.#writer.prune(resource, live, request.log, signal))
          : { ...subject(resource, live), result: 'held' };
        this.#options.metrics?.applied(resource, outcome.result);
        return outcome;
      }),
    );
  }
}

type PruneAction = Extract<Action, { type: 'Prune' }>;

function groupOf(item: Pick<DesiredObject, 'resource' | 'object' | 'group'>): string {
  return item.group ?? item.object.metadata.namespace ?? '';
}

function subject(resource: Resource, object: KubernetesObject): Pick<Outcome, 'resource' | 'name'> {
  const { name, namespace } = object.metadata;
  return { resource, name: namespace === undefined ? { name } : { name, namespace } };
}
