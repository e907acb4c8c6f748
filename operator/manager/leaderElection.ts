import { hostname } from 'node:os';
import type { Logger } from 'pino';
import { isConflict, isNotFound } from '../client/apiError.ts';
import type { Client } from '../client/client.ts';
import { type Clock, monotonicClock, sleep } from '../queue/clock.ts';
import { type Lease, leases } from '../resources/builtin.ts';
import { microTime } from '../resources/time.ts';
import { markInstallation } from './installationMark.ts';
import { type LeaseTimes, leaseTimesOf } from './leaseTimes.ts';
import type { WriteFence } from './writeFence.ts';

export interface LeaderElectorOptions extends Partial<LeaseTimes> {
  readonly namespace: string;
  readonly name: string;
  /** Unlike that of any other process, also of an earlier one in the same pod. Default host name and random number. */
  readonly identity?: string;
  /** Not fenced: it is by its writes that the fence is opened. */
  readonly client: Pick<Client, 'get' | 'create' | 'update'>;
  readonly fence: WriteFence;
  readonly log: Logger;
  readonly clock?: Clock;
  /** Between 0 and 1. */
  readonly random?: () => number;
  /** The time written into the lease, for people to read; it is never compared. */
  readonly wallClock?: () => Date;
  readonly onLeading?: (leading: boolean) => void;
}

/** The time from getting the lease to losing it or giving it up. */
export interface Term {
  /** Aborted, with a `LeadershipLostError` as reason, when the lease can no longer be held. */
  readonly lost: AbortSignal;
  /** Ends the term: closes the fence and gives the lease up, so that another process need not wait for it to run out. */
  release(): Promise<void>;
  /** Ends the term and lets the lease run out: for a process that cannot say that all its writes are over. */
  abandon(): Promise<void>;
}

/** The lease could not be renewed in time, or is somebody else's. */
export class LeadershipLostError extends Error {
  override readonly name = 'LeadershipLostError';
}

/**
 * Leader election by a Lease of `coordination.k8s.io`, as client-go does it, so that both may share a lease.
 *
 * No machine's clock is compared with another's: what counts is for how long, by our own monotonic clock, we have seen a
 * lease unchanged. In two points more is asked than client-go asks, both about a lease that was deleted. It is left to
 * whoever held it for as long as a lease lasts, by those who have seen it, and by those who find the mark that the first
 * process ever made beside it (`installationMark.ts`): so a first installation need not wait. And who makes a missing
 * lease leads only once it has renewed it, so that a leader that is there has noticed. What remains: lease and mark
 * deleted together while their holder is frozen or cut off, and a process started in that very time.
 */
export class LeaderElector {
  readonly identity: string;
  readonly times: LeaseTimes;
  readonly #options: LeaderElectorOptions;
  readonly #clock: Clock;
  readonly #random: () => number;
  #seen: Seen | undefined;
  /** The lease as our last write left it; `undefined` when that is not known. */
  #written: Lease | undefined;

  constructor(options: LeaderElectorOptions) {
    this.#options = options;
    this.identity = options.identity ?? `${hostname()}_${crypto.randomUUID()}`;
    this.times = leaseTimesOf(options);
    this.#clock = options.clock ?? monotonicClock;
    this.#random = options.random ?? Math.random;
  }

