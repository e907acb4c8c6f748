import { readFile } from 'node:fs/promises';
import { until } from '../eventually.ts';
import type { Kubectl } from '../kubectl.ts';
import { Followed } from './followed.ts';
import type { Narrator } from './narrator.ts';
import type { Target } from './target.ts';

const file = new URL('../../examples/rollout.yaml', import.meta.url);
const deployment = { namespace: 'old-ledger', name: 'books' };
/** An owner of the Project, and nobody else here. */
const owner = '--as=ada@example.com';

const [first, good, bad] = ['pause:3.9', 'pause:3.10', 'pause:3.10-crashes'] as const;

/**
 * A good version is promoted, and a bad one goes back by itself. The split is by numbers of pods, which needs no gateway.
 *
 * @throws Error if what is told does not come true.
 */
export async function tellOfRollouts(
  { kubectl, kubeconfig }: Target,
  narrator: Narrator,
  signal: AbortSignal,
): Promise<void> {
  await using books = await Followed.follow(kubeconfig, deployment, signal);
  const manifest = await readFile(file, 'utf8');

  narrator.chapter('ledger runs an application: a Deployment of Mainstay');
  narrator.say(`  $ kubectl apply -f examples/rollout.yaml ${owner}`);
  await kubectl.apply(manifest, owner);
  await books.until('it runs', ({ phase, stable }) => phase === 'Healthy' && stable?.revision === 1);

  const rollOut = async (image: string): Promise<void> => {
    narrator.say(`  $ sed s/${first}/${image}/ examples/rollout.yaml | kubectl apply -f - ${owner}`);
    await kubectl.apply(manifest.replace(first, image), owner);
  };

  narrator.chapter('A new version goes step by step, and is promoted');
  await rollOut(good);
  await books.until(
    'half of the pods are of the new version',
    ({ canary, weight, phase }) => canary?.revision === 2 && weight?.verified === 50 && phase === 'Paused',
  );
  const tried = (await podsOf(kubectl)).filter(({ image }) => image.endsWith(good));
  await books.until('it is promoted', ({ phase, stable }) => phase === 'Healthy' && stable?.revision === 2);
  const serving = await allOf(kubectl, good);
  const kept = tried.filter(({ uid }) => serving.some((pod) => pod.uid === uid));
  if (tried.length < 2 || kept.length < tried.length) throw new Error('the promotion made pods anew');
  narrator.done(`${good} is promoted, and its first ${kept.length} pods are those that it was tried with`);

  narrator.chapter('A bad version goes back by itself');
  const began = performance.now();
  await rollOut(bad);
  const { status } = await books.until(
    'it goes back',
    ({ phase, failed }) => phase === 'RolledBack' && failed?.revision === 3,
  );
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  await allOf(kubectl, good);
  narrator.done(
    `${bad} is rolled back after ${seconds} s, for ${status.failed?.reason}: all pods are of ${good} again`,
  );
  narrator.say(`\n${await kubectl.run('get', 'deployments.mainstay.dev', '-n', deployment.namespace)}`);
}

/** What to try next. */
export const rolloutHints = `  kubectl get deployments.mainstay.dev -A -w
  sed s/${first}/${bad}/ examples/rollout.yaml | kubectl apply -f -
`;

interface PodOfBooks {
  readonly uid: string;
  readonly image: string;
}

/** Its four pods, once they are all of one image. */
async function allOf(kubectl: Kubectl, image: string): Promise<readonly PodOfBooks[]> {
  let pods: readonly PodOfBooks[] = [];
  await until(`all pods are of ${image}`, async () => {
    pods = await podsOf(kubectl);
    return pods.length === 4 && pods.every((pod) => pod.image.endsWith(image));
  });
  return pods;
}

async function podsOf(kubectl: Kubectl): Promise<readonly PodOfBooks[]> {
  const { items } = await kubectl.get<PodList>('pods', '-n', deployment.namespace, '-l', 'app=books');
  return items.map(({ metadata, spec }) => ({
    uid: metadata.uid,
    image: spec.containers[0]?.image ?? '',
  }));
}

interface PodList {
  readonly items: readonly {
    readonly metadata: { readonly uid: string };
    readonly spec: { readonly containers: readonly { readonly image: string }[] };
  }[];
}
