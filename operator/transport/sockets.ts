import type { Socket } from 'node:net';
import type { buildConnector } from 'undici';
import errors from 'undici/lib/core/errors.js';

/** Milliseconds between two searches for dead sockets: at first, doubling up to the longest, and anew after calm. */
const first = 1000;
const longest = 10_000;
const calm = 30_000;

/**
 * The open sockets of a connection, and when each was last heard of.
 *
 * A connection can be open at our end only: the other end, or something in between, has gone without a word. What is
 * asked there is not answered, and it is not alone: what ended one connection mostly ended all that were open then. So
 * when a request gets no answer in its time, all sockets go from which nothing has come since it was sent, idle ones and
 * those of watches too. What was asked there and may be asked twice is asked again at once, a watch is resumed, and
 * nobody else has to find out by a deadline of their own.
 *
 * A server that lives but is slow looks the same where it is silent altogether. That costs it new connections, but soon
 * not more often than every ten seconds, and none of those by which it still says something.
 */
export class Sockets {
  readonly #heard = new Map<Socket, number>();
  readonly #longest: number;
  #interval: number;
  #searched = Number.NEGATIVE_INFINITY;
  #waiting: { since: number; readonly timer: NodeJS.Timeout } | undefined;

  /** @param longestInterval milliseconds between two searches, at most. */
  constructor(longestInterval = longest) {
    this.#longest = longestInterval;
    this.#interval = Math.min(first, longestInterval);
  }

  /** A connector that makes its sockets known here. */
  known(connect: buildConnector.connector): buildConnector.connector {
    return (options, callback) =>
      connect(options, (...result) => {
        const [error, socket] = result;
        if (error === null) this.#add(socket);
        callback(...result);
      });
  }

  /** A request that was sent, or heard of last, at that time (of `performance.now`) waited in vain. */
  suspect(since: number): void {
    if (this.#waiting !== undefined) {
      this.#waiting.since = Math.max(this.#waiting.since, since);
      return;
    }
    const wait = this.#searched + this.#interval - performance.now();
    // After what has come meanwhile was read: the deadline may have passed because nobody looked.
    const timer = setTimeout(() => setImmediate(() => this.#search()), Math.max(0, wait));
    timer.unref();
    this.#waiting = { since, timer };
  }

  close(): void {
    clearTimeout(this.#waiting?.timer);
    this.#waiting = undefined;
  }

  #add(socket: Socket): void {
    const heard = () => this.#heard.set(socket, performance.now());
    heard();
    socket.on('readable', heard);
    socket.once('close', () => this.#heard.delete(socket));
  }

  #search(): void {
    if (this.#waiting === undefined) return;
    const { since } = this.#waiting;
    this.#waiting = undefined;
    const now = performance.now();
    const afresh = now - this.#searched > calm;
    this.#interval = Math.min(afresh ? first : this.#interval * 2, this.#longest);
    this.#searched = now;
    for (const [socket, heard] of this.#heard) {
      if (heard < since) socket.destroy(new errors.SocketError('nothing was heard of it any more'));
    }
  }
}
