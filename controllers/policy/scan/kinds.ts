import type { Logger } from 'pino';
import type { ServedResource } from '../../../operator/discovery/servedResource.ts';
import type { Following } from '../../../operator/manager/informers.ts';
import type { Manager } from '../../../operator/manager/manager.ts';
import type { Clock } from '../../../operator/queue/clock.ts';
import { type CustomResourceDefinition, namespaces } from '../../../operator/resources/builtin.ts';
import type { Resource } from '../evaluate/index.ts';
import { followDefinitions, isBehind } from './definitions.ts';
import { type KindObserver, KindWatch } from './kindWatch.ts';
import type { WatchedKind } from './looking.ts';
import { kindsOf, resourceOf } from './matching.ts';
import type { Followed } from './roster.ts';
import type { Summary } from './summary.ts';

export type { WatchedKind } from './looking.ts';

export interface KindsOptions {
  readonly manager: Pick<Manager, 'follow' | 'discovery'>;
  readonly clock: Clock;
  readonly log: Pick<Logger, 'warn'>;
  readonly policies: () => Iterable<Followed>;
  readonly observer: KindObserver;
  /** It is known which kinds are watched. Told those that are watched no more. */
  readonly planned: (left: readonly KindWatch[]) => void;
}

/** Milliseconds after which the server is asked again what it serves, where it is behind or does not answer. */
const again = 1000;
/** How often it is asked again where it is behind; then something is wrong with a definition, and not with the time. */
const mostTimes = 30;

/** Watches just the kinds that some Policy may match, as Policies and definitions of kinds come and go. */
export class Kinds {
  readonly namespaces: KindWatch;
  readonly #options: KindsOptions;
  readonly #kinds = new Map<string, Kind>();
  readonly #definitions: Following<CustomResourceDefinition>;
  /** Policies of which it is known which kinds they may match. */
  readonly #planned = new Set<Followed>();
  #asking = false;
  #askedMeanwhile = false;
  #isPlanned = false;
  #tries = 0;
  #cancelAgain = () => {};
  #stopped = false;

  constructor(options: KindsOptions) {
    const { manager, observer } = options;
    this.#options = options;
    this.namespaces = new KindWatch(manager, served, observer);
    this.#kinds.set(idOf(this.namespaces.resource), { watch: this.namespaces, readers: new Set() });
    // Whatever a selector or an expression may ask of it.
    this.namespaces.read([[['metadata'], ['spec'], ['status']]]);
    this.#definitions = followDefinitions(manager, () => {
      this.#tries = 0;
      this.#plan();
    });
  }

  /** Whether it has ever been known which kinds are watched. */
  get isPlanned(): boolean {
    return this.#isPlanned;
  }

  of(resource: Resource): (WatchedKind & { readonly watch: KindWatch }) | undefined {
    return this.#kinds.get(idOf(resource));
  }

  /** Whether all kinds that the Policy may match are listed, or known not to be readable. */
  isSettledFor(policy: Followed): boolean {
    return (
      this.#planned.has(policy) &&
      this.namespaces.isSettled &&
      this.#of(policy).every(({ watch }) => watch.isSettled)
    );
  }

  /** Whether the fields that the Policy reads are there. */
  cover(policy: Followed): boolean {
    return this.#of(policy).every(({ watch }) => watch.has(policy.judge.reads(watch.resource)));
  }

  unreadBy(policy: Followed): Summary['unread'] {
    const watches = new Set([...this.#of(policy).map(({ watch }) => watch), this.namespaces]);
    return [...watches].flatMap(({ resource, why }) =>
      why === undefined ? [] : [{ resource, message: why }],
    );
  }

  /** What these Policies may match is found out anew. */
  unplan(policies: readonly Followed[]): void {
    for (const policy of policies) this.#planned.delete(policy);
    if (policies.length > 0 || !this.#isPlanned) this.#plan();
  }

  stop(): void {
    this.#stopped = true;
    this.#cancelAgain();
    this.#definitions.release();
    for (const { watch } of this.#kinds.values()) watch.stop();
  }

  #of(policy: Followed): readonly Kind[] {
    return [...this.#kinds.values()].filter(({ readers }) => readers.has(policy));
  }

  #plan(): void {
    if (this.#asking) this.#askedMeanwhile = true;
    else void this.#ask();
  }

  async #ask(): Promise<void> {
    const { discovery } = this.#options.manager;
    this.#asking = true;
    this.#askedMeanwhile = false;
    this.#cancelAgain();
    try {
      const served = await discovery.served();
      if (this.#stopped) return;
      this.#take(served);
      if (isBehind(served, this.#definitions.informer.list()) && this.#tries < mostTimes) {
        this.#tries += 1;
        discovery.expire();
        this.#askAgain();
      }
    } catch (error) {
      if (this.#stopped) return;
      this.#options.log.warn({ err: error }, 'it is not known which kinds there are');
      this.#askAgain();
    }
    this.#asking = false;
    if (this.#askedMeanwhile) this.#plan();
  }

  #askAgain(): void {
    this.#cancelAgain = this.#options.clock.schedule(again, () => this.#plan());
  }

  #take(served: readonly ServedResource[]): void {
    const policies = [...this.#options.policies()];
    const wanted = new Map<string, { readonly served: ServedResource; readonly readers: Followed[] }>();
    for (const policy of policies) {
      for (const one of kindsOf(served, policy.judge, policy.spec.match)) {
        const id = idOf(resourceOf(one));
        const kind = wanted.get(id) ?? { served: one, readers: [] };
        wanted.set(id, kind);
        kind.readers.push(policy);
      }
    }
    const left = this.#leave(wanted);
    for (const [id, { served, readers }] of wanted) {
      const { manager, observer } = this.#options;
      const kind = this.#kinds.get(id) ?? {
        watch: new KindWatch(manager, served, observer),
        readers: new Set(),
      };
      this.#kinds.set(id, kind);
      // The same set for the same Policies: whoever compares them, does so by identity.
      if (!isSameSet(kind.readers, readers)) kind.readers = new Set(readers);
      kind.watch.read(readers.map(({ judge }) => judge.reads(kind.watch.resource)));
    }
    for (const policy of policies) this.#planned.add(policy);
    this.#isPlanned = true;
    this.#options.planned(left);
  }

  /** Those that nobody reads any more are left; namespaces stay. */
  #leave(wanted: ReadonlyMap<string, unknown>): readonly KindWatch[] {
    const left: KindWatch[] = [];
    for (const [id, kind] of this.#kinds) {
      if (wanted.has(id)) continue;
      kind.readers = new Set();
      if (kind.watch === this.namespaces) continue;
      kind.watch.stop();
      this.#kinds.delete(id);
      left.push(kind.watch);
    }
    return left;
  }
}

interface Kind {
  readonly watch: KindWatch;
  readers: ReadonlySet<Followed>;
}

const served: ServedResource = {
  ...namespaces,
  verbs: ['list', 'watch'],
  subresources: [],
  shortNames: [],
  categories: [],
  preferred: true,
  stale: false,
};

function idOf({ group, version, resource }: Resource): string {
  return `${resource}.${group}/${version}`;
}

function isSameSet<T>(set: ReadonlySet<T>, items: readonly T[]): boolean {
  return set.size === items.length && items.every((item) => set.has(item));
}
