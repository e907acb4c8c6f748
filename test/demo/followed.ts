import { setTimeout as delay } from 'node:timers/promises';
import type { DeploymentStatus } from '../../crds/deployment/schema.ts';
import { connect, HttpClient } from '../../operator/index.ts';
import { StatusRecorder, type Told } from '../traffic/statusRecorder.ts';

/** One Deployment: all that its status has told, and waiting for what it is to tell. */
export class Followed implements AsyncDisposable {
  readonly #recorder: StatusRecorder;
  readonly #name: string;
  readonly #signal: AbortSignal;
  readonly #open: AsyncDisposableStack;

  private constructor(
    recorder: StatusRecorder,
    name: string,
    signal: AbortSignal,
    open: AsyncDisposableStack,
  ) {
    this.#recorder = recorder;
    this.#name = name;
    this.#signal = signal;
    this.#open = open;
  }

  /** When the signal aborts nothing is waited for any more. */
  static async follow(
    kubeconfig: string,
    { namespace, name }: { readonly namespace: string; readonly name: string },
    signal: AbortSignal,
  ): Promise<Followed> {
    await using open = new AsyncDisposableStack();
    const connection = await connect({ kubeconfig });
    open.defer(() => connection.close());
    const client = new HttpClient(connection, { fieldManager: 'demo' });
    const recorder = open.use(await StatusRecorder.start(client, namespace));
    return new Followed(recorder, name, signal, open.move());
  }

  /** The oldest first. */
  get history(): readonly Told[] {
    return this.#recorder.history(this.#name);
  }

  get status(): DeploymentStatus | undefined {
    return this.history.at(-1)?.status;
  }

  /**
   * The first status of all that tells it, even if it is past by now.
   *
   * @throws Error with what was awaited, and how things stand instead, after 90 s.
   */
  async until(what: string, tells: (status: DeploymentStatus) => boolean): Promise<Told> {
    const deadline = performance.now() + 90_000;
    for (;;) {
      const told = this.history.find(({ status }) => tells(status));
      if (told !== undefined) return told;
      if (performance.now() > deadline) {
        const { phase, message } = this.status ?? {};
        throw new Error(`this has not come true: ${what}. Instead ${this.#name} is ${phase}: ${message}`);
      }
      await delay(20, undefined, { signal: this.#signal });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#open.disposeAsync();
  }
}
