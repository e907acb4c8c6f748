import type { Logger } from 'pino';
import type { Informer } from '../cache/informer.ts';
import { CachedClient } from '../client/cachedClient.ts';
import type { Client } from '../client/client.ts';
import type { RequestSample } from '../client/exchange.ts';
import { HttpClient } from '../client/httpClient.ts';
import { recordSpan } from '../client/requestSpan.ts';
import { Controller, type ControllerOptions } from '../controller/controller.ts';
import { Discovery } from '../discovery/discovery.ts';
import { aborted } from '../queue/aborted.ts';
import { type Clock, monotonicClock, sleep } from '../queue/clock.ts';
import type { KubernetesObject } from '../resources/object.ts';
import type { Connection } from '../transport/connection.ts';
import { type Listening, type ListenOptions, serve } from './endpoints.ts';
import { type Following, type InformerRequest, Informers } from './informers.ts';
import { LeaderElector } from './leaderElection.ts';
import { type LeaseTimes, leaseTimesOf, writeTimeoutOf } from './leaseTimes.ts';
import { Metrics } from './metrics.ts';
import { Probe } from './probes.ts';
import { explainStalls } from './stalls.ts';
import { catchStrays } from './strays.ts';
import { WriteFence } from './writeFence.ts';

export interface ManagerOptions {
  readonly connection: Connection;
  /** Of every write; also the default user agent. */
  readonly fieldManager: string;
  readonly userAgent?: string;
  /** Absent: this process acts at once, and must be the only one. */
  readonly leaderElection?: LeaderElectionOptions;
  /** Where `/livez` and `/readyz` are served. Absent: nowhere. */
  readonly probes?: ListenOptions;
  /** Where `/metrics` is served; may be where the probes are. Absent: nowhere. */
  readonly metrics?: ListenOptions;
  /**
   * Follow CustomResourceDefinitions, which takes the right to list and watch them: an optional kind that is not served is
   * then looked for when its definition comes, and else every 10 minutes only. Default false.
   */
  readonly definitions?: boolean;
  /** Milliseconds that a stop may take in all. Default 30,000. */
  readonly gracePeriod?: number;
  readonly log: Logger;
  readonly clock?: Clock;
}

export interface LeaderElectionOptions extends Partial<LeaseTimes> {
  /** Of the Lease. */
  readonly name: string;
  /** Of the Lease. Default: the connection's, in a pod its own. */
  readonly namespace?: string;
  /** Default: host name and random number. */
  readonly identity?: string;
}

/** What `addController` takes: the manager has the rest. */
export type ControllerSettings = Omit<ControllerOptions, 'log' | 'metrics' | 'clock'>;

/** Milliseconds kept of the grace period for what comes after the controllers. */
const closingTime = 10_000;
const flushTime = 4000;
const endTime = 2000;

/**
 * What a program of controllers stands on: client, informers, leader election, probes, metrics and an orderly end.
 *
 *     const manager = new Manager({ connection: await connect(), fieldManager: 'example', log: createLog() });
 *     const widgets = manager.informer({ resource: widgetResource });
 *     manager.addController({
 *       name: 'widget',
 *       watches: [watch(widgets, ({ object }) => [keyOf(object)])],
 *       reconcile: async (key) => { … return {}; },
 *     });
 *     await manager.run(signal);
 *
 * A replica that stands by keeps its informers running, so that it acts at once when it comes to lead: failing over
 * then costs no list of everything, at the price of a second cache in memory. It is as ready as the leader.
 *
 * A leader that loses the lease stops its controllers and stands by again. Only if a reconcile does not end within the
 * grace period does `run` reject with a `LeadershipLostError`: the process should then end, since what still runs could
 * act in the name of a later term.
 *
 * While it runs, a rejection that nobody handles does not end the process, nor does an exception in a callback of a
 * reconcile: see `catchStrays`.
 */
export class Manager {
  /** Passes the write fence, and tells the informers of each write. */
  readonly client: Client;
  /** What the API server serves. */
  readonly discovery: Discovery;
  readonly metrics = new Metrics();
  /** Where this process has its Lease; without one, the connection's. */
  readonly namespace: string;
  readonly log: Logger;
  readonly #options: ManagerOptions;
  readonly #clock: Clock;
  readonly #fence: WriteFence;
  readonly #elector: LeaderElector | undefined;
  readonly #informers: Informers;
  readonly #controllers: Controller[] = [];
  readonly #alive = new Probe();
  readonly #ready = new Probe();
  readonly #flushes = new Map<string, () => Promise<void>>();
  #ports: readonly number[] = [];
  #started = false;

