import type { Informer } from '../../../operator/cache/informer.ts';
import { isAlreadyExists, isNamespaceTerminating, isNotFound } from '../../../operator/client/apiError.ts';
import type { Client } from '../../../operator/client/client.ts';
import { keyOf } from '../../../operator/resources/object.ts';
import { apiVersionOf, type Resource } from '../../../operator/resources/resource.ts';
import type { PolicyReport } from './api.ts';
import type { Written } from './content.ts';
import { digestsOf, outlineOf } from './live.ts';
import { annotations, labels, reportName } from './marks.ts';

/** What became of a report. `Later`: it is to be asked for again after `suggestionsWait`. */
export type Outcome = 'Unchanged' | 'Applied' | 'Deleted' | 'Later';

/**
 * Milliseconds for which a report waits in which only other fixes would be suggested. They come one by one, and after a
 * restart each has to be found out again.
 */
export const suggestionsWait = 30_000;

type ReportClient = Pick<Client, 'create' | 'apply' | 'delete'>;
type Live = Pick<Informer<PolicyReport>, 'served' | 'hasSynced' | 'get'>;

/** Writes the reports of one kind, each only if it says something else than is there. */
export class ReportWriter {
  readonly #client: ReportClient;
  readonly #resource: Resource<PolicyReport>;
  readonly #live: Live;
  readonly #now: () => number;
  /** What the server made of what was sent last, where that is not the same: it is not sent again for that. */
  readonly #answered = new Map<string, { readonly sent: string; readonly live: string | undefined }>();
  /** Since when only other fixes would be suggested, by namespace. */
  readonly #waiting = new Map<string, number>();

  constructor(
    client: ReportClient,
    resource: Resource<PolicyReport>,
    live: Live,
    now: () => number = () => performance.now(),
  ) {
    this.#client = client;
    this.#resource = resource;
    this.#live = live;
    this.#now = now;
  }

  /** @param namespace empty for what is in none */
  async write(namespace: string, content: Written | undefined, signal: AbortSignal): Promise<Outcome> {
    if (!this.#live.served || !this.#live.hasSynced) return 'Unchanged';
    const name = { name: reportName, ...(namespace !== '' && { namespace }) };
    const live = this.#live.get(keyOf(name));
    if (content === undefined) return this.#delete(live, signal);
    const { summary, results, cut } = content;
    const told = cut === 0 ? undefined : `${cut} of ${cut + results.length}, the least severe`;
    const { digest: sent, bareDigest } = digestsOf({ summary, results }, told);
    const answered = this.#answered.get(namespace);
    const stands =
      live !== undefined &&
      (live.digest === sent || (answered?.sent === sent && answered.live === live.digest));
    const waits = !stands && live?.bareDigest === bareDigest && this.#waits(namespace);
    if (!waits) this.#waiting.delete(namespace);
    if (stands || waits) return stands ? 'Unchanged' : 'Later';
    try {
      const report = {
        apiVersion: apiVersionOf(this.#resource),
        kind: this.#resource.kind,
        metadata: {
          ...name,
          labels: { 'app.kubernetes.io/managed-by': 'mainstay', [labels.report]: 'policies' },
          ...(told !== undefined && { annotations: { [annotations.cut]: told } }),
        },
        summary,
        results,
      };
      const answer = await this.#send(report, live, signal);
      this.#remember(namespace, sent, outlineOf(answer).digest);
      return 'Applied';
    } catch (error) {
      // It goes with its namespace, or is no longer defined.
      if (isNamespaceTerminating(error) || isNotFound(error)) return 'Unchanged';
      throw error;
    }
  }

  /**
   * The first of a namespace is created, which costs the API server half of an apply. Not where it has an annotation: what
   * was created with one keeps it, whatever is applied later.
   */
  async #send(
    report: PolicyReport,
    live: PolicyReport | undefined,
    signal: AbortSignal,
  ): Promise<PolicyReport> {
    if (live === undefined && report.metadata.annotations === undefined) {
      try {
        return await this.#client.create(this.#resource, report, { signal });
      } catch (error) {
        // One that is not known as ours: somebody took its label away, or it was made a moment ago.
        if (!isAlreadyExists(error)) throw error;
      }
    }
    return this.#client.apply(this.#resource, report, { signal });
  }

  #waits(namespace: string): boolean {
    const since = this.#waiting.get(namespace) ?? this.#now();
    this.#waiting.set(namespace, since);
    return this.#now() - since < suggestionsWait;
  }

  #remember(namespace: string, sent: string, live: string | undefined): void {
    if (sent === live) this.#answered.delete(namespace);
    else this.#answered.set(namespace, { sent, live });
  }

  async #delete(live: PolicyReport | undefined, signal: AbortSignal): Promise<Outcome> {
    if (live?.isOurs !== true) return 'Unchanged';
    const { uid } = live.metadata;
    try {
      await this.#client.delete(this.#resource, live.metadata, {
        signal,
        ...(uid !== undefined && { preconditions: { uid } }),
      });
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
    return 'Deleted';
  }
}
