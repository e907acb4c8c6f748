import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApplyRequest } from '../../../operator/apply/applier.ts';
import { Contention } from '../../../operator/apply/contention.ts';
import { type DesiredObject, desire } from '../../../operator/apply/desired.ts';
import { isNotFound } from '../../../operator/client/apiError.ts';
import {
  configMaps,
  mutatingAdmissionPolicies,
  mutatingAdmissionPolicyBindings,
  namespaces,
  roleBindings,
} from '../../../operator/resources/builtin.ts';
import { identity, intercepted, openStage, type Stage } from './stage.ts';

const owner = { uid: 'owner-1' };
let stage: Stage;

beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage[Symbol.asyncDispose]());

const map = (name: string, data: Record<string, string>, options = {}): DesiredObject =>
  desire(configMaps, { metadata: { name, namespace: stage.namespace }, data }, options);
const request = (desired: readonly DesiredObject[], rest: Partial<ApplyRequest> = {}): ApplyRequest => ({
  owner,
  desired,
  log: stage.log,
  ...rest,
});
const exists = (name: string) =>
  stage.read(configMaps, name).then(
    () => true,
    (error: unknown) => {
      if (isNotFound(error)) return false;
      throw error;
    },
  );
const results = (report: { readonly outcomes: readonly { readonly result: string }[] }) =>
  report.outcomes.map(({ result }) => result);

const intercepting = (before: (verb: string, name: string) => Promise<void> | void) =>
  intercepted(stage.client, before);

describe('what an owner desires', () => {
  it('stands after one apply, and costs no request after that', async () => {
    const desired = [map('one', { a: '1' }), map('two', { a: '1' })];
    const first = await (await stage.look()).apply(request(desired));
    expect(results(first)).toEqual(['created', 'created']);
    expect(first.converged).toBe(true);
    const refusing = intercepting((verb, name) => {
      throw new Error(`unexpected ${verb} of ${name}`);
    });
    const second = await (await stage.look({ client: refusing })).apply(
      request(desired, { prune: [{ resource: configMaps }] }),
    );
    expect(results(second)).toEqual(['unchanged', 'unchanged']);
  });

  it('loses a field that is no longer desired', async () => {
    await (await stage.look()).apply(request([map('fields', { a: '1', b: '2' })]));
    const report = await (await stage.look()).apply(request([map('fields', { a: '1' })]));
    expect(report.outcomes).toMatchObject([{ result: 'updated', why: { because: 'DesiredChanged' } }]);
    expect((await stage.read(configMaps, 'fields')).data).toEqual({ a: '1' });
  });

  it('logs one line a change, and counts it', async () => {
    const counted: string[] = [];
    const metrics = {
      applied: (resource: { kind: string }, result: string) => counted.push(`${resource.kind} ${result}`),
    };
    const lines = stage.lines.length;
    await (await stage.look({ metrics })).apply(request([map('logged', { a: '1' })]));
    await (await stage.look({ metrics })).apply(request([map('logged', { a: '1' })]));
    expect(stage.lines.slice(lines)).toMatchObject([
      { message: 'created', fields: { resource: 'configmaps', name: 'logged', why: { because: 'Missing' } } },
    ]);
    expect(counted).toEqual(['ConfigMap created']);
  });

  it('tells a creation from a repair of what it saw standing', async () => {
    const inventory = new Map<string, never>();
    const applier = await stage.look({ inventory: { get: () => inventory.get('none'), ownedBy: () => [] } });
    expect(results(await applier.apply(request([map('stood', { a: '1' })])))).toEqual(['created']);
    expect(results(await applier.apply(request([map('stood', { a: '1' })])))).toEqual(['repaired']);
    applier.forget(owner);
    expect(results(await applier.apply(request([map('stood', { a: '1' })])))).toEqual(['created']);
  });

  it('takes what its owner let go and wants again for new, whoever deleted it', async () => {
    const applier = await stage.look({ inventory: { get: () => undefined, ownedBy: () => [] } });
    const [kept, left] = [map('wanted-on', {}), map('let-go', {})];
    expect(results(await applier.apply(request([kept, left])))).toEqual(['created', 'created']);
    await applier.apply(request([kept]));
    expect(results(await applier.apply(request([kept, left])))).toEqual(['repaired', 'created']);
  });
});

