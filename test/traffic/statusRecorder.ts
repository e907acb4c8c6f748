import { type Deployment, deployments } from '../../controllers/deployment/deployment.ts';
import type { DeploymentStatus } from '../../crds/deployment/schema.ts';
import { type HttpClient, Informer } from '../../operator/index.ts';
import { now } from './shop.ts';

/** A status, and when it was heard of. */
export interface Told {
  /** Milliseconds since the epoch, on the clock of a load's records. */
  readonly at: number;
  /** Of the Deployment: another one of the same name has another. */
  readonly uid: string;
  readonly status: DeploymentStatus;
}

/** Keeps every status that the Deployments of a namespace have while it watches: none is too short to be seen. */
export class StatusRecorder implements AsyncDisposable {
  readonly #told = new Map<string, Told[]>();
  readonly #stop = new AbortController();
  readonly #informer: Informer<Deployment>;
  readonly #running: Promise<void>;

  private constructor(client: HttpClient, namespace: string) {
    this.#informer = new Informer(client, { resource: deployments, namespace });
    this.#informer.onChange(({ type, object }) => {
      if (type !== 'Deleted') this.#hear(object);
    });
    this.#running = this.#informer.run(this.#stop.signal);
  }

  static async start(client: HttpClient, namespace: string): Promise<StatusRecorder> {
    const recorder = new StatusRecorder(client, namespace);
    await recorder.#informer.synced;
    return recorder;
  }

  /** The oldest first. It grows. */
  history(name: string): readonly Told[] {
    return this.#told.get(name) ?? [];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  #hear({ metadata: { name, uid = '' }, status }: Deployment): void {
    if (status === undefined) return;
    const told = this.#told.get(name) ?? [];
    told.push({ at: now(), uid, status });
    this.#told.set(name, told);
  }
}
