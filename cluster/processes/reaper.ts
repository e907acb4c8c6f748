import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type {
  Exit,
  ProcessHandle,
  ProcessSpec,
  ReaperAnswer,
  ReaperCall,
  ReaperMessage,
  ReaperRequest,
  UndoStep,
} from './protocol.ts';

/** A process that runs under a reaper. */
export interface ReapedProcess {
  readonly name: string;
  readonly pid: number;
  /** The file that its output is appended to. */
  readonly log: string;
  /** Settled once it has ended, by itself or not. */
  readonly exited: Promise<Exit>;
  /** Ends it and waits until it is gone: SIGTERM, then SIGKILL after the grace; SIGKILL at once for 0. */
  end(graceMilliseconds?: number): Promise<void>;
}

/**
 * Starts processes, and sees to it that they and whatever else was made for them are gone in the end: after `stop()`,
 * after an exit or a crash of this process, after Ctrl-C and after SIGKILL.
 *
 * Register each thing *before* it is made, and undo runs from the last to the first:
 *
 * ```ts
 * const reaper = await Reaper.start();
 * await reaper.undoAtEnd({ kind: 'directory', path });
 * await mkdir(path);
 * const etcd = await reaper.spawn({ name: 'etcd', command: ['etcd'], log: `${path}/etcd.log` });
 * await reaper.stop();
 * ```
 */
export class Reaper {
  readonly #child: ChildProcess;
  readonly #calls = new Map<number, PromiseWithResolvers<ReaperAnswer>>();
  readonly #processes = new Map<ProcessHandle, PromiseWithResolvers<Exit>>();
  #lastId = 0;
  #gone: Error | undefined;

  private constructor(child: ChildProcess) {
    this.#child = child;
    child.on('message', (message: ReaperMessage) => this.#receive(message));
    child.on('error', (error) => this.#fail(error));
    child.on('exit', () => this.#fail(new Error('the reaper process has ended')));
    // A program that forgets to stop its cluster may end all the same; the reaper then cleans up.
    child.unref();
    child.channel?.unref();
  }

  static async start(): Promise<Reaper> {
    // The argument is for people who look at the list of processes: whom it works for.
    const child = fork(fileURLToPath(new URL('./reaperProcess.ts', import.meta.url)), [String(process.pid)], {
      detached: true,
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      execArgv: [],
    });
    return new Reaper(child);
  }

  /** The process id of the reaper itself. */
  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Rejects if the program cannot be started (not found, not executable). */
  async spawn(spec: ProcessSpec): Promise<ReapedProcess> {
    const { id: handle, answer } = this.#call({ do: 'spawn', process: spec });
    const exit = Promise.withResolvers<Exit>();
    this.#processes.set(handle, exit);
    const { pid } = await answer.catch((error: unknown) => {
      this.#processes.delete(handle);
      throw error;
    });
    if (pid === undefined) throw new Error(`${spec.name}: the reaper gave no process id`);
    return {
      name: spec.name,
      pid,
      log: spec.log,
      exited: exit.promise,
      end: async (graceMilliseconds = spec.graceMilliseconds ?? 0) => {
        await this.#call({ do: 'end', handle, graceMilliseconds }).answer;
      },
    };
  }

  /** Registers a step. Call it before making what the step undoes, so that no kill falls between the two. */
  async undoAtEnd(step: UndoStep): Promise<void> {
    await this.#call({ do: 'undoAtEnd', step }).answer;
  }

  /**
   * Undoes everything and ends the reaper. Safe to call twice.
   *
   * @throws AggregateError naming every step that failed; all steps have been tried.
   */
  async stop(): Promise<void> {
    if (this.#gone !== undefined) return;
    const ended = new Promise<void>((resolve) => this.#child.once('exit', () => resolve()));
    const { failures = [] } = await this.#call({ do: 'stop' }).answer;
    this.#child.ref();
    await ended;
    if (failures.length > 0) {
      const message = `some of the cluster could not be undone:\n${failures.join('\n')}`;
      throw new AggregateError(
        failures.map((failure) => new Error(failure)),
        message,
      );
    }
  }

  #call(request: ReaperRequest): { readonly id: number; readonly answer: Promise<ReaperAnswer> } {
    this.#lastId += 1;
    if (this.#gone !== undefined) return { id: this.#lastId, answer: Promise.reject(this.#gone) };
    const call: ReaperCall = { id: this.#lastId, request };
    const deferred = Promise.withResolvers<ReaperAnswer>();
    this.#calls.set(call.id, deferred);
    // Awaiting an answer must keep the program alive.
    this.#child.channel?.ref();
    this.#child.send(call, (error) => {
      if (error !== null) this.#settle(call.id)?.reject(error);
    });
    return { id: call.id, answer: deferred.promise };
  }

  #receive(message: ReaperMessage): void {
    switch (message.kind) {
      case 'answer':
        this.#settle(message.id)?.resolve(message.value);
        return;
      case 'refusal':
        this.#settle(message.id)?.reject(new Error(message.message));
        return;
      case 'exit':
        this.#processes.get(message.handle)?.resolve({ code: message.code, signal: message.signal });
        this.#processes.delete(message.handle);
        return;
    }
  }

  #settle(id: number): PromiseWithResolvers<ReaperAnswer> | undefined {
    const deferred = this.#calls.get(id);
    this.#calls.delete(id);
    if (this.#calls.size === 0) this.#child.channel?.unref();
    return deferred;
  }

  #fail(error: Error): void {
    this.#gone ??= error;
    for (const id of [...this.#calls.keys()]) this.#settle(id)?.reject(error);
    for (const exit of this.#processes.values()) exit.resolve({ code: null, signal: 'SIGKILL' });
  }
}
