import type { Client } from '../client/client.ts';
import type { KubernetesObject } from '../resources/object.ts';
import type { Resource } from '../resources/resource.ts';
import { Contention } from './contention.ts';
import type { DesiredObject } from './desired.ts';
import { identify, judge, mayPrune } from './diff.ts';
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
  readonly client: Client;
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
  /** One line per change made is logged here. */
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
    const outcomes = new Map<DesiredObject, Outcome>();
    const pruned: Outcome[] = [];
    await this.#prune(request, 'First', () => true, pruned);
    const groups = Map.groupBy(request.desired, groupOf);
    await Promise.all([...groups.values()].map((items) => this.#applyGroup(request, items, outcomes)));
    const whole = (group: string): boolean =>
      (groups.get(group) ?? []).every((item) => {
        const outcome = outcomes.get(item);
        return outcome !== undefined && stands(outcome);
      });
    await this.#prune(request, 'Last', whole, pruned);
    request.signal?.throwIfAborted();
    const applied = request.desired.flatMap((item) => outcomes.get(item) ?? []);
    return reportOf([...applied, ...pruned]);
  }

  /** To be called once an owner is gone, so that nothing is remembered of it. */
  forget(owner: Owner): void {
    this.#standing.forget(owner);
  }

  async #applyGroup(
    request: ApplyRequest,
    items: readonly DesiredObject[],
    outcomes: Map<DesiredObject, Outcome>,
  ): Promise<void> {
    const waves = [...Map.groupBy(items, (item) => item.wave ?? 0)].sort(([left], [right]) => left - right);
    let held = false;
    for (const [, wave] of waves) {
      request.signal?.throwIfAborted();
      const results: readonly Outcome[] = held
        ? wave.map((item): Outcome => ({ ...subject(item.resource, item.object), result: 'held' }))
        : await Promise.all(wave.map((item) => this.#applyOne(request, item)));
      for (const [index, item] of wave.entries()) {
        const outcome = results[index];
        if (outcome !== undefined) outcomes.set(item, outcome);
      }
      held ||= results.some((outcome) => !stands(outcome));
    }
  }

  /** Judged again right before the write, with what the cache knows by then, and never twice at once for one object. */
  async #applyOne(request: ApplyRequest, item: DesiredObject): Promise<Outcome> {
    const { identity, inventory, metrics } = this.#options;
    const { owner, established, log, signal } = request;
    const id = identify(item.resource, item.object);
    const look = () => judge(identity, owner, item, inventory.get(item.resource, item.object));
    const seen = look();
    const outcome: Outcome =
      seen.type === 'Nothing'
        ? { ...subject(item.resource, item.object), result: 'unchanged', object: seen.live }
        : await this.#limiter.run(id, () => {
            const stood = this.#standing.has(owner, id) || established?.(item) === true;
            return this.#writer.execute(look(), { id, stood, log, signal });
          });
    if (stands(outcome)) this.#standing.add(owner, id);
    if (outcome.result !== 'unchanged') metrics?.applied(item.resource, outcome.result);
    return outcome;
  }

  async #prune(
    request: ApplyRequest,
    when: 'First' | 'Last',
    mayIn: (group: string) => boolean,
    outcomes: Outcome[],
  ): Promise<void> {
    const { identity, inventory, metrics } = this.#options;
    const { owner, log, signal } = request;
    const desired = new Set(request.desired.map((item) => identify(item.resource, item.object)));
    const rules = (request.prune ?? []).filter((rule) => (rule.when ?? 'Last') === when);
    const candidates = rules.flatMap(({ resource, only }) =>
      [...inventory.ownedBy(resource, owner)].filter(
        ({ object }) =>
          !desired.has(identify(resource, object)) &&
          mayPrune(identity, owner, object) &&
          (only === undefined || only(object)),
      ),
    );
    await Promise.all(
      candidates.map(async ({ resource, object }) => {
        const id = identify(resource, object);
        const outcome: Outcome = mayIn(groupOf({ resource, object }))
          ? await this.#limiter.run(id, () => this.#writer.prune(resource, object, log, signal))
          : { ...subject(resource, object), result: 'held' };
        if (outcome.result === 'pruned') this.#standing.delete(owner, id);
        metrics?.applied(resource, outcome.result);
        outcomes.push(outcome);
      }),
    );
  }
}

function groupOf(item: Pick<DesiredObject, 'resource' | 'object' | 'group'>): string {
  return item.group ?? item.object.metadata.namespace ?? '';
}

function subject(resource: Resource, object: KubernetesObject): Pick<Outcome, 'resource' | 'name'> {
  const { name, namespace } = object.metadata;
  return { resource, name: namespace === undefined ? { name } : { name, namespace } };
}
