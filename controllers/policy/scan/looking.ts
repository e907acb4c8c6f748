import { fairTurn } from '../../../operator/controller/eventLoopTurn.ts';
import type { JsonObject } from '../evaluate/index.ts';
import { Alike } from './alike.ts';
import type { Kept, KindWatch } from './kindWatch.ts';
import type { Entry, Ledger } from './ledger.ts';
import { alone, isOutcome, isPod, outcomeOf, type Standing } from './outcome.ts';
import { Pending } from './pending.ts';
import type { Followed } from './roster.ts';

/** A kind that is watched, and the Policies that may match it. */
export interface WatchedKind {
  readonly watch: Pick<KindWatch, 'get'>;
  readonly readers: ReadonlySet<Followed>;
}

export interface LookingOptions {
  readonly ledger: Ledger;
  readonly kindOf: (entry: Entry) => WatchedKind | undefined;
  readonly namespace: (name: string) => JsonObject | undefined;
  /** Whether the Policy is still looked with. */
  readonly isFollowed: (policy: Followed) => boolean;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Something else is said of the object than before. */
  readonly news: (entry: Entry, policy: Followed) => void;
  /** It has been looked at. */
  readonly looked: (entry: Entry) => void;
  /** It could not be looked at now: it is gone, or its kind is being listed again. */
  readonly missed: (entry: Entry) => void;
  /** Nothing is pending in this namespace any more. */
  readonly done: (namespace: string) => void;
  readonly failed: (entry: Entry, error: unknown) => void;
  readonly measure: (milliseconds: number) => void;
}

/**
 * Looks at what is pending, one object and one Policy after the other, and lets everybody else have their turn every few
 * milliseconds.
 */
export class Looking {
  readonly #pending = new Pending<Entry, Followed>();
  readonly #options: LookingOptions;
  readonly #alike = new Alike();
  /** What is being looked at. */
  #current: { readonly item: Entry; readonly whom: ReadonlySet<Followed> } | undefined;
  #busy = false;
  #stopped = false;

  constructor(options: LookingOptions) {
    this.#options = options;
  }

  /** Whether something in that namespace has not been looked at to its end. */
  isIn(namespace: string): boolean {
    return this.#current?.item.namespace === namespace || this.#pending.isIn(namespace);
  }

  /** How many objects have not been looked at for a Policy. */
  sizeFor(policy: Followed): number {
    return this.#pending.sizeFor(policy) + Number(this.#current?.whom.has(policy) === true);
  }

  /** It is gone. */
  drop(entry: Entry): void {
    this.#pending.take(entry);
  }

  /** To be looked at for these Policies, as soon as it can be. */
  add(entry: Entry, policies: ReadonlySet<Followed>): void {
    this.#pending.add(entry, policies);
    if (!this.#busy && !this.#pending.isEmpty) void this.#work();
  }

  /** What a controller made, and what that made, is looked at again: what is said above it has changed. */
  lookBelow({ uid }: Pick<Entry, 'uid'>): void {
    const { ledger, kindOf } = this.#options;
    const seen = new Set([uid]);
    for (const above of seen) {
      for (const below of ledger.madeBy(above)) {
        // They may control each other in a ring.
        seen.add(below.uid);
        if (below.uid !== uid) this.add(below, kindOf(below)?.readers ?? nobody);
      }
    }
  }

  /** A namespace has changed: what was found of objects in it holds no longer for others. */
  forget(): void {
    this.#alike.forget();
  }

  stop(): void {
    this.#stopped = true;
  }

  async #work(): Promise<void> {
    this.#busy = true;
    // What comes in the same turn is looked at together.
    await undefined;
    for (let next = this.#pending.next(); next !== undefined; next = this.#pending.next()) {
      const { item, whom } = next;
      this.#current = next;
      try {
        await this.#look(item, whom);
      } catch (error) {
        this.#options.failed(item, error);
      }
      this.#current = undefined;
      if (this.#stopped) return;
      if (!this.isIn(item.namespace)) this.#options.done(item.namespace);
    }
    this.#busy = false;
    this.#alike.forget();
  }

  async #look(entry: Entry, policies: ReadonlySet<Followed>): Promise<void> {
    const { ledger, isFollowed, news } = this.#options;
    await this.#lookAbove(entry);
    const before = wordFor(entry);
    let sight = this.#see(entry);
    for (const policy of policies) {
      if (sight === undefined) return this.#options.missed(entry);
      // Who waits for its kinds looks at all of them afterwards.
      if (policy.stage === 'waiting' || !isFollowed(policy)) continue;
      const standing = this.#judge(entry, sight, policy);
      if (ledger.set(entry, policy.column, standing)) news(entry, policy);
      const turn = fairTurn();
      if (turn === undefined) continue;
      await turn;
      sight = this.#see(entry);
    }
    if (wordFor(entry) !== before) this.lookBelow(entry);
    this.#options.looked(entry);
  }

