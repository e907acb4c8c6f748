import type { Moment, OperatorProcess, Plan } from './operator.ts';

export type Kills = Readonly<Record<Moment, number>>;

/** Kills the operator again and again, and starts it again. */
export class Killer {
  readonly #start: () => Promise<OperatorProcess>;
  readonly #most: number;
  readonly #random: () => number;
  readonly #kills: Record<Moment, number> = { AnyTime: 0, BetweenWrites: 0, BeforeAnswer: 0 };
  readonly #alive = new Set<OperatorProcess>();
  readonly #onKill: (count: number) => void;
  #stopped = false;

  /** `most`: about as many writes a process makes at most before it dies. */
  constructor(
    start: () => Promise<OperatorProcess>,
    most: number,
    random: () => number,
    onKill: (count: number) => void = () => {},
  ) {
    this.#start = start;
    this.#most = most;
    this.#random = random;
    this.#onKill = onKill;
  }

  get kills(): Kills {
    return this.#kills;
  }

  get count(): number {
    return Object.values(this.#kills).reduce((sum, count) => sum + count, 0);
  }

  /** Resolves when one leads that will not be killed. */
  async run(kills: number): Promise<void> {
    let operator = await this.#begin();
    while (this.count < kills) {
      await operator.leads;
      // Half of the time another replica waits, its caches filled; else the successor starts from nothing.
      const standby = this.#random() < 0.5 ? await this.#begin() : undefined;
      this.#kills[await this.#nextMoment(operator)] += 1;
      await operator.kill();
      this.#alive.delete(operator);
      this.#onKill(this.count);
      operator = standby ?? (await this.#begin());
    }
    await operator.leads;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all([...this.#alive].map((operator) => operator.kill()));
  }

  /** Resolves when the process is as good as dead, and says what its moment was. */
  #nextMoment(operator: OperatorProcess): Promise<Moment> {
    const chance = this.#random();
    const plan: Plan = {
      moment: chance < 0.4 ? 'AnyTime' : chance < 0.8 ? 'BetweenWrites' : 'BeforeAnswer',
      notBefore: Math.floor(this.#random() * this.#most),
      after: 1 + Math.floor(this.#random() * 4),
      delay: this.#random() * 50,
    };
    return operator.dieAt(plan);
  }

  async #begin(): Promise<OperatorProcess> {
    const operator = await this.#start();
    this.#alive.add(operator);
    if (this.#stopped) {
      await operator.kill();
      throw new Error('no operator is started any more');
    }
    return operator;
  }
}
