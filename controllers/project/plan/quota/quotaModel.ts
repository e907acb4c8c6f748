import { planQuota, quotaEnforced } from './index.ts';
import type {
  ElasticMemory,
  Hard,
  LiveQuota,
  QuotaEnvironment,
  QuotaInput,
  QuotaPlan,
  QuotaWrite,
  Refusal,
} from './types.ts';

export const resources = ['pods', 'requests.cpu'] as const;
type Amounts = Record<string, number>;

/** One namespace as the API server has it: its quota's versions, oldest first, and what really runs in it. */
interface Namespace {
  readonly name: string;
  weight: number;
  explicit: Amounts | undefined;
  /** Of our own making, and nobody has access yet. */
  empty: boolean;
  readonly versions: LiveQuota[];
  /** What the planner sees is this version or a later one. -1: it has not seen that there is a quota. */
  seen: number;
  actual: Amounts;
  attempted: Hard | undefined;
}

interface Pending {
  readonly write: QuotaWrite;
  readonly plan: PlanMade;
}

interface PlanMade {
  /** The Project's total: of this plan, and the largest of those made while its writes were on their way. */
  total: Amounts;
  readonly participants: readonly string[];
  readonly input: QuotaInput;
}

/**
 * An API server with a quota controller and admission, as slow and as unordered as they may be, and the writes of
 * `planQuota` in it. `onWrite` is called for each write that lands.
 */
export class QuotaModel {
  total: Amounts = { pods: 12, 'requests.cpu': 8 };
  mode: 'Static' | 'Elastic' = 'Static';
  now = 1_000_000;
  environments: Namespace[] = [];
  leaving: Namespace[] = [];
  pending: Pending[] = [];
  /** Sent, the answer lost: it may land any time until its deadline. */
  late: (Pending & { readonly target: Namespace }) | undefined;
  refusals: Refusal[] = [];
  memory: ElasticMemory | undefined;
  landed = 0;
  readonly #onWrite: (check: WriteCheck) => void;
  #revision = 0;
  #names = 0;

  constructor(onWrite: (check: WriteCheck) => void = () => {}) {
    this.#onWrite = onWrite;
  }

  addEnvironment(weight: number, content: number, explicit?: Amounts): void {
    this.#names += 1;
    this.environments.push({
      name: `e${this.#names}`,
      weight,
      explicit,
      empty: content === 0,
      versions: [],
      seen: -1,
      actual: Object.fromEntries(resources.map((resource) => [resource, content])),
      attempted: undefined,
    });
  }

  removeEnvironment(index: number): void {
    if (this.environments.length < 2) return;
    const [removed] = this.environments.splice(index % this.environments.length, 1);
    if (removed !== undefined) this.leaving.push(removed);
  }

  /** What is leaving is released; what was sent to it no longer matters. */
  release(): void {
    const [released] = this.leaving.splice(0, 1);
    if (released !== undefined && this.late?.target === released) this.late = undefined;
  }

  /** The planner looks, each object as old as `lags` says, and never older than it has seen before. */
  plan(lags: readonly number[]): QuotaPlan {
    for (const [index, namespace] of this.#all().entries()) {
      const latest = namespace.versions.length - 1;
      namespace.seen = Math.max(namespace.seen, latest - (lags[index % lags.length] ?? 0));
    }
    const input = this.input();
    const plan = planQuota(input);
    this.memory = plan.memory;
    const made = {
      total: { ...this.total },
      participants: this.#all().map(({ name }) => name),
      input,
    };
    if (this.late !== undefined) this.late.plan.total = largest(this.late.plan.total, this.total);
    this.pending = plan.writes.map((write) => ({ write, plan: made }));
    return plan;
  }

  input(): QuotaInput {
    return {
      quota: { hard: hardOf(this.total), mode: this.mode },
      environments: this.environments.map(
        (namespace): QuotaEnvironment => ({
          name: namespace.name,
          weight: namespace.weight,
          hard: namespace.explicit && hardOf(namespace.explicit),
          live: namespace.versions[namespace.seen],
          attempted: namespace.attempted,
          empty: namespace.empty,
        }),
      ),
      leaving: this.leaving.map(({ name, versions, seen, attempted }) => ({
        name,
        live: versions[seen],
        attempted,
      })),
      refusals: this.refusals,
      memory: this.memory,
      now: this.now,
    };
  }

