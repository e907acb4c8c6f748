/**
 * What is found, told where everybody else tells it: a report in each namespace, and one of what is in none, in whichever
 * of the two kinds of reports a cluster has. Where it has none, status and metrics tell the counts.
 *
 * In the order of reading: `api.ts` the kinds; `content.ts` what a report says; `live.ts` what is there; `writer.ts`.
 */
import { Counter } from 'prom-client';
import type { ReconcileContext, ReconcileResult } from '../../../operator/controller/reconciler.ts';
import { type Watch, type WatchReceiver, watch } from '../../../operator/controller/watch.ts';
import type { Manager } from '../../../operator/manager/manager.ts';
import { keyOf, type ObjectKey } from '../../../operator/resources/object.ts';
import type { Resource } from '../../../operator/resources/resource.ts';
import { type Entry, type Scan, type Violator, violatorOf } from '../scan/index.ts';
import { type PolicyReport, reportApis } from './api.ts';
import { contentOf } from './content.ts';
import { outlineOf } from './live.ts';
import { labels } from './marks.ts';
import { ReportWriter, suggestionsWait } from './writer.ts';

/** Milliseconds between two writes of a report, at least. */
const pace = 1000;

/** How an object would be made good, as YAML; undefined where nothing is suggested. */
export type SuggestionOf = (policy: string, object: Violator) => string | undefined;

export interface PolicyReports {
  /** Other fixes are suggested for what violates the Policy. */
  retell(policy: string): void;
}

/** Adds the controller of reports, before the manager runs. When it ends, as when the lease is lost, so does the scan. */
export function addPolicyReports(
  manager: Manager,
  scan: Scan,
  suggestionOf: SuggestionOf = () => undefined,
): PolicyReports {
  const news = new News(scan);
  const writes = new Counter({
    name: 'mainstay_policy_report_writes_total',
    help: 'Reports of Policies that were written or deleted, by result: Applied, Deleted.',
    labelNames: ['result'],
    registers: [manager.metrics.registry],
  });
  for (const result of ['Applied', 'Deleted']) writes.inc({ result }, 0);
  const follow = (resource: Resource<PolicyReport>) => {
    let served = false;
    const informer = manager.informer({
      resource,
      labelSelector: labels.report,
      transform: outlineOf,
      optional: true,
      // Where reports are defined later, all are to be written then.
      onState: ({ phase }) => {
        if (phase === 'Watching' && !served) news.tellAll();
        served = phase === 'Watching' || (phase !== 'Absent' && served);
      },
    });
    return { informer, writer: new ReportWriter(manager.client, resource, informer) };
  };
  const kinds = reportApis.map(({ namespaced, cluster }) => ({
    namespaced: follow(namespaced),
    cluster: follow(cluster),
  }));
  const writtenAt = new Map<string, number>();
  const fixOf = (policy: string, entry: Entry) => suggestionOf(policy, violatorOf(entry, ''));

  async function reconcile(key: ObjectKey, { signal }: ReconcileContext): Promise<ReconcileResult> {
    const namespace = key === keyOfNone ? '' : key;
    // Told again when all that is in it has been looked at. What is in a namespace that goes, goes with it.
    if (!scan.isDone(namespace) || !scan.isThere(namespace)) return {};
    const wait = (writtenAt.get(namespace) ?? Number.NEGATIVE_INFINITY) + pace - performance.now();
    if (wait > 0) return { requeueAfter: wait };
    const content = contentOf(scan.inNamespace(namespace), scan.policies(), { fixOf });
    let isLater = false;
    for (const { namespaced, cluster } of kinds) {
      const { writer } = namespace === '' ? cluster : namespaced;
      const result = await writer.write(namespace, content, signal);
      isLater ||= result === 'Later';
      if (result !== 'Applied' && result !== 'Deleted') continue;
      writtenAt.set(namespace, performance.now());
      writes.inc({ result });
    }
    if (content === undefined) writtenAt.delete(namespace);
    return isLater ? { requeueAfter: suggestionsWait } : {};
  }

  manager.addController({
    name: 'policy-reports',
    concurrency: 4,
    watches: [
      news,
      ...kinds.flatMap(({ namespaced, cluster }) => [
        watch(namespaced.informer, ({ object }) => [keyOfNamespace(object.metadata.namespace ?? '')]),
        watch(cluster.informer, () => [keyOfNone]),
      ]),
    ],
    reconcile,
  });
  return { retell: (policy) => news.tell(new Set([...scan.bad(policy)].map(({ namespace }) => namespace))) };
}

/** No namespace is called so. */
const keyOfNone = keyOf({ name: '(none)' });

function keyOfNamespace(namespace: string): ObjectKey {
  return namespace === '' ? keyOfNone : keyOf({ name: namespace });
}

/** What the scan tells, as a source of work. */
class News implements Watch {
  readonly synced = Promise.resolve();
  readonly #scan: Scan;
  readonly #receivers = new Set<WatchReceiver>();

  constructor(scan: Scan) {
    this.#scan = scan;
  }

  start(receiver: WatchReceiver): () => void {
    this.#receivers.add(receiver);
    // Of what was told before nobody has heard.
    receiver.found(this.#all());
    const end = this.#scan.onNamespace((namespace) => receiver.found([keyOfNamespace(namespace)]));
    return () => {
      this.#receivers.delete(receiver);
      end();
      this.#scan.stop();
    };
  }

  tellAll(): void {
    for (const receiver of this.#receivers) receiver.found(this.#all());
  }

  tell(namespaces: Iterable<string>): void {
    const keys = [...namespaces].map(keyOfNamespace);
    for (const receiver of this.#receivers) receiver.found(keys);
  }

  #all(): readonly ObjectKey[] {
    return [...this.#scan.namespaces()].map(keyOfNamespace);
  }
}
