import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { configMaps as configMapKind } from '../../../operator/resources/builtin.ts';
import { eventually } from '../../eventually.ts';
import { followed, namespace, ScanStage } from './scanStage.ts';
import { facts } from './stage.ts';
import { app, pod } from './workloads.ts';

/** What is there, looked at on a real API server. Each test has a namespace of its own, which its Policies name. */

let stage: ScanStage;
let space = '';
let spaces = 0;

beforeAll(async () => {
  stage = await ScanStage.open([]);
  await stage.start();
});
afterAll(() => stage[Symbol.asyncDispose]());

beforeEach(async () => {
  stage.ahead = 0;
  spaces += 1;
  space = `scan-${spaces}`;
  await stage.kubectl.apply([namespace(space)]);
  // What the cluster itself puts into each.
  await eventually(() =>
    stage.kubectl.run('get', 'serviceaccount/default', 'configmap/kube-root-ca.crt', '-n', space),
  );
});

const here = () => ({ workloads: true as const, namespaces: [space] });
const configMaps = () => ({
  resources: [{ apiGroups: [''], resources: ['configmaps'] }],
  namespaces: [space],
  exclude: [{ names: ['kube-root-ca.crt'] }],
});
const configMap = (name: string, data: object, metadata: object = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: space, ...metadata },
  data,
});
const safe = { name: 'safe', expression: "object.data.?mode.orValue('') == 'safe'", message: 'be safe' };

interface Named {
  readonly metadata: { readonly name: string };
}

describe('what violates a Policy', () => {
  it('is counted and named, also when it changes, comes and goes', async () => {
    await stage.kubectl.apply([pod(space, 'good', 'good/1'), pod(space, 'bad', 'bad/1')]);
    stage.follow([followed('registry', { match: here() })]);
    const first = await stage.until('registry');
    expect(first.counts).toEqual({ pass: 1, fail: 1, warn: 0, error: 0, skip: 0 });
    expect(first.scan.objects).toBe(2);
    expect(first.violations).toEqual([
      {
        apiVersion: 'v1',
        kind: 'Pod',
        namespace: space,
        name: 'bad',
        rule: 'registry',
        message: 'images come from good/',
      },
    ]);
    await stage.kubectl.run('set', 'image', 'pod/bad', 'main=good/2', '-n', space);
    await stage.until('registry', ({ counts }) => counts.pass === 2 && counts.fail === 0);
    await stage.kubectl.apply([pod(space, 'worse', 'bad/2')]);
    await stage.until('registry', ({ counts }) => counts.fail === 1);
    await stage.kubectl.run('delete', 'pod', 'worse', '-n', space, '--grace-period=0', '--force');
    await stage.until('registry', ({ counts, scan }) => counts.fail === 0 && scan.objects === 2);
  });

  it('is said once of a Deployment, and not of what is made of it; of what has no owner any more, of itself', async () => {
    const shop = { ...app('Deployment', space, 'shop', 'bad/1') };
    await stage.kubectl.apply([{ ...shop, spec: { ...(shop.spec as object), replicas: 2 } }]);
    await eventually(async () => {
      const { items } = await stage.kubectl.get<{ readonly items: readonly unknown[] }>('pods', '-n', space);
      expect(items.length).toBe(2);
    });
    stage.follow([followed('registry', { match: here() })]);
    const summary = await stage.until('registry');
    expect(summary.violations.map(({ kind, name }) => `${kind} ${name}`)).toEqual(['Deployment shop']);
    expect(summary.counts.fail).toBe(1);
    await stage.kubectl.run('delete', 'deployment', 'shop', '-n', space, '--cascade=orphan');
    const orphaned = await stage.until('registry', ({ violations }) => violations[0]?.kind === 'ReplicaSet');
    expect(orphaned.counts.fail).toBe(1);
  });

  it('is said of a pod that is not what its Deployment says, and of the Deployment once that is no better', async () => {
    const shop = app('Deployment', space, 'apart', 'good/1');
    await stage.kubectl.apply([{ ...shop, spec: { ...(shop.spec as object), replicas: 2 } }]);
    const [name = ''] = await eventually(async () => {
      const { items } = await stage.kubectl.get<{ readonly items: readonly Named[] }>(
        'pods',
        '-n',
        space,
        '-l',
        'app=apart',
      );
      expect(items.length).toBe(2);
      return items.map(({ metadata }) => metadata.name);
    });
    stage.follow([followed('registry', { match: here() })]);
    await stage.until('registry', ({ counts, scan }) => counts.fail === 0 && scan.objects === 1);
    await stage.kubectl.run('set', 'image', `pod/${name}`, 'main=bad/1', '-n', space);
    const apart = await stage.until('registry', ({ counts }) => counts.fail === 1);
    expect(apart.violations.map((one) => `${one.kind} ${one.name}`)).toEqual([`Pod ${name}`]);
    await stage.kubectl.run('set', 'image', 'deployment/apart', 'main=bad/1', '-n', space);
    const together = await stage.until('registry', ({ violations: [one] }) => one?.kind === 'Deployment');
    expect(together.counts.fail).toBe(1);
  });

  it('is skipped with what the exception hides, until its date', async () => {
    await stage.kubectl.apply([configMap('old', {}), configMap('new', {})]);
    const expires = new Date(Date.now() + 4000).toISOString().replace(/[.]\d+Z$/, 'Z');
    const exceptions = [{ name: 'legacy', match: { names: ['old'] }, reason: 'migrating', expires }];
    stage.follow([followed('safe', { match: configMaps(), rules: [safe], exceptions })]);
    const before = await stage.until('safe');
    expect(before.counts).toMatchObject({ skip: 1 });
    expect(before.violations.map(({ name }) => name)).toContain('new');
    expect(before.violations.map(({ name }) => name)).not.toContain('old');
    const after = await stage.until('safe', ({ counts }) => counts.skip === 0);
    expect(after.violations.map(({ name }) => name)).toContain('old');
    expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(expires));
  });
});

