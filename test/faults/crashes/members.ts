import { setTimeout as pause } from 'node:timers/promises';
import { type HttpClient, isApiError, type Pod, pods } from '../../../operator/index.ts';

/**
 * Somebody of a team who runs pods in the Project's namespaces whenever let, now more, now fewer: nobody waits for an
 * environment to be ready, and use moves shares.
 */
export class Member {
  readonly #client: HttpClient;
  readonly #namespaces: readonly string[];
  readonly #random: () => number;
  readonly #stop = new AbortController();
  readonly #working: Promise<void>;
  #names = 0;

  constructor(client: HttpClient, namespaces: readonly string[], random: () => number) {
    this.#client = client;
    this.#namespaces = namespaces;
    this.#random = random;
    this.#working = this.#work();
    this.#working.catch(() => {});
  }

  /** Stops, and leaves nothing running. */
  async leave(admin: HttpClient): Promise<void> {
    this.#stop.abort();
    await this.#working;
    for (const namespace of this.#namespaces) {
      const { items } = await admin.list(pods, { namespace });
      for (const { metadata } of items) {
        await tolerate(admin.delete(pods, { namespace, name: metadata.name }, { gracePeriodSeconds: 0 }));
      }
    }
  }

  async #work(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      const namespace = this.#namespaces[Math.floor(this.#random() * this.#namespaces.length)] ?? '';
      if (this.#random() < 0.65)
        await tolerate(this.#client.create(pods, pod(namespace, `worker-${this.#names++}`)));
      else await this.#end(namespace);
      await pause(500 + this.#random() * 1500, undefined, { signal }).catch(() => {});
    }
  }

  async #end(namespace: string): Promise<void> {
    const found = await tolerate(this.#client.list(pods, { namespace }));
    for (const { metadata } of (found?.items ?? []).filter(() => this.#random() < 0.6)) {
      await tolerate(
        this.#client.delete(pods, { namespace, name: metadata.name }, { gracePeriodSeconds: 0 }),
      );
    }
  }
}

/** Whatever the server refuses: no access yet, no namespace, no quota left. */
async function tolerate<T>(attempt: Promise<T>): Promise<T | undefined> {
  return attempt.catch((error: unknown) => {
    if (isApiError(error)) return undefined;
    throw error;
  });
}

/** Nothing runs it: it is Pending, and counts. */
function pod(namespace: string, name: string): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { namespace, name, labels: { app: 'web' } },
    spec: {
      securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
      containers: [
        {
          name: 'main',
          image: 'example.test/app',
          resources: { requests: { cpu: '100m' } },
          securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
        },
      ],
    },
  };
}
