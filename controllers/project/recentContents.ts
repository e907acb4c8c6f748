import { type Clock, monotonicClock } from '../../operator/queue/clock.ts';
import type { Secret } from '../../operator/resources/builtin.ts';

/** What is copied of a Secret. */
export type SecretContent = Required<Pick<Secret, 'type' | 'data'>>;

/** Characters in all: many Projects copy few and small Secrets, and a tenant's large ones are worth no memory. */
const most = 2_000_000;
const mostOfOne = most / 8;
/** Milliseconds: as long as Projects that are made together take. */
const keptFor = 60_000;

/**
 * Contents of sources by their digest, for a short while and within bounds: a source that a hundred new Projects copy is
 * read once, and not a hundred times.
 */
export class RecentContents {
  readonly #contents = new Map<string, SecretContent>();
  readonly #clock: Pick<Clock, 'schedule'>;
  #size = 0;

  constructor(clock: Pick<Clock, 'schedule'> = monotonicClock) {
    this.#clock = clock;
  }

  get(digest: string): SecretContent | undefined {
    return this.#contents.get(digest);
  }

  add(digest: string, content: SecretContent): void {
    const size = sizeOf(content);
    if (size > mostOfOne || this.#contents.has(digest)) return;
    for (const oldest of this.#contents.keys()) {
      if (this.#size + size <= most) break;
      this.#delete(oldest);
    }
    this.#contents.set(digest, content);
    this.#size += size;
    this.#clock.schedule(keptFor, () => this.#delete(digest));
  }

  #delete(digest: string): void {
    const content = this.#contents.get(digest);
    if (content === undefined) return;
    this.#contents.delete(digest);
    this.#size -= sizeOf(content);
  }
}

function sizeOf({ type, data }: SecretContent): number {
  return Object.entries(data).reduce((sum, [name, value]) => sum + name.length + value.length, type.length);
}