  /** The object as it is now; undefined where it is gone. */
  #see(entry: Entry): Sight | undefined {
    const { ledger, kindOf, namespace } = this.#options;
    const isAlone = entry.namespace === '';
    const kind = kindOf(entry);
    const object = kind?.watch.get(isAlone ? { name: entry.name } : entry);
    if (kind === undefined || object === undefined || ledger.get(entry.uid) !== entry) return undefined;
    const space = isAlone ? undefined : namespace(entry.namespace);
    return {
      object,
      space,
      isPlaced: isAlone || space !== undefined,
      readers: kind.readers,
      number: undefined,
    };
  }

  /** The object that may stand for this one is looked at before it, so that nothing is counted twice for a while. */
  async #lookAbove({ controller }: Entry): Promise<void> {
    const above = controller === undefined ? undefined : this.#options.ledger.get(controller);
    const policies = above === undefined ? undefined : this.#pending.take(above);
    if (above !== undefined && policies !== undefined) await this.#look(above, policies);
  }

  #judge(entry: Entry, sight: Sight, policy: Followed): Standing {
    const { object, space, isPlaced, readers } = sight;
    // Nothing can be said of it before its namespace is known; that brings it back.
    if (!isPlaced || !readers.has(policy)) return undefined;
    const { ledger, now, measure } = this.#options;
    const { judge, column, alike } = policy;
    const above = judge.ownerOf(object) === undefined ? undefined : ledger.saidAbove(entry, column);
    if (above !== undefined && !isPod(entry.resource)) return 'covered';
    const find = () => {
      const began = performance.now();
      const verdicts = judge.judge({ object, resource: entry.resource, namespaceObject: space }, now());
      measure(performance.now() - began);
      return verdicts === undefined ? undefined : outcomeOf(verdicts);
    };
    const findAmongAlike = () => {
      // What is in no namespace has no replicas.
      if (!alike || space === undefined) return find();
      sight.number ??= this.#alike.numberOf(entry, object);
      return this.#alike.standing(judge, sight.number, find);
    };
    return above === undefined ? findAmongAlike() : alone(findAmongAlike(), above);
  }
}

interface Sight {
  readonly object: Kept;
  /** Its namespace. */
  readonly space: JsonObject | undefined;
  readonly isPlaced: boolean;
  readonly readers: ReadonlySet<Followed>;
  /** Of those that are alike, once somebody asks. */
  number: number | undefined;
}

const nobody: ReadonlySet<Followed> = new Set();

/** Which Policies have something to say of it, and what is wrong: what those below it depend on. */
function wordFor({ standings }: Entry): string {
  let word = '';
  for (const standing of standings) {
    word += standing === undefined ? '0' : '1';
    if (isOutcome(standing)) for (const { rule } of standing.bad) word += ` ${rule}`;
  }
  return word;
}
