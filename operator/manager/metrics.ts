import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { RequestSample } from '../client/exchange.ts';
import type { ControllerMetrics, ControllerState } from '../controller/controllerMetrics.ts';
import type { WorkQueueMetrics } from '../queue/workQueue.ts';
import type { Endpoint } from './endpoints.ts';

/** What `Metrics` asks a controller about when it is scraped. */
interface MeasuredController {
  readonly name: string;
  readonly concurrency: number;
  state(): ControllerState;
}

/**
 * The metrics of a manager, under the names that controller-runtime's and client-go's dashboards know. Durations in
 * seconds. Controllers add their own to `registry`.
 */
export class Metrics {
  readonly registry = new Registry();
  readonly #controllers: MeasuredController[] = [];
  readonly #counters = countersIn(this.registry);

  constructor() {
    collectDefaultMetrics({ register: this.registry, eventLoopMonitoringPrecision: 200 });
    this.#gauges();
  }

  /** The hooks for a controller of that name. */
  controllerMetrics(controller: string): ControllerMetrics {
    const { reconciles, errors, timeouts, times, blocked, strays } = this.#counters;
    // So that a rate exists from the first scrape on.
    for (const result of ['success', 'error', 'requeue_after']) reconciles.inc({ controller, result }, 0);
    errors.inc({ controller }, 0);
    timeouts.inc({ controller }, 0);
    blocked.inc({ controller }, 0);
    strays.inc({ controller }, 0);
    return {
      queue: this.#queueMetrics(controller),
      reconciled: (outcome, milliseconds) => {
        if (outcome === 'aborted') return;
        reconciles.inc({ controller, result: outcome });
        times.observe({ controller }, milliseconds / 1000);
        if (outcome === 'error') errors.inc({ controller });
      },
      failed: (reason) => {
        if (reason === 'DeadlineExceeded') timeouts.inc({ controller });
      },
      blocked: (milliseconds) => blocked.inc({ controller }, milliseconds / 1000),
    };
  }

  /** Has the controller asked for its state at each scrape. */
  measure(controller: MeasuredController): void {
    this.#controllers.push(controller);
  }

  /** Has the informers counted at each scrape. Once only. */
  measureInformers(sizes: () => readonly { readonly name: string; readonly objects: number }[]): void {
    new Gauge({
      name: 'operator_informer_objects',
      help: 'Objects in the cache of an informer',
      labelNames: ['informer'],
      registers: [this.registry],
      collect() {
        // Informers come and go.
        this.reset();
        for (const { name, objects } of sizes()) this.set({ informer: name }, objects);
      },
    });
  }

  /** What `/metrics` answers. */
  readonly endpoint: Endpoint = async () => ({
    status: 200,
    type: this.registry.contentType,
    body: await this.registry.metrics(),
  });

  /** For `HttpClient`. */
  readonly onRequest = ({ method, host, code, verb, seconds }: RequestSample): void => {
    this.#counters.requests.inc({ code, method, host });
    this.#counters.requestTimes.observe({ verb, host }, seconds);
  };

  /** The event loop made no turn for so long. */
  stalled(milliseconds: number): void {
    this.#counters.stalls.inc(milliseconds / 1000);
  }

  /** Something went wrong that nobody awaits. */
  strayed(controller: string | undefined): void {
    this.#counters.strays.inc({ controller: controller ?? '' });
  }

  leading(name: string, leading: boolean): void {
    this.#counters.leading.set({ name }, leading ? 1 : 0);
  }

