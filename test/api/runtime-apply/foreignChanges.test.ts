import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DesiredObject, desire } from '../../../operator/apply/desired.ts';
import { type ApplyReport, withResult } from '../../../operator/apply/report.ts';
import type { Client, JsonPatchOperation } from '../../../operator/client/client.ts';
import {
  limitRanges,
  namespaces,
  networkPolicies,
  resourceQuotas,
  roleBindings,
  secrets,
} from '../../../operator/resources/builtin.ts';
import type { KubernetesObject } from '../../../operator/resources/object.ts';
import { identity, intercepted, openStage, type Stage } from './stage.ts';

// What an operator for tenants makes, each with the ways in which somebody may change it behind the operator's back.

interface Case {
  readonly kind: string;
  readonly item: (namespace: string) => DesiredObject;
  /** Replaces, in an object as read, a value that we mean. */
  readonly change: readonly JsonPatchOperation[];
  /** The same as an apply by somebody else. */
  readonly forced: object;
  /** Takes a field that we mean out. */
  readonly removal: readonly JsonPatchOperation[];
  /** Adds something to a field that is wholly ours. */
  readonly addition?: readonly JsonPatchOperation[];
}

const team = 'rbac.authorization.k8s.io';
const cases: readonly Case[] = [
  {
    kind: 'Namespace',
    item: (name) =>
      desire(namespaces, {
        metadata: {
          name,
          labels: { 'pod-security.kubernetes.io/enforce': 'restricted', 'example.com/team': 'a' },
        },
      }),
    change: [
      { op: 'replace', path: '/metadata/labels/pod-security.kubernetes.io~1enforce', value: 'privileged' },
    ],
    forced: { metadata: { labels: { 'pod-security.kubernetes.io/enforce': 'privileged' } } },
    removal: [{ op: 'remove', path: '/metadata/labels/pod-security.kubernetes.io~1enforce' }],
  },
  {
    kind: 'ResourceQuota',
    item: (namespace) =>
      desire(
        resourceQuotas,
        { metadata: { name: 'quota', namespace }, spec: { hard: { pods: '10', 'requests.cpu': '1500m' } } },
        { whole: [{ path: ['spec', 'hard'], quantities: true }] },
      ),
    change: [{ op: 'replace', path: '/spec/hard/pods', value: '1000' }],
    forced: { spec: { hard: { pods: '1000' } } },
    removal: [{ op: 'remove', path: '/spec/hard/pods' }],
    addition: [{ op: 'add', path: '/spec/hard/services', value: '0' }],
  },
  {
    kind: 'LimitRange',
    item: (namespace) =>
      desire(limitRanges, {
        metadata: { name: 'limits', namespace },
        spec: { limits: [{ type: 'Container', default: { cpu: '0.5' }, defaultRequest: { cpu: '100m' } }] },
      }),
    change: [{ op: 'replace', path: '/spec/limits/0/default/cpu', value: '8' }],
    forced: { spec: { limits: [{ type: 'Container', default: { cpu: '8' } }] } },
    removal: [{ op: 'replace', path: '/spec/limits', value: [] }],
    addition: [{ op: 'add', path: '/spec/limits/-', value: { type: 'Pod', max: { cpu: '1' } } }],
  },
  {
    kind: 'NetworkPolicy',
    item: (namespace) =>
      desire(
        networkPolicies,
        {
          metadata: { name: 'walls', namespace },
          spec: {
            podSelector: {},
            policyTypes: ['Ingress', 'Egress'],
            ingress: [],
            egress: [
              {
                to: [{ namespaceSelector: {}, podSelector: { matchLabels: { app: 'dns' } } }],
                ports: [{ protocol: 'UDP', port: 53 }],
              },
            ],
          },
        },
        { whole: [{ path: ['spec'] }] },
      ),
    change: [{ op: 'replace', path: '/spec/policyTypes', value: ['Ingress'] }],
    forced: { spec: { ingress: [{}] } },
    removal: [{ op: 'remove', path: '/spec/egress' }],
    addition: [{ op: 'add', path: '/spec/ingress', value: [{}] }],
  },
  {
    kind: 'RoleBinding',
    item: (namespace) =>
      desire(
        roleBindings,
        {
          metadata: { name: 'owners', namespace },
          roleRef: { apiGroup: team, kind: 'ClusterRole', name: 'view' },
          subjects: [{ apiGroup: team, kind: 'Group', name: 'team' }],
        },
        { whole: [{ path: ['subjects'] }, { path: ['roleRef'] }], recreate: true },
      ),
    change: [{ op: 'replace', path: '/subjects/0/name', value: 'mallory' }],
    forced: {
      roleRef: { apiGroup: team, kind: 'ClusterRole', name: 'view' },
      subjects: [{ apiGroup: team, kind: 'User', name: 'mallory' }],
    },
    removal: [{ op: 'remove', path: '/subjects' }],
    addition: [{ op: 'add', path: '/subjects/-', value: { apiGroup: team, kind: 'User', name: 'mallory' } }],
  },
  {
    kind: 'Secret',
    item: (namespace) =>
      desire(
        secrets,
        { metadata: { name: 'pull', namespace }, type: 'Opaque', data: { token: 'c2VjcmV0', other: 'eA==' } },
        { whole: [{ path: ['data'] }] },
      ),
    change: [{ op: 'replace', path: '/data/token', value: 'Zm9yZ2Vk' }],
    forced: { data: { token: 'Zm9yZ2Vk' } },
    removal: [{ op: 'remove', path: '/data/token' }],
    addition: [{ op: 'add', path: '/data/more', value: 'eA==' }],
  },
];