describe('what is looked at again', () => {
  it('is a changed object alone, and nothing where what changes is read by nobody', async () => {
    await stage.kubectl.apply([configMap('one', { mode: 'safe' }), configMap('two', { mode: 'safe' })]);
    stage.follow([followed('safe', { match: configMaps(), rules: [safe] })]);
    await stage.until('safe', ({ counts }) => counts.pass === 2);
    const before = stage.judgements;
    await stage.kubectl.apply([configMap('one', { mode: 'fast' })]);
    await stage.until('safe', ({ counts }) => counts.fail === 1);
    expect(stage.judgements - before).toBe(1);
    await stage.kubectl.run('annotate', 'configmap', 'two', 'read-by=nobody', '-n', space);
    // Told after it, and in order.
    await stage.kubectl.apply([configMap('one', { mode: 'safe' })]);
    await stage.until('safe', ({ counts }) => counts.fail === 0);
    expect(stage.judgements - before).toBe(2);
  });

  it('is everything with a changed Policy, and nothing with the others', async () => {
    await stage.kubectl.apply([configMap('one', { mode: 'safe' })]);
    const other = followed('other', { match: configMaps(), rules: [safe] });
    stage.follow([followed('safe', { match: configMaps(), rules: [safe] }), other]);
    await stage.until('safe');
    const { scan } = await stage.until('other');
    const before = stage.judgements;
    // What is not looked at again keeps its time, though it was not told of yet.
    stage.ahead = 10_000;
    const rules = [{ ...safe, expression: `object.metadata.name != 'one' || !(${safe.expression})` }];
    stage.follow([followed('safe', { match: configMaps(), rules }), structuredClone(other)]);
    await stage.until('safe', ({ counts }) => counts.fail === 1);
    const all = await stage.client.list(configMapKind, {});
    expect(stage.judgements - before).toBe(all.items.length);
    expect((await stage.until('other')).scan.at).toBe(scan.at);
  });

  it('is what fields are read of that were not kept before', async () => {
    const annotated = { annotations: { owner: 'shop' }, labels: { team: 'shop' } };
    await stage.kubectl.apply([configMap('one', { mode: 'safe' }, annotated)]);
    const first = followed('safe', { match: configMaps(), rules: [safe] });
    stage.follow([first]);
    await stage.until('safe');
    const owned = {
      name: 'owned',
      expression: "object.metadata.name != 'one' || object.metadata.annotations.owner == 'shop'",
      message: 'say whose it is',
    };
    const labelled = { ...configMaps(), objectSelector: { matchLabels: { team: 'shop' } } };
    stage.follow([
      first,
      followed('owned', { match: configMaps(), rules: [owned] }),
      followed('labelled', { match: labelled, rules: [safe] }),
    ]);
    const { counts } = await stage.until('owned');
    expect(counts).toMatchObject({ fail: 0, error: 0 });
    expect((await stage.until('labelled')).counts).toMatchObject({ pass: 1 });
  });

  it('is what is in a namespace whose labels change', async () => {
    await stage.kubectl.apply([configMap('one', { mode: 'fast' })]);
    const match = {
      resources: [{ apiGroups: [''], resources: ['configmaps'] }],
      namespaceSelector: { matchLabels: { strict: space } },
    };
    stage.follow([followed('strict', { match, rules: [safe] })]);
    expect((await stage.until('strict')).scan.objects).toBe(0);
    await stage.kubectl.run('label', 'namespace', space, `strict=${space}`);
    await stage.until('strict', ({ violations }) => violations.some(({ name }) => name === 'one'));
    await stage.kubectl.run('label', 'namespace', space, 'strict-');
    await stage.until('strict', ({ scan }) => scan.objects === 0);
  });

  it('is what is in a namespace that comes to a Project', async () => {
    await stage.kubectl.apply([configMap('one', { mode: 'fast' })]);
    const match = { ...configMaps(), exclude: [{ projects: ['shop'] }, { names: ['kube-root-ca.crt'] }] };
    const policies = [followed('safe', { match, rules: [safe] })];
    stage.follow(policies, facts());
    await stage.until('safe', ({ counts }) => counts.fail > 0);
    const environments = [{ project: 'shop', environment: 'dev', namespace: space }];
    stage.follow(policies, facts({ environments }));
    await stage.until('safe', ({ scan }) => scan.objects === 0);
    stage.follow(policies, facts());
    await stage.until('safe', ({ counts }) => counts.fail > 0);
  });
});

