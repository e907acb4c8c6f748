import { type HttpClient, type KubernetesObject, networkPolicies } from '../../operator/index.ts';

/** Objects of a page. */
export const pageSize = 500;

/** A list as a real API server answered it, ready to be sent again: bytes only, so that sending costs next to nothing. */
export interface Recording {
  readonly objects: number;
  readonly resourceVersion: string;
  /** The items of each page as JSON, with commas in between. */
  readonly pages: readonly Buffer[];
  /** A MODIFIED event for each object. */
  readonly events: readonly RecordedEvent[];
}

interface RecordedEvent {
  /** A chunk of HTTP's chunked encoding that holds the line. */
  readonly chunk: Buffer;
  /** Where in it the digits of the resourceVersion stand, as many as `firstVersion` has. */
  readonly versionAt: number;
}

/** The resourceVersion of the first event; of the same length as those of all others. */
export const firstVersion = 1_000_000_000;

/** Nothing at all. */
export const emptyRecording: Recording = { objects: 0, resourceVersion: '1', pages: [], events: [] };

/** Records all NetworkPolicies of the server. */
export async function record(client: HttpClient): Promise<Recording> {
  const pages: Buffer[] = [];
  const events: RecordedEvent[] = [];
  let next: string | undefined;
  for (;;) {
    const page = await client.list(networkPolicies, {
      limit: pageSize,
      timeout: 60_000,
      ...(next !== undefined && { continue: next }),
    });
    // As they come in a list: without kind and apiVersion.
    const items = page.items.map(({ kind, apiVersion, ...item }) => JSON.stringify(item));
    pages.push(Buffer.from(items.join(',')));
    events.push(...page.items.map(recordedEvent));
    next = page.continue;
    if (next === undefined) {
      return { objects: events.length, resourceVersion: page.resourceVersion, pages, events };
    }
  }
}

function recordedEvent({ metadata, ...object }: KubernetesObject): RecordedEvent {
  const changed = { ...object, metadata: { ...metadata, resourceVersion: String(firstVersion) } };
  const line = `${JSON.stringify({ type: 'MODIFIED', object: changed })}\n`;
  const chunk = Buffer.from(`${Buffer.byteLength(line).toString(16)}\r\n${line}\r\n`);
  const key = '"resourceVersion":"';
  return { chunk, versionAt: chunk.indexOf(`${key}${firstVersion}`) + key.length };
}