describe('waves', () => {
  it('begin only once what is before them stands, each group by itself', async () => {
    const applied: string[] = [];
    const client = intercepting((_verb, name) => {
      applied.push(name);
      if (name === 'wall-b') throw new Error('refused');
    });
    const report = await (await stage.look({ client })).apply(
      request([
        map('access-a', {}, { wave: 2, group: 'a' }),
        map('wall-a', {}, { wave: 1, group: 'a' }),
        map('access-b', {}, { wave: 2, group: 'b' }),
        map('wall-b', {}, { wave: 1, group: 'b' }),
      ]),
    );
    expect(results(report)).toEqual(['created', 'created', 'held', 'failed']);
    expect(report.converged).toBe(false);
    expect(applied.indexOf('wall-a')).toBeLessThan(applied.indexOf('access-a'));
    expect(applied).not.toContain('access-b');
  });

  it('never have more writes in flight than allowed', async () => {
    let inFlight = 0;
    let most = 0;
    const client = intercepting(async () => {
      inFlight += 1;
      most = Math.max(most, inFlight);
      await stage.client.get(namespaces, { name: stage.namespace });
      inFlight -= 1;
    });
    const many = Array.from({ length: 20 }, (_, index) => map(`many-${index}`, {}));
    await (await stage.look({ client, concurrency: 3 })).apply(request(many));
    expect(most).toBe(3);
  });

  it('end at once when the signal is aborted, and the next apply finishes the job', async () => {
    const stop = new AbortController();
    const desired = [map('half-1', {}, { wave: 1 }), map('half-2', {}, { wave: 2 })];
    const client = intercepting((_verb, name) => {
      if (name === 'half-2') {
        stop.abort(new Error('killed'));
        throw new Error('killed');
      }
    });
    await expect(
      (await stage.look({ client })).apply(request(desired, { signal: stop.signal })),
    ).rejects.toThrow('killed');
    expect([await exists('half-1'), await exists('half-2')]).toEqual([true, false]);
    expect(results(await (await stage.look()).apply(request(desired)))).toEqual(['unchanged', 'created']);
  });
});

describe('prune', () => {
  const pruning = { owner: { uid: 'pruner' } };

  it('deletes what is the owner’s and no longer desired, and nothing that only looks so', async () => {
    const { client, namespace } = stage;
    await (await stage.look()).apply(request([map('mine', {}), map('kept', {})], pruning));
    await (await stage.look()).apply(request([map('others', {})], { owner: { uid: 'somebody-else' } }));
    const labels = { [identity.ownerLabel]: 'pruner' };
    const forged = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'forged', namespace, labels } };
    await client.apply(configMaps, forged, { fieldManager: 'mallory' });
    const posted = { ...forged, metadata: { ...forged.metadata, name: 'posted' } };
    await client.create(configMaps, posted, { fieldManager: 'mainstay' });
    const report = await (await stage.look()).apply(
      request([map('kept', {})], { ...pruning, prune: [{ resource: configMaps }] }),
    );
    expect(report.outcomes.map(({ name, result }) => `${name.name} ${result}`)).toEqual([
      'kept unchanged',
      'mine pruned',
    ]);
    expect(await Promise.all(['mine', 'kept', 'others', 'forged', 'posted'].map(exists))).toEqual([
      false,
      true,
      true,
      true,
      true,
    ]);
  });

  it('leaves an object that was made anew under the name since it was looked at', async () => {
    await (await stage.look()).apply(request([map('renewed', {})], pruning));
    const stale = await stage.look();
    await stage.client.delete(configMaps, { namespace: stage.namespace, name: 'renewed' });
    await stage.client.create(configMaps, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'renewed', namespace: stage.namespace },
    });
    const report = await stale.apply(
      request([map('kept', {})], { ...pruning, prune: [{ resource: configMaps }] }),
    );
    expect(report.outcomes).toMatchObject([
      { result: 'unchanged' },
      { result: 'failed', error: { reason: 'Conflict' } },
    ]);
    expect(await exists('renewed')).toBe(true);
  });

  it('spares what the rule does not mean', async () => {
    const spared = { owner: { uid: 'sparing' } };
    await (await stage.look()).apply(request([map('spared', {}), map('unspared', {})], spared));
    const only = ({ metadata }: { metadata: { name: string } }) => metadata.name !== 'spared';
    const report = await (await stage.look()).apply(
      request([], { ...spared, prune: [{ resource: configMaps, only }] }),
    );
    expect(report.outcomes.map(({ name, result }) => `${name.name} ${result}`)).toEqual(['unspared pruned']);
    expect(await exists('spared')).toBe(true);
  });

  it('takes access away first, and a wall only once the one that replaces it stands', async () => {
    await (await stage.look()).apply(
      request([map('old-access', {}), map('old-wall', {})], { owner: { uid: 'walls' } }),
    );
    const client = intercepting((_verb, name) => {
      if (name === 'new-wall') throw new Error('refused');
    });
    const rules = [
      {
        resource: configMaps,
        when: 'First' as const,
        only: (object: { metadata: { name: string } }) => object.metadata.name === 'old-access',
      },
      {
        resource: configMaps,
        only: (object: { metadata: { name: string } }) => object.metadata.name === 'old-wall',
      },
    ];
    const replace = request([map('new-wall', {})], { owner: { uid: 'walls' }, prune: rules });
    const report = await (await stage.look({ client })).apply(replace);
    expect(report.outcomes.map(({ name, result }) => `${name.name} ${result}`)).toEqual([
      'new-wall failed',
      'old-access pruned',
      'old-wall held',
    ]);
    const after = await (await stage.look()).apply(replace);
    expect(after.outcomes.map(({ name, result }) => `${name.name} ${result}`)).toEqual([
      'new-wall created',
      'old-wall pruned',
    ]);
    expect(after.converged).toBe(true);
  });
});