describe('kinds', () => {
  const widgets = { apiGroups: ['example.com'], resources: ['widgets'] };
  const definition = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'widgets.example.com' },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { kind: 'Widget', plural: 'widgets' },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
        },
      ],
    },
  };

  it('that are defined later are looked at then, and are gone with their definition', async () => {
    const small = { name: 'small', expression: 'object.size < 3', message: 'widgets are small' };
    stage.follow([followed('widgets', { match: { resources: [widgets] }, rules: [small] })]);
    expect((await stage.until('widgets')).scan.objects).toBe(0);
    await stage.kubectl.apply([definition]);
    const widget = {
      apiVersion: 'example.com/v1',
      kind: 'Widget',
      metadata: { name: 'w', namespace: space },
      size: 5,
    };
    await eventually(() => stage.kubectl.apply([widget]));
    await stage.until('widgets', ({ counts }) => counts.fail === 1);
    await stage.kubectl.run('delete', 'crd', 'widgets.example.com');
    await stage.until('widgets', ({ scan }) => scan.objects === 0);
  });

  it('that may not be listed are named with why, and looked at once they may; of Secrets it is never read', async () => {
    const resources = [{ apiGroups: [''], resources: ['services', 'secrets', 'configmaps'] }];
    const named = { name: 'named', expression: "object.metadata.name != 'bad'", message: 'no bad names' };
    const service = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'bad', namespace: space },
      spec: { ports: [{ port: 80 }] },
    };
    await stage.kubectl.apply([service, configMap('bad', {})]);
    stage.follow([followed('named', { match: { resources, namespaces: [space] }, rules: [named] })]);
    const summary = await stage.until('named');
    expect(summary.violations.map(({ kind }) => kind)).toEqual(['ConfigMap']);
    const unread = summary.unread.map(({ resource, message }) => [resource.resource, message]);
    expect(unread.toSorted()).toEqual([
      ['secrets', expect.stringContaining('never read')],
      ['services', expect.stringContaining('services is forbidden')],
    ]);
    const role = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' };
    await stage.kubectl.apply([
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'ClusterRoleBinding',
        metadata: { name: 'more' },
        roleRef: role,
        subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'the-operator' }],
      },
    ]);
    const after = await stage.until('named', ({ violations }) => violations.length === 2);
    expect(after.unread.map(({ resource }) => resource.resource)).toEqual(['secrets']);
  });
});

describe('what is told of a Policy', () => {
  it('comes when something is known, and not again while nothing changes', async () => {
    await stage.kubectl.apply([configMap('one', { mode: 'fast' })]);
    stage.told.splice(0);
    stage.follow([followed('told', { match: configMaps(), rules: [safe] })]);
    await eventually(() => expect(stage.told).toContain('told'));
    await stage.until('told');
    stage.follow([followed('told', { match: configMaps(), rules: [safe], severity: 'high' })]);
    await eventually(() => expect(stage.told.length).toBeGreaterThanOrEqual(2));
    stage.follow([]);
    expect(stage.scan?.summaryOf('told')).toBeUndefined();
  });
});