  constructor(options: ManagerOptions) {
    const {
      connection,
      fieldManager,
      userAgent = fieldManager,
      leaderElection,
      clock = monotonicClock,
      log,
    } = options;
    this.#options = options;
    this.#clock = clock;
    this.log = log;
    this.namespace = leaderElection?.namespace ?? connection.namespace;
    const writeTimeout = leaderElection && writeTimeoutOf(leaseTimesOf(leaderElection));
    this.#fence = new WriteFence(clock, writeTimeout);
    if (leaderElection === undefined) this.#fence.openUntil(Number.POSITIVE_INFINITY);
    const onRequest = (sample: RequestSample) => {
      this.metrics.onRequest(sample);
      recordSpan(sample);
    };
    const common = { fieldManager, userAgent, onRequest };
    const http = new HttpClient(connection, { ...common, fence: this.#fence });
    const cached = new CachedClient(http);
    this.client = cached;
    this.discovery = new Discovery({ client: http, clock });
    this.#informers = new Informers(http, cached, log, options.definitions);
    if (leaderElection !== undefined) {
      this.#elector = new LeaderElector({
        namespace: connection.namespace,
        ...leaderElection,
        client: new HttpClient(unqueued(connection), common),
        fence: this.#fence,
        log,
        clock,
        onLeading: (leading) => this.metrics.leading(leaderElection.name, leading),
      });
    }
    this.metrics.measureInformers(() => this.#informers.sizes());
    this.#alive.add('ping', () => {});
    this.#ready.add('informers', () => {
      const waiting = this.#informers.unsynced();
      if (waiting.length > 0) throw new Error(`not yet listed: ${waiting.join(', ')}`);
    });
  }

  /** The informer of these objects: the same one for whoever asks for the same. Runs while the manager runs. */
  informer<T extends KubernetesObject, IndexName extends string = never>(
    options: InformerRequest<T, IndexName>,
  ): Informer<T, IndexName> {
    return this.#informers.get(options);
  }

  /**
   * As `informer`, but only until it is released, and readiness does not wait for it: for kinds that come to matter while
   * the manager runs. A controller takes it by `addWatch`. A kind that may not be installed is `optional` besides.
   *
   *     const following = manager.follow({ resource, optional: true, transform: onlyWhatRulesRead });
   *     const end = controller.addWatch(watch(following.informer, ({ object }) => [keyOf(object)]));
   *     …
   *     end();
   *     following.release();
   */
  follow<T extends KubernetesObject, IndexName extends string = never>(
    options: InformerRequest<T, IndexName>,
  ): Following<T, IndexName> {
    return this.#informers.follow(options);
  }

  /** Adds a controller, before `run`. */
  addController(settings: ControllerSettings): Controller {
    if (this.#started)
      throw new TypeError(`controller ${settings.name} is added to a manager that runs already`);
    const { name } = settings;
    if (this.#controllers.some((other) => other.name === name)) {
      throw new TypeError(`there are two controllers named ${name}`);
    }
    const metrics = this.metrics.controllerMetrics(name);
    const controller = new Controller({ ...settings, log: this.log, clock: this.#clock, metrics });
    this.metrics.measure(controller);
    this.#controllers.push(controller);
    return controller;
  }

  /** Adds a line to `/readyz`: what must be well for this replica to count as ready. Throws if the name is taken. */
  addReadyCheck(name: string, check: () => void | Promise<void>): void {
    this.#ready.add(name, check);
  }

  /**
   * Adds what is to be done at a clean stop, after the controllers and while writes are still let through: events to be
   * sent, say. Throws if the name is taken.
   */
  beforeStop(name: string, flush: () => Promise<void>): void {
    if (this.#flushes.has(name)) throw new TypeError(`there are two flushes named ${name}`);
    this.#flushes.set(name, flush);
  }

  /** The ports on which probes and metrics are served, in that order: for options that leave the choice to the system. */
  get ports(): readonly number[] {
    return this.#ports;
  }

  /**
   * Runs until the signal aborts, then stops in order: controllers, flushes, lease, informers, endpoints. Rejects if an
   * endpoint cannot listen, or if leadership is lost and a reconcile does not end. To be called once.
   */
  async run(signal: AbortSignal): Promise<void> {
    if (this.#started) throw new TypeError('a manager runs once');
    this.#started = true;
    const lifetime = new AbortController();
    // The clock's timers keep no process alive, and a standby that cannot reach the server has nothing else.
    const alive = setInterval(() => {}, 60_000);
    const endStalls = explainStalls({
      clock: this.#clock,
      log: this.log,
      runsSince: (time) => this.#controllers.flatMap((controller) => controller.runsSince(time)),
      onStall: (milliseconds) => this.metrics.stalled(milliseconds),
    });
    const endStrays = catchStrays({
      log: this.log,
      ours: (run) => this.#controllers.some((controller) => controller === run.controller),
      running: () => this.#running(),
      onStray: (controller) => this.metrics.strayed(controller),
    });
    const listening: Listening[] = [];
    try {
      for (const [endpoints, listen] of this.#endpoints()) listening.push(await serve(endpoints, listen));
      this.#ports = listening.map(({ port }) => port);
      this.#informers.start(lifetime.signal);
      await this.#act(signal);
    } finally {
      this.#fence.close();
      lifetime.abort();
      endStalls();
      endStrays();
      await Promise.race([this.#informers.ended(), sleep(this.#clock, endTime)]);
      await Promise.all(listening.map((listener) => listener.close()));
      clearInterval(alive);
    }
  }

  async #act(signal: AbortSignal): Promise<void> {
    if (this.#elector === undefined) {
      await this.#control(signal);
      return this.#flush();
    }
    for (;;) {
      const term = await this.#elector.acquire(signal);
      if (term === undefined) return;
      const drained = await this.#control(AbortSignal.any([signal, term.lost])).catch(
        async (error: unknown) => {
          // The lease must not be renewed by a process in which nothing acts.
          await term.abandon();
          throw error;
        },
      );
      if (signal.aborted) {
        await this.#flush();
        return drained ? term.release() : term.abandon();
      }
      await term.abandon();
      if (!drained) throw term.lost.reason;
      this.log.warn('standing by again after losing the lease');
    }
  }

  /** Runs the controllers until the signal aborts. True if all their reconciles ended within the grace period. */
  async #control(signal: AbortSignal): Promise<boolean> {
    const runs = Promise.all(this.#controllers.map((controller) => controller.run(signal)));
    await Promise.race([runs, aborted(signal)]);
    await aborted(signal);
    const grace = Math.max((this.#options.gracePeriod ?? 30_000) - closingTime, 0);
    const drained = await Promise.race([runs.then(() => true), sleep(this.#clock, grace).then(() => false)]);
    if (!drained) this.log.error({ running: this.#running() }, `reconciles did not end within ${grace} ms`);
    return drained;
  }

  async #flush(): Promise<void> {
    const flushing = [...this.#flushes].map(async ([name, flush]) => {
      try {
        await flush();
      } catch (error) {
        this.log.warn({ err: error }, `could not flush ${name}`);
      }
    });
    await Promise.race([Promise.all(flushing), sleep(this.#clock, flushTime)]);
  }

  #endpoints() {
    const { probes, metrics } = this.#options;
    const probePaths = { '/livez': this.#alive.endpoint, '/readyz': this.#ready.endpoint };
    const metricPaths = { '/metrics': this.metrics.endpoint };
    const together =
      probes !== undefined && metrics !== undefined && probes.port === metrics.port && probes.port !== 0;
    if (together) return [[{ ...probePaths, ...metricPaths }, probes]] as const;
    return [
      ...(probes === undefined ? [] : [[probePaths, probes] as const]),
      ...(metrics === undefined ? [] : [[metricPaths, metrics] as const]),
    ];
  }

  #running(): readonly string[] {
    return this.#controllers.flatMap((controller) =>
      controller.running().map(({ key, since }) => `${controller.name} ${key} (${Math.round(since)} ms)`),
    );
  }
}

/** A renewal must not wait behind a thousand writes: it goes by the connections that are not limited in number. */
function unqueued(connection: Connection): Connection {
  const { server, namespace } = connection;
  return {
    server,
    namespace,
    send: (request) => connection.send({ ...request, pool: 'watches' }),
    close: () => connection.close(),
  };
}
