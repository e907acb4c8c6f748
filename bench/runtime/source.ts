import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { CertificateAuthority } from '../../cluster/certificates/authority.ts';
import { layOutPod, type Pod } from './pod.ts';
import { emptyRecording, firstVersion, type Recording } from './recording.ts';

/** An API server that has only a recording, over TLS as the real one, and sends as fast as its client takes it. */
export interface Source extends AsyncDisposable {
  /** From where it is seen. */
  readonly pod: Pod;
  /** What it has from now on. */
  serve(recording: Recording): void;
  /** Sends so many events into the watch that is open, once one is. Resolves when they are sent. */
  replay(count: number): Promise<void>;
}

/** The pod's files will lie in the directory. */
export async function startSource(directory: string): Promise<Source> {
  const authority = CertificateAuthority.create('bench');
  const { certificate, privateKey } = authority.issue({ commonName: 'source', hosts: ['127.0.0.1'] });
  let recording = emptyRecording;
  let watching = Promise.withResolvers<Socket>();
  const server = createServer({ cert: certificate, key: privateKey }, (request, response) => {
    if (!request.url?.includes('watch=true')) return list(recording, request, response);
    response.writeHead(200, { 'content-type': 'application/json', 'transfer-encoding': 'chunked' });
    response.flushHeaders();
    watching.resolve(request.socket);
    request.socket.once('close', () => {
      watching = Promise.withResolvers();
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const pod = layOutPod(directory, {
    url: `https://127.0.0.1:${port}`,
    authority: authority.certificate,
    token: 'any',
  });
  return {
    pod,
    serve: (next) => {
      recording = next;
    },
    replay: async (count) => replay(recording, count, await watching.promise),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** All of it, or a page where a limit is asked for, as clients do. */
function list(recording: Recording, { url }: IncomingMessage, response: ServerResponse): void {
  const query = new URL(url ?? '', 'https://source').searchParams;
  const { items, resourceVersion } = recording;
  const first = Number(query.get('continue') ?? 0);
  const end = query.has('limit') ? first + Number(query.get('limit')) : items.length;
  const metadata = { resourceVersion, ...(end < items.length && { continue: String(end) }) };
  const kind = '"kind":"NetworkPolicyList","apiVersion":"networking.k8s.io/v1"';
  const pieces: Buffer[] = [];
  for (const item of items.slice(first, end)) pieces.push(comma, item);
  response.setHeader('content-type', 'application/json');
  response.write(`{${kind},"metadata":${JSON.stringify(metadata)},"items":[`);
  response.write(Buffer.concat(pieces.slice(1)));
  response.end(']}\n');
}

const comma = Buffer.from(',');

/** Each event is a chunk and a write of its own, as the API server flushes each. */
async function replay({ events }: Recording, count: number, socket: Socket): Promise<void> {
  for (let sent = 0; sent < count; sent++) {
    const event = events[sent % events.length];
    if (event === undefined) throw new Error('there is nothing to replay');
    const chunk = Buffer.from(event.chunk);
    chunk.write(String(firstVersion + sent), event.versionAt, 'latin1');
    if (!socket.write(chunk)) await once(socket, 'drain');
  }
}
