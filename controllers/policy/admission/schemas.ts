import { type GroupVersionKind, type KindSchema, kindsOf } from '../../../operator/cel/index.ts';
import type { Client } from '../../../operator/client/client.ts';
import type { ServedResource } from '../../../operator/discovery/servedResource.ts';
import { record } from '../evaluate/subject.ts';

/** What the API server says of the kinds of one group and version. */
export interface Document {
  /** Another one for every other content. */
  readonly url: string;
  kind(kind: GroupVersionKind): KindSchema | undefined;
  readonly schemas: Readonly<Record<string, unknown>>;
}

/**
 * The API server's OpenAPI, a document for each group and version, custom kinds included. Documents are large, and read
 * seldom: those that were read are kept only while there is room for them.
 */
export class Schemas {
  readonly #client: Pick<Client, 'request'>;
  readonly #documents = new Map<string, WeakRef<Document>>();
  #index:
    | { readonly served: readonly ServedResource[]; readonly urls: ReadonlyMap<string, string> }
    | undefined;

  constructor(client: Pick<Client, 'request'>) {
    this.#client = client;
  }

  /**
   * Where the documents are now, by `apps/v1`. Asked for again where what is served has changed.
   *
   * @param fresh asks in any case
   */
  async urls(
    served: readonly ServedResource[],
    signal: AbortSignal,
    fresh = false,
  ): Promise<ReadonlyMap<string, string>> {
    if (!fresh && this.#index?.served === served) return this.#index.urls;
    const { paths = {} } = await this.#client.request<{
      readonly paths?: Readonly<Record<string, { readonly serverRelativeURL: string }>>;
    }>({ method: 'GET', path: '/openapi/v3', signal });
    const urls = new Map(
      Object.entries(paths).map(([path, { serverRelativeURL }]) => [
        path.replace(/^apis?\//, ''),
        serverRelativeURL,
      ]),
    );
    this.#index = { served, urls };
    for (const url of this.#documents.keys())
      if (![...urls.values()].includes(url)) this.#documents.delete(url);
    return urls;
  }

  async document(url: string, signal: AbortSignal): Promise<Document> {
    const known = this.#documents.get(url)?.deref();
    if (known !== undefined) return known;
    const { pathname, searchParams } = new URL(url, 'https://server');
    const answer = await this.#client.request<unknown>({
      method: 'GET',
      path: pathname,
      query: Object.fromEntries(searchParams),
      signal,
    });
    const document: Document = {
      url,
      kind: kindsOf(answer),
      schemas: record(record(record(answer).components).schemas),
    };
    this.#documents.set(url, new WeakRef(document));
    return document;
  }
}
