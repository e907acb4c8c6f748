import type { Informer } from '../../../operator/cache/informer.ts';
import { isNamespaceTerminating, isNotFound } from '../../../operator/client/apiError.ts';
import type { Client } from '../../../operator/client/client.ts';
import { keyOf } from '../../../operator/resources/object.ts';
import { apiVersionOf, type Resource } from '../../../operator/resources/resource.ts';
import type { PolicyReport } from './api.ts';
import type { Written } from './content.ts';
import { digestOf, isOurs, outlineOf } from './live.ts';
import { annotations, labels, reportName } from './marks.ts';

/** What became of a report. */
export type Outcome = 'Unchanged' | 'Applied' | 'Deleted';

/** Writes the reports of one kind, each only if it says something else than is there. */
export class ReportWriter {
  readonly #client: Pick<Client, 'apply' | 'delete'>;
  readonly #resource: Resource<PolicyReport>;
  readonly #live: Informer<PolicyReport>;
  /** What the server made of what was sent last, where that is not the same: it is not sent again for that. */
  readonly #answered = new Map<string, { readonly sent: string; readonly live: string | undefined }>();

  constructor(
    client: Pick<Client, 'apply' | 'delete'>,
    resource: Resource<PolicyReport>,
    live: Informer<PolicyReport>,
  ) {
    this.#client = client;
    this.#resource = resource;
    this.#live = live;
  }

  /** @param namespace empty for what is in none */
  async write(namespace: string, content: Written | undefined, signal: AbortSignal): Promise<Outcome> {
    if (!this.#live.served || !this.#live.hasSynced) return 'Unchanged';
    const name = { name: reportName, ...(namespace !== '' && { namespace }) };
    const live = this.#live.get(keyOf(name));
    if (content === undefined) return this.#delete(live, signal);
    const { summary, results, cut } = content;
    const told = cut === 0 ? undefined : `${cut} of ${cut + results.length}, the least severe`;
    const sent = digestOf({ summary, results }, told);
    const answered = this.#answered.get(namespace);
    if (
      live !== undefined &&
      (live.digest === sent || (answered?.sent === sent && answered.live === live.digest))
    )
      return 'Unchanged';
    try {
      const answer = await this.#client.apply(
        this.#resource,
        {
          apiVersion: apiVersionOf(this.#resource),
          kind: this.#resource.kind,
          metadata: {
            ...name,
            labels: { 'app.kubernetes.io/managed-by': 'mainstay', [labels.report]: 'policies' },
            ...(told !== undefined && { annotations: { [annotations.cut]: told } }),
          },
          summary,
          results,
        },
        { signal },
      );
      this.#remember(namespace, sent, outlineOf(answer).digest);
      return 'Applied';
    } catch (error) {
      // It goes with its namespace, or is no longer defined.
      if (isNamespaceTerminating(error) || isNotFound(error)) return 'Unchanged';
      throw error;
    }
  }

  #remember(namespace: string, sent: string, live: string | undefined): void {
    if (sent === live) this.#answered.delete(namespace);
    else this.#answered.set(namespace, { sent, live });
  }

  async #delete(live: PolicyReport | undefined, signal: AbortSignal): Promise<Outcome> {
    if (live === undefined || !isOurs(live)) return 'Unchanged';
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
