import type { StepMark } from './deploymentPlan.ts';
import type { PodTrouble, RevisionView } from './observation.ts';

/** What becomes of a revision's pods. */
export type PodFate = 'Good' | 'NeverReady' | 'Crash' | 'NoImage' | 'NoNode';

/** A ReplicaSet for property tests, with its pods by numbers, and a controller that lags behind. */
export class SimulatedReplicaSet {
  readonly hash: string;
  readonly createdAt: number;
  revision = 0;
  desired = 0;
  zeroSince: number | undefined;
  sizedFor = 0;
  step: StepMark | undefined;
  version = 0;
  starting = 0;
  ready = 0;
  available = 0;
  terminating = 0;
  trouble: PodTrouble | undefined;
  /** As its controller last said. */
  #seen: RevisionView['pods'] = { total: 0, ready: 0, available: 0, terminating: 0 };
  #seenDesired = -1;
  #endpoints = 0;

  constructor(hash: string, now: number) {
    this.hash = hash;
    this.createdAt = now;
  }

  /** Pods are made and removed, those first that are worth least, and what there is, is said. */
  sync(): void {
    const total = this.starting + this.ready + this.available;
    if (total < this.desired) this.starting += this.desired - total;
    for (let more = total - this.desired; more > 0; more -= 1) {
      if (this.starting > 0) this.starting -= 1;
      else if (this.ready > 0) this.ready -= 1;
      else this.available -= 1;
      this.terminating += 1;
    }
    this.#seenDesired = this.desired;
    this.#seen = {
      total: this.starting + this.ready + this.available,
      ready: this.ready + this.available,
      available: this.available,
      terminating: this.terminating,
    };
  }

  run(fate: PodFate, now: number): void {
    this.terminating = 0;
    if (fate === 'Good') {
      this.available += this.ready;
      this.ready = this.starting;
      this.starting = 0;
    } else if (fate !== 'NeverReady' && this.starting > 0) {
      this.trouble ??= { reason: reasons[fate], message: 'as is its fate', since: now, pods: this.starting };
    }
  }

  die(): void {
    if (this.available === 0) return;
    this.available -= 1;
    this.starting += 1;
  }

  /** Its endpoints become those of the pods that are ready, if there is a Service. */
  reach(service: boolean): void {
    this.#endpoints = service ? this.ready + this.available : 0;
  }

  view(): RevisionView {
    return {
      hash: this.hash,
      name: `shop-${this.hash}`,
      uid: this.hash,
      revision: this.revision,
      createdAt: this.createdAt,
      desired: this.desired,
      observed: this.#seenDesired === this.desired,
      pods: this.#seen,
      trouble: this.desired > 0 ? this.trouble : undefined,
      endpoints: this.#endpoints,
      images: [],
      zeroSince: this.zeroSince,
      sizedFor: this.sizedFor,
      step: this.step,
    };
  }
}

const reasons = { Crash: 'CrashLoop', NoImage: 'ImagePull', NoNode: 'Unschedulable' } as const;
