/** Our informer, the way the runtime's README shows it. */
import { join } from 'node:path';
import { Informer } from '../../operator/cache/informer.ts';
import { HttpClient } from '../../operator/client/httpClient.ts';
import { networkPolicies } from '../../operator/resources/builtin.ts';
import { connect } from '../../operator/transport/connect.ts';
import { takePart } from './measures.ts';
import { serviceAccountPath } from './pod.ts';

await takePart(async (root, changed) => {
  const connection = await connect({ serviceAccount: join(root, serviceAccountPath) });
  const informer = new Informer(new HttpClient(connection, { fieldManager: 'bench' }), {
    resource: networkPolicies,
  });
  informer.onChange(changed);
  informer.run(new AbortController().signal);
  await informer.synced;
  return () => informer.size;
});
