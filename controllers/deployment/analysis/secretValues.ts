import type { Clock } from '../../../operator/queue/clock.ts';
import type { SecretReference } from './check.ts';

/** A Secret's `data`, in base64 as the API has it; undefined where there is none. */
export type ReadSecret = (
  namespace: string,
  name: string,
) => Promise<Readonly<Record<string, string>> | undefined>;

/** Milliseconds for which a Secret is not read again. */
const fresh = 60_000;

/**
 * What checks send of Secrets, read from the API once a minute at most. Of the Deployment's own namespace alone: whoever
 * writes a Deployment there can mount its Secrets in a pod anyway.
 */
export class SecretValues {
  readonly #clock: Clock;
  readonly #read: ReadSecret;
  readonly #known = new Map<string, ReturnType<ReadSecret>>();

  constructor(clock: Clock, read: ReadSecret) {
    this.#clock = clock;
    this.#read = read;
  }

  /** A key's value, without white space around it. Rejects with a `MissingSecretError` where there is none. */
  async value(namespace: string, { name, key }: Required<SecretReference>): Promise<string> {
    const value = (await this.#data(namespace, name))[key];
    if (value === undefined) throw new MissingSecretError(`Secret ${namespace}/${name} has no key ${key}`);
    return decoded(value);
  }

  /**
   * A value for the header `Authorization`: a bearer token from the key, or from `token`; without either, basic
   * authentication with `username` and `password`.
   */
  async authorization(namespace: string, { name, key }: SecretReference): Promise<string> {
    if (key !== undefined) return `Bearer ${await this.value(namespace, { name, key })}`;
    const { token, username, password } = await this.#data(namespace, name);
    if (token !== undefined) return `Bearer ${decoded(token)}`;
    if (username === undefined || password === undefined) {
      throw new MissingSecretError(`Secret ${namespace}/${name} has neither token nor username and password`);
    }
    return `Basic ${Buffer.from(`${decoded(username)}:${decoded(password)}`).toString('base64')}`;
  }

  /** The next use reads it again: what it held was refused. */
  expire(namespace: string, name: string): void {
    this.#known.delete(`${namespace}/${name}`);
  }

  async #data(namespace: string, name: string): Promise<Readonly<Record<string, string>>> {
    const key = `${namespace}/${name}`;
    const known = this.#known.get(key) ?? this.#reading(key, namespace, name);
    const data = await known;
    if (data === undefined) throw new MissingSecretError(`Secret ${key} does not exist`);
    return data;
  }

  #reading(key: string, namespace: string, name: string): ReturnType<ReadSecret> {
    const reading = this.#read(namespace, name).catch((error: unknown) => {
      this.#known.delete(key);
      throw new MissingSecretError(`Secret ${key} cannot be read`, { cause: error });
    });
    this.#known.set(key, reading);
    this.#clock.schedule(fresh, () => {
      if (this.#known.get(key) === reading) this.#known.delete(key);
    });
    return reading;
  }
}

/** Something that is to be sent is not there. The message is for people. */
export class MissingSecretError extends Error {
  override readonly name = 'MissingSecretError';
}

function decoded(base64: string): string {
  return Buffer.from(base64, 'base64').toString('utf8').trim();
}
