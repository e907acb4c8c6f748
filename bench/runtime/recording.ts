import { type HttpClient, type KubernetesObject, networkPolicies } from '../../operator/index.ts';

/** A list as a real API server answered it, ready to be sent again: bytes only, so that sending costs next to nothing. */
export interface Recording {
  readonly resourceVersion: string;
  /** Each object as the JSON of a list. */
  readonly items: readonly Buffer[];
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
export const emptyRecording: Recording = { resourceVersion: '1', items: [], events: [] };

/** Records all NetworkPolicies of the server. */
export async function record(client: HttpClient): Promise<Recording> {
  const items: Buffer[] = [];
  const events: RecordedEvent[] = [];
  let next: string | undefined;
  for (;;) {
    const page = await client.list(networkPolicies, {
      limit: 500,
      timeout: 60_000,
      ...(next !== undefined && { continue: next }),
    });
    for (const { kind, apiVersion, ...item } of page.items) items.push(Buffer.from(JSON.stringify(item)));
    events.push(...page.items.map(recordedEvent));
    next = page.continue;
    if (next === undefined) return { resourceVersion: page.resourceVersion, items, events };
  }
}

function recordedEvent(object: KubernetesObject): RecordedEvent {
  const changed = { ...object, metadata: { ...object.metadata, resourceVersion: String(firstVersion) } };
  const line = `${JSON.stringify({ type: 'MODIFIED', object: changed })}\n`;
  const chunk = Buffer.from(`${Buffer.byteLength(line).toString(16)}\r\n${line}\r\n`);
  const key = '"resourceVersion":"';
  return { chunk, versionAt: chunk.indexOf(`${key}${firstVersion}`) + key.length };
}