  #queueMetrics(name: string): WorkQueueMetrics {
    const { adds, retries, waits, works } = this.#counters;
    const labels = { name, controller: name };
    adds.inc(labels, 0);
    retries.inc(labels, 0);
    return {
      added: () => adds.inc(labels),
      retried: () => retries.inc(labels),
      started: (waited) => waits.observe(labels, waited / 1000),
      finished: (worked) => works.observe(labels, worked / 1000),
    };
  }

  /** What is asked for at the scrape, so that it costs nothing in between. */
  #gauges(): void {
    const registers = [this.registry];
    const gauge = (
      name: string,
      help: string,
      labelNames: readonly string[],
      set: (gauge: Gauge, controller: MeasuredController, state: ControllerState) => void,
    ) => {
      const controllers = this.#controllers;
      new Gauge({
        name,
        help,
        labelNames,
        registers,
        collect() {
          for (const controller of controllers) set(this, controller, controller.state());
        },
      });
    };
    const perController = (
      name: string,
      help: string,
      value: (controller: MeasuredController, state: ControllerState) => number,
    ) =>
      gauge(name, help, ['controller'], (metric, controller, state) =>
        metric.set({ controller: controller.name }, value(controller, state)),
      );
    const perQueue = (name: string, help: string, value: (state: ControllerState) => number) =>
      gauge(name, help, ['name', 'controller'], (metric, { name: controller }, state) =>
        metric.set({ name: controller, controller }, value(state)),
      );

    perController(
      'controller_runtime_max_concurrent_reconciles',
      'Reconciles that may run at a time',
      ({ concurrency }) => concurrency,
    );
    perController(
      'controller_runtime_active_workers',
      'Reconciles that run and hold a worker',
      (_, { active }) => active,
    );
    perController(
      'operator_overdue_reconciles',
      'Reconciles past their deadline that have not settled',
      (_, { overdue }) => overdue,
    );
    gauge(
      'workqueue_depth',
      'Keys that wait for a worker',
      ['name', 'controller', 'priority'],
      (metric, { name }, { queue }) => {
        for (const [priority, depth] of Object.entries(queue.depth))
          metric.set({ name, controller: name, priority }, depth);
      },
    );
    perQueue(
      'workqueue_unfinished_work_seconds',
      'Time spent so far on the keys being worked on',
      ({ queue }) => queue.unfinished / 1000,
    );
    perQueue(
      'workqueue_longest_running_processor_seconds',
      'Time spent so far on the key that takes longest',
      ({ queue }) => queue.longest / 1000,
    );
  }
}

function countersIn(registry: Registry) {
  const registers = [registry];
  const queue = ['name', 'controller'];
  const powersOfTen = Array.from({ length: 12 }, (_, n) => 10 ** (n - 8));
  return {
    reconciles: new Counter({
      name: 'controller_runtime_reconcile_total',
      help: 'Reconciles by result',
      labelNames: ['controller', 'result'],
      registers,
    }),
    errors: new Counter({
      name: 'controller_runtime_reconcile_errors_total',
      help: 'Reconciles that failed',
      labelNames: ['controller'],
      registers,
    }),
    timeouts: new Counter({
      name: 'controller_runtime_reconcile_timeouts_total',
      help: 'Reconciles that missed their deadline',
      labelNames: ['controller'],
      registers,
    }),
    times: new Histogram({
      name: 'controller_runtime_reconcile_time_seconds',
      help: 'Time that a reconcile takes',
      labelNames: ['controller'],
      buckets: reconcileBuckets,
      registers,
    }),
    blocked: new Counter({
      name: 'operator_event_loop_blocked_seconds_total',
      help: 'Time for which reconciles kept the event loop from all others',
      labelNames: ['controller'],
      registers,
    }),
    stalls: new Counter({
      name: 'operator_event_loop_stalled_seconds_total',
      help: 'Time for which the event loop made no turn, whoever kept it from that',
      registers,
    }),
    strays: new Counter({
      name: 'operator_unhandled_errors_total',
      help: 'Rejections and exceptions that nobody awaits; without a controller where it is not known whose',
      labelNames: ['controller'],
      registers,
    }),
    adds: new Counter({ name: 'workqueue_adds_total', help: 'Keys added', labelNames: queue, registers }),
    retries: new Counter({
      name: 'workqueue_retries_total',
      help: 'Keys added again after a failure',
      labelNames: queue,
      registers,
    }),
    waits: new Histogram({
      name: 'workqueue_queue_duration_seconds',
      help: 'Time from being due to being handed out',
      labelNames: queue,
      buckets: powersOfTen,
      registers,
    }),
    works: new Histogram({
      name: 'workqueue_work_duration_seconds',
      help: 'Time from being handed out to being done',
      labelNames: queue,
      buckets: powersOfTen,
      registers,
    }),
    requests: new Counter({
      name: 'rest_client_requests_total',
      help: 'Requests to the API server',
      labelNames: ['code', 'method', 'host'],
      registers,
    }),
    requestTimes: new Histogram({
      name: 'rest_client_request_duration_seconds',
      help: 'Time until the head of the answer',
      labelNames: ['verb', 'host'],
      buckets: requestBuckets,
      registers,
    }),
    leading: new Gauge({
      name: 'leader_election_master_status',
      help: '1 while this process leads',
      labelNames: ['name'],
      registers,
    }),
  };
}

const reconcileBuckets = [
  0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.25, 1.5,
  1.75, 2, 2.5, 3, 3.5, 4, 4.5, 5, 6, 7, 8, 9, 10, 15, 20, 25, 30, 40, 50, 60,
];

const requestBuckets = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60];
