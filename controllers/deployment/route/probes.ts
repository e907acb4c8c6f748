import { type Clock, sleep } from '../../../operator/queue/clock.ts';
import type { ObjectKey } from '../../../operator/resources/object.ts';
import type { Outbound } from '../outbound/outbound.ts';
import { type ProbeTarget, tokenOfAnswer } from './probe.ts';

/** What is known of whether a gateway serves a route as it is written. */
export type Evidence =
  | 'Served'
  /** It has answered for this route, and not yet with this state. */
  | 'Awaited'
  /** Nobody could be asked, or nobody who was knew of the route: time must do. */
  | 'None';

interface ProbesOptions {
  readonly clock: Clock;
  readonly outbound: Pick<Outbound, 'send'>;
  /** Told the Deployment's key whenever the evidence is another. */
  readonly onEvidence: (key: ObjectKey) => void;
}

/** Answers in a row: a gateway of several replicas has not had one of them answer by chance. */
const enough = 3;
/** Milliseconds between two questions, at first and at most. */
const shortest = 50;
const longest = 1_000;
/** Milliseconds that an answer may take. */
const patience = 2_000;
/** Milliseconds after which a gateway that has never answered for a route is not waited for. */
const unknownFor = 10_000;

/** Milliseconds. */
const old = 60_000;

/** Asks gateways, as long as they do not serve what is written. Each Deployment's route has one question at a time. */
export class Probes {
  readonly #options: ProbesOptions;
  readonly #asked = new Map<ObjectKey, Asked>();

  constructor(options: ProbesOptions) {
    this.#options = options;
  }

  /**
   * What is known, and begins to ask where that is not enough. `target`: undefined where nobody can be asked. `age` of the
   * route, in milliseconds: what was written long before this process looked is taken to be served until it knows better.
   */
  evidence(key: ObjectKey, target: ProbeTarget | undefined, age: number): Evidence {
    const before = this.#asked.get(key);
    if (target === undefined) {
      this.stop(key);
      return 'None';
    }
    if (before?.url === target.url && before.token === target.token) return before.evidence;
    before?.stop.abort();
    const asked: Asked = {
      url: target.url,
      token: target.token,
      evidence: before === undefined && age > old ? 'None' : 'Awaited',
      stop: new AbortController(),
      known: before?.url === target.url && before.known,
    };
    this.#asked.set(key, asked);
    void this.#ask(key, target, asked);
    return asked.evidence;
  }

  stop(key: ObjectKey): void {
    this.#asked.get(key)?.stop.abort();
    this.#asked.delete(key);
  }

  stopAll(): void {
    for (const key of [...this.#asked.keys()]) this.stop(key);
  }

  async #ask(key: ObjectKey, target: ProbeTarget, asked: Asked): Promise<void> {
    const { clock, onEvidence } = this.#options;
    const { signal } = asked.stop;
    const found = (evidence: Evidence) => {
      if (asked.evidence === evidence || signal.aborted) return;
      asked.evidence = evidence;
      onEvidence(key);
    };
    const began = clock.now();
    let pause = shortest;
    let inRow = 0;
    while (!signal.aborted && inRow < enough) {
      const token = await this.#token(target, signal);
      if (token !== undefined) asked.known = true;
      // It serves another state, whatever was taken for granted.
      if (token !== undefined && token !== target.token) found('Awaited');
      inRow = token === target.token ? inRow + 1 : 0;
      if (inRow === enough) return found('Served');
      if (!asked.known && clock.now() - began >= unknownFor) found('None');
      if (inRow > 0) continue;
      await sleep(clock, pause, signal);
      pause = Math.min(pause * 2, longest);
    }
  }

  async #token({ url, host }: ProbeTarget, stop: AbortSignal): Promise<string | undefined> {
    const signal = AbortSignal.any([stop, AbortSignal.timeout(patience)]);
    try {
      const answer = await this.#options.outbound.send({
        url: new URL(url),
        method: 'GET',
        // A connection of its own each time: one that is kept leads to the same replica.
        headers: { host, connection: 'close' },
        signal,
      });
      return tokenOfAnswer(answer.location);
    } catch {
      return undefined;
    }
  }
}

interface Asked {
  readonly url: string;
  readonly token: string;
  evidence: Evidence;
  readonly stop: AbortController;
  /** Whether the gateway has ever answered for this route. */
  known: boolean;
}