describe('an object that somebody else has', () => {
  it('is another owner’s: it is refused, and its holder named', async () => {
    await (await stage.look()).apply(request([map('held', { a: '1' })]));
    const report = await (await stage.look()).apply(
      request([map('held', { a: '2' })], { owner: { uid: 'owner-2' } }),
    );
    expect(report.outcomes).toMatchObject([{ result: 'refused', holder: 'owner-1' }]);
    expect((await stage.read(configMaps, 'held')).data).toEqual({ a: '1' });
  });

  it('appeared unseen: it is left alone where nothing may be taken over', async () => {
    const stale = await stage.look();
    const theirs = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'race', namespace: stage.namespace },
      data: { a: 'theirs' },
    };
    await stage.client.create(configMaps, theirs, { fieldManager: 'mallory' });
    const report = await stale.apply(request([map('race', { a: 'ours' }, { takeOver: 'Never' })]));
    expect(report.outcomes).toMatchObject([{ result: 'failed', error: { reason: 'Conflict' } }]);
    expect(await stage.read(configMaps, 'race')).toMatchObject({
      data: { a: 'theirs' },
      metadata: { name: 'race' },
    });
    expect((await stage.read(configMaps, 'race')).metadata.labels).toBeUndefined();
  });

  it('is ours, then another by that name: it is not changed where nothing may be taken over', async () => {
    const [ours, changed] = [
      map('twin', { a: '1' }, { takeOver: 'Never' }),
      map('twin', { a: '2' }, { takeOver: 'Never' }),
    ];
    expect(results(await (await stage.look()).apply(request([ours])))).toEqual(['created']);
    const stale = await stage.look();
    await stage.client.delete(configMaps, ours.object.metadata);
    await stage.client.create(configMaps, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'twin', namespace: stage.namespace },
    });
    expect(results(await stale.apply(request([changed])))).toEqual(['failed']);
    expect((await stage.read(configMaps, 'twin')).data).toBeUndefined();
  });

  it('is wanted by two owners at once: one gets it', async () => {
    const racing = ['racer-1', 'racer-2'].map((uid) =>
      stage
        .look()
        .then((applier) =>
          applier.apply(request([map('prize', { uid }, { takeOver: 'Never' })], { owner: { uid } })),
        ),
    );
    const all = await Promise.all(racing);
    expect(all.flatMap(results).toSorted()).toEqual(['created', 'failed']);
  });
});

describe('what cannot be changed in place', () => {
  const binding = (role: string, options = {}): DesiredObject =>
    desire(
      roleBindings,
      {
        metadata: { name: 'binding', namespace: stage.namespace },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role },
        subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: 'team' }],
      },
      options,
    );

  it('fails unless it may be made anew, and is then made anew', async () => {
    await (await stage.look()).apply(request([binding('view')]));
    const refused = await (await stage.look()).apply(request([binding('edit')]));
    expect(refused.outcomes).toMatchObject([{ result: 'failed', error: { reason: 'Invalid' } }]);
    const report = await (await stage.look()).apply(request([binding('edit', { recreate: true })]));
    expect(report.outcomes).toMatchObject([{ result: 'updated' }]);
    expect((await stage.read(roleBindings, 'binding')).roleRef.name).toBe('edit');
  });
});

describe('what is wrong in itself', () => {
  it('is never deleted first, so that nothing is lost for it', async () => {
    const { client, namespace } = stage;
    const roleBinding = (role: string, apiGroup: string) =>
      desire(
        roleBindings,
        {
          metadata: { name: 'wrong', namespace },
          roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role },
          subjects: [{ apiGroup, kind: 'Group', name: 'team' }],
        },
        { recreate: true },
      );
    await (await stage.look()).apply(request([roleBinding('view', 'rbac.authorization.k8s.io')]));
    const { uid } = (await client.get(roleBindings, { namespace, name: 'wrong' })).metadata;
    const report = await (await stage.look()).apply(request([roleBinding('edit', 'nonsense')]));
    expect(report.outcomes).toMatchObject([{ result: 'failed', error: { reason: 'Invalid' } }]);
    expect((await client.get(roleBindings, { namespace, name: 'wrong' })).metadata.uid).toBe(uid);
  });
});

