/**
 * A cluster for property tests, as far as a Deployment's planner sees one: ReplicaSets whose controller lags, pods that
 * become ready, fail or die, endpoints that come late, a gateway that serves a route late or never, metrics, people, and
 * writes that land in any order, late, or not at all.
 */

import type { Analysis, DeploymentStatus, Request, RequestVerb } from '../../../crds/deployment/schema.ts';
import type { DeploymentPlan } from './deploymentPlan.ts';
import type { GatewayView, MetricView, Observation, Spec } from './observation.ts';
import { onlyGoesOn } from './onward.ts';
import { plannedWrites, type Write } from './plannedWrites.ts';
import { SimulatedGateway } from './simulatedGateway.ts';
import { type PodFate, SimulatedReplicaSet } from './simulatedReplicaSet.ts';

export type Planner = (observation: Observation) => DeploymentPlan;

/** What becomes of a revision's pods and metrics. */
export interface Fate {
  readonly pods: PodFate;
  readonly metrics: MetricView['result'];
}

/** A gateway that can do all that is ever asked for. */
export const able: GatewayView = { headers: true, query: true, mirror: true, sticky: true, weights: true };

/** How long a write that was sent by a process that is no more may still land; shorter than any drain. */
const latest = 5000;

export class World {
  now = 1_000_000_000;
  spec: Spec;
  /** As the operator knows it: it may not have been told yet. */
  status: DeploymentStatus | undefined;
  /** Many roll out at once: what may wait to be told is known to the process alone, and lost with it. */
  busy = false;
  template: { hash: string; state: 'Known' | 'Unknown' | 'Invalid' } = { hash: 'r1', state: 'Known' };
  readonly fates = new Map<string, Fate>();
  readonly replicaSets = new Map<string, SimulatedReplicaSet>();
  services: ReadonlySet<string> = new Set();
  readonly edge = new SimulatedGateway();
  /** What the gateway says that it can do. */
  gateway: GatewayView | undefined = able;
  /** What the API server refuses to have written: everything of a kind, or ReplicaSets that are new. */
  refuses: 'Nothing' | 'Services' | 'Route' | 'Create' = 'Nothing';
  metrics: ReadonlyMap<string, MetricView> = new Map();
  pending: Write[] = [];
  plans = 0;
  /** What a person asked for, by id. */
  readonly asked = new Map<string, Request>();
  readonly #plan: Planner;
  readonly #onWrite: (world: World, write: Write) => void;
  #last: DeploymentPlan | undefined;
  /** What the API server has of `status`. */
  #told: DeploymentStatus | undefined;
  /** What was asked for since there has been a status that remembers it. */
  #answerable: Request[] = [];
  version = 1;
  #specVersion = 1;
  #templates = 1;
  #refused: Observation['refused'];
  #straggler: { readonly write: Write; readonly until: number } | undefined;

  constructor(spec: Spec, fate: Fate, plan: Planner, onWrite: (world: World, write: Write) => void) {
    this.spec = spec;
    this.fates.set('r1', fate);
    this.#plan = plan;
    this.#onWrite = onWrite;
  }

  get routed(): boolean {
    return this.spec.traffic?.gateway !== undefined;
  }

