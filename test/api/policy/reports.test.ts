import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openreports, wgpolicy } from '../../../manifests/reportDefinitions.ts';
import { eventually } from '../../eventually.ts';
import { untilEstablished } from '../../installation.ts';
import { followed, namespace, ScanStage } from './scanStage.ts';

/** What is found, as reports on a real API server. */

let stage: ScanStage;
const shop = 'reports-shop';
const calm = 'reports-calm';

const configMap = (space: string, name: string, data: object) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: space },
  data,
});
const match = {
  resources: [{ apiGroups: [''], resources: ['configmaps', 'namespaces'] }],
  namespaces: [shop, calm],
};
const named = {
  name: 'named',
  expression: "!object.metadata.name.startsWith('bad')",
  message: 'no bad names',
};
const policies = [
  followed('named', {
    match,
    rules: [named],
    severity: 'high',
    exceptions: [
      { name: 'legacy', match: { names: ['bad-old'] }, reason: 'migrating', expires: '2999-01-31' },
    ],
  }),
  followed('labelled', {
    match: { ...match, resources: [{ apiGroups: [''], resources: ['namespaces'] }] },
    rules: [{ name: 'team', expression: "'team' in object.metadata.labels", message: 'say whose it is' }],
  }),
];

beforeAll(async () => {
  stage = await ScanStage.open(wgpolicy);
  await stage.kubectl.apply([
    namespace(shop),
    namespace(calm, { team: 'calm' }),
    configMap(shop, 'bad-old', {}),
    configMap(shop, 'bad-new', {}),
    configMap(shop, 'good', {}),
  ]);
  await stage.start();
  stage.follow(policies);
});
afterAll(() => stage[Symbol.asyncDispose]());

async function reported(
  space: string,
  what: (report: NonNullable<Awaited<ReturnType<ScanStage['report']>>>) => boolean,
  group?: string,
) {
  return eventually(async () => {
    const report = await stage.report(space, group);
    if (report !== undefined && what(report)) return report;
    throw new Error(`the report of ${space || 'the cluster'} is not as awaited: ${JSON.stringify(report)}`);
  });
}

