import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  type ConfigMap,
  configMaps,
  type HttpClient,
  Informer,
  type Lease,
  leases,
} from '../../operator/index.ts';

const program = new URL('./replica.ts', import.meta.url).pathname;

/** Of the tests' replicas. After the last write may begin, half of the lease is left: machines may be slow. */
export const replicaLease = {
  name: 'replicas',
  leaseDuration: 3000,
  renewDeadline: 1500,
  retryPeriod: 250,
} as const;

/** On what replicas stamp their names. */
export const stampedLabel = 'faults/stamped';

/** Who held the lease, or who wrote, as of a resourceVersion; etcd counts all kinds by one clock. */
interface Stamp {
  readonly version: number;
  readonly holder: string;
}

/** Replicas as processes, and all that they wrote in the order in which the server took it. */
export class Replicas implements AsyncDisposable {
  readonly #namespace: string;
  readonly #kubeconfig: string;
  readonly #processes = new Map<string, ChildProcess>();
  readonly #logs = new Map<string, string>();
  readonly #stop = new AbortController();
  readonly #following: Promise<unknown>[] = [];
  readonly #holders: Stamp[] = [];
  readonly #writes: Stamp[] = [];

  private constructor(namespace: string, kubeconfig: string) {
    this.#namespace = namespace;
    this.#kubeconfig = kubeconfig;
  }

  static async open(direct: HttpClient, namespace: string, kubeconfig: string): Promise<Replicas> {
    const replicas = new Replicas(namespace, kubeconfig);
    await replicas.#follow(direct);
    for (let index = 0; index < 20; index += 1) {
      const metadata = { namespace, name: `stamped-${index}`, labels: { [stampedLabel]: 'true' } };
      await direct.create(configMaps, { apiVersion: 'v1', kind: 'ConfigMap', metadata });
    }
    return replicas;
  }

  start(name: string): void {
    const process = spawn(globalThis.process.execPath, [program, this.#namespace, name], {
      env: { ...globalThis.process.env, KUBECONFIG: this.#kubeconfig },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#processes.set(name, process);
    for (const stream of [process.stdout, process.stderr]) {
      stream.on('data', (text) => this.#logs.set(name, `${this.logOf(name)}${text}`));
    }
  }

  signal(name: string, signal: NodeJS.Signals): void {
    this.#processes.get(name)?.kill(signal);
  }

  /** Ends it at once, and resolves when it is gone. */
  async kill(name: string): Promise<void> {
    const process = this.#processes.get(name);
    this.#processes.delete(name);
    if (process === undefined || process.exitCode !== null) return;
    const gone = once(process, 'exit');
    process.kill('SIGKILL');
    await gone;
  }

  /** Those that have not been killed. */
  get names(): readonly string[] {
    return [...this.#processes.keys()];
  }

  /** The names of those that ended although nobody killed them. */
  get ended(): readonly string[] {
    return [...this.#processes].filter(([, { exitCode }]) => exitCode !== null).map(([name]) => name);
  }

  logOf(name: string): string {
    return this.#logs.get(name) ?? '';
  }

  /** Who holds the lease, as far as has been seen. */
  get leader(): string | undefined {
    return this.#holders.at(-1)?.holder;
  }

  /** How often it has written. */
  writesOf(name: string): number {
    return this.#writes.filter(({ holder }) => holder === name).length;
  }

  /** Writes that the server took while the lease was another's: there must be none. */
  trespasses(): readonly string[] {
    const holders = this.#holders.toSorted((a, b) => a.version - b.version);
    return this.#writes.flatMap(({ version, holder }) => {
      const rightful = holders.findLast((stamp) => stamp.version < version)?.holder;
      return rightful === holder ? [] : [`${holder} wrote at ${version}, in the term of ${rightful}`];
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#processes.keys()].map((name) => this.kill(name)));
    this.#stop.abort();
    await Promise.all(this.#following);
  }

  async #follow(direct: HttpClient): Promise<void> {
    const namespace = this.#namespace;
    const lease = new Informer<Lease>(direct, { resource: leases, namespace });
    const stamped = new Informer<ConfigMap>(direct, {
      resource: configMaps,
      namespace,
      labelSelector: stampedLabel,
    });
    lease.onChange(({ type, object }) => {
      // A lease that is deleted is still its holder's, who has yet to notice.
      if (type !== 'Deleted') this.#holders.push(stampOf(object, object.spec?.holderIdentity));
    });
    stamped.onChange(({ object }) => {
      if (object.data?.holder !== undefined) this.#writes.push(stampOf(object, object.data.holder));
    });
    this.#following.push(lease.run(this.#stop.signal), stamped.run(this.#stop.signal));
    await Promise.all([lease.synced, stamped.synced]);
  }
}

function stampOf({ metadata }: Lease | ConfigMap, holder = ''): Stamp {
  return { version: Number(metadata.resourceVersion), holder };
}
