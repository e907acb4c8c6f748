import { createReadStream } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { type AuditedRequest, auditedRequest, isMutating } from '../cluster/index.ts';

/** What somebody asked of the API server since a time, as the audit log has it. */
export interface Requests {
  /** Writes, without those to the Lease and events. */
  readonly mutating: number;
  /** By verb, resource and, where it was refused, the answer: `patch networkpolicies`, `patch replicasets 422`. */
  readonly byKind: ReadonlyMap<string, number>;
  /** Writes of events. */
  readonly events: number;
  /** Writes that only asked what would come of them. */
  readonly dryRuns: number;
  /** When the last of all was made, in milliseconds since the epoch; of the Lease, watches and lists of what is not defined apart. */
  readonly lastAt: number | undefined;
  /** When the Lease was first written; milliseconds since the epoch. */
  readonly leaseAt: number | undefined;
}

/** Reads the requests of one user out of an audit log, each line of it once: it grows to hundreds of megabytes. */
export class RequestLog {
  readonly #path: string;
  readonly #user: string;
  readonly #counts: (request: AuditedRequest) => boolean;
  readonly #seen: Seen[] = [];
  #offset = 0;

  /** @param counts which of the user's requests are looked at; default all. */
  constructor(
    path: string | undefined,
    user: string,
    counts: (request: AuditedRequest) => boolean = () => true,
  ) {
    if (path === undefined) throw new Error('the cluster writes no audit log');
    this.#path = path;
    this.#user = user;
    this.#counts = counts;
  }

  /** @param time milliseconds since the epoch. */
  async since(time: number): Promise<Requests> {
    await this.#read();
    const requests = this.#seen.filter(({ at }) => at >= time);
    const work = requests.filter(
      // Whoever follows a kind that may be defined later looks for it every half minute.
      ({ resource, verb, code }) =>
        resource !== 'leases' && verb !== 'watch' && !(verb === 'list' && code === 404),
    );
    const writes = work.filter(({ mutating, resource }) => mutating && resource !== 'events');
    const byKind = new Map<string, number>();
    for (const { verb, resource, code } of writes) {
      const kind = `${verb} ${resource}${code < 400 ? '' : ` ${code}`}`;
      byKind.set(kind, (byKind.get(kind) ?? 0) + 1);
    }
    const lease = requests.find(({ resource, mutating }) => resource === 'leases' && mutating);
    return {
      mutating: writes.length,
      byKind,
      events: work.filter(({ mutating, resource }) => mutating && resource === 'events').length,
      dryRuns: work.filter(({ dryRun }) => dryRun).length,
      lastAt: work.reduce<number | undefined>((last, { at }) => Math.max(last ?? at, at), undefined),
      leaseAt: lease?.at,
    };
  }

  /** Resolves when `calm` milliseconds have passed without a request, and `begun` is true of those before. */
  async untilQuiet(
    since: number,
    calm: number,
    begun: (requests: Requests) => boolean = () => true,
  ): Promise<Requests> {
    for (;;) {
      const requests = await this.since(since);
      if (begun(requests) && (requests.lastAt ?? 0) < Date.now() - calm) return requests;
      await pause(calm / 2);
    }
  }

  async #read(): Promise<void> {
    let rest = Buffer.alloc(0);
    const stream: AsyncIterable<Buffer> = createReadStream(this.#path, { start: this.#offset });
    for await (const chunk of stream) {
      const data = Buffer.concat([rest, chunk]);
      const end = data.lastIndexOf('\n') + 1;
      for (const line of data.toString('utf8', 0, end).split('\n')) this.#take(line);
      rest = data.subarray(end);
      this.#offset += end;
    }
  }

  #take(line: string): void {
    // Most lines are of others, and are not worth parsing.
    if (!line.includes(this.#user)) return;
    const request = auditedRequest(line);
    if (request === undefined || request.user !== this.#user || !this.#counts(request)) return;
    const { verb, resource, code, dryRun, time } = request;
    this.#seen.push({ verb, resource, code, dryRun, mutating: isMutating(request), at: Date.parse(time) });
  }
}

/** As little of a request as is counted. */
interface Seen extends Pick<AuditedRequest, 'verb' | 'resource' | 'code' | 'dryRun'> {
  readonly mutating: boolean;
  /** Milliseconds since the epoch. */
  readonly at: number;
}
