import { type Clock, sleep } from '../../../operator/queue/clock.ts';
import type { ObjectKey } from '../../../operator/resources/object.ts';
import type { Outbound } from '../outbound/outbound.ts';
import { OutboundError } from '../outbound/outboundError.ts';
import { type ProbeTarget, tokenOfAnswer } from './probe.ts';

/** What is known of whether the gateways serve a route as it is written. */
export type Evidence =
  | 'Served'
  /** All have answered for this route, and one not yet with this state. */
  | 'Awaited'
  /** One has never answered for this route, and may yet. */
  | 'Unheard'
  /** One could not be asked, or did not know of the route: time must do. */
  | 'None';

/** What was known before this process looked for the first time. */
export interface Recalled {
  /** It was served: that is taken for granted until a gateway says otherwise. */
  readonly served: boolean;
  /** All gateways have answered for this route: one that is silent now is waited for. */
  readonly known: boolean;
}

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
/** Milliseconds between two questions, at most, to one who does not answer for the route. */
const rarely = 30_000;
/** Milliseconds that an answer may take. */
const patience = 2_000;
/** Milliseconds after which a gateway that has never answered for a route is not waited for. */
const unknownFor = 10_000;

/** Asks gateways, as long as they do not serve what is written. Each is asked one question at a time of a Deployment's route. */
export class Probes {
  readonly #options: ProbesOptions;
  /** By the Deployment, and by whom and what is asked. */
  readonly #asked = new Map<ObjectKey, Map<string, Asked>>();

  constructor(options: ProbesOptions) {
    this.#options = options;
  }

  /**
   * What is known of all gateways together, and begins to ask where that is not enough. `targets`: one a gateway, undefined
   * where it cannot be asked.
   */
  evidence(key: ObjectKey, targets: readonly (ProbeTarget | undefined)[], recalled: Recalled): Evidence {
    const before = this.#asked.get(key);
    const asked = new Map<string, Asked>();
    const found = targets.map((target): Evidence => {
      if (target === undefined) return 'None';
      const where = `${target.url} ${target.host}`;
      const known = asked.get(where) ?? before?.get(where);
      const one = this.#question(key, target, known, before === undefined ? recalled : undefined);
      asked.set(where, one);
      return one.evidence;
    });
    for (const [where, one] of before ?? []) if (asked.get(where) !== one) one.stop.abort();
    if (asked.size === 0) this.#asked.delete(key);
    else this.#asked.set(key, asked);
    return together(found);
  }

  stop(key: ObjectKey): void {
    for (const one of this.#asked.get(key)?.values() ?? []) one.stop.abort();
    this.#asked.delete(key);
  }

  stopAll(): void {
    for (const key of [...this.#asked.keys()]) this.stop(key);
  }

  #question(
    key: ObjectKey,
    target: ProbeTarget,
    before: Asked | undefined,
    recalled: Recalled | undefined,
  ): Asked {
    if (before?.token === target.token) return before;
    const known = before?.known ?? recalled?.known ?? false;
    const asked: Asked = {
      token: target.token,
      evidence: recalled?.served ? 'None' : known ? 'Awaited' : 'Unheard',
      stop: new AbortController(),
      known,
    };
    void this.#ask(key, target, asked);
    return asked;
  }

  async #ask(key: ObjectKey, target: ProbeTarget, asked: Asked): Promise<void> {
    const { clock, onEvidence } = this.#options;
    const { signal } = asked.stop;
    const found = (evidence: Evidence) => {
      if (asked.evidence === evidence || signal.aborted) return;
      asked.evidence = evidence;
      onEvidence(key);
    };
    let heard = clock.now();
    let pause = shortest;
    let inRow = 0;
    while (!signal.aborted && inRow < enough) {
      const { token, forbidden } = await this.#answer(target, signal);
      if (token !== undefined) {
        asked.known = true;
        heard = clock.now();
      }
      // It serves another state, whatever was taken for granted.
      if (token !== undefined && token !== target.token) found('Awaited');
      inRow = token === target.token ? inRow + 1 : 0;
      if (inRow === enough) return found('Served');
      const silent = clock.now() - heard >= unknownFor;
      // Whom this process may not ask will not answer later.
      if (forbidden || (silent && !asked.known)) found('None');
      if (inRow > 0) continue;
      await sleep(clock, forbidden ? rarely : pause, signal);
      pause = Math.min(pause * 2, silent ? rarely : longest);
    }
  }

  async #answer(
    { url, host }: ProbeTarget,
    stop: AbortSignal,
  ): Promise<{ readonly token?: string | undefined; readonly forbidden: boolean }> {
    const signal = AbortSignal.any([stop, AbortSignal.timeout(patience)]);
    try {
      const answer = await this.#options.outbound.send({
        url: new URL(url),
        method: 'GET',
        // A connection of its own each time: one that is kept leads to the same replica.
        headers: { host, connection: 'close' },
        signal,
      });
      return { token: tokenOfAnswer(answer.location), forbidden: false };
    } catch (error) {
      return { forbidden: error instanceof OutboundError && error.trouble === 'forbidden' };
    }
  }
}

/** Time does for all of them where it must for one, and nothing is served that one does not serve. */
function together(found: readonly Evidence[]): Evidence {
  const awaited = found.some((one) => one === 'Awaited' || one === 'Unheard');
  const heard = found.length > 0 && found.every((one) => one === 'Served' || one === 'Awaited');
  if (awaited) return heard ? 'Awaited' : 'Unheard';
  return heard ? 'Served' : 'None';
}

interface Asked {
  readonly token: string;
  evidence: Evidence;
  readonly stop: AbortController;
  /** Whether the gateway has ever answered for this route. */
  known: boolean;
}
