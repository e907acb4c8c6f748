import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../eventually.ts';
import { report } from './figures.ts';
import { noneFailed, tell } from './judgement.ts';
import { hostnameOf, previewHostnameOf } from './objects.ts';
import { failed, type RequestRecord, shareOf, summaryOf, within } from './records.ts';
import { RolloutStage } from './rolloutStage.ts';
import { now } from './shop.ts';

let stage: RolloutStage;
beforeAll(async () => {
  stage = await RolloutStage.open();
});
afterAll(async () => stage?.[Symbol.asyncDispose]());

test('blue/green: the preview shows the new revision alone, then all traffic moves at once', async () => {
  const gateway = {
    parentRefs: [stage.shop.gateway.reference],
    hostnames: [hostnameOf('colours')],
    preview: { hostnames: [previewHostnameOf('colours')] },
  };
  const strategy = { type: 'BlueGreen', blueGreen: { autoPromotion: false, scaleDownDelay: '8s' } };
  const wanted = { name: 'colours', traffic: { gateway }, spec: { strategy } };
  await stage.apply({ ...wanted, revision: 'a' });
  await stage.healthy('colours', 1);
  const load = stage.load('colours');
  await stage.apply({ ...wanted, revision: 'b' });
  const paused = await stage.until('colours', ({ phase, step }) => phase === 'Paused' && step?.index === 1);
  const previews = await Promise.all([...Array(50)].map(() => stage.askPreview('colours')));
  expect(previews.map(({ revision }) => revision)).toEqual(Array(50).fill('b'));
  await until('enough requests', () => within(load.records, { from: paused.at }).length >= 500);
  const asked = now();
  await stage.request('colours', { verb: 'Promote', revision: 2, step: 1 });
  const switched = await stage.healthy('colours', 2);
  // The way back is instant as long as the old pods are there.
  expect(await stage.pods('colours', 'a')).toHaveLength(4);
  await until('the old pods are gone', async () => (await stage.pods('colours', 'a')).length === 0, {
    within: 60_000,
  });
  const gone = now();
  await until('enough requests', () => within(load.records, { from: switched.at }).length >= 500);
  const records = await load.stop();
  const seconds = ((switched.at - asked) / 1000).toFixed(1);
  const stayed = ((gone - switched.at) / 1000).toFixed(1);
  await report(
    'blue/green',
    `switched after ${seconds} s, old pods stayed ${stayed} s; ${tell(records)}`,
    noneFailed('blue-green', records),
  );
  expect(shareOf(within(records, { to: asked }), 'a')).toBe(1);
  expect(shareOf(within(records, { from: switched.at }), 'b')).toBe(1);
});

test('blue/green that is switched goes back at once when it is asked to', async () => {
  const strategy = { type: 'BlueGreen', blueGreen: { scaleDownDelay: '60s' } };
  const wanted = { name: 'undo', spec: { strategy } };
  await stage.apply({ ...wanted, revision: 'a' });
  await stage.healthy('undo', 1);
  const load = stage.load('undo');
  await stage.apply({ ...wanted, revision: 'b' });
  await stage.healthy('undo', 2);
  const before = new Set((await stage.pods('undo', 'a')).map(({ metadata }) => metadata.uid));
  const asked = now();
  await stage.request('undo', { verb: 'Rollback', revision: 1 });
  const back = await stage.until('undo', ({ phase }) => phase === 'RolledBack');
  await until('enough requests', () => within(load.records, { from: back.at }).length >= 500);
  const records = await load.stop();
  const seconds = ((back.at - asked) / 1000).toFixed(1);
  await report(
    'blue/green and back',
    `back after ${seconds} s; ${tell(records)}`,
    noneFailed('blue-green-back', records),
  );
  expect(shareOf(within(records, { from: back.at }), 'a')).toBe(1);
  expect(new Set((await stage.pods('undo', 'a')).map(({ metadata }) => metadata.uid))).toEqual(before);
});

