/** What a process needs to start under the reaper. */
export interface ProcessSpec {
  /** For messages and the log file; unique within one reaper. */
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  /** Standard output and error are appended here. */
  readonly log: string;
  readonly workingDirectory?: string;
  /** Added to the environment of the process that started the reaper. */
  readonly environment?: Readonly<Record<string, string>>;
  /**
   * How long the process may take to end after SIGTERM before it is killed. 0 (the default) kills it at once: right
   * for whatever keeps its state in a folder that goes with it.
   */
  readonly graceMilliseconds?: number;
}

/** What is undone at the end, whatever the end is. Each must be harmless when there is nothing (left) to undo. */
export type UndoStep =
  /** Removes the folder and all in it. Mounts beneath it must have been undone by then. */
  | { readonly kind: 'directory'; readonly path: string }
  /** Runs a command to its end (30 s unless told). A failure is reported, and the next step follows. */
  | {
      readonly kind: 'command';
      readonly command: readonly [string, ...string[]];
      readonly timeoutMilliseconds?: number;
    };

/** The id of the call that started the process: unlike a pid it is never used twice. */
export type ProcessHandle = number;

export type ReaperRequest =
  | { readonly do: 'spawn'; readonly process: ProcessSpec }
  | { readonly do: 'undoAtEnd'; readonly step: UndoStep }
  | { readonly do: 'end'; readonly handle: ProcessHandle; readonly graceMilliseconds: number }
  | { readonly do: 'stop' };

export interface ReaperCall {
  readonly id: number;
  readonly request: ReaperRequest;
}

/** How a process ended. */
export interface Exit {
  readonly code: number | null;
  readonly signal: string | null;
}

export type ReaperMessage =
  | { readonly kind: 'answer'; readonly id: number; readonly value: ReaperAnswer }
  | { readonly kind: 'refusal'; readonly id: number; readonly message: string }
  | ({ readonly kind: 'exit'; readonly handle: ProcessHandle } & Exit);

export interface ReaperAnswer {
  /** Of `spawn`. */
  readonly pid?: number;
  /** Of `stop`: what could not be undone, in words. */
  readonly failures?: readonly string[];
}