  observe(): Observation {
    const { template, spec } = this;
    return {
      now: this.now,
      deployment: {
        metadata: { name: 'shop', generation: this.#specVersion },
        spec,
        status: this.status,
      },
      template:
        template.state === 'Known'
          ? { state: 'Known', hash: template.hash, exists: this.replicaSets.has(template.hash) }
          : template.state === 'Unknown'
            ? { state: 'Unknown' }
            : { state: 'Invalid', message: 'spec.template.spec.containers[0].image: Required value' },
      refused: this.#refused,
      revisions: [...this.replicaSets.values()].map((set) => set.view()),
      route: this.routed ? this.edge.view() : undefined,
      analysis: this.metrics,
      gateway: this.gateway,
    };
  }

  /** Looks, decides, and has its writes ready. What an earlier plan has not written is forgotten. */
  plan(): DeploymentPlan {
    const observation = this.observe();
    const plan = this.#plan(observation);
    this.plans += 1;
    this.#last = plan;
    this.pending = plannedWrites(this, plan, observation);
    return plan;
  }

  /** One of the writes lands, if its object is still as it was seen. */
  write(pick: number): void {
    const [write] = this.pending.splice(pick % Math.max(1, this.pending.length), 1);
    if (write !== undefined) this.#land(write);
  }

  writeAll(pick: number): void {
    while (this.pending.length > 0) this.write(pick);
  }

  /** The process is killed. One write may be on its way still. */
  crash(pick: number): void {
    const write = this.pending[pick % Math.max(1, this.pending.length)];
    this.pending = [];
    this.status = this.#told;
    if (write === undefined) return;
    write.late = true;
    this.#straggler = { write, until: this.now + latest };
  }

  /** What was on its way from a process that was killed arrives. */
  arrive(): void {
    const straggler = this.#straggler;
    this.#straggler = undefined;
    if (straggler !== undefined && this.now <= straggler.until) this.#land(straggler.write);
  }

  pass(milliseconds: number): void {
    this.now += milliseconds;
    this.#notePointing();
  }

  /** To the moment that the last plan wants to be asked again, a little later at most. */
  passToWakeUp(most: number): void {
    const wakeUp = this.#last?.wakeUp;
    this.pass(wakeUp === undefined ? most : Math.min(Math.max(0, wakeUp - this.now), most));
  }

  /** The ReplicaSet controller looks at one of its ReplicaSets. */
  sync(pick: number): void {
    this.#pick(pick)?.sync();
  }

  /** Pods get further, as is their fate. */
  run(pick: number): void {
    const set = this.#pick(pick);
    set?.run(this.fates.get(set.hash)?.pods ?? 'Good', this.now);
  }

  die(pick: number): void {
    this.#pick(pick)?.die();
  }

  /** EndpointSlices follow the pods. */
  reach(pick: number): void {
    const set = this.#pick(pick);
    set?.reach(this.services.has(set.hash));
  }

  /** The gateway serves what is written. */
  serve(): void {
    this.edge.serve();
    this.#notePointing();
  }

  /** Metrics that the last plan asked for have another result. */
  measure(): void {
    const asked = this.#last?.analysis;
    if (asked === undefined) return;
    const result = this.fates.get(asked.of)?.metrics ?? 'Pass';
    const failures = (name: string) => (this.metrics.get(name)?.failures ?? 0) + 1;
    this.metrics = new Map(
      asked.metrics.map((name) => [
        name,
        { result, at: this.now, failures: result === 'Fail' ? failures(name) : 0 },
      ]),
    );
  }

  /** ReplicaSets, pods, endpoints, the gateway and metrics do what they do, and no time passes. */
  act(): void {
    for (let one = 0; one < this.replicaSets.size; one += 1) {
      this.sync(one);
      this.run(one);
      this.sync(one);
      this.reach(one);
    }
    this.serve();
    this.measure();
  }

  change(fields: Partial<Spec>): void {
    this.spec = { ...this.spec, ...fields };
    this.#specVersion += 1;
    this.version += 1;
  }

  /** The status is lost, as when a backup is restored without. */
  forget(): void {
    this.status = undefined;
    this.#told = undefined;
    this.#answerable = [];
    this.version += 1;
  }

  /** A webhook is down, or a quota is full; or no longer. */
  refuse(what: World['refuses']): void {
    this.refuses = what;
    if (what === 'Nothing') this.#refused = undefined;
  }

  /** What the operator knows of the template. */
  knowTemplate(state: World['template']['state']): void {
    this.template = { ...this.template, state };
  }

  newTemplate(fate: Fate): void {
    this.#templates += 1;
    const hash = `r${this.#templates}`;
    this.fates.set(hash, fate);
    this.template = { hash, state: this.template.state };
    this.change({});
  }

  oldTemplate(pick: number): void {
    const hash = `r${(pick % this.#templates) + 1}`;
    this.template = { hash, state: this.template.state };
    this.change({});
  }

  /** Asks by the numbers that status shows; `off` makes them wrong. */
  ask(verb: RequestVerb, off: number): void {
    const { status } = this;
    const shown =
      verb === 'Retry'
        ? status?.failed?.revision
        : verb === 'Rollback'
          ? (status?.stable?.revision ?? 2) - 1
          : status?.canary?.revision;
    const id = `ask-${this.asked.size + 1}`;
    const request: Request = {
      id,
      verb,
      revision: Math.max(1, (shown ?? 1) + (off === 1 ? 1 : 0)),
      ...(off === 2 && status?.step !== undefined ? { step: status.step.index + 1 } : {}),
    };
    this.asked.set(id, request);
    this.#answerable.push(request);
    this.change({ request });
  }

  /** What was asked for before is written once more, as by a tool that puts back what it has. */
  askAgain(pick: number): void {
    const request = this.#answerable.at(-1 - (pick % 8));
    if (request !== undefined) this.change({ request });
  }

  #pick(pick: number): SimulatedReplicaSet | undefined {
    const sets = [...this.replicaSets.values()];
    return sets[pick % Math.max(1, sets.length)];
  }

  #land(write: Write): void {
    const { change } = write;
    const kind = change.type === 'ReplicaSet' && change.version === 0 ? 'Create' : change.type;
    if (kind === this.refuses) {
      this.#refused = { reason: 'WriteRefused', message: `cannot write ${kind}: a webhook is down` };
      return;
    }
    switch (change.type) {
      case 'ReplicaSet': {
        const { planned, version } = change;
        const live = this.replicaSets.get(planned.hash);
        if ((live?.version ?? 0) !== version) return;
        this.#onWrite(this, write);
        const set = live ?? new SimulatedReplicaSet(planned.hash, this.now);
        set.desired = planned.replicas;
        set.revision = planned.revision;
        set.zeroSince = planned.zeroSince;
        set.sizedFor = planned.sizedFor;
        set.step = planned.step;
        set.version += 1;
        this.replicaSets.set(planned.hash, set);
        return;
      }
      case 'Remove':
        if (this.replicaSets.get(change.hash)?.version !== change.version) return;
        this.#onWrite(this, write);
        this.replicaSets.delete(change.hash);
        return;
      case 'Services':
        this.#onWrite(this, write);
        this.services = change.hashes;
        return;
      case 'Route':
        if (this.edge.version !== change.version) return;
        this.#onWrite(this, write);
        this.edge.write(change.route);
        this.#notePointing();
        return;
      case 'Status':
        if (this.version !== change.version) return;
        this.#onWrite(this, write);
        this.status = write.plan.status;
        if (this.#waits(write.plan.status)) return;
        this.#told = write.plan.status;
        this.version += 1;
        return;
    }
  }

  #waits(status: DeploymentStatus): boolean {
    return this.busy && this.#told !== undefined && onlyGoesOn(this.spec, this.#told, status);
  }

  #notePointing(): void {
    this.edge.notePointing(this.now, [...this.replicaSets.keys()]);
  }
}

/** One metric, as patient as can be. */
export const anAnalysis: Analysis = { interval: '15s', metrics: [{ name: 'errors', query: 'up', max: 1 }] };
