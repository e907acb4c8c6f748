import { probeName } from '../../../crds/policy/names.ts';
import type { Applier } from '../../../operator/apply/applier.ts';
import { isApiError } from '../../../operator/client/apiError.ts';
import type { Client } from '../../../operator/client/client.ts';
import type { ReconcileContext } from '../../../operator/controller/reconciler.ts';
import { type Clock, sleep } from '../../../operator/queue/clock.ts';
import { leases } from '../../../operator/resources/builtin.ts';
import type { CompiledObject } from '../compile/index.ts';
import { digest } from '../compile/objects.ts';
import { overlap } from '../compile/transition.ts';
import { bindingsFirst, type CompiledCaches, keyOfLive, type Live, liveOf } from './live.ts';
import type { Origin } from './origins.ts';
import { probed, probeLabel, probing } from './probe.ts';

export interface UptakeParts {
  readonly client: Pick<Client, 'create'>;
  readonly applier: Pick<Applier, 'apply' | 'forget'>;
  readonly caches: CompiledCaches;
  /** Where the operator may make Leases, which is what it asks with. */
  readonly namespace: string;
  readonly clock: Clock;
}

/**
 * Whether the API server judges requests by what stands. It does so some time after it has stored it: its watches bring it
 * policies and bindings apart, and it looks at what they brought once a second. Who trusted what is stored would let requests
 * through that were to be denied.
 *
 * So it is asked. A policy of no other use carries the name of a state and is written after all that belongs to it; once a
 * request of that name is denied, all that was written before is in force. How long something has stood is counted from the
 * first answer, by this process's own clock: when it was created, another machine says by its own.
 */
export class Uptake {
  readonly #parts: UptakeParts;
  /** What was seen to be in force, by `versionOf`. */
  #proven: ReadonlySet<string> = new Set();
  /** What was seen not to be. */
  #unproven: ReadonlySet<string> = new Set();
  /** When an answer about it was first got, by the clock. */
  readonly #asked = new Map<string, number>();
  /** How often in a row it was not. */
  #refuted = 0;

  constructor(parts: UptakeParts) {
    this.#parts = parts;
  }

  /** Whether requests are judged by it: it was seen, or it has stood for so long that nothing speaks against it. */
  judges({ object }: Live): boolean {
    return this.#proven.has(versionOf(object)) || this.#stood(object) >= overlap;
  }

  /** Milliseconds for which it has yet to stand before what it replaces may go: other API servers may be slower to take it up. */
  wait(object: Live['object']): number {
    return overlap - this.#stood(object);
  }

  /** Milliseconds in which nothing has spoken against it. */
  #stood(object: Live['object']): number {
    const version = versionOf(object);
    const since = this.#asked.get(version);
    return since === undefined || this.#unproven.has(version) ? 0 : this.#parts.clock.now() - since;
  }

  /**
   * Asks the API server about what is new among what stands.
   *
   * @returns milliseconds after which it is to be asked again; undefined once requests are judged by all of it
   */
  async prove(
    standing: readonly Live[],
    origins: ReadonlyMap<string, Origin>,
    { log, signal }: Pick<ReconcileContext, 'log' | 'signal'>,
  ): Promise<number | undefined> {
    const versions = new Set(standing.map(({ object }) => versionOf(object)));
    this.#proven = this.#proven.intersection(versions);
    this.#unproven = this.#unproven.intersection(versions);
    for (const version of this.#asked.keys()) if (!versions.has(version)) this.#asked.delete(version);
    const fresh = standing.filter((one) => !this.judges(one)).map(({ object }) => versionOf(object));
    if (fresh.length === 0) {
      this.#refuted = 0;
      // What asks goes with the last Policy. That it is made again for the next is no repair.
      if (versions.size === 0) this.#parts.applier.forget(probing);
      return undefined;
    }
    const state = digest([...versions].toSorted().join(), 16);
    const mutating = standing.some(({ object }) => object.kind === 'MutatingAdmissionPolicy');
    const owners = [...origins.values()].toSorted((a, b) => (a.policy < b.policy ? -1 : 1));
    const desired = probed(state, mutating, owners);
    const { converged } = await this.#parts.applier.apply({ owner: probing, desired, log, signal });
    const answer = converged ? await this.#ask(state, signal) : 'Unknown';
    for (const version of fresh)
      if (!this.#asked.has(version)) this.#asked.set(version, this.#parts.clock.now());
    if (answer === 'Judged') {
      this.#proven = versions;
      this.#unproven = new Set();
    }
    if (answer === 'Refuted') this.#unproven = this.#unproven.union(new Set(fresh));
    this.#refuted = answer === 'Judged' ? 0 : this.#refuted + 1;
    return answer === 'Judged' ? undefined : Math.min(500 * 2 ** this.#refuted, longestWait);
  }

  /** What is there to ask with and is not needed, each binding before its policy. */
  obsolete(compiled: readonly CompiledObject[]): readonly Live[] {
    const needed = new Set(compiled.map(({ kind }) => kind));
    return bindingsFirst(
      liveOf(this.#parts.caches, probing).filter(({ object }) => !needed.has(object.kind)),
    );
  }

  async #ask(state: string, signal: AbortSignal): Promise<Answer> {
    // Where it has been told so before, it is looked now and then.
    const times = this.#refuted === 0 ? mostTimes : 1;
    for (let time = 1; ; time += 1) {
      const answer = await this.#askOnce(state, signal);
      if (answer !== 'Refuted' || time >= times) return answer;
      await sleep(this.#parts.clock, pauseTime, signal);
    }
  }

  async #askOnce(state: string, signal: AbortSignal): Promise<Answer> {
    const { client, namespace } = this.#parts;
    const metadata = { name: `mainstay-probe-${state}`, namespace, labels: { [probeLabel]: state } };
    try {
      const probe = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata };
      await client.create(leases, probe, { dryRun: true, signal });
      return 'Refuted';
    } catch (error) {
      if (!isApiError(error)) throw error;
      return error.message.includes(`'${probeName}'`) ? 'Judged' : 'Unknown';
    }
  }
}

/** `Unknown` where somebody does not let it be asked. */
type Answer = 'Judged' | 'Refuted' | 'Unknown';

const mostTimes = 20;
/** Milliseconds between two questions. */
const pauseTime = 100;
/** Milliseconds. */
const longestWait = 30_000;

/** What was repaired in place is another version, and the same that was made again is another object. */
function versionOf(object: Live['object']): string {
  const { uid = '', generation = 0 } = object.metadata;
  return `${keyOfLive({ object })}/${uid}/${generation}`;
}
