import {
  type ConfigMap,
  configMaps,
  connect,
  createLog,
  type Informer,
  isNotFound,
  keyOf,
  Manager,
  type Secret,
  secrets,
  watch,
} from '../../operator/index.ts';

/** What is asked of the tests' operator. */
interface OperatorOptions {
  readonly kubeconfig: string;
  readonly namespace: string;
  /** Lines of the log that are kept. Default: all. */
  readonly keepLines?: number;
}

/** A small operator that runs in this process: it keeps a copy of each source. */
export interface RunningOperator {
  readonly manager: Manager;
  readonly caches: Caches;
  readonly lines: readonly LogLine[];
  /** Rejects if it ends by itself. */
  readonly alive: Promise<never>;
  stop(): Promise<void>;
}

export interface LogLine {
  readonly msg: string;
  readonly [field: string]: unknown;
}

export interface Caches {
  readonly sources: Informer<ConfigMap>;
  readonly copies: Informer<ConfigMap>;
  readonly secrets: Informer<Secret>;
}

export const roleLabel = 'faults/role';
export const copyName = (source: string) => `copy-${source}`;

/** Short, so that a test that loses it sees the next term soon. */
const leaseTimes = { leaseDuration: 3000, renewDeadline: 2000, retryPeriod: 300 } as const;

/** The runtime's own waits, but shorter: what is tested is that they end, not how long they are. */
const reflector = {
  backoff: { base: 20, limit: 400 },
  listTimeout: 2000,
  pageSize: 10,
  // The API server sends a bookmark two seconds before a watch's end: a living watch is never silent for longer than four.
  watchTimeout: [6000, 6000],
  idleTimeout: 4500,
} as const;

export async function startOperator(options: OperatorOptions): Promise<RunningOperator> {
  const { kubeconfig, namespace, keepLines = Number.POSITIVE_INFINITY } = options;
  const connection = await connect({ kubeconfig });
  const lines: LogLine[] = [];
  const write = (line: string) => {
    lines.push(JSON.parse(line));
    if (lines.length > keepLines) lines.shift();
  };
  const log = createLog({ destination: { write } });
  const manager = new Manager({
    connection,
    fieldManager: 'copier',
    leaderElection: { name: 'copier', namespace, ...leaseTimes },
    log,
  });
  const caches = addCopier(manager, namespace);
  const stopping = new AbortController();
  const running = manager.run(stopping.signal);
  const alive = running.then((): never => {
    throw new Error('the operator has ended');
  });
  // Looked at by whoever waits for something.
  alive.catch(() => {});
  return {
    manager,
    caches,
    lines,
    alive,
    stop: async () => {
      stopping.abort();
      await running;
      await connection.close();
    },
  };
}

/** The controller: level-triggered, it looks at what is cached and writes what differs. */
function addCopier(manager: Manager, namespace: string): Caches {
  const role = (name: string) =>
    manager.informer({ resource: configMaps, namespace, labelSelector: `${roleLabel}=${name}`, reflector });
  const caches = {
    sources: role('source'),
    copies: role('copy'),
    secrets: manager.informer({ resource: secrets, namespace, reflector }),
  };
  const { sources, copies } = caches;
  manager.addController({
    name: 'copier',
    watches: [
      watch(sources, ({ object }) => [keyOf(object)]),
      watch(copies, ({ object }) => [
        keyOf({ namespace, name: object.metadata.name.slice(copyName('').length) }),
      ]),
    ],
    async reconcile(key, { signal }) {
      const source = sources.get(key);
      const name = copyName(source?.metadata.name ?? key.slice(key.indexOf('/') + 1));
      const copy = copies.get(keyOf({ namespace, name }));
      if (source === undefined) {
        if (copy === undefined) return {};
        await manager.client.delete(configMaps, { namespace, name }, { signal }).catch((error: unknown) => {
          if (!isNotFound(error)) throw error;
        });
      } else if (JSON.stringify(copy?.data) !== JSON.stringify(source.data)) {
        const metadata = { namespace, name, labels: { [roleLabel]: 'copy' } };
        const data = source.data ?? {};
        await manager.client.apply(
          configMaps,
          { apiVersion: 'v1', kind: 'ConfigMap', metadata, data },
          { signal },
        );
      }
      return {};
    },
  });
  return caches;
}
