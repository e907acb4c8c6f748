/**
 * The operator of the soak, a process of its own: so that its end is seen, and its memory is its own. Arguments:
 * kubeconfig, namespace. To every message it answers with what it holds, to `weigh` after a garbage collection. Needs
 * `--expose-gc`.
 */
import { type CachedVersions, cachedVersions } from './agreement.ts';
import { startOperator } from './operator.ts';

/** What the operator answers. */
export interface Look {
  readonly versions: CachedVersions;
  /** Megabytes. */
  readonly rss: number;
  readonly heap: number;
}

const [kubeconfig = '', namespace = ''] = process.argv.slice(2);
const operator = await startOperator({ kubeconfig, namespace, keepLines: 200 });
operator.alive.catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});

process.on('message', (question) => {
  // Not each time: the operator that is waited for must not be kept from its work. As thorough as V8 can, so that what
  // it keeps in reserve after a large event is given back, and only what is held counts.
  if (question === 'weigh') globalThis.gc?.({ type: 'major', execution: 'sync', flavor: 'last-resort' });
  const { rss, heapUsed } = process.memoryUsage();
  const look: Look = { versions: cachedVersions(operator.caches), rss: rss / 1e6, heap: heapUsed / 1e6 };
  process.send?.(look);
});
process.on('disconnect', () => process.exit(0));