describe('a namespace that is being deleted', () => {
  it('is told, not failed on', async () => {
    await using leaving = await openStage();
    const finalizers = ['example.com/wait'];
    const holder = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'holder', namespace: leaving.namespace, finalizers },
    };
    await leaving.client.create(configMaps, holder);
    await leaving.client.delete(namespaces, { name: leaving.namespace });
    const late = desire(configMaps, { metadata: { name: 'late', namespace: leaving.namespace } });
    const report = await (await leaving.look()).apply(request([late]));
    expect(report.outcomes).toMatchObject([{ result: 'terminating', what: 'Namespace' }]);
    await leaving.client.patch(configMaps, holder.metadata, {
      type: 'merge',
      body: { metadata: { finalizers: null } },
    });
  });
});

describe('an object that somebody keeps changing back', () => {
  it('is backed off, with who it is and when it is tried again', async () => {
    let now = 0;
    const contention = new Contention({ now: () => now });
    const wanted = map('fought', { a: 'ours' });
    const calm = map('calm', {});
    const theirs = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: wanted.object.metadata,
      data: { a: 'theirs' },
    };
    const round = async () => {
      await stage.client.apply(configMaps, theirs, { fieldManager: 'argocd', force: true });
      return (await stage.look({ contention })).apply(request([wanted, calm]));
    };
    await (await stage.look({ contention })).apply(request([wanted, calm]));
    for (let repair = 0; repair < 3; repair += 1)
      expect(results(await round())).toEqual(['repaired', 'unchanged']);
    const report = await round();
    expect(report.outcomes).toMatchObject([
      { result: 'backedOff', by: [{ manager: 'argocd', operation: 'Apply' }], repairs: 3, wait: 10_000 },
      { result: 'unchanged' },
    ]);
    expect(report.requeueAfter).toBe(10_000);
    now = 10_000;
    expect(results(await round())).toEqual(['repaired', 'unchanged']);
    expect(stage.lines.at(-1)).toMatchObject({ level: 'warn', message: 'repaired, although fought over' });
  });

  it('is changed on its way in: that is said, and it is not tried for ever', async () => {
    const { client, namespace } = stage;
    const metadata = { name: `mutate-${namespace}` };
    const group = 'admissionregistration.k8s.io/v1';
    await client.apply(mutatingAdmissionPolicies, {
      apiVersion: group,
      kind: 'MutatingAdmissionPolicy',
      metadata,
      spec: {
        matchConstraints: {
          resourceRules: [
            {
              apiGroups: [''],
              apiVersions: ['v1'],
              resources: ['configmaps'],
              operations: ['CREATE', 'UPDATE'],
              resourceNames: [],
            },
          ],
          namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
        },
        matchConditions: [{ name: 'name', expression: 'object.metadata.name == "mutated"' }],
        failurePolicy: 'Fail',
        reinvocationPolicy: 'Never',
        mutations: [
          {
            patchType: 'JSONPatch',
            jsonPatch: { expression: '[JSONPatch{op: "replace", path: "/data/a", value: "theirs"}]' },
          },
        ],
      },
    });
    await client.apply(mutatingAdmissionPolicyBindings, {
      apiVersion: group,
      kind: 'MutatingAdmissionPolicyBinding',
      metadata,
      spec: { policyName: metadata.name },
    });
    const probe = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'mutated', namespace },
      data: { a: 'probe' },
    };
    await expect
      .poll(async () => (await client.apply(configMaps, probe, { dryRun: true })).data?.a, {
        timeout: 20_000,
      })
      .toBe('theirs');
    const contention = new Contention({ now: () => 0 });
    const wanted = map('mutated', { a: 'ours' }, { whole: [{ path: ['data'] }] });
    const seen: string[] = [];
    for (let turn = 0; turn < 4; turn += 1) {
      const report = await (await stage.look({ contention })).apply(request([wanted]));
      seen.push(...results(report));
      if (turn === 0)
        expect(report.outcomes).toMatchObject([
          { error: { message: expect.stringContaining('stored data.a otherwise than it was sent') } },
        ]);
    }
    expect(seen).toEqual(['failed', 'failed', 'failed', 'backedOff']);
    await client.delete(mutatingAdmissionPolicyBindings, metadata);
    await client.delete(mutatingAdmissionPolicies, metadata);
  });
});