  /** The next write of the plan lands. */
  write(): void {
    const next = this.pending.shift();
    const target = next && this.#find(next.write.environment);
    if (next === undefined || target === undefined) return;
    if (this.#land(target, next)) target.seen = target.versions.length - 1;
  }

  /** The next write of the plan is sent, and its answer lost: it lands later or never. */
  lose(): void {
    const next = this.pending.shift();
    const target = next && this.#find(next.write.environment);
    this.pending = [];
    if (next === undefined || target === undefined || this.late !== undefined) return;
    target.attempted = next.write.hard;
    this.late = { ...next, target };
  }

  arrive(): void {
    if (this.late !== undefined) this.#land(this.late.target, this.late);
    this.late = undefined;
  }

  /** The lost write's deadline has passed, and a read that began after it is in. */
  confirm(): void {
    this.late = undefined;
    for (const namespace of this.#all()) {
      if (namespace.attempted === undefined) continue;
      namespace.attempted = undefined;
      namespace.seen = namespace.versions.length - 1;
    }
  }

  /** Another process takes over, with no memory, after the deadline of what was sent; it lists everything anew. */
  crash(): void {
    this.pending = [];
    this.memory = undefined;
    this.confirm();
    for (const namespace of this.#all()) namespace.seen = namespace.versions.length - 1;
  }

  /** The quota controller sees the object: status.hard follows spec.hard, and what runs is counted. */
  sync(index: number): void {
    const namespace = this.#at(index);
    const live = namespace?.versions.at(-1);
    if (namespace === undefined || live === undefined) return;
    const used = Object.fromEntries(
      Object.keys(live.hard).map((name) => [name, namespace.actual[name] ?? 0]),
    );
    this.#store(namespace, { hard: live.hard, enforced: live.hard, used: hardOf(used) });
  }

  /** Somebody creates objects. Admission counts them at once, up to status.hard. */
  create(index: number, resource: string, amount: number): void {
    const namespace = this.#at(index);
    if (namespace === undefined) return;
    const live = namespace.versions.at(-1);
    if (namespace.empty) {
      // Access is given once the quota limits everything that it should.
      if (live === undefined || !quotaEnforced(live, Object.keys(this.total))) return;
      namespace.empty = false;
    }
    const limit = numberOf(live?.enforced, resource);
    if (live !== undefined && limit !== undefined) {
      const used = (numberOf(live.used, resource) ?? 0) + amount;
      if (used > limit) {
        this.refusals.push({ environment: namespace.name, resource, requested: `${amount}`, at: this.now });
        return;
      }
      this.#store(namespace, { ...live, used: { ...live.used, [resource]: `${used}` } });
    }
    namespace.actual = { ...namespace.actual, [resource]: (namespace.actual[resource] ?? 0) + amount };
  }

  /** Somebody deletes objects. status.used shows it only once the quota controller has counted. */
  delete(index: number, resource: string, amount: number): void {
    const namespace = this.#at(index);
    if (namespace === undefined) return;
    const left = Math.max(0, (namespace.actual[resource] ?? 0) - amount);
    namespace.actual = { ...namespace.actual, [resource]: left };
  }

  /** Plans, writes and counts until nothing is left to write, or for so many rounds. */
  settle(rounds = 40): QuotaPlan {
    this.confirm();
    for (let round = 0; ; round += 1) {
      for (const index of this.#all().keys()) this.sync(index);
      const plan = this.plan([0]);
      if (plan.writes.length === 0 || round === rounds) return plan;
      while (this.pending.length > 0) this.write();
    }
  }

  spec(name: string, resource: string): number | undefined {
    return numberOf(this.#find(name)?.versions.at(-1)?.hard, resource);
  }

  #land(target: Namespace, { write, plan }: Pending): boolean {
    const before = target.versions.at(-1);
    if (write.resourceVersion !== undefined && write.resourceVersion !== before?.resourceVersion)
      return false;
    const counted = () =>
      Object.fromEntries(resources.map((resource) => [resource, this.#count(resource, plan.participants)]));
    const countedBefore = counted();
    this.#store(target, { hard: write.hard, enforced: before?.enforced, used: before?.used });
    this.landed += 1;
    this.#onWrite({
      write,
      before,
      total: plan.total,
      input: plan.input,
      countedBefore,
      countedAfter: counted(),
    });
    return true;
  }

  #count(resource: string, names: readonly string[]): number {
    return this.#all()
      .filter(({ name }) => names.includes(name))
      .map(({ versions }) => versions.at(-1))
      .reduce(
        (sum, live) =>
          sum +
          Math.max(
            ...[live?.hard, live?.enforced, live?.used].map((amounts) => numberOf(amounts, resource) ?? 0),
          ),
        0,
      );
  }

  #store(namespace: Namespace, live: LiveQuota): void {
    this.#revision += 1;
    namespace.versions.push({ ...live, resourceVersion: `${this.#revision}` });
  }

  #all(): readonly Namespace[] {
    return [...this.environments, ...this.leaving];
  }

  #find(name: string): Namespace | undefined {
    return this.environments.find((namespace) => namespace.name === name);
  }

  #at(index: number): Namespace | undefined {
    const all = this.#all();
    return all[index % all.length];
  }
}

export interface WriteCheck {
  readonly write: QuotaWrite;
  readonly before: LiveQuota | undefined;
  /** The Project's total when the write was planned. */
  readonly total: Amounts;
  readonly input: QuotaInput;
  /** The sum over environments of max(spec.hard, status.hard, status.used), by resource. */
  readonly countedBefore: Amounts;
  readonly countedAfter: Amounts;
}

/** Amounts of the model are whole numbers; texts in thousandths never come up but for CPU shares. */
export function numberOf(hard: Hard | undefined, resource: string): number | undefined {
  const text = hard?.[resource];
  if (text === undefined) return undefined;
  return text.endsWith('m') ? Number(text.slice(0, -1)) / 1000 : Number(text);
}

export function hardOf(amounts: Amounts): Hard {
  return Object.fromEntries(Object.entries(amounts).map(([name, amount]) => [name, `${amount}`]));
}

/** A resource that one of them does not limit is not limited. */
function largest(a: Amounts, b: Amounts): Amounts {
  const names = Object.keys(a).filter((name) => name in b);
  return Object.fromEntries(names.map((name) => [name, Math.max(a[name] ?? 0, b[name] ?? 0)]));
}