  /** Resolves when this process leads, or, with `undefined`, once the signal aborts. Trouble is logged and tried again. */
  async acquire(signal: AbortSignal): Promise<Term | undefined> {
    while (!signal.aborted) {
      const outcome = await this.#try('acquire', signal);
      if (outcome.state === 'held') {
        const term = this.#lead(outcome.renewed);
        if (!signal.aborted) return term;
        await term.release();
      } else {
        await sleep(this.#clock, this.#pause(outcome), signal);
      }
    }
    return undefined;
  }

  /** Until the next try: a retry period with jitter, or when the lease runs out if that is sooner. */
  #pause(outcome: Exclude<Outcome, { state: 'held' }>): number {
    const { retryPeriod } = this.times;
    if (outcome.state === 'unconfirmed') return retryPeriod;
    const pause = retryPeriod * (1 + 1.2 * this.#random());
    if (outcome.state === 'failed') return pause;
    const left = outcome.until - this.#clock.now();
    return Math.min(pause, Math.max(left, 0) + (retryPeriod / 4) * this.#random());
  }

  #lead(since: number): Term {
    const { log, fence, onLeading, namespace, name } = this.#options;
    const lost = new AbortController();
    const ended = new AbortController();
    fence.openUntil(since + this.times.renewDeadline);
    onLeading?.(true);
    log.info({ lease: `${namespace}/${name}`, identity: this.identity }, 'leading');
    const renewing = this.#renew(since, ended.signal).then((reason) => {
      fence.close();
      onLeading?.(false);
      if (reason === undefined) return;
      log.error({ lease: `${namespace}/${name}` }, reason);
      lost.abort(new LeadershipLostError(reason));
    });
    const end = () => {
      fence.close();
      ended.abort();
      return renewing;
    };
    return {
      lost: lost.signal,
      abandon: end,
      release: async () => {
        await end();
        if (!lost.signal.aborted) await this.#giveUp();
      },
    };
  }

  /** Renews until told to end, which gives `undefined`, or until the lease cannot be held, which gives the reason. */
  async #renew(since: number, signal: AbortSignal): Promise<string | undefined> {
    const { renewDeadline, retryPeriod } = this.times;
    const { namespace, name, fence } = this.#options;
    let deadline = since + renewDeadline;
    for (;;) {
      const left = deadline - this.#clock.now();
      await sleep(this.#clock, Math.min(retryPeriod, Math.max(left, 0)), signal);
      if (signal.aborted) return undefined;
      // After a freeze the deadline has passed: somebody else may lead, so nothing may be sent in the leader's name.
      if (this.#clock.now() >= deadline) {
        return `lease ${namespace}/${name} was not renewed for ${renewDeadline} ms: leadership is lost`;
      }
      const outcome = await this.#try('renew', signal, deadline);
      if (signal.aborted) return undefined;
      if (outcome.state === 'taken') {
        return `lease ${namespace}/${name} is held by ${outcome.holder}: leadership is lost`;
      }
      if (outcome.state === 'held') {
        deadline = outcome.renewed + renewDeadline;
        if (this.#clock.now() < deadline) fence.openUntil(deadline);
      }
    }
  }

  /** One look at the lease and, if it may be ours, one write of it. Never rejects. */
  async #try(mode: 'acquire' | 'renew', signal: AbortSignal, deadline?: number): Promise<Outcome> {
    const { log, namespace, name } = this.#options;
    try {
      return await this.#tryOnce(mode, signal, deadline);
    } catch (error) {
      if (!signal.aborted) {
        log.warn({ err: error, lease: `${namespace}/${name}` }, `could not ${mode} the lease`);
      }
      return { state: 'failed' };
    }
  }

  async #tryOnce(mode: 'acquire' | 'renew', signal: AbortSignal, deadline?: number): Promise<Outcome> {
    const { client, namespace, name } = this.#options;
    if (mode === 'renew') {
      const renewed = await this.#renewUnseen(signal, deadline);
      if (renewed !== undefined) return { state: 'held', renewed };
    }
    const timeout = this.#timeout(deadline);
    const live = await client
      .get(leases, { namespace, name }, { signal, timeout })
      .catch((error: unknown) => {
        if (isNotFound(error)) return undefined;
        throw error;
      });
    if (live !== undefined) this.#see(live);
    else if (mode === 'acquire') await this.#miss(signal);
    const until = this.#heldByOther();
    if (until !== undefined) return { state: 'taken', ...until };

    // From before it is sent: others cannot have seen it earlier, so they cannot hold it to have run out earlier.
    const renewed = this.#clock.now();
    const lease = this.#ours(live);
    const options = { signal, timeout: this.#timeout(deadline) };
    const written = await (live === undefined
      ? client.create(leases, lease, options)
      : client.update(leases, lease, options));
    this.#see(written);
    this.#written = written;
    const made = mode === 'acquire' && live === undefined;
    return made ? { state: 'unconfirmed' } : { state: 'held', renewed };
  }

  /** Writes the lease as we wrote it last, without a look at it: the server refuses if anything has changed. Gives the time at which it was sent. */
  async #renewUnseen(signal: AbortSignal, deadline?: number): Promise<number | undefined> {
    if (this.#written === undefined) return undefined;
    const renewed = this.#clock.now();
    const lease = this.#ours(this.#written);
    this.#written = undefined;
    try {
      const timeout = this.#timeout(deadline);
      const written = await this.#options.client.update(leases, lease, { signal, timeout });
      this.#see(written);
      this.#written = written;
      return renewed;
    } catch (error) {
      if (isConflict(error) || isNotFound(error)) return undefined;
      throw error;
    }
  }

  /** Remembers the lease, and since when it is as it is. */
  #see(lease: Lease): void {
    const { metadata, spec = {} } = lease;
    // The resourceVersion too: a holder whose clock stands still renews with the same words.
    const record = JSON.stringify([
      metadata.uid,
      metadata.resourceVersion,
      spec.holderIdentity,
      spec.renewTime,
    ]);
    if (this.#seen?.record === record) return;
    const holder = spec.holderIdentity ?? '';
    if (holder !== (this.#seen?.holder ?? '') && holder !== '' && holder !== this.identity) {
      this.#options.log.info({ holder }, 'another process leads');
    }
    const duration = 1000 * (spec.leaseDurationSeconds ?? this.times.leaseDuration / 1000);
    this.#seen = { record, holder, until: this.#clock.now() + duration };
  }

  /** A lease that was there and is gone says nothing of its holder, who may have renewed it just before. */
  async #miss(signal: AbortSignal): Promise<void> {
    if (this.#seen?.record === missing) return;
    const first = this.#seen === undefined && (await this.#markInstallation(signal));
    if (!first)
      this.#options.log.info('the lease is gone: left to whoever held it until it would have run out');
    this.#seen = first
      ? { record: missing, holder: '', until: this.#clock.now() }
      : {
          record: missing,
          holder: 'the last holder of the deleted lease',
          until: this.#clock.now() + this.times.leaseDuration,
        };
  }

  #markInstallation(signal: AbortSignal): Promise<boolean> {
    const { client, namespace, name, wallClock = () => new Date() } = this.#options;
    const by = { holderIdentity: this.identity, acquireTime: microTime(wallClock()) };
    return markInstallation(client, { namespace, name }, by, { signal, timeout: this.#timeout() });
  }

  #heldByOther(): { readonly holder: string; readonly until: number } | undefined {
    const seen = this.#seen;
    if (seen === undefined || seen.holder === '' || seen.holder === this.identity) return undefined;
    return this.#clock.now() < seen.until ? { holder: seen.holder, until: seen.until } : undefined;
  }

  #ours(live: Lease | undefined): Lease {
    const { namespace, name, wallClock = () => new Date() } = this.#options;
    const now = microTime(wallClock());
    const spec = live?.spec;
    const stays = spec?.holderIdentity === this.identity;
    return {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: live?.metadata ?? { namespace, name },
      spec: {
        ...spec,
        holderIdentity: this.identity,
        leaseDurationSeconds: this.times.leaseDuration / 1000,
        acquireTime: stays && spec.acquireTime !== undefined ? spec.acquireTime : now,
        renewTime: now,
        leaseTransitions: (spec?.leaseTransitions ?? 0) + (stays || spec === undefined ? 0 : 1),
      },
    };
  }

  /** Empties the lease if it is still ours. Failing is no harm: it runs out. */
  async #giveUp(): Promise<void> {
    const { client, namespace, name, log, wallClock = () => new Date() } = this.#options;
    try {
      const timeout = this.times.retryPeriod;
      const live = await client.get(leases, { namespace, name }, { timeout });
      if (live.spec?.holderIdentity !== this.identity) return;
      const spec = {
        ...live.spec,
        holderIdentity: '',
        leaseDurationSeconds: 1,
        renewTime: microTime(wallClock()),
      };
      this.#see(await client.update(leases, { ...live, spec }, { timeout }));
      log.info({ lease: `${namespace}/${name}` }, 'gave the lease up');
    } catch (error) {
      log.warn({ err: error, lease: `${namespace}/${name}` }, 'could not give the lease up; it will run out');
    }
  }

  /** So that more than one try fits before the deadline, even where connections hang. */
  #timeout(deadline = Number.POSITIVE_INFINITY): number {
    const third = this.times.renewDeadline / 3;
    return Math.max(1, Math.floor(Math.min(third, deadline - this.#clock.now())));
  }
}

/** What a try came to. `until` and `renewed` are times on the monotonic clock. */
type Outcome =
  | { readonly state: 'held'; readonly renewed: number }
  | { readonly state: 'unconfirmed' }
  | { readonly state: 'taken'; readonly holder: string; readonly until: number }
  | { readonly state: 'failed' };

const missing = 'missing';

interface Seen {
  readonly record: string;
  readonly holder: string;
  /** When it has run out, if it stays as it is. */
  readonly until: number;
}
