import { setTimeout as pause } from 'node:timers/promises';
import type { Fault, SeenRequest } from '../exchange.ts';
import { pass } from '../exchange.ts';
import type { FaultProxy } from '../proxy.ts';
import type { OperatorProcess } from './operator.ts';
import { projectIn } from './people.ts';

/**
 * When a process dies.
 *
 * - AnyTime: some milliseconds after so and so many writes of the process, whatever it does then.
 * - BetweenWrites: a reconcile has made its n-th write and had its answer, and sends the next, which never arrives.
 * - BeforeAnswer: the server has done the n-th write of a reconcile, whose status is still to be written, and the process
 *   never hears of it.
 */
type Moment = 'AnyTime' | 'BetweenWrites' | 'BeforeAnswer';

export type Kills = Readonly<Record<Moment, number>>;

interface Armed {
  readonly moment: Moment;
  /** Writes of the process before which it does not strike: however slow the machine, each process gets something done. */
  readonly notBefore: number;
  /** Writes of one reconcile after which it strikes. */
  readonly after: number;
  readonly strike: () => void;
}

/** Kills the operator again and again. Its requests pass through the proxy, so that its writes can be counted. */
export class Killer {
  readonly #start: () => OperatorProcess;
  readonly #random: () => number;
  readonly #kills: Record<Moment, number> = { AnyTime: 0, BetweenWrites: 0, BeforeAnswer: 0 };
  #operator: OperatorProcess;
  #standby: OperatorProcess | undefined;
  #armed: Armed | undefined;
  /** What was written of the reconcile that is under way, by Project; of this process alone. */
  #written = new Map<string, number>();
  /** Of this process. */
  #writes = 0;

  constructor(proxy: FaultProxy, start: () => OperatorProcess, random: () => number) {
    this.#start = start;
    this.#random = random;
    proxy.on(isWrite, (exchange) => this.#serve(exchange));
    this.#operator = start();
  }

  get kills(): Kills {
    return this.#kills;
  }

  get count(): number {
    return Object.values(this.#kills).reduce((sum, count) => sum + count, 0);
  }

  async run(kills: number): Promise<void> {
    while (this.count < kills) {
      await this.#operator.leads;
      // Half of the time another replica waits, its caches filled; else its successor starts from nothing.
      if (this.#random() < 0.5) this.#standby = this.#start();
      this.#kills[await this.#nextMoment()] += 1;
      await this.#operator.kill();
      this.#written = new Map();
      this.#writes = 0;
      this.#operator = this.#standby ?? this.#start();
      this.#standby = undefined;
    }
    await this.#operator.leads;
  }

  async stop(): Promise<void> {
    await Promise.all([this.#operator.kill(), this.#standby?.kill()]);
  }

  /** Resolves when the process is as good as dead, and says what its moment was. */
  async #nextMoment(): Promise<Moment> {
    const chance = this.#random();
    const struck = Promise.withResolvers<Moment>();
    const operator = this.#operator;
    const armed: Armed = {
      moment: chance < 0.4 ? 'AnyTime' : chance < 0.8 ? 'BetweenWrites' : 'BeforeAnswer',
      notBefore: Math.floor(this.#random() * 60),
      after: 1 + Math.floor(this.#random() * 4),
      strike: () => {
        if (this.#armed === armed) this.#armed = undefined;
        void operator.kill();
        struck.resolve(armed.moment);
      },
    };
    this.#armed = armed;
    // Where nobody wants anything of the operator, it writes nothing.
    const idle = new AbortController();
    const waited = pause(3000, 'AnyTime' as const, { signal: idle.signal });
    waited.catch(() => {});
    const moment = await Promise.race([struck.promise, waited]);
    idle.abort();
    this.#armed = undefined;
    return moment;
  }

  readonly #serve: Fault = async (exchange) => {
    const { seen } = exchange;
    const project = projectIn(seen.path);
    if (project === undefined) return pass(exchange);
    const written = this.#written;
    const before = written.get(project) ?? 0;
    const armed = this.#due();
    if (armed?.moment === 'BetweenWrites' && before >= armed.after) return armed.strike();
    if (armed?.moment === 'BeforeAnswer' && before + 1 >= armed.after && !endsReconcile(seen)) {
      this.#armed = undefined;
      await exchange.perform();
      return armed.strike();
    }
    if (armed?.moment === 'AnyTime') {
      this.#armed = undefined;
      setTimeout(armed.strike, this.#random() * 50);
    }
    this.#writes += 1;
    await exchange.forward();
    if (endsReconcile(seen)) written.delete(project);
    // Others of the same reconcile may have been answered meanwhile.
    else written.set(project, (written.get(project) ?? 0) + 1);
    exchange.end();
  };

  #due(): Armed | undefined {
    return this.#armed !== undefined && this.#writes >= this.#armed.notBefore ? this.#armed : undefined;
  }
}

function isWrite({ method }: SeenRequest): boolean {
  return method !== 'GET';
}

/** The status is written last, if it changes; and after the finalizers of the Project are gone there is no Project. */
function endsReconcile({ path }: SeenRequest): boolean {
  return path.includes('/projects/');
}
