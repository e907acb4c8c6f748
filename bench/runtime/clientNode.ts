/** client-node's informer, the way its own example shows it. */
import { KubeConfig, makeInformer, NetworkingV1Api } from '@kubernetes/client-node';
import { takePart } from './measures.ts';

await takePart(async (root, changed) => {
  const config = new KubeConfig();
  config.loadFromCluster(`${root}/`);
  const api = config.makeApiClient(NetworkingV1Api);
  // It does not say when it is in step: that is when it has taken the list, before it opens the watch.
  const listed = Promise.withResolvers<void>();
  const informer = makeInformer(config, '/apis/networking.k8s.io/v1/networkpolicies', async () => {
    const list = await api.listNetworkPolicyForAllNamespaces();
    setImmediate(listed.resolve);
    return list;
  });
  informer.on('add', changed);
  informer.on('update', changed);
  informer.on('delete', changed);
  informer.on('error', (error) => {
    throw error;
  });
  void informer.start();
  await listed.promise;
  return () => informer.list().length;
});
