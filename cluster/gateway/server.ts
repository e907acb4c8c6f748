import { setTimeout as delay } from 'node:timers/promises';
import type { ProcessSpec } from '../processes/protocol.ts';
import type { ReapedProcess, Reaper } from '../processes/reaper.ts';

/** A server under the cluster's reaper that a test may kill, freeze and start again. */
export class Server {
  readonly url: string;
  readonly #reaper: Reaper;
  readonly #spec: ProcessSpec;
  readonly #readyPath: string;
  #process: ReapedProcess;

  private constructor(reaper: Reaper, options: ServerOptions, process: ReapedProcess) {
    this.url = options.url;
    this.#reaper = reaper;
    this.#spec = options.process;
    this.#readyPath = options.readyPath;
    this.#process = process;
  }

  /** Resolves when it answers that it is ready. */
  static async start(reaper: Reaper, options: ServerOptions): Promise<Server> {
    const server = new Server(reaper, options, await reaper.spawn(options.process));
    await server.#ready();
    return server;
  }

  get log(): string {
    return this.#process.log;
  }

  /** SIGKILL: whatever it was doing ends in the middle. */
  async kill(): Promise<void> {
    await this.#process.end(0);
  }

  /** After `kill`, with the same command and the same files. Resolves when it answers that it is ready. */
  async startAgain(): Promise<void> {
    this.#process = await this.#reaper.spawn(this.#spec);
    await this.#ready();
  }

  /** It keeps its connections and says nothing more, until `thaw`. */
  freeze(): void {
    process.kill(this.#process.pid, 'SIGSTOP');
  }

  thaw(): void {
    process.kill(this.#process.pid, 'SIGCONT');
  }

  async #ready(): Promise<void> {
    const ended = this.#process.exited.then(({ code, signal }) => `ended with ${signal ?? `code ${code}`}`);
    const deadline = performance.now() + 60_000;
    for (;;) {
      const answer = await Promise.race([this.#answers(), ended]);
      if (answer === true) return;
      const { name, log } = this.#process;
      if (answer !== false) throw new Error(`${name} ${answer} while starting; its log is ${log}`);
      if (performance.now() > deadline)
        throw new Error(`${name} was not ready within 60 s; its log is ${log}`);
      await delay(50);
    }
  }

  async #answers(): Promise<boolean> {
    try {
      const answer = await fetch(new URL(this.#readyPath, this.url), { signal: AbortSignal.timeout(1000) });
      await answer.body?.cancel();
      return answer.ok;
    } catch {
      return false;
    }
  }
}

export interface ServerOptions {
  readonly process: ProcessSpec;
  /** Where this machine reaches it. */
  readonly url: string;
  /** Answered with success once it does its work. */
  readonly readyPath: string;
}
