/**
 * The floor: what the job costs with nothing around it. A program of its own, as every contestant is.
 *
 *     KUBECONFIG=… node floor.ts SAMPLE
 *
 * SAMPLE holds what one Project came to. For every Project, 32 at a time, the first status is written, each object
 * applied, and the last status written. Nothing is read but the list of Projects, and nothing is watched.
 */
import { readFile } from 'node:fs/promises';
import { connect } from '../../operator/transport/connect.ts';
import type { ProjectSample } from './sample.ts';

const inFlight = 32;
const [path] = process.argv.slice(2);
if (path === undefined) throw new Error('usage: floor SAMPLE');
const sample = JSON.parse(await readFile(path, 'utf8')) as ProjectSample;
const connection = await connect({ limits: { connections: inFlight } });

interface Listed {
  readonly items: readonly { readonly metadata: { readonly name: string; readonly uid: string } }[];
}

const { items } = JSON.parse(await send('GET', sample.projects)) as Listed;
const left = items.values();
await Promise.all(
  Array.from({ length: inFlight }, async () => {
    for (const { metadata } of left) {
      const own = (template: string) =>
        template.replaceAll(sample.name, metadata.name).replaceAll(sample.uid, metadata.uid);
      for (const { path, body } of sample.writes)
        await send('PATCH', `${own(path)}?fieldManager=mainstay&force=true`, own(body));
    }
  }),
);
await connection.close();

async function send(method: 'GET' | 'PATCH', path: string, body?: string): Promise<string> {
  const answer = await connection.send({
    method,
    path,
    headers: { accept: 'application/json', 'content-type': 'application/apply-patch+yaml' },
    ...(body === undefined ? {} : { body }),
  });
  const text = await answer.text();
  if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
  return text;
}
