/** No informer: takes the bytes of a watch and counts the lines. So fast is the source. */
import { join } from 'node:path';
import { HttpClient } from '../../operator/client/httpClient.ts';
import { networkPolicies } from '../../operator/resources/builtin.ts';
import { connect } from '../../operator/transport/connect.ts';
import { takePart } from './measures.ts';
import { serviceAccountPath } from './pod.ts';

const newline = 0x0a;

await takePart(async (root, changed) => {
  const connection = await connect({ serviceAccount: join(root, serviceAccountPath) });
  const client = new HttpClient(connection, { fieldManager: 'bench' });
  const { signal } = new AbortController();
  const chunks = await client.watch(networkPolicies, { resourceVersion: '1', timeoutSeconds: 600, signal });
  const drain = async () => {
    for await (const chunk of chunks) {
      for (let at = chunk.indexOf(newline); at >= 0; at = chunk.indexOf(newline, at + 1)) changed();
    }
  };
  void drain();
  return () => 0;
});