test('A/B: a header or a cookie chooses the new revision, and everybody else stays', async () => {
  const match = [
    { headers: [{ name: 'x-team', value: 'checkout' }] },
    { cookies: [{ name: 'beta', value: 'yes' }] },
  ];
  const wanted = { name: 'versions', spec: { strategy: { type: 'ABTest', abTest: { match } } } };
  await stage.apply({ ...wanted, revision: 'a' });
  await stage.healthy('versions', 1);
  const everybody = stage.load('versions', { rate: 60 });
  const insiders = stage.load('versions', { rate: 30, headers: { 'x-team': 'checkout' } });
  const testers = stage.load('versions', { rate: 30, headers: { cookie: 'theme=dark; beta=yes' } });
  await stage.apply({ ...wanted, revision: 'b' });
  const paused = await stage.until('versions', ({ phase, step }) => phase === 'Paused' && step?.index === 1);
  await until('enough requests', () => within(insiders.records, { from: paused.at }).length >= 500);
  const promoted = now();
  await stage.request('versions', { verb: 'Promote', revision: 2, step: 1 });
  const end = await stage.healthy('versions', 2);
  await until('the old pods are gone', async () => (await stage.pods('versions', 'a')).length === 0, {
    within: 60_000,
  });
  const all = await Promise.all([everybody, insiders, testers].map((load) => load.stop()));
  const during = { from: paused.at, to: promoted };
  const shares = all.map((records) => shareOf(within(records, during), 'b'));
  const words = shares.map((share) => `${(100 * share).toFixed(1)} %`);
  const records = all.flat();
  await report(
    'A/B',
    `b answered ${words[0]} of everybody, ${words[1]} by header, ${words[2]} by cookie; ${tell(records)}`,
    noneFailed('ab', records),
  );
  expect(shares).toEqual([0, 1, 1]);
  expect(shareOf(within(records, { from: end.at }), 'b')).toBe(1);
});

test('a rolling update replaces all pods, and no request fails', async () => {
  await stage.apply({ name: 'rolling', revision: 'a' });
  await stage.healthy('rolling', 1);
  const load = stage.load('rolling');
  await stage.apply({ name: 'rolling', revision: 'b' });
  await stage.healthy('rolling', 2);
  await until('the old pods are gone', async () => (await stage.pods('rolling', 'a')).length === 0, {
    within: 60_000,
  });
  // Also the last requests on connections that are kept.
  await delay(2000);
  const records = await load.stop();
  await report('rolling update', tell(records), noneFailed('rolling', records));
  expect(revisionsIn(records.slice(-100))).toEqual(['b']);
});

test('Recreate: never two revisions at a time, and nobody answers only in between', async () => {
  const wanted = { name: 'recreate', spec: { strategy: { type: 'Recreate' } } };
  await stage.apply({ ...wanted, revision: 'a' });
  await stage.healthy('recreate', 1);
  const load = stage.load('recreate');
  await until('enough requests', () => load.records.length >= 500);
  const asked = now();
  await stage.apply({ ...wanted, revision: 'b' });
  const end = await stage.healthy('recreate', 2);
  const isServed = () => load.records.length > 200 && failed(load.records.slice(-200)).length === 0;
  await until('the gateway has found the new pods', isServed);
  const records = (await load.stop()).toSorted((one, other) => one.sentAt - other.sentAt);
  const lastOld = records.findLast((record) => record.kind === 'answered' && record.revision === 'a');
  const firstNew = records.find((record) => record.kind === 'answered' && record.revision === 'b');
  const without = ((firstNew?.sentAt ?? 0) - (lastOld?.sentAt ?? 0)) / 1000;
  const late = failed(within(records, { from: end.at })).length;
  await report(
    'recreate',
    `nobody answered for ${without.toFixed(1)} s, ${late} failed after Healthy; ${summaryOf(records)}`,
    noneFailed('recreate-before', within(records, { to: asked })),
  );
  expect(without).toBeGreaterThan(0);
});

function revisionsIn(records: readonly RequestRecord[]): readonly string[] {
  return [
    ...new Set(
      records.flatMap((record) => (record.kind === 'answered' ? (record.revision ?? 'nobody') : 'none')),
    ),
  ];
}