describe.each(cases)('a $kind that somebody changes', ({ kind, item, change, forced, removal, addition }) => {
  let stage: Stage;
  let wanted: DesiredObject;
  let meant: KubernetesObject;

  beforeAll(async () => {
    stage = await openStage();
    wanted = item(stage.namespace);
    const [outcome] = (await apply()).outcomes;
    expect(['created', 'updated']).toContain(outcome?.result);
    meant = await read();
  });
  afterAll(() => stage[Symbol.asyncDispose]());

  const apply = async (
    options: { readonly established?: boolean; readonly client?: Client } = {},
  ): Promise<ApplyReport> => {
    const applier = await stage.look(options.client === undefined ? {} : { client: options.client });
    return applier.apply({
      owner: { uid: 'owner-1' },
      desired: [wanted],
      established: () => options.established === true,
      log: stage.log,
    });
  };
  const read = () => stage.read(wanted.resource, wanted.object.metadata.name);
  const contents = ({ metadata, ...rest }: KubernetesObject) => {
    const { status: _status, ...fields } = rest as { readonly status?: unknown };
    return { ...fields, labels: metadata.labels, annotations: metadata.annotations };
  };

  /** The next apply brings it back, says so, and the one after has nothing to do. */
  const expectRepair = async (because: string, by?: string) => {
    const report = await apply({ established: true });
    expect(report.outcomes).toMatchObject([{ result: 'repaired', why: { because } }]);
    // Times are whole seconds, so a test of a moment ago may be among them.
    const names = withResult(report, 'repaired').flatMap((outcome) =>
      outcome.by.map((rival) => rival.manager),
    );
    if (by !== undefined) expect(names).toContain(by);
    expect(contents(await read())).toEqual(contents(meant));
    await expectNoWrite();
  };
  const expectNoWrite = async () => {
    const client = intercepted(stage.client, (verb, name) => {
      throw new Error(`unexpected ${verb} of ${name}`);
    });
    expect((await apply({ client })).outcomes).toMatchObject([{ result: 'unchanged' }]);
  };
  const patch = (body: readonly JsonPatchOperation[]) =>
    stage.client.patch(
      wanted.resource,
      wanted.object.metadata,
      { type: 'json', body },
      { fieldManager: 'mallory' },
    );

  it('costs nothing while nobody has', async () => {
    await expectNoWrite();
  });

  it('comes back after a forced apply, with its manager named', async () => {
    const { apiVersion, kind: _kind, metadata } = wanted.object;
    const { name, namespace } = metadata;
    const object = { apiVersion, kind, metadata: namespace === undefined ? { name } : { name, namespace } };
    const theirs =
      'metadata' in forced
        ? { ...object, metadata: { ...object.metadata, ...Object(forced.metadata) } }
        : { ...object, ...forced };
    await stage.client.apply(wanted.resource, theirs, { fieldManager: 'mallory', force: true });
    await expectRepair('FieldLost', 'mallory');
  });

  it('comes back after a JSON patch of a value', async () => {
    await patch(change);
    await expectRepair('FieldLost', 'mallory');
  });

  it('comes back after an edit, which sends the whole object', async () => {
    const edited = await stage.client.patch(
      wanted.resource,
      wanted.object.metadata,
      { type: 'json', body: change },
      { dryRun: true },
    );
    const live = await read();
    const { managedFields } = live.metadata;
    const metadata = {
      ...edited.metadata,
      resourceVersion: live.metadata.resourceVersion ?? '',
      ...(managedFields ? { managedFields } : {}),
    };
    await stage.client.update(wanted.resource, { ...edited, metadata }, { fieldManager: 'kubectl-edit' });
    await expectRepair('FieldLost', 'kubectl-edit');
  });

  it('comes back after a field was removed', async () => {
    await patch(removal);
    await expectRepair('FieldLost');
  });

  if (addition !== undefined)
    it('is rid of what somebody added to a field that is wholly ours', async () => {
      await patch(addition ?? []);
      const report = await apply();
      expect(report.outcomes).toMatchObject([{ result: 'repaired' }]);
      expect(contents(await read())).toEqual(contents(meant));
      await expectNoWrite();
    });

  it('is ours again after managedFields were wiped', async () => {
    await patch([{ op: 'replace', path: '/metadata/managedFields', value: [{}] }]);
    await expectRepair('FieldLost');
  });

  it('is ours again after the owner’s label was taken off', async () => {
    await patch([{ op: 'remove', path: `/metadata/labels/${identity.ownerLabel.replace('/', '~1')}` }]);
    await expectRepair('FieldLost');
  });

  it('is ours again after the annotation was overwritten', async () => {
    await patch([
      {
        op: 'replace',
        path: `/metadata/annotations/${identity.desiredAnnotation.replace('/', '~1')}`,
        value: 'x',
      },
    ]);
    await expectRepair('FieldLost', 'mallory');
  });

  if (kind !== 'Namespace')
    it('comes back after it was deleted', async () => {
      await stage.client.delete(wanted.resource, wanted.object.metadata);
      await expectRepair('Missing');
    });

  if (kind !== 'Namespace')
    it('comes back after somebody replaced it by one of their own', async () => {
      const {
        uid: _uid,
        resourceVersion: _version,
        managedFields: _fields,
        ...metadata
      } = (await read()).metadata;
      const theirs = await stage.client.patch(
        wanted.resource,
        wanted.object.metadata,
        { type: 'json', body: change },
        { dryRun: true },
      );
      await stage.client.delete(wanted.resource, wanted.object.metadata);
      await stage.client.create(wanted.resource, { ...theirs, metadata }, { fieldManager: 'mallory' });
      await expectRepair('FieldLost', 'mallory');
    });

  if (addition !== undefined && kind !== 'LimitRange')
    it('comes back although managedFields were forged to say that nothing of ours was touched', async () => {
      const { managedFields = [] } = (await read()).metadata;
      await patch(change);
      await patch([{ op: 'replace', path: '/metadata/managedFields', value: managedFields }]);
      await expectRepair('ValueDiffers');
    });

  it('leaves what others have added beside it', async () => {
    await patch([{ op: 'add', path: '/metadata/labels/theirs', value: 'x' }]);
    await expectNoWrite();
    expect((await read()).metadata.labels).toMatchObject({ theirs: 'x' });
  });
});
