import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { until } from '../eventually.ts';
import { claimed, hasWeight } from '../traffic/claims.ts';
import { Load } from '../traffic/load.ts';
import { failed, type RequestRecord, shareOf, summaryOf, within } from '../traffic/records.ts';
import { now, type Shop } from '../traffic/shop.ts';
import { Followed } from './followed.ts';
import { LivePicture, type Scene } from './livePicture.ts';
import type { Narrator } from './narrator.ts';
import type { Target } from './target.ts';

const source = new URL('shop.yaml', import.meta.url);
const deployment = { namespace: 'storefront-prod', name: 'shop' };
const host = 'shop.example.test';
const member = ['--as=linus', '--as-group=storefront-team'];

/** Requests a second, and for how many seconds at most. */
const rate = 100;
const anHour = 3600;

const weights = [5, 25, 50];
/** How far, in points, what is measured may be from what is claimed. */
const tolerance = 5;

/**
 * A good version is promoted, and one that answers with errors goes back, on real requests through a gateway. The requests
 * and their picture go on until what is returned is disposed of.
 *
 * @throws Error if what is told does not come true.
 */
export async function tellOfTraffic(
  target: Target,
  { gateway }: Shop,
  narrator: Narrator,
  signal: AbortSignal,
): Promise<AsyncDisposable> {
  await using open = new AsyncDisposableStack();
  const followed = open.use(await Followed.follow(target.kubeconfig, deployment, signal));
  const path = shopFile(target);
  const text = await readFile(source, 'utf8');
  const manifest = text.replace('http://prometheus.invalid', gateway.prometheus.url);
  const apply = async (version: string, behaviour: string): Promise<void> => {
    const changed = manifest
      .replace('version: "1.0"', `version: "${version}"`)
      .replace('value: fail=0', `value: ${behaviour}`);
    await writeFile(path, changed);
    narrator.say(`  $ kubectl apply -f ${path} ${member.join(' ')}`);
    await target.kubectl.run('apply', '-f', path, ...member);
  };

  narrator.chapter('storefront runs its shop behind the gateway');
  await apply('1.0', 'fail=0');
  await followed.until('it runs', ({ phase, stable }) => phase === 'Healthy' && stable?.revision === 1);
  const load = open.use(Load.start({ url: gateway.url, rate, seconds: anHour, headers: { host } }));
  await until('the first answers', () => load.records.length >= rate);
  narrator.done(`${rate} requests a second from now on, half of them on connections of their own`);
  open.use(new LivePicture({ followed, load }, narrator));

  narrator.chapter('Version 1.1: 5 %, 25 %, 50 % of the requests, and then all');
  await tellOfPromotion({ followed, load }, narrator, () => apply('1.1', 'fail=0'));

  narrator.chapter('Version 1.2 answers every other request with 500');
  await tellOfRollback({ followed, load }, narrator, () => apply('1.2', 'fail=0.5'));
  narrator.say(
    `\n${await target.kubectl.run('get', 'deployments.mainstay.dev', '-n', deployment.namespace)}`,
  );
  return open.move();
}

/** Where the shop's manifest lies, for whoever wants to try another. */
export function shopFile({ directory }: Target): string {
  return join(directory, 'shop.yaml');
}

async function tellOfPromotion(
  { followed, load }: Scene,
  narrator: Narrator,
  apply: () => Promise<void>,
): Promise<void> {
  const began = now();
  await apply();
  for (const weight of weights) {
    const has = hasWeight(2, weight);
    const { status } = await followed.until(`version 1.1 is known to have ${weight} %`, has);
    await followed.until(
      `it goes on from ${weight} %`,
      ({ canary, weight: told }) => canary?.revision === 2 && (told?.desired ?? 0) > weight,
    );
    const records = within(load.records, claimed(followed.history, has) ?? {});
    tellShare(narrator, weight, records, status.canary?.hash ?? '');
  }
  const promoted = await followed.until(
    'version 1.1 is promoted',
    ({ phase, stable }) => phase === 'Healthy' && stable?.revision === 2,
  );
  const records = within(load.records, { from: began, to: promoted.at });
  if (failed(records).length > 0) throw new Error(`requests failed on the way: ${summaryOf(records)}`);
  narrator.done(`version 1.1 is promoted, and none of ${records.length} requests failed on the way`);
}

function tellShare(
  narrator: Narrator,
  weight: number,
  records: readonly RequestRecord[],
  hash: string,
): void {
  const share = 100 * shareOf(records, hash);
  const words = `${weight} % claimed, ${share.toFixed(1)} % of ${records.length} answers measured`;
  if (!(Math.abs(share - weight) <= tolerance)) throw new Error(`too far apart: ${words}`);
  narrator.done(words);
}

async function tellOfRollback(
  { followed, load }: Scene,
  narrator: Narrator,
  apply: () => Promise<void>,
): Promise<void> {
  const began = now();
  await apply();
  const { status } = await followed.until('it is tried', ({ canary }) => canary?.revision === 3);
  const bad = status.canary?.hash ?? '';
  const back = await followed.until(
    'version 1.2 goes back',
    ({ phase, failed: given }) => phase === 'RolledBack' && given?.revision === 3,
  );
  const { reason } = back.status.failed ?? {};
  if (reason !== 'MetricFailed') throw new Error(`it went back for ${reason}, and not for its errors`);
  await until('more answers', () => within(load.records, { from: back.at }).length >= 2 * rate);
  const after = within(load.records, { from: back.at });
  if (failed(after).length > 0 || shareOf(after, bad) > 0)
    throw new Error(`version 1.2 is still there: ${summaryOf(after)}`);
  const met = within(load.records, { from: began, to: back.at });
  const errors = failed(met);
  const first = errors[0]?.sentAt ?? began;
  const seconds = ((back.at - first) / 1000).toFixed(1);
  narrator.done(
    `version 1.2 is rolled back ${seconds} s after its first error: ${errors.length} of ${met.length} requests failed, and none since`,
  );
}