describe('reports', () => {
  it('tell of a namespace what is bad in full, what an exception hides, and what is good as a number', async () => {
    const { summary, results } = await reported(shop, () => true);
    // kube-root-ca.crt is good as well.
    expect(summary).toEqual({ pass: 2, fail: 1, warn: 0, error: 0, skip: 1 });
    expect(results).toEqual([
      {
        source: 'Mainstay',
        policy: 'named',
        rule: 'named',
        severity: 'high',
        result: 'fail',
        scored: true,
        resources: [
          { apiVersion: 'v1', kind: 'ConfigMap', namespace: shop, name: 'bad-new', uid: expect.any(String) },
        ],
        message: 'no bad names',
      },
      expect.objectContaining({
        result: 'skip',
        properties: { exception: 'legacy', reason: 'migrating', expires: '2999-01-31', hidden: 'fail' },
      }),
    ]);
  });

  it('tell of what is in no namespace in one of the cluster', async () => {
    const { summary, results } = await reported('', () => true);
    expect(summary).toEqual({ pass: 3, fail: 1, warn: 0, error: 0, skip: 0 });
    expect(results?.map(({ policy, resources }) => [policy, resources[0]?.name])).toEqual([
      ['labelled', shop],
    ]);
  });

  it('were written once each', async () => {
    await reported(calm, () => true);
    await stage.until('named');
    const written = await stage.written();
    expect(written.toSorted()).toEqual([
      'create clusterpolicyreports',
      `create policyreports ${calm}`,
      `create policyreports ${shop}`,
    ]);
  });

  it('follow what changes, in that namespace alone', async () => {
    const before = (await stage.written()).length;
    await stage.kubectl.apply([configMap(shop, 'bad-too', {})]);
    await reported(shop, ({ summary }) => summary?.fail === 2);
    expect(await stage.written(before)).toEqual([`patch policyreports ${shop}`]);
  });

  it('are written at most once a second, however much changes', async () => {
    const before = (await stage.written()).length;
    const began = performance.now();
    for (let number = 0; number < 20; number += 1)
      await stage.client.request({
        method: 'POST',
        path: `/api/v1/namespaces/${shop}/configmaps`,
        body: configMap(shop, `bad-${number}`, {}),
      });
    await reported(shop, ({ summary }) => summary?.fail === 22);
    const most = Math.ceil((performance.now() - began) / 1000) + 1;
    expect((await stage.written(before)).length).toBeLessThanOrEqual(most);
  });

  it('are not written again after a restart with nothing new', async () => {
    // By then its last write is in the audit log.
    await stage.end();
    const before = (await stage.written()).length;
    await stage.start();
    stage.follow(policies);
    await stage.until('named', ({ counts }) => counts.fail === 22);
    // What is told later is told in order.
    await stage.kubectl.apply([configMap(calm, 'bad-1', {})]);
    await reported(calm, ({ summary }) => summary?.fail === 1);
    expect(await stage.written(before)).toEqual([`patch policyreports ${calm}`]);
  });

  it('are put right when somebody changes a result, and come back when somebody deletes one', async () => {
    const change = { results: [], summary: { fail: 0 } };
    await stage.kubectl.run(
      'patch',
      'policyreports',
      'mainstay-policies',
      '-n',
      shop,
      '--type=merge',
      '-p',
      JSON.stringify(change),
    );
    await reported(shop, ({ summary, results }) => summary?.fail === 22 && results?.length === 23);
    await stage.kubectl.run('delete', 'policyreports', 'mainstay-policies', '-n', shop);
    await reported(shop, ({ summary }) => summary?.fail === 22);
  });

  it('leave alone what others report', async () => {
    const other = {
      apiVersion: 'wgpolicyk8s.io/v1alpha2',
      kind: 'PolicyReport',
      metadata: { name: 'of-others', namespace: calm, labels: { 'mainstay.dev/report': 'policies' } },
      summary: { pass: 1 },
      results: [
        { policy: 'theirs', result: 'pass', timestamp: { seconds: 1, nanos: 0 }, ofALaterVersion: 1 },
      ],
    };
    await stage.kubectl.apply([other]);
    await stage.kubectl.run('delete', 'configmap', 'bad-1', '-n', calm);
    await reported(calm, ({ summary }) => summary?.fail === 0);
    const live = await stage.kubectl.get<Pick<typeof other, 'summary' | 'results'>>(
      'policyreports',
      'of-others',
      '-n',
      calm,
    );
    expect(live).toMatchObject({ summary: other.summary, results: other.results });
  });

  it('are told in the other kind too, once that is defined', async () => {
    await stage.kubectl.apply(openreports);
    for (const { metadata } of openreports) await untilEstablished(stage.kubectl, metadata.name);
    // It is looked for every half minute.
    const { results } = await eventually(
      async () => {
        const report = await stage.report(shop, 'openreports.io');
        if (report === undefined) throw new Error('no report yet');
        return report;
      },
      { within: 90_000 },
    );
    expect(results?.length).toBe(23);
  });

  it('go with their namespace, and the others with the Policies', async () => {
    const before = (await stage.written()).length;
    await stage.kubectl.run('delete', 'namespace', calm);
    await eventually(async () =>
      expect(await stage.report('', 'wgpolicyk8s.io')).toMatchObject({ summary: { pass: 1 } }),
    );
    const inCalm = (await stage.written(before)).filter((line) => line.endsWith(calm));
    expect(inCalm.filter((line) => line.startsWith('delete'))).toEqual([]);
    stage.follow([]);
    await eventually(async () => {
      for (const group of ['wgpolicyk8s.io', 'openreports.io'])
        for (const space of [shop, '']) expect(await stage.report(space, group)).toBeUndefined();
    });
  });
});
