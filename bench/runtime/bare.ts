import { join } from 'node:path';
import { LineSplitter } from '../../operator/cache/lines.ts';
import { HttpClient } from '../../operator/client/httpClient.ts';
import { networkPolicies } from '../../operator/resources/builtin.ts';
import { connect } from '../../operator/transport/connect.ts';
import { takePart } from './measures.ts';
import { serviceAccountPath } from './pod.ts';

/** Follows without an informer: does that with each line of the watch, and counts it. */
export async function followBare(take: (line: string) => void): Promise<void> {
  await takePart(async (root, changed) => {
    const connection = await connect({ serviceAccount: join(root, serviceAccountPath) });
    const client = new HttpClient(connection, { fieldManager: 'bench' });
    const { signal } = new AbortController();
    const chunks = await client.watch(networkPolicies, { resourceVersion: '1', timeoutSeconds: 600, signal });
    const follow = async () => {
      const lines = new LineSplitter();
      for await (const chunk of chunks) {
        for (const line of lines.push(chunk)) {
          take(line);
          changed();
        }
      }
    };
    void follow();
    return () => 0;
  });
}
