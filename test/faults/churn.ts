import { setTimeout as pause } from 'node:timers/promises';
import {
  type ConfigMap,
  configMaps,
  type HttpClient,
  isAlreadyExists,
  isNotFound,
  type Secret,
  secrets,
} from '../../operator/index.ts';
import { copyName, roleLabel } from './operator.ts';

/** Numbers from 0 to 1 that are the same for the same seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const population = 25;

/** People at work: sources come, change and go; copies are tampered with and deleted; secrets change. */
export class Churn {
  readonly #client: HttpClient;
  readonly #namespace: string;
  readonly #random: () => number;
  #count = 0;

  constructor(client: HttpClient, namespace: string, random: () => number) {
    this.#client = client;
    this.#namespace = namespace;
    this.#random = random;
  }

  /** Changes made so far. */
  get count(): number {
    return this.#count;
  }

  /** Enough objects that a list has several pages. */
  async fill(): Promise<void> {
    const names = Array.from({ length: population }, (_, index) => index);
    await Promise.all(names.map((index) => this.#setSource(index)));
    await Promise.all(names.map((index) => this.#setSecret(index)));
  }

  /** Goes on until the signal aborts, one change after another. `through`: also when the server goes away meanwhile. */
  async run(signal: AbortSignal, { through }: { readonly through: boolean }): Promise<void> {
    while (!signal.aborted) {
      await this.once().catch((error: unknown) => {
        if (!through) throw error;
      });
      await pause(15);
    }
  }

  async once(): Promise<void> {
    const index = Math.floor(this.#random() * population);
    const what = this.#random();
    try {
      if (what < 0.4) await this.#setSource(index);
      else if (what < 0.55) await this.#remove(configMaps, sourceName(index));
      else if (what < 0.7) await this.#tamper(index);
      else if (what < 0.8) await this.#remove(configMaps, copyName(sourceName(index)));
      else if (what < 0.93) await this.#setSecret(index);
      else await this.#remove(secrets, `secret-${index}`);
      this.#count += 1;
    } catch (error) {
      // Somebody else, the operator above all, was faster.
      if (!isNotFound(error) && !isAlreadyExists(error)) throw error;
    }
  }

  async #setSource(index: number): Promise<void> {
    const name = sourceName(index);
    // Letters of several bytes, so that a cut may fall within one.
    const data = { value: `${this.#random()} äß→🜁` };
    const metadata = { namespace: this.#namespace, name, labels: { [roleLabel]: 'source' } };
    await this.#client.apply(configMaps, { apiVersion: 'v1', kind: 'ConfigMap', metadata, data });
  }

  async #tamper(index: number): Promise<void> {
    const name = { namespace: this.#namespace, name: copyName(sourceName(index)) };
    const body = { data: { value: 'tampered' } };
    await this.#client.patch(configMaps, name, { type: 'merge', body });
  }

  async #setSecret(index: number): Promise<void> {
    const metadata = { namespace: this.#namespace, name: `secret-${index}` };
    const stringData = { value: String(this.#random()) };
    await this.#client.apply(secrets, { apiVersion: 'v1', kind: 'Secret', metadata, stringData });
  }

  #remove(resource: typeof configMaps | typeof secrets, name: string): Promise<void> {
    return this.#client.delete<ConfigMap | Secret>(resource, { namespace: this.#namespace, name });
  }
}

const sourceName = (index: number) => `source-${index}`;
