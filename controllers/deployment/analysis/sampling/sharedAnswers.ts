import type { Clock } from '../../../../operator/queue/clock.ts';

/** The same question asked within a moment is asked once, and all get that answer. */
export class SharedAnswers<T> {
  readonly #clock: Clock;
  readonly #moment: number;
  readonly #answers = new Map<string, Promise<T>>();

  /** @param moment Milliseconds from when a question is asked, for which its answer is given again. */
  constructor(clock: Clock, moment: number) {
    this.#clock = clock;
    this.#moment = moment;
  }

  /** The answer to the question that `key` stands for, which must hold everything that makes a difference. */
  get(key: string, ask: () => Promise<T>): Promise<T> {
    const known = this.#answers.get(key);
    if (known !== undefined) return known;
    const answer = ask();
    this.#answers.set(key, answer);
    this.#clock.schedule(this.#moment, () => this.#answers.delete(key));
    return answer;
  }
}
